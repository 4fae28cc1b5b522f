"""The ledger of instruments and campaigns on site."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from instruments.models.catalogue import Category, Purpose
from labs.models import Equipment
from metrology.models import Organization, Region
from metrology.scope import Scope, ScopedModel


class Delivery(models.TextChoices):
    """How a piece usually comes to its test (送检方式)."""

    DELIVERED = "delivered", _("Delivered to the institute")
    ON_SITE = "on_site", _("On site")


class Instrument(ScopedModel):
    """One physical instrument in an owner's ledger (计量器具); never a batch.

    `parameters` holds what its methods ask for (Max, e, class …) as text. `due_on` is derived
    from issued certificates alone and is written by one verb (rules 4.5).
    """

    class State(models.TextChoices):
        IN_USE = "in_use", _("In use")
        OUT_OF_SERVICE = "out_of_service", _("Out of service")
        SCRAPPED = "scrapped", _("Scrapped")

    scope: ClassVar[Scope] = Scope(
        enterprise=("owner",),
        institute=("order_items__order__institute",),
        institute_region=("region",),
        authority=("region",),
        many=True,
    )

    label_no = models.CharField(_("label no."), max_length=18, unique=True, editable=False)
    owner = models.ForeignKey(
        Organization, models.PROTECT, related_name="instruments", verbose_name=_("owner")
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="instruments", verbose_name=_("region"))
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="instruments", verbose_name=_("category")
    )
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind within the category"), max_length=80, blank=True)
    model = models.CharField(_("model"), max_length=80, blank=True)
    serial = models.CharField(_("serial no."), max_length=80)
    asset_no = models.CharField(_("asset no."), max_length=60, blank=True)
    maker = models.CharField(_("manufacturer"), max_length=120, blank=True)
    origin = models.CharField(_("origin"), max_length=80, blank=True)
    measuring_range = models.CharField(_("measuring range"), max_length=120, blank=True)
    accuracy_class = models.CharField(_("accuracy class"), max_length=40, blank=True)
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose, default=Purpose.OTHER)
    plan_fields = models.JSONField(_("plan fields"), default=list, blank=True)
    location = models.CharField(_("place of use"), max_length=200, blank=True)
    delivery = models.CharField(_("way of delivery"), max_length=10, choices=Delivery, blank=True)
    is_mandatory = models.BooleanField(_("under mandatory verification"), default=False, editable=False)
    own_interval_months = models.PositiveSmallIntegerField(
        _("owner's own interval (months)"), null=True, blank=True
    )
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.IN_USE)
    due_on = models.DateField(_("due on"), null=True, blank=True, editable=False)
    last_tested_on = models.DateField(_("last tested on"), null=True, blank=True, editable=False)
    equipment = models.OneToOneField(
        Equipment, models.PROTECT, null=True, blank=True, related_name="instrument"
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        constraints = (
            models.UniqueConstraint(
                fields=("owner", "name", "model", "serial"), name="instrument_once_per_owner"
            ),
            models.CheckConstraint(condition=Q(label_no__regex=r"^[0-9]{18}$"), name="label_no_is_18_digits"),
            models.CheckConstraint(
                condition=Q(own_interval_months__isnull=True)
                | Q(own_interval_months__gte=1, own_interval_months__lte=240),
                name="own_interval_is_sane",
            ),
        )
        indexes = (
            models.Index(fields=("owner", "due_on"), name="instrument_owner_due"),
            models.Index(fields=("region", "due_on"), name="instrument_region_due"),
            models.Index(fields=("due_on", "id"), name="instrument_due"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.serial}"


class Campaign(ScopedModel):
    """A day on site with many instruments (现场检定任务)."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        RUNNING = "running", _("Running")
        CLOSED = "closed", _("Closed")

    scope: ClassVar[Scope] = Scope(institute=("institute",), authority=("region",))

    institute = models.ForeignKey(Organization, models.PROTECT, related_name="campaigns")
    region = models.ForeignKey(Region, models.PROTECT, related_name="campaigns")
    name = models.CharField(_("name"), max_length=120)
    place = models.CharField(_("place"), max_length=200, blank=True)
    planned_on = models.DateField(_("planned on"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("-planned_on", "-pk")
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")

    def __str__(self) -> str:
        return self.name
