"""Bodies, people and their files."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from metrology.models.places import Region
from metrology.scope import Scope, ScopedModel, ScopedQuerySet

if TYPE_CHECKING:
    from metrology.actors import Actor


class OrganizationQuerySet(ScopedQuerySet["Organization"]):
    def public(self) -> OrganizationQuerySet:
        """Bodies anybody who works here may know of: authorities and institutes."""
        return self.filter(kind__in=("authority", "institute"))

    def visible_to(self, actor: Actor) -> OrganizationQuerySet:
        own = super().visible_to(actor)
        return own if actor.membership is None else own | self.public()


class Organization(ScopedModel):
    """An authority, an institute, an enterprise or another body (单位).

    `code` is the short ASCII name that stands in certificate numbers. `is_demo` is immutable:
    everything such a body issues is watermarked.
    """

    class Kind(models.TextChoices):
        AUTHORITY = "authority", _("Market regulation authority")
        INSTITUTE = "institute", _("Metrology institute")
        ENTERPRISE = "enterprise", _("Enterprise")
        OTHER = "other", _("Other body")

    scope: ClassVar[Scope] = Scope(
        enterprise=("pk",),
        institute=("pk", "orders_filed__institute"),
        institute_region=("region",),
        authority=("region",),
        operator=True,
        many=True,
    )

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    name_zh = models.CharField(_("Chinese name"), max_length=160)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    code = models.CharField(_("short code"), max_length=12, unique=True, null=True, blank=True)
    credit_code = models.CharField(
        _("unified social credit code"), max_length=18, unique=True, null=True, blank=True
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="organizations", verbose_name=_("region"))
    predecessors = models.ManyToManyField("self", symmetrical=False, related_name="successors", blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("email"), blank=True)
    established_on = models.DateField(_("established on"), null=True, blank=True)
    dissolved_on = models.DateField(_("dissolved on"), null=True, blank=True)
    is_demo = models.BooleanField(_("demonstration"), default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ("name_zh", "pk")
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        constraints = (
            models.CheckConstraint(
                condition=~Q(kind="institute") | Q(code__isnull=False), name="institute_has_code"
            ),
            models.CheckConstraint(
                condition=Q(dissolved_on__isnull=True)
                | Q(established_on__isnull=True)
                | Q(dissolved_on__gte=models.F("established_on")),
                name="organization_dates_in_order",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        chinese = (get_language() or "").startswith("zh") or not self.name_en
        return self.name_zh if chinese else self.name_en


class Attachment(ScopedModel):
    """A stored file, known by its content (附件)."""

    class Kind(models.TextChoices):
        SCAN = "scan", _("Scan")
        SIGNATURE = "signature", _("Signature image")
        PHOTO = "photo", _("Photo")
        DATA = "data", _("Data file")
        SEAL = "seal", _("Seal image")

    scope: ClassVar[Scope] = Scope(enterprise=("owner",), institute=("owner",), authority=("owner__region",))

    owner = models.ForeignKey(Organization, models.PROTECT, related_name="attachments")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    name = models.CharField(_("file name"), max_length=200)
    media_type = models.CharField(_("media type"), max_length=100)
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    size = models.PositiveBigIntegerField(_("size"))
    stored_at = models.DateTimeField(_("stored at"))

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = (
            models.UniqueConstraint(fields=("owner", "kind", "sha256"), name="attachment_once_per_owner"),
        )

    def __str__(self) -> str:
        return self.name


class Person(ScopedModel):
    """A human being (人员); separation of duties is judged by person, not by login."""

    scope: ClassVar[Scope] = Scope(
        enterprise=("employer",),
        institute=("employer",),
        authority=("employer__region",),
        users=("user",),
        operator=True,
        many=True,
    )

    name_zh = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("name in Latin letters"), max_length=80, blank=True)
    employer = models.ForeignKey(Organization, models.PROTECT, related_name="people")
    signature = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("signature")
    )
    left_on = models.DateField(_("left on"), null=True, blank=True)

    class Meta:
        ordering = ("name_zh", "pk")
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_zh
