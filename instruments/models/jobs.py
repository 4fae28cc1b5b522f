"""A job: one instrument on its way from receipt to certificate."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from instruments.models.ledger import Instrument
from instruments.models.orders import OrderItem, Service, Stage
from labs.models import (
    Equipment,
    Laboratory,
    Method,
    MethodVersion,
    Room,
    Standard,
    StandardEquipment,
    TraceCertificate,
)
from metrology.models import Organization, Person
from metrology.scope import Scope, ScopedModel

OWN = Scope(
    institute=("job__institute",),
    authority=("job__institute__region", "job__instrument__region"),
)


class Job(ScopedModel):
    """The work on one order item (检定/校准任务). tester, checker and approver are persons.

    Enterprises follow their order and read their certificates; the record itself is the
    institute's.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        ASSIGNED = "assigned", _("Assigned")
        MEASURING = "measuring", _("Measuring")
        SUBMITTED = "submitted", _("Submitted")
        CHECKED = "checked", _("Checked")
        APPROVED = "approved", _("Approved")
        ISSUED = "issued", _("Issued")
        COLLECTED = "collected", _("Collected")
        CANCELLED = "cancelled", _("Cancelled")
        SUBCONTRACTED = "subcontracted", _("Subcontracted")

    class Place(models.TextChoices):
        LABORATORY = "laboratory", _("In the laboratory")
        ON_SITE = "on_site", _("On site")

    scope: ClassVar[Scope] = Scope(
        institute=("institute",), authority=("institute__region", "instrument__region")
    )

    number = models.CharField(_("job no."), max_length=40, unique=True)
    item = models.OneToOneField(OrderItem, models.PROTECT, related_name="job")
    institute = models.ForeignKey(Organization, models.PROTECT, related_name="jobs")
    laboratory = models.ForeignKey(Laboratory, models.PROTECT, null=True, blank=True, related_name="jobs")
    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="jobs")
    service = models.CharField(_("service"), max_length=12, choices=Service)
    stage = models.CharField(_("kind of verification"), max_length=12, choices=Stage)
    state = models.CharField(_("state"), max_length=14, choices=State, default=State.RECEIVED)
    method = models.ForeignKey(Method, models.PROTECT, null=True, blank=True, related_name="jobs")
    method_version = models.ForeignKey(
        MethodVersion, models.PROTECT, null=True, blank=True, related_name="jobs"
    )
    standard = models.ForeignKey(Standard, models.PROTECT, null=True, blank=True, related_name="jobs")
    assignee = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="assigned_jobs")
    tester = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="tested_jobs")
    checker = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="checked_jobs")
    approver = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="approved_jobs")
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    tested_on = models.DateField(_("tested on"), null=True, blank=True)
    checked_on = models.DateField(_("checked on"), null=True, blank=True)
    approved_on = models.DateField(_("approved on"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=12, choices=Place, default=Place.LABORATORY)
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="jobs")
    site_address = models.CharField(_("address on site"), max_length=200, blank=True)
    temperature = models.CharField(_("temperature (°C)"), max_length=24, blank=True)
    humidity = models.CharField(_("relative humidity (%)"), max_length=24, blank=True)
    pressure = models.CharField(_("air pressure (hPa)"), max_length=24, blank=True)
    revision = models.PositiveSmallIntegerField(_("revision of the record"), default=1)
    issue_no = models.PositiveSmallIntegerField(_("issue no."), default=1)
    amend_reason = models.CharField(_("reason of amendment"), max_length=400, blank=True)
    repeats_job = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="repeated_by")
    promised_on = models.DateField(_("promised on"), null=True, blank=True)
    received_at = models.DateTimeField(_("received at"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = (
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | Q(tester__isnull=True) | ~Q(checker=F("tester")),
                name="checker_is_not_tester",
            ),
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | Q(tester__isnull=True) | ~Q(approver=F("tester")),
                name="approver_is_not_tester",
            ),
        )
        indexes = (
            models.Index(fields=("institute", "state"), name="job_institute_state"),
            models.Index(fields=("instrument", "-tested_on"), name="job_instrument_history"),
        )

    def __str__(self) -> str:
        return self.number


class JobEquipment(ScopedModel):
    """Equipment taken for a job, with the trace certificate version it stood on (所用标准器)."""

    class Condition(models.TextChoices):
        NORMAL = "normal", _("Normal")
        ABNORMAL = "abnormal", _("Abnormal")

    scope: ClassVar[Scope] = OWN

    job = models.ForeignKey(Job, models.PROTECT, related_name="equipment")
    equipment = models.ForeignKey(Equipment, models.PROTECT, related_name="job_uses")
    trace_certificate = models.ForeignKey(
        TraceCertificate, models.PROTECT, null=True, blank=True, related_name="job_uses"
    )
    role = models.CharField(_("role"), max_length=10, choices=StandardEquipment.Role)
    condition = models.CharField(
        _("condition before use"), max_length=10, choices=Condition, default=Condition.NORMAL
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        ordering = ("job_id", "pk")
        constraints = (models.UniqueConstraint(fields=("job", "equipment"), name="equipment_once_per_job"),)

    def __str__(self) -> str:
        return f"{self.job} · {self.equipment}"


class Remark(ScopedModel):
    """A reviewer's comment, anchored to a cell when one is meant (退回意见)."""

    scope: ClassVar[Scope] = OWN
    insert_only: ClassVar[bool] = True

    job = models.ForeignKey(Job, models.PROTECT, related_name="remarks")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    text = models.CharField(_("comment"), max_length=400)
    cell = models.CharField(_("cell"), max_length=160, blank=True)
    revision = models.PositiveSmallIntegerField(_("revision of the record"))
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")

    def __str__(self) -> str:
        return self.text


class Opening(ScopedModel):
    """A checker or approver had this version of a record before their eyes (已查看)."""

    scope: ClassVar[Scope] = OWN
    insert_only: ClassVar[bool] = True

    job = models.ForeignKey(Job, models.PROTECT, related_name="openings")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    job_version = models.PositiveIntegerField(_("version of the job"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("opening of a record")
        verbose_name_plural = _("openings of records")
        constraints = (
            models.UniqueConstraint(fields=("job", "person", "job_version"), name="opening_once_per_version"),
        )

    def __str__(self) -> str:
        return f"{self.job} · {self.person}"


class Custody(ScopedModel):
    """Who had the instrument in hand (交接记录)."""

    class Kind(models.TextChoices):
        RECEIVED = "received", _("Received")
        COLLECTED = "collected", _("Collected")
        RETURNED = "returned", _("Returned untested")

    scope: ClassVar[Scope] = Scope(
        enterprise=("item__order__client",),
        institute=("item__order__institute",),
        authority=("item__order__institute__region",),
    )
    insert_only: ClassVar[bool] = True

    item = models.ForeignKey(OrderItem, models.PROTECT, related_name="custody")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    counterpart = models.CharField(_("handed over by or to"), max_length=80)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("custody record")
        verbose_name_plural = _("custody records")

    def __str__(self) -> str:
        return f"{self.item} · {self.get_kind_display()}"
