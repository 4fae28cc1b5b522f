"""The back room: reference data may be looked at; what verbs write is never written here."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from metrology.models import Event, Membership, Organization, Person, Region, Target, User, WorkingDay

admin.site.site_header = admin.site.site_title = _("Liangzhun")
admin.site.index_title = _("Back room")


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic for the type checker only
    """Rows to look at: every change goes through a verb, which leaves an Event."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(WorkingDay)
class WorkingDayAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # as above
    """The yearly list of holidays and swapped weekends is typed in here."""

    list_display = ("day", "is_working", "note")
    date_hierarchy = "day"


@admin.register(Region)
class RegionAdmin(ReadOnlyAdmin):
    list_display = ("key", "name_zh", "name_en", "level", "confidence")
    search_fields = ("key", "name_zh", "name_en")


@admin.register(Target)
class TargetAdmin(ReadOnlyAdmin):
    list_display = ("indicator", "level", "year", "value", "aggregation")


@admin.register(Organization)
class OrganizationAdmin(ReadOnlyAdmin):
    list_display = ("name_zh", "kind", "code", "region", "is_demo")
    list_filter = ("kind", "is_demo")
    list_select_related = ("region",)
    search_fields = ("name_zh", "credit_code", "code")


@admin.register(Person)
class PersonAdmin(ReadOnlyAdmin):
    list_display = ("name_zh", "employer", "left_on")
    list_select_related = ("employer",)
    search_fields = ("name_zh",)


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ("username", "person", "is_active", "last_login")
    list_select_related = ("person",)
    exclude = ("password",)
    search_fields = ("username",)


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ("user", "role", "organization", "valid_from", "valid_to")
    list_filter = ("role",)
    list_select_related = ("user", "organization")


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("at", "verb", "subject_type", "organization", "seq")
    list_filter = ("subject_type",)
    list_select_related = ("organization",)
    search_fields = ("subject_id",)
