"""Certified metrologists and what each may do."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from labs.models.dated import DatedQuerySet, dates_in_order
from labs.models.methods import Method
from metrology.models import Organization, Person
from metrology.scope import Scope, ScopedModel


class Metrologist(ScopedModel):
    """A certified metrology engineer (注册计量师): the qualification a person keeps for life."""

    class Level(models.IntegerChoices):
        ONE = 1, _("Level 1")
        TWO = 2, _("Level 2")

    scope: ClassVar[Scope] = Scope(institute=("person__employer",), authority=("person__employer__region",))

    person = models.OneToOneField(Person, models.PROTECT, related_name="metrologist")
    level = models.PositiveSmallIntegerField(_("level"), choices=Level, default=Level.TWO)
    certificate_no = models.CharField(_("qualification certificate no."), max_length=60, unique=True)
    legacy_cert_no = models.CharField(_("former officer's licence no."), max_length=60, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("person__name_zh", "pk")
        verbose_name = _("certified metrologist")
        verbose_name_plural = _("certified metrologists")

    def __str__(self) -> str:
        return self.person.name


class Registration(ScopedModel):
    """A metrologist's registration with an employer for a time (注册证)."""

    scope: ClassVar[Scope] = Scope(
        institute=("institute", "metrologist__person__employer"), authority=("institute__region",)
    )

    metrologist = models.ForeignKey(Metrologist, models.PROTECT, related_name="registrations")
    institute = models.ForeignKey(Organization, models.PROTECT, related_name="registrations")
    number = models.CharField(_("registration no."), max_length=60, unique=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"))
    revoked_on = models.DateField(_("revoked on"), null=True, blank=True)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        ordering = ("-valid_to", "pk")
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = (dates_in_order("registration_dates_in_order"),)

    def __str__(self) -> str:
        return self.number


class QualificationQuerySet(DatedQuerySet["Qualification"]):
    def holders(self, method: Method, act: str, day: date) -> models.QuerySet[Person]:
        """The people who may do this act by this method on a day: allowed, not excluded, not gone."""
        rows = self.valid_on(day).filter(method=method, act=act)
        allowed = rows.filter(effect=Qualification.Effect.ALLOW).values("metrologist__person")
        excluded = rows.filter(effect=Qualification.Effect.EXCLUDE).values("metrologist__person")
        still_here = Q(left_on__isnull=True) | Q(left_on__gte=day)
        return Person.objects.filter(still_here, pk__in=allowed).exclude(pk__in=excluded)

    def allows(self, person: Person, method: Method, act: str, day: date) -> bool:
        """Whether this person may do this act by this method on a day; an exclusion outweighs."""
        return self.holders(method, act, day).filter(pk=person.pk).exists()


class Qualification(ScopedModel):
    """Metrologist × method × act (资格): allowed, or explicitly excluded (检验排外).

    An exclusion that holds on a day outweighs every allowance on that day.
    """

    class Act(models.TextChoices):
        TEST = "test", _("Test")
        CHECK = "check", _("Check")
        APPROVE = "approve", _("Approve")

    class Effect(models.TextChoices):
        ALLOW = "allow", _("Allowed")
        EXCLUDE = "exclude", _("Excluded")

    scope: ClassVar[Scope] = Scope(
        institute=("metrologist__person__employer",), authority=("metrologist__person__employer__region",)
    )

    metrologist = models.ForeignKey(Metrologist, models.PROTECT, related_name="qualifications")
    method = models.ForeignKey(Method, models.PROTECT, related_name="qualifications")
    act = models.CharField(_("act"), max_length=8, choices=Act)
    effect = models.CharField(_("effect"), max_length=8, choices=Effect, default=Effect.ALLOW)
    measuring_range = models.CharField(_("range"), max_length=120, blank=True)
    number = models.CharField(_("proof no."), max_length=60, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects: ClassVar = QualificationQuerySet.as_manager()

    class Meta:
        ordering = ("metrologist_id", "method_id", "act", "pk")
        verbose_name = _("qualification")
        verbose_name_plural = _("qualifications")
        constraints = (
            dates_in_order("qualification_dates_in_order"),
            models.UniqueConstraint(
                fields=("metrologist", "method", "act", "effect", "valid_from"), name="qualification_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.metrologist} · {self.method} · {self.get_act_display()}"
