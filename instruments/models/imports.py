"""A table on its way into the ledger: checked and corrected row by row before anything is entered."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from instruments.models.ledger import Instrument
from metrology.models import Membership, Organization
from metrology.scope import Scope, ScopedModel


class ImportBatch(ScopedModel):
    """One table that somebody brought (导入批次).

    A batch that is being checked or entered is its own outbox message: what stays in these states is sent
    again until it is done. `content` is the file as it came, kept until the batch is finished or removed.
    """

    class State(models.TextChoices):
        MAPPING = "mapping", _("Columns to match")
        CHECKING = "checking", _("Being checked")
        REVIEW = "review", _("To be looked at")
        ENTERING = "entering", _("Being entered")
        DONE = "done", _("Entered")

    class OnDuplicate(models.TextChoices):
        SKIP = "skip", _("Leave the ledger as it is")
        UPDATE = "update", _("Update the ledger")

    scope: ClassVar[Scope] = Scope(enterprise=("organization",), institute=("organization",))

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="import_batches", verbose_name=_("uploaded by")
    )
    owner = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name=_("owner of the instruments")
    )
    uploaded_by = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    content = models.BinaryField(default=b"")
    sheet = models.CharField(_("sheet"), max_length=120, blank=True)
    sheets = models.JSONField(default=list)
    headings = models.JSONField(default=list)
    mapping = models.JSONField(default=list)
    is_headed = models.BooleanField(default=True)
    on_duplicate = models.CharField(
        _("instruments already in the ledger"), max_length=6, choices=OnDuplicate, default=OnDuplicate.SKIP
    )
    is_whole = models.BooleanField(_("all or nothing"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.MAPPING)
    total = models.PositiveIntegerField(_("rows"), default=0)
    created_at = models.DateTimeField(_("uploaded at"))
    finished_at = models.DateTimeField(_("entered at"), null=True)
    sent_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = (models.Index(fields=("state", "sent_at"), name="import_outbox"),)

    def __str__(self) -> str:
        return self.name

    @property
    def tone(self) -> str:
        """A state of the house's colours that looks like this one."""
        return {"done": "done", "review": "pending", "mapping": "pending"}.get(self.state, "in_progress")


class ImportRow(ScopedModel):
    """One row of the table: what it says, what is wrong with it, and what became of it.

    `line` is its number in the file, `traps` what the spreadsheet did to a cell, `problems` the places and
    codes of the last check; `instrument` is the entry it matches in the ledger or has become.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Not checked yet")
        READY = "ready", _("Ready")
        NOTICE = "notice", _("Look at it")
        WRONG = "wrong", _("To correct")
        ENTERED = "entered", _("Entered")

    class Doing(models.TextChoices):
        ENTER = "enter", _("Enter as new")
        UPDATE = "update", _("Update the ledger")
        SAME = "same", _("Already there, identical")
        SKIP = "skip", _("Already there, left as it is")

    scope: ClassVar[Scope] = Scope(enterprise=("batch__organization",), institute=("batch__organization",))

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField(_("row"))
    values = models.JSONField(default=dict)
    traps = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    key = models.CharField(max_length=64)
    choice = models.CharField(max_length=6, choices=ImportBatch.OnDuplicate, blank=True)
    doing = models.CharField(max_length=6, choices=Doing, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    instrument = models.ForeignKey(Instrument, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("line",)
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        constraints = (models.UniqueConstraint(fields=("batch", "line"), name="import_row_once"),)
        indexes = (
            models.Index(fields=("batch", "state"), name="import_row_state"),
            models.Index(fields=("batch", "key"), name="import_row_key"),
        )

    def __str__(self) -> str:
        return f"{self.batch} · {self.line}"
