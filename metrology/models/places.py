"""Where things are and which days count."""

from typing import ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from metrology.scope import Scope, ScopedModel


class Confidence(models.TextChoices):
    """How far reference data was checked at its source (可信度)."""

    HIGH = "H", _("High")
    MEDIUM = "M", _("Medium")
    LOW = "L", _("Low")


class Region(ScopedModel):
    """An administrative division or functional zone (行政区划 / 功能区).

    `key` is the GB/T 2260 code, or an own key for zones, which have none. `path` lists the keys
    from the root ("370900/370921/"), so a subtree is a prefix.
    """

    class Level(models.TextChoices):
        PROVINCE = "province", _("Province")
        CITY = "city", _("City")
        DISTRICT = "district", _("District")
        COUNTY = "county", _("County")
        COUNTY_CITY = "county_city", _("County-level city")
        ZONE = "zone", _("Functional zone")

    scope: ClassVar[Scope] = Scope(everyone=True)

    key = models.CharField(_("key"), max_length=20, unique=True)
    code = models.CharField(_("GB/T 2260 code"), max_length=6, unique=True, null=True, blank=True)
    name_zh = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=120)
    level = models.CharField(_("level"), max_length=12, choices=Level)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(_("path"), max_length=120, unique=True, editable=False)
    has_own_institute = models.BooleanField(_("has its own institute"), null=True, blank=True)
    confidence = models.CharField(_("confidence"), max_length=1, choices=Confidence, default=Confidence.HIGH)

    class Meta:
        ordering = ("path",)
        verbose_name = _("region")
        verbose_name_plural = _("regions")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en


class WorkingDay(models.Model):
    """A day that differs from the plain week: a public holiday or a swapped weekend (调休)."""

    day = models.DateField(_("day"), unique=True)
    is_working = models.BooleanField(_("working day"))
    note = models.CharField(_("note"), max_length=80, blank=True)

    class Meta:
        ordering = ("day",)
        verbose_name = _("working day")
        verbose_name_plural = _("working days")

    def __str__(self) -> str:
        return f"{self.day}"
