"""Equipment and the chain that makes its values traceable."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from labs.models.dated import DatedQuerySet, dates_in_order
from metrology.models import Attachment, Organization, Person
from metrology.scope import Scope, ScopedModel


class Equipment(ScopedModel):
    """A measuring instrument that a body uses as a standard or beside one (设备)."""

    class State(models.TextChoices):
        IN_USE = "in_use", _("In use")
        OUT_OF_SERVICE = "out_of_service", _("Out of service")
        SCRAPPED = "scrapped", _("Scrapped")

    scope: ClassVar[Scope] = Scope(enterprise=("owner",), institute=("owner",), authority=("owner__region",))

    owner = models.ForeignKey(Organization, models.PROTECT, related_name="equipment")
    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    model = models.CharField(_("model"), max_length=80, blank=True)
    serial = models.CharField(_("serial no."), max_length=80)
    maker = models.CharField(_("manufacturer"), max_length=120, blank=True)
    asset_no = models.CharField(_("asset no."), max_length=60, blank=True)
    measuring_range = models.CharField(_("measuring range"), max_length=120, blank=True)
    accuracy = models.CharField(_("uncertainty, class or MPE"), max_length=120, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.IN_USE)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("owner_id", "name_zh", "pk")
        verbose_name = _("equipment")
        verbose_name_plural = _("equipment")
        constraints = (
            models.UniqueConstraint(fields=("owner", "name_zh", "model", "serial"), name="equipment_once"),
        )

    def __str__(self) -> str:
        return f"{self.name_zh} {self.serial}"


class TraceCertificate(ScopedModel):
    """An upstream certificate of one piece of equipment (溯源证书), replaced, never overwritten.

    `values` is JSON text: per point the value, U and k as printed. Revocation or correction
    upstream is a dated fact that reaches every use of the certificate.
    """

    scope: ClassVar[Scope] = Scope(
        enterprise=("equipment__owner",),
        institute=("equipment__owner",),
        authority=("equipment__owner__region",),
    )

    equipment = models.ForeignKey(Equipment, models.PROTECT, related_name="trace_certificates")
    number = models.CharField(_("certificate no."), max_length=80)
    issuer = models.CharField(_("institution"), max_length=160)
    calibrated_on = models.DateField(_("calibrated on"))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"))
    uncertainty = models.CharField(_("uncertainty, class or MPE"), max_length=120, blank=True)
    values = models.TextField(_("values"), default="[]")
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    scan = models.ForeignKey(Attachment, models.PROTECT, null=True, blank=True, related_name="+")
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    revoked_on = models.DateField(_("revoked on"), null=True, blank=True)
    revoked_reason = models.CharField(_("reason of revocation"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        ordering = ("-valid_to", "-pk")
        verbose_name = _("trace certificate")
        verbose_name_plural = _("trace certificates")
        constraints = (
            dates_in_order("trace_certificate_dates_in_order"),
            models.UniqueConstraint(fields=("equipment", "issuer", "number"), name="trace_certificate_once"),
        )

    def __str__(self) -> str:
        return self.number


class IntermediateCheck(ScopedModel):
    """A check of equipment between two traces (期间核查)."""

    scope: ClassVar[Scope] = Scope(institute=("equipment__owner",), authority=("equipment__owner__region",))
    insert_only: ClassVar[bool] = True

    equipment = models.ForeignKey(Equipment, models.PROTECT, related_name="intermediate_checks")
    checked_on = models.DateField(_("checked on"))
    result = models.CharField(_("result"), max_length=200)
    accepted = models.BooleanField(_("accepted"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-checked_on", "-pk")
        verbose_name = _("intermediate check")
        verbose_name_plural = _("intermediate checks")

    def __str__(self) -> str:
        return f"{self.equipment} {self.checked_on}"


class Comparison(ScopedModel):
    """A comparison between laboratories (比对); participants and E_n as JSON text."""

    scope: ClassVar[Scope] = Scope(institute=("institute",), authority=("institute__region",))

    institute = models.ForeignKey(Organization, models.PROTECT, related_name="comparisons")
    name = models.CharField(_("name"), max_length=160)
    quantity = models.CharField(_("quantity"), max_length=120)
    pilot = models.CharField(_("pilot laboratory"), max_length=160, blank=True)
    held_on = models.DateField(_("held on"))
    participants = models.TextField(_("participants"), default="[]")
    satisfactory = models.BooleanField(_("satisfactory"), null=True, blank=True)

    class Meta:
        ordering = ("-held_on", "-pk")
        verbose_name = _("comparison")
        verbose_name_plural = _("comparisons")
        constraints = (models.CheckConstraint(condition=~Q(name=""), name="comparison_has_name"),)

    def __str__(self) -> str:
        return self.name
