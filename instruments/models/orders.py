"""Orders and their items, one row per piece."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from instruments.models.ledger import Campaign, Instrument
from labs.models import Method
from metrology.models import Organization, User
from metrology.scope import Scope, ScopedModel


class Service(models.TextChoices):
    """The two services (rules 8.1)."""

    VERIFICATION = "verification", _("Verification")
    CALIBRATION = "calibration", _("Calibration")


class Stage(models.TextChoices):
    """Which limits apply: initial, subsequent, or in use."""

    INITIAL = "initial", _("Initial verification")
    SUBSEQUENT = "subsequent", _("Subsequent verification")
    IN_USE = "in_use", _("In-use inspection")


class ServiceOrder(ScopedModel):
    """A client's request to an institute (委托单)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        IN_PROGRESS = "in_progress", _("In progress")
        COMPLETED = "completed", _("Completed")
        COLLECTED = "collected", _("Collected")
        CANCELLED = "cancelled", _("Cancelled")

    class Mode(models.TextChoices):
        DELIVERED = "delivered", _("Delivered to the institute")
        ON_SITE = "on_site", _("On site")

    scope: ClassVar[Scope] = Scope(
        enterprise=("client",), institute=("institute",), authority=("institute__region", "client__region")
    )

    number = models.CharField(_("order no."), max_length=40, unique=True)
    client = models.ForeignKey(
        Organization, models.PROTECT, related_name="orders_filed", verbose_name=_("client")
    )
    institute = models.ForeignKey(
        Organization, models.PROTECT, related_name="orders_received", verbose_name=_("institute")
    )
    filed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode, default=Mode.DELIVERED)
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, related_name="orders")
    contact = models.CharField(_("contact"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    wanted_on = models.DateField(_("wanted on"), null=True, blank=True)
    promised_on = models.DateField(_("promised on"), null=True, blank=True)
    is_urgent = models.BooleanField(_("urgent"), default=False)
    note = models.CharField(_("note"), max_length=400, blank=True)
    decline_reason = models.CharField(_("reason of refusal"), max_length=400, blank=True)
    filed_at = models.DateTimeField(_("filed at"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = (
            models.Index(fields=("institute", "state"), name="order_institute_state"),
            models.Index(fields=("client", "state"), name="order_client_state"),
        )

    def __str__(self) -> str:
        return self.number


class OrderItem(ScopedModel):
    """One instrument in an order (委托项目)."""

    class Reason(models.TextChoices):
        BEFORE_INSTALLATION = "before_installation", _("Before installation")
        PERIODIC = "periodic", _("Periodic")
        AFTER_REPAIR = "after_repair", _("After repair")
        DISPUTE = "dispute", _("Dispute")
        SPOT_CHECK = "spot_check", _("In-use spot check")

    class State(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        RECEIVED = "received", _("Received")
        RETURNED = "returned", _("Returned untested")
        CANCELLED = "cancelled", _("Cancelled")

    scope: ClassVar[Scope] = Scope(
        enterprise=("order__client",),
        institute=("order__institute",),
        authority=("order__institute__region", "order__client__region"),
    )

    order = models.ForeignKey(ServiceOrder, models.PROTECT, related_name="items")
    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="order_items")
    method = models.ForeignKey(Method, models.PROTECT, null=True, blank=True, related_name="order_items")
    service = models.CharField(_("service"), max_length=12, choices=Service, default=Service.VERIFICATION)
    stage = models.CharField(
        _("kind of verification"), max_length=12, choices=Stage, default=Stage.SUBSEQUENT
    )
    reason = models.CharField(_("reason"), max_length=20, choices=Reason, default=Reason.PERIODIC)
    wants_verdict = models.BooleanField(_("statement of conformity wanted"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.REQUESTED)
    notional_fee = models.DecimalField(_("notional fee"), max_digits=10, decimal_places=2, default=0)
    fee_waived = models.BooleanField(_("fee waived"), default=False)
    condition = models.CharField(_("condition at receipt"), max_length=200, blank=True)
    accessories = models.CharField(_("accessories"), max_length=200, blank=True)
    received_at = models.DateTimeField(_("received at"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("order_id", "pk")
        verbose_name = _("order item")
        verbose_name_plural = _("order items")
        constraints = (
            models.UniqueConstraint(fields=("order", "instrument"), name="instrument_once_per_order"),
        )

    def __str__(self) -> str:
        return f"{self.order} · {self.instrument}"
