"""Methods, their editions, and the documents that say how a job is computed."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Count, Exists, OuterRef
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from labs.models.dated import DatedQuerySet
from metrology.models import Organization, Person, User
from metrology.models.places import Confidence
from metrology.scope import Scope, ScopedModel, ScopedQuerySet


class Discipline(models.Model):
    """A first-level field of JJF 1022-2014 (专业)."""

    code = models.CharField(_("code"), max_length=2, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=80)
    is_core = models.BooleanField(_("one of the ten disciplines"), default=True)

    class Meta:
        ordering = ("code",)
        verbose_name = _("discipline")
        verbose_name_plural = _("disciplines")

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en


class Method(ScopedModel):
    """A verification regulation or calibration specification (规程 / 规范), without its edition.

    Qualifications, authorisations and standard items attach here, so that a new edition does not
    cut them off.
    """

    class Kind(models.TextChoices):
        REGULATION = "JJG", _("Verification regulation (JJG)")
        SPECIFICATION = "JJF", _("Calibration specification (JJF)")
        OTHER = "other", _("Other method")

    scope: ClassVar[Scope] = Scope(everyone=True)

    code = models.CharField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    title_zh = models.CharField(_("Chinese title"), max_length=160)
    title_en = models.CharField(_("English title"), max_length=200, blank=True)
    discipline = models.ForeignKey(Discipline, models.PROTECT, null=True, blank=True, related_name="methods")
    period_months = models.PositiveSmallIntegerField(_("longest period (months)"), null=True, blank=True)
    confidence = models.CharField(_("confidence"), max_length=1, choices=Confidence, default=Confidence.LOW)
    note = models.CharField(_("note"), max_length=400, blank=True)

    class Meta:
        ordering = ("code",)
        verbose_name = _("method")
        verbose_name_plural = _("methods")

    def __str__(self) -> str:
        return self.code

    @property
    def title(self) -> str:
        chinese = (get_language() or "").startswith("zh") or not self.title_en
        return self.title_zh if chinese else self.title_en


class MethodEdition(ScopedModel):
    """An edition of a method and the days it is in force (版本)."""

    scope: ClassVar[Scope] = Scope(everyone=True)

    method = models.ForeignKey(Method, models.PROTECT, related_name="editions")
    edition = models.CharField(_("edition"), max_length=12)
    valid_from = models.DateField(_("in force from"))
    valid_to = models.DateField(_("in force to"), null=True, blank=True)
    superseded_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="supersedes"
    )

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        ordering = ("method_id", "-valid_from")
        verbose_name = _("method edition")
        verbose_name_plural = _("method editions")
        constraints = (models.UniqueConstraint(fields=("method", "edition"), name="edition_once"),)

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        return f"{self.method.code}-{self.edition}"


class MethodVersionQuerySet(ScopedQuerySet["MethodVersion"]):
    def confirmed_for(self, institute: Organization) -> Self:
        """Versions this institute may use: two people's latest word is yes, nobody's there is no.

        The no of a person who has left binds no longer.
        """
        words = Confirmation.objects.latest_words().filter(institute=institute)
        agreed = words.filter(agrees=True).values("version").annotate(people=Count("person", distinct=True))
        doubted = words.filter(agrees=False, person__left_on__isnull=True).values("version")
        return self.filter(pk__in=agreed.filter(people__gte=2).values("version")).exclude(pk__in=doubted)


class MethodVersion(ScopedModel):
    """How this house computes an edition (数据版本): an immutable document, decimals as text.

    `document` is the JSON text that `metrology.science.method.parse` reads. Nothing is confirmed
    by being here: each institute's two people confirm it (rules 5).
    """

    scope: ClassVar[Scope] = Scope(everyone=True)
    insert_only: ClassVar[bool] = True

    edition = models.ForeignKey(MethodEdition, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    document = models.TextField(_("document"))
    sha256 = models.CharField("SHA-256", max_length=64)
    confidence = models.CharField(_("confidence"), max_length=1, choices=Confidence)
    created_at = models.DateTimeField(_("created at"))
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects: ClassVar = MethodVersionQuerySet.as_manager()

    class Meta:
        ordering = ("edition_id", "-number")
        verbose_name = _("method version")
        verbose_name_plural = _("method versions")
        constraints = (models.UniqueConstraint(fields=("edition", "number"), name="method_version_once"),)

    def __str__(self) -> str:
        return f"{self.edition} · v{self.number}"


class ConfirmationQuerySet(ScopedQuerySet["Confirmation"]):
    def latest_words(self) -> Self:
        """Of each person, institute and version only the last thing said."""
        later = Confirmation.objects.filter(
            institute=OuterRef("institute"),
            version=OuterRef("version"),
            person=OuterRef("person"),
            pk__gt=OuterRef("pk"),
        )
        return self.filter(~Exists(later))


class Confirmation(ScopedModel):
    """One person's word, for their institute, that a method version is right (确认), or is not.

    A version may be used in an institute when two people's latest word there is yes and nobody's
    is no.
    """

    scope: ClassVar[Scope] = Scope(institute=("institute",), authority=("institute__region",))
    insert_only: ClassVar[bool] = True

    institute = models.ForeignKey(Organization, models.PROTECT, related_name="confirmations")
    version = models.ForeignKey(MethodVersion, models.PROTECT, related_name="confirmations")
    person = models.ForeignKey(Person, models.PROTECT, related_name="confirmations")
    agrees = models.BooleanField(_("agrees"))
    note = models.CharField(_("note"), max_length=400, blank=True)
    at = models.DateTimeField(_("at"))

    objects: ClassVar = ConfirmationQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("confirmation")
        verbose_name_plural = _("confirmations")

    def __str__(self) -> str:
        return f"{self.version} · {self.person}"
