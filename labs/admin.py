"""The laboratories in the back room: to be looked at only."""

from django.contrib import admin

from labs import models
from metrology.admin import ReadOnlyAdmin


@admin.register(models.Discipline)
class DisciplineAdmin(ReadOnlyAdmin):
    list_display = ("code", "name_zh", "name_en", "is_core")


@admin.register(models.Method)
class MethodAdmin(ReadOnlyAdmin):
    list_display = ("code", "title_zh", "kind", "period_months", "confidence")
    list_filter = ("kind", "confidence")
    search_fields = ("code", "title_zh")


@admin.register(models.MethodEdition)
class MethodEditionAdmin(ReadOnlyAdmin):
    list_display = ("method", "edition", "valid_from", "valid_to")
    list_select_related = ("method",)


@admin.register(models.MethodVersion)
class MethodVersionAdmin(ReadOnlyAdmin):
    list_display = ("edition", "number", "confidence", "sha256")
    list_select_related = ("edition__method",)


@admin.register(models.Laboratory)
class LaboratoryAdmin(ReadOnlyAdmin):
    list_display = ("name_zh", "institute", "valid_from", "valid_to")
    list_select_related = ("institute",)


@admin.register(models.Room)
class RoomAdmin(ReadOnlyAdmin):
    list_display = ("name", "laboratory", "use", "area_m2", "valid_from", "valid_to")
    list_select_related = ("laboratory",)


@admin.register(models.Authorisation)
class AuthorisationAdmin(ReadOnlyAdmin):
    list_display = ("number", "institute", "valid_from", "valid_to", "revoked_on")
    list_select_related = ("institute",)


@admin.register(models.Standard)
class StandardAdmin(ReadOnlyAdmin):
    list_display = ("name_zh", "institute", "discipline", "category")
    list_filter = ("category",)
    list_select_related = ("institute", "discipline")
    search_fields = ("name_zh", "code")


@admin.register(models.Examination)
class ExaminationAdmin(ReadOnlyAdmin):
    list_display = ("standard", "kind", "state", "opened_on", "closed_on")
    list_select_related = ("standard",)


@admin.register(models.Equipment)
class EquipmentAdmin(ReadOnlyAdmin):
    list_display = ("name_zh", "serial", "owner", "state")
    list_select_related = ("owner",)
    search_fields = ("name_zh", "serial")


@admin.register(models.TraceCertificate)
class TraceCertificateAdmin(ReadOnlyAdmin):
    list_display = ("number", "equipment", "issuer", "valid_to", "revoked_on")
    list_select_related = ("equipment",)


@admin.register(models.Metrologist)
class MetrologistAdmin(ReadOnlyAdmin):
    list_display = ("person", "level", "certificate_no")
    list_select_related = ("person",)


@admin.register(models.Qualification)
class QualificationAdmin(ReadOnlyAdmin):
    list_display = ("metrologist", "method", "act", "effect", "valid_from", "valid_to")
    list_select_related = ("metrologist__person", "method")
