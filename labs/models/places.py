"""Laboratories, their rooms and climate, and what an institute is authorised to do."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from labs.models.dated import DatedQuerySet, dates_in_order
from labs.models.methods import Method
from metrology.models import Attachment, Organization, Person, Region
from metrology.scope import Scope, ScopedModel


class Laboratory(ScopedModel):
    """A department of an institute (实验室 / 科室)."""

    scope: ClassVar[Scope] = Scope(institute=("institute",), authority=("institute__region",))

    institute = models.ForeignKey(Organization, models.PROTECT, related_name="laboratories")
    name_zh = models.CharField(_("Chinese name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        ordering = ("institute_id", "name_zh")
        verbose_name = _("laboratory")
        verbose_name_plural = _("laboratories")
        constraints = (
            dates_in_order("laboratory_dates_in_order"),
            models.UniqueConstraint(fields=("institute", "name_zh"), name="laboratory_once"),
        )

    def __str__(self) -> str:
        return self.name_zh


class Room(ScopedModel):
    """A room with its area and the climate it must keep (房间); counted from a day to a day."""

    class Use(models.TextChoices):
        MEASUREMENT = "measurement", _("Measurement")
        CONSTANT_TEMPERATURE = "constant_temperature", _("Constant temperature")
        SAMPLES = "samples", _("Sample handling")
        OFFICE = "office", _("Office")
        OTHER = "other", _("Other")

    scope: ClassVar[Scope] = Scope(
        institute=("laboratory__institute",), authority=("laboratory__institute__region",)
    )

    laboratory = models.ForeignKey(Laboratory, models.PROTECT, related_name="rooms")
    name = models.CharField(_("name"), max_length=80)
    use = models.CharField(_("use"), max_length=24, choices=Use, default=Use.MEASUREMENT)
    area_m2 = models.DecimalField(_("area (m²)"), max_digits=8, decimal_places=2)
    temperature_min = models.CharField(_("lowest temperature (°C)"), max_length=12, blank=True)
    temperature_max = models.CharField(_("highest temperature (°C)"), max_length=12, blank=True)
    humidity_min = models.CharField(_("lowest humidity (%)"), max_length=12, blank=True)
    humidity_max = models.CharField(_("highest humidity (%)"), max_length=12, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        ordering = ("laboratory_id", "name")
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        constraints = (
            dates_in_order("room_dates_in_order"),
            models.CheckConstraint(condition=models.Q(area_m2__gt=0), name="room_has_area"),
            models.UniqueConstraint(fields=("laboratory", "name", "valid_from"), name="room_once"),
        )

    def __str__(self) -> str:
        return self.name


class EnvironmentRecord(ScopedModel):
    """What the climate of a room was at an instant (环境记录), as text."""

    class Source(models.TextChoices):
        MANUAL = "manual", _("Manual")
        LOGGER = "logger", _("Logger")

    scope: ClassVar[Scope] = Scope(
        institute=("room__laboratory__institute",), authority=("room__laboratory__institute__region",)
    )
    insert_only: ClassVar[bool] = True

    room = models.ForeignKey(Room, models.PROTECT, related_name="environment_records")
    observed_at = models.DateTimeField(_("observed at"))
    temperature = models.CharField(_("temperature (°C)"), max_length=12)
    humidity = models.CharField(_("relative humidity (%)"), max_length=12)
    pressure = models.CharField(_("air pressure (hPa)"), max_length=12, blank=True)
    source = models.CharField(_("source"), max_length=8, choices=Source, default=Source.MANUAL)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-observed_at", "-pk")
        verbose_name = _("environment record")
        verbose_name_plural = _("environment records")

    def __str__(self) -> str:
        return f"{self.temperature} °C, {self.humidity} %"


class Authorisation(ScopedModel):
    """What an institute may verify, where, from a day to a day (计量授权证书)."""

    class Kind(models.TextChoices):
        STATUTORY = "statutory", _("Statutory authorisation")
        ACCREDITATION = "accreditation", _("Accreditation")

    scope: ClassVar[Scope] = Scope(institute=("institute",), authority=("institute__region",))

    institute = models.ForeignKey(Organization, models.PROTECT, related_name="authorisations")
    kind = models.CharField(_("kind"), max_length=14, choices=Kind, default=Kind.STATUTORY)
    number = models.CharField(_("number"), max_length=60, unique=True)
    issuer = models.CharField(_("issuer"), max_length=120)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"))
    revoked_on = models.DateField(_("revoked on"), null=True, blank=True)
    methods = models.ManyToManyField(Method, related_name="authorisations", blank=True)
    regions = models.ManyToManyField(Region, related_name="authorisations", blank=True)
    scan = models.ForeignKey(Attachment, models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        ordering = ("-valid_from", "pk")
        verbose_name = _("authorisation")
        verbose_name_plural = _("authorisations")
        constraints = (dates_in_order("authorisation_dates_in_order"),)

    def __str__(self) -> str:
        return self.number
