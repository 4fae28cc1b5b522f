"""Issued documents: what is said once (insert-only) and the one head that moves."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from instruments.models import Instrument, Job
from metrology.models import Organization, Person
from metrology.scope import Scope, ScopedModel


class Certificate(ScopedModel):
    """A numbered document (证书): frozen when approved, never edited.

    `snapshot` is canonical JSON text, the only source of every rendering. An amendment is a new
    row with a new number that `refers` to the old one.
    """

    class Kind(models.TextChoices):
        VERIFICATION = "verification", _("Verification certificate")
        REJECTION = "rejection", _("Notice of verification result")
        CALIBRATION = "calibration", _("Calibration certificate")
        TEST = "test", _("Test report")

    scope: ClassVar[Scope] = Scope(
        enterprise=("client",),
        institute=("institute",),
        authority=("institute__region", "instrument__region"),
    )
    insert_only: ClassVar[bool] = True

    number = models.CharField(_("certificate no."), max_length=40, unique=True)
    series = models.CharField(max_length=40)
    seq = models.PositiveIntegerField()
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    job = models.ForeignKey(Job, models.PROTECT, related_name="certificates")
    issue_no = models.PositiveSmallIntegerField(_("issue no."))
    institute = models.ForeignKey(Organization, models.PROTECT, related_name="certificates_issued")
    client = models.ForeignKey(Organization, models.PROTECT, related_name="certificates_received")
    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="certificates")
    approver = models.ForeignKey(Person, models.PROTECT, related_name="certificates_approved")
    approved_at = models.DateTimeField(_("approved at"))
    tested_on = models.DateField(_("tested on"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    code = models.CharField(_("verification code"), max_length=24, unique=True)
    snapshot = models.TextField()
    snapshot_sha256 = models.CharField(max_length=64)
    refers = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="referred_by")
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints = (
            models.UniqueConstraint(fields=("series", "seq"), name="certificate_seq_once"),
            models.UniqueConstraint(fields=("job", "issue_no"), name="certificate_issue_once"),
            models.CheckConstraint(
                condition=Q(kind="verification", valid_until__isnull=False)
                | (~Q(kind="verification") & Q(valid_until__isnull=True)),
                name="only_verification_has_validity",
            ),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def version(self) -> int:
        """The version of the head: what moves, and what If-Match speaks of."""
        return self.head.version


class CertificateHead(models.Model):
    """Where a certificate stands now; the compare-and-swap happens here, and lists read it.

    Everything in it can be rebuilt from the insert-only rows.
    """

    class State(models.TextChoices):
        SEALING = "sealing", _("Being sealed")
        ISSUED = "issued", _("Issued")
        SUPERSEDED = "superseded", _("Superseded")
        REVOKED = "revoked", _("Revoked")
        VOID = "void", _("Void")

    certificate = models.OneToOneField(Certificate, models.PROTECT, related_name="head", primary_key=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.SEALING)
    client = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="certificate_heads")
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    sent_at = models.DateTimeField(_("last sent to the sealer"))
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(_("last error"), max_length=400, blank=True)
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (
            models.Index(fields=("state", "sent_at"), name="head_outbox"),
            models.Index(fields=("client", "state"), name="head_client"),
            models.Index(fields=("instrument", "state"), name="head_instrument"),
        )

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.state}"


class CertificateFile(ScopedModel):
    """A stored file of a certificate, known by its content."""

    class Kind(models.TextChoices):
        PDF = "pdf", "PDF"
        DCC = "dcc", "DCC"

    scope: ClassVar[Scope] = Scope(
        enterprise=("certificate__client",),
        institute=("certificate__institute",),
        authority=("certificate__institute__region", "certificate__instrument__region"),
    )
    insert_only: ClassVar[bool] = True

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="files")
    kind = models.CharField(max_length=4, choices=Kind)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField()
    stored_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("certificate", "kind"), name="certificate_file_once"),)

    def __str__(self) -> str:
        return self.sha256


class Seal(ScopedModel):
    """The act of sealing: which bytes, by which signature, when (签章)."""

    scope: ClassVar[Scope] = Scope(institute=("certificate__institute",))
    insert_only: ClassVar[bool] = True

    certificate = models.OneToOneField(Certificate, models.PROTECT, related_name="seal")
    pdf_sha256 = models.CharField(max_length=64)
    dcc_sha256 = models.CharField(max_length=64, blank=True)
    signature = models.CharField(_("signature"), max_length=40, default="none")
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.pdf_sha256


class CertificateStatus(ScopedModel):
    """One turn in a certificate's life (状态), with its reason and the people behind it."""

    scope: ClassVar[Scope] = Scope(
        enterprise=("certificate__client",),
        institute=("certificate__institute",),
        authority=("certificate__institute__region", "certificate__instrument__region"),
    )
    insert_only: ClassVar[bool] = True

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="statuses")
    seq = models.PositiveSmallIntegerField()
    state = models.CharField(_("state"), max_length=12, choices=CertificateHead.State)
    reason = models.CharField(_("reason"), max_length=400, blank=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    second_person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ("certificate_id", "seq")
        constraints = (
            models.UniqueConstraint(fields=("certificate", "seq"), name="certificate_status_once"),
        )

    def __str__(self) -> str:
        return f"{self.certificate} · {self.get_state_display()}"


class LogEntry(ScopedModel):
    """A leaf of the public log (公开日志): canonical JSON text of an issue, amendment or revocation."""

    scope: ClassVar[Scope] = Scope(institute=("certificate__institute",))
    insert_only: ClassVar[bool] = True

    seq = models.PositiveBigIntegerField(unique=True)
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="log_entries")
    leaf = models.TextField()
    leaf_hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ("seq",)

    def __str__(self) -> str:
        return f"{self.seq}"


class SignedTreeHead(ScopedModel):
    """The root of the log at a size, signed (树头)."""

    insert_only: ClassVar[bool] = True

    size = models.PositiveBigIntegerField(unique=True)
    root_hash = models.CharField(max_length=64)
    signature = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("size",)

    def __str__(self) -> str:
        return f"{self.size} {self.root_hash}"
