"""Public measurement standards, their two certificates and their parts, all dated."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, Subquery
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from labs.models.dated import DatedQuerySet, dates_in_order
from labs.models.equipment import Equipment
from labs.models.methods import Discipline, Method
from labs.models.places import Laboratory, Room
from metrology.models import Attachment, Organization, Person, Region
from metrology.scope import Scope, ScopedModel, ScopedQuerySet

OWN = Scope(institute=("standard__institute",), authority=("standard__institute__region",))


class StandardQuerySet(ScopedQuerySet["Standard"]):
    def public(self) -> Self:
        """Standards that serve the public: the ones that count towards the plan."""
        return self.filter(category__in=Standard.PUBLIC)

    def with_standing(self, day: date) -> Self:
        """Each standard with `standing` (its status), `is_examined`, `is_licensed`, `is_usable` on a day."""

        def of_standard(model: type[models.Model]) -> models.QuerySet[models.Model]:
            rows: DatedQuerySet[models.Model] = model._default_manager.all()  # type: ignore[assignment]  # the default manager of any dated model
            return rows.valid_on(day).filter(standard=OuterRef("pk"))

        status = of_standard(StatusPeriod).order_by("-valid_from", "-pk").values("status")[:1]
        examined = Q(is_examined=True) & Q(standing=StatusPeriod.Status.IN_USE)
        licensed = Q(is_licensed=True) | ~Q(category__in=Standard.PUBLIC)
        return self.annotate(
            standing=Subquery(status),
            is_examined=Exists(of_standard(ExamCertificate)),
            is_licensed=Exists(of_standard(PublicLicence)),
        ).annotate(is_usable=ExpressionWrapper(examined & licensed, BooleanField()))

    def usable_on(self, day: date) -> Self:
        """Standards in use on a day, with a valid examination certificate and, if public, a valid licence."""
        return self.with_standing(day).filter(is_usable=True)


class Standard(ScopedModel):
    """A measurement standard (计量标准). Whether it may be used on a day is asked of its dated
    certificates and status periods, never stored."""

    class Category(models.TextChoices):
        PUBLIC_STATUTORY = "public_statutory", _("Public, at a statutory institute")
        PUBLIC_AUTHORISED = "public_authorised", _("Public, authorised")
        SPECIAL = "special", _("Special-item authorised")
        HIGHEST_ENTERPRISE = "highest_enterprise", _("Highest of an enterprise")

    PUBLIC: ClassVar[tuple[str, ...]] = ("public_statutory", "public_authorised")

    scope: ClassVar[Scope] = Scope(institute=("institute",), authority=("institute__region",))

    institute = models.ForeignKey(Organization, models.PROTECT, related_name="standards")
    laboratory = models.ForeignKey(
        Laboratory, models.PROTECT, null=True, blank=True, related_name="standards"
    )
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="standards")
    name_zh = models.CharField(_("Chinese name"), max_length=160)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    code = models.CharField(_("JJF 1022 code"), max_length=8, null=True, blank=True)
    discipline = models.ForeignKey(Discipline, models.PROTECT, related_name="standards")
    category = models.CharField(
        _("category"), max_length=20, choices=Category, default=Category.PUBLIC_STATUTORY
    )
    is_highest = models.BooleanField(_("highest in its region"), default=False)
    measuring_range = models.CharField(_("measuring range"), max_length=160)
    accuracy = models.CharField(_("uncertainty, class, order or MPE"), max_length=160)
    established_on = models.DateField(_("established on"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar = StandardQuerySet.as_manager()

    class Meta:
        ordering = ("institute_id", "name_zh", "pk")
        verbose_name = _("measurement standard")
        verbose_name_plural = _("measurement standards")
        constraints = (models.UniqueConstraint(fields=("institute", "name_zh"), name="standard_once"),)

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        chinese = (get_language() or "").startswith("zh") or not self.name_en
        return self.name_zh if chinese else self.name_en


class StandardItem(ScopedModel):
    """What a standard may verify or calibrate (开展的检定或校准项目).

    The range is closed, in `unit`; an empty end is open.
    """

    scope: ClassVar[Scope] = OWN

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="items")
    uut_name_zh = models.CharField(_("instrument (Chinese)"), max_length=120)
    uut_name_en = models.CharField(_("instrument (English)"), max_length=160, blank=True)
    method = models.ForeignKey(Method, models.PROTECT, related_name="standard_items")
    range_low = models.CharField(_("from"), max_length=24, blank=True)
    range_high = models.CharField(_("to"), max_length=24, blank=True)
    unit = models.CharField(_("unit"), max_length=16, blank=True)
    accuracy_classes = models.CharField(_("classes, comma separated"), max_length=120, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        ordering = ("standard_id", "pk")
        verbose_name = _("standard item")
        verbose_name_plural = _("standard items")
        constraints = (dates_in_order("standard_item_dates_in_order"),)

    def __str__(self) -> str:
        return self.uut_name_zh


class StandardEquipment(ScopedModel):
    """Equipment in a standard, with its role (计量标准器及主要配套设备)."""

    class Role(models.TextChoices):
        MASTER = "master", _("Master standard")
        ANCILLARY = "ancillary", _("Main ancillary equipment")
        AUXILIARY = "auxiliary", _("Auxiliary equipment")

    TRACEABLE: ClassVar[tuple[str, ...]] = ("master", "ancillary")

    scope: ClassVar[Scope] = OWN

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="equipment_parts")
    equipment = models.ForeignKey(Equipment, models.PROTECT, related_name="standard_parts")
    role = models.CharField(_("role"), max_length=10, choices=Role)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        ordering = ("standard_id", "pk")
        constraints = (
            dates_in_order("standard_equipment_dates_in_order"),
            models.UniqueConstraint(
                fields=("standard", "equipment", "valid_from"), name="standard_equipment_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.standard} · {self.equipment}"


class StandardPerson(ScopedModel):
    """Who keeps or operates a standard (负责人 / 操作人员)."""

    class Role(models.TextChoices):
        RESPONSIBLE = "responsible", _("Responsible person")
        OPERATOR = "operator", _("Operating person")

    scope: ClassVar[Scope] = OWN

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="people")
    person = models.ForeignKey(Person, models.PROTECT, related_name="standards")
    role = models.CharField(_("role"), max_length=12, choices=Role)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        ordering = ("standard_id", "pk")
        constraints = (dates_in_order("standard_person_dates_in_order"),)

    def __str__(self) -> str:
        return f"{self.standard} · {self.person}"


class Examination(ScopedModel):
    """One examination of a standard (考核): a workflow beside the standard's own state, so that a
    renewal under way does not take it out of use."""

    class Kind(models.TextChoices):
        INITIAL = "initial", _("Initial")
        RENEWAL = "renewal", _("Renewal")
        CHANGE = "change", _("Change")

    class State(models.TextChoices):
        DRAFT = "draft", _("In preparation")
        APPLIED = "applied", _("Applied")
        ACCEPTED = "accepted", _("Accepted for review")
        DOCUMENT_REVIEW = "document_review", _("Document review")
        ONSITE = "onsite", _("On-site examination")
        RECTIFYING = "rectifying", _("Rectification")
        APPROVED = "approved", pgettext_lazy("examination", "Approved")
        REFUSED = "refused", pgettext_lazy("examination", "Refused")

    scope: ClassVar[Scope] = OWN

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="examinations")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.DRAFT)
    opened_on = models.DateField(_("opened on"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=400, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("-opened_on", "-pk")
        verbose_name = _("examination")
        verbose_name_plural = _("examinations")

    def __str__(self) -> str:
        return f"{self.standard} · {self.get_kind_display()}"


class ExamCertificate(ScopedModel):
    """Proof that a standard was examined (计量标准考核证书); both dates are as printed."""

    scope: ClassVar[Scope] = OWN

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="exam_certificates")
    number = models.CharField(_("certificate no."), max_length=80, unique=True)
    issuer = models.CharField(_("issuer"), max_length=120)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"))
    revoked_on = models.DateField(_("revoked on"), null=True, blank=True)
    scan = models.ForeignKey(Attachment, models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        ordering = ("-valid_to", "pk")
        verbose_name = _("examination certificate")
        verbose_name_plural = _("examination certificates")
        constraints = (dates_in_order("exam_certificate_dates_in_order"),)

    def __str__(self) -> str:
        return self.number


class PublicLicence(ScopedModel):
    """Leave to serve the public with a standard in some regions (社会公用计量标准证书)."""

    scope: ClassVar[Scope] = OWN

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="public_licences")
    number = models.CharField(_("certificate no."), max_length=80, unique=True)
    issuer = models.CharField(_("issuer"), max_length=120)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"))
    revoked_on = models.DateField(_("revoked on"), null=True, blank=True)
    regions = models.ManyToManyField(Region, related_name="public_licences", verbose_name=_("valid regions"))
    scan = models.ForeignKey(Attachment, models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        ordering = ("-valid_to", "pk")
        verbose_name = _("public-standard licence")
        verbose_name_plural = _("public-standard licences")
        constraints = (dates_in_order("public_licence_dates_in_order"),)

    def __str__(self) -> str:
        return self.number


class StatusPeriod(ScopedModel):
    """A time in which a standard was in use, suspended or cancelled (使用 / 封存 / 撤销)."""

    class Status(models.TextChoices):
        IN_USE = "in_use", _("In use")
        SUSPENDED = "suspended", _("Suspended")
        CANCELLED = "cancelled", pgettext_lazy("standard", "Cancelled")

    scope: ClassVar[Scope] = OWN

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="status_periods")
    status = models.CharField(_("status"), max_length=10, choices=Status)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        ordering = ("standard_id", "valid_from", "pk")
        verbose_name = _("status period")
        verbose_name_plural = _("status periods")
        constraints = (
            dates_in_order("status_period_dates_in_order"),
            models.UniqueConstraint(
                fields=("standard",), condition=Q(valid_to__isnull=True), name="one_open_status_per_standard"
            ),
        )

    def __str__(self) -> str:
        return f"{self.standard} · {self.get_status_display()}"


class RepeatabilityTest(ScopedModel):
    """A yearly repeatability test of a standard (重复性试验); readings as JSON text."""

    scope: ClassVar[Scope] = OWN
    insert_only: ClassVar[bool] = True

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="repeatability_tests")
    tested_on = models.DateField(_("tested on"))
    readings = models.TextField(_("readings"))
    unit = models.CharField(_("unit"), max_length=16)
    s = models.CharField("s", max_length=40)
    reference_s = models.CharField(_("s of the budget"), max_length=40, blank=True)
    accepted = models.BooleanField(_("accepted"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-tested_on", "-pk")
        verbose_name = _("repeatability test")
        verbose_name_plural = _("repeatability tests")

    def __str__(self) -> str:
        return f"{self.standard} {self.tested_on}"


class StabilityTest(ScopedModel):
    """A stability test of a standard (稳定性考核); group means as JSON text."""

    scope: ClassVar[Scope] = OWN
    insert_only: ClassVar[bool] = True

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="stability_tests")
    tested_on = models.DateField(_("tested on"))
    means = models.TextField(_("group means"))
    unit = models.CharField(_("unit"), max_length=16)
    stability = models.CharField(_("stability"), max_length=40)
    limit = models.CharField(_("limit"), max_length=40)
    accepted = models.BooleanField(_("accepted"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-tested_on", "-pk")
        verbose_name = _("stability test")
        verbose_name_plural = _("stability tests")

    def __str__(self) -> str:
        return f"{self.standard} {self.tested_on}"
