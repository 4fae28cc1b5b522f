"""The raw record and what was computed from it; written once, corrected by new rows."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from instruments.models.jobs import OWN, Job
from labs.models import Equipment, MethodVersion, TraceCertificate
from metrology.models import Person, User
from metrology.scope import Scope, ScopedModel


class Direction(models.TextChoices):
    """The direction in which a point was approached."""

    NONE = "none", _("None")
    UP = "up", _("Increasing")
    DOWN = "down", _("Decreasing")


class Adjustment(models.TextChoices):
    """Before or after adjustment and repair."""

    AS_FOUND = "as_found", _("As found")
    AS_LEFT = "as_left", _("As left")


class Point(ScopedModel):
    """One place in the plan of a job at which something is measured (测量点)."""

    scope: ClassVar[Scope] = OWN
    insert_only: ClassVar[bool] = True

    job = models.ForeignKey(Job, models.PROTECT, related_name="points")
    revision = models.PositiveSmallIntegerField(_("revision of the plan"), default=1)
    test = models.CharField(_("test"), max_length=40)
    key = models.CharField(_("point"), max_length=40)
    nominal = models.CharField(_("nominal value"), max_length=40, blank=True)
    unit = models.CharField(_("unit"), max_length=16, blank=True)
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        ordering = ("job_id", "revision", "position")
        verbose_name = _("point")
        verbose_name_plural = _("points")
        constraints = (
            models.UniqueConstraint(fields=("job", "revision", "test", "key"), name="point_once_per_plan"),
        )

    def __str__(self) -> str:
        return f"{self.test}/{self.key}"


class PointSource(ScopedModel):
    """What a point's value rests on (溯源): equipment, its trace certificate, person, method version."""

    scope: ClassVar[Scope] = Scope(
        institute=("point__job__institute",),
        authority=("point__job__institute__region", "point__job__instrument__region"),
    )
    insert_only: ClassVar[bool] = True

    point = models.ForeignKey(Point, models.PROTECT, related_name="sources")
    revision = models.PositiveSmallIntegerField(_("revision of the record"))
    equipment = models.ForeignKey(Equipment, models.PROTECT, related_name="point_sources")
    trace_certificate = models.ForeignKey(
        TraceCertificate, models.PROTECT, null=True, related_name="point_sources"
    )
    tester = models.ForeignKey(Person, models.PROTECT, related_name="+")
    method_version = models.ForeignKey(MethodVersion, models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("point", "revision", "equipment"), name="point_source_once"),
        )

    def __str__(self) -> str:
        return f"{self.point} · {self.equipment}"


class RecordDraft(models.Model):
    """Cells still being typed; the only part of a record that may be overwritten."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="drafts")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    cells = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("job", "user"), name="draft_once_per_user"),)

    def __str__(self) -> str:
        return f"{self.job}"


class Reading(ScopedModel):
    """One committed value of one cell, as text, in one revision (读数); never edited.

    A correction is the next revision of the same cell; an empty text withdraws the value.
    """

    scope: ClassVar[Scope] = OWN
    insert_only: ClassVar[bool] = True

    job = models.ForeignKey(Job, models.PROTECT, related_name="readings")
    point = models.ForeignKey(Point, models.PROTECT, related_name="readings")
    column = models.CharField(_("column"), max_length=40)
    repeat = models.PositiveSmallIntegerField(_("repeat"), default=1)
    direction = models.CharField(_("direction"), max_length=4, choices=Direction, default=Direction.NONE)
    adjustment = models.CharField(
        _("before or after adjustment"), max_length=8, choices=Adjustment, default=Adjustment.AS_FOUND
    )
    revision = models.PositiveSmallIntegerField(_("revision"))
    record_revision = models.PositiveSmallIntegerField(_("revision of the record"))
    text = models.CharField(_("value"), max_length=40, blank=True)
    typed = models.CharField(_("as typed"), max_length=40, blank=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    observed_at = models.DateTimeField(_("observed at"))
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = (
            models.UniqueConstraint(
                fields=("point", "column", "repeat", "direction", "adjustment", "revision"),
                name="reading_once_per_revision",
            ),
        )

    def __str__(self) -> str:
        return self.text


class Result(ScopedModel):
    """One evaluation of a record (结果), with the engine and the input it came from."""

    scope: ClassVar[Scope] = OWN
    insert_only: ClassVar[bool] = True

    job = models.ForeignKey(Job, models.PROTECT, related_name="results")
    adjustment = models.CharField(max_length=8, choices=Adjustment, default=Adjustment.AS_FOUND)
    revision = models.PositiveSmallIntegerField(_("revision"))
    record_revision = models.PositiveSmallIntegerField(_("revision of the record"))
    verdict = models.CharField(_("verdict"), max_length=16)
    rule = models.CharField(_("decision rule"), max_length=24)
    conclusion_zh = models.CharField(_("conclusion (Chinese)"), max_length=160, blank=True)
    conclusion_en = models.CharField(_("conclusion (English)"), max_length=160, blank=True)
    plan = models.PositiveSmallIntegerField(_("revision of the plan"), default=1)
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    engine_version = models.CharField(_("engine"), max_length=24)
    input_hash = models.CharField(_("input hash"), max_length=64)
    method_version = models.ForeignKey(MethodVersion, models.PROTECT, related_name="results")
    evaluated_at = models.DateTimeField(_("evaluated at"))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("result")
        verbose_name_plural = _("results")
        constraints = (
            models.UniqueConstraint(
                fields=("job", "adjustment", "revision"), name="result_once_per_revision"
            ),
        )

    def __str__(self) -> str:
        return f"{self.job} · {self.verdict}"


class OutputValue(ScopedModel):
    """One computed quantity at one point (输出值), as text: raw, as reported, limit, verdict."""

    scope: ClassVar[Scope] = Scope(
        institute=("result__job__institute",),
        authority=("result__job__institute__region", "result__job__instrument__region"),
    )
    insert_only: ClassVar[bool] = True

    result = models.ForeignKey(Result, models.PROTECT, related_name="values")
    point = models.ForeignKey(Point, models.PROTECT, null=True, related_name="values")
    test = models.CharField(_("test"), max_length=40)
    key = models.CharField(_("quantity"), max_length=40)
    raw = models.CharField(_("computed"), max_length=60)
    reported = models.CharField(_("reported"), max_length=60)
    unit = models.CharField(_("unit"), max_length=16, blank=True)
    u = models.CharField("u", max_length=60, blank=True)
    nu = models.CharField("ν", max_length=24, blank=True)
    k = models.CharField("k", max_length=24, blank=True)
    expanded = models.CharField("U", max_length=60, blank=True)
    mpe = models.CharField(_("MPE"), max_length=60, blank=True)
    low = models.CharField(_("lower limit"), max_length=60, blank=True)
    high = models.CharField(_("upper limit"), max_length=60, blank=True)
    verdict = models.CharField(_("verdict"), max_length=16, blank=True)
    contributions = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ("result_id", "pk")
        verbose_name = _("output value")
        verbose_name_plural = _("output values")

    def __str__(self) -> str:
        return f"{self.key} = {self.reported}"
