"""The plan's targets as data."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from metrology.models.bodies import Organization
from metrology.models.places import Region
from metrology.scope import Scope, ScopedModel


class Target(ScopedModel):
    """What the plan asks for (目标): an indicator, a level, a year, a value, and how to aggregate.

    The plan's 25 standards are a mean over counties, its 500 m² hold for each county institute,
    160 and 10,000 m² for the city. The denominator is an explicit dated set of regions.
    """

    class Aggregation(models.TextChoices):
        TOTAL = "total", _("Total")
        MEAN = "mean", _("Mean over regions")
        EACH = "each", _("Each one")

    scope: ClassVar[Scope] = Scope(everyone=True)

    indicator = models.CharField(_("indicator"), max_length=40)
    level = models.CharField(_("level"), max_length=12, choices=Region.Level)
    year = models.PositiveSmallIntegerField(_("year"))
    value = models.DecimalField(_("value"), max_digits=12, decimal_places=2)
    aggregation = models.CharField(_("aggregation"), max_length=8, choices=Aggregation)
    responsible = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="targets"
    )
    regions = models.ManyToManyField(Region, through="TargetRegion", related_name="targets")
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        ordering = ("indicator", "level", "year")
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = (models.UniqueConstraint(fields=("indicator", "level", "year"), name="target_once"),)

    def __str__(self) -> str:
        return f"{self.indicator} {self.year} ≥ {self.value}"


class TargetRegion(models.Model):
    """A region that counts in a target's denominator, from a day to a day."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="denominator")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("target", "region", "valid_from"), name="target_region_once"),
        )

    def __str__(self) -> str:
        return f"{self.target} · {self.region}"
