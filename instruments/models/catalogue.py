"""The catalogue of instruments and what each region level is required to cover."""

from typing import ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from labs.models import Method
from metrology.models import Region
from metrology.models.places import Confidence
from metrology.scope import Scope, ScopedModel


class Purpose(models.TextChoices):
    """What an instrument is used for (用途); only the statutory ones make verification mandatory."""

    TRADE = "trade", _("Trade settlement")
    SAFETY = "safety", _("Safety protection")
    MEDICAL = "medical", _("Medical and health")
    ENVIRONMENTAL = "environmental", _("Environmental monitoring")
    PUBLIC_STANDARD = "public_standard", _("Public measurement standard")
    HIGHEST_STANDARD = "highest_standard", _("Highest standard of an enterprise")
    OTHER = "other", _("Other use")


class PlanField(models.TextChoices):
    """The plan's priority fields (重点领域), beside the statutory purposes."""

    FOOD_SAFETY = "food_safety", _("Food safety")
    PRODUCTION_SAFETY = "production_safety", _("Production safety")
    TRADE = "trade_settlement", _("Trade settlement")
    HEALTH = "medical_health", _("Medical and health")


class Category(ScopedModel):
    """A kind of instrument, in or outside the mandatory catalogue (强检目录).

    An instrument is mandatory only when its category is subject to verification and its purpose
    is among `uses` (Metrology Law art. 9); by type alone it is not.
    """

    class Mode(models.TextChoices):
        PERIODIC = "periodic", _("Periodic verification")
        INITIAL_SCRAP = "initial_only_scrap", _("Initial only, scrapped when inaccurate")
        INITIAL_ROTATE = "initial_only_rotate", _("Initial only, replaced at expiry")
        NONE = "none", _("Not verified")

    scope: ClassVar[Scope] = Scope(everyone=True)

    code = models.SlugField(_("code"), max_length=24, unique=True)
    catalogue_no = models.PositiveSmallIntegerField(_("catalogue no."), null=True, blank=True)
    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    type_approval = models.BooleanField(_("needs type approval"), default=False)
    verification = models.BooleanField(_("subject to mandatory verification"), default=False)
    mode = models.CharField(_("mode of verification"), max_length=24, choices=Mode, default=Mode.NONE)
    uses = models.JSONField(_("purposes that make it mandatory"), default=list, blank=True)
    plan_fields = models.JSONField(_("plan fields"), default=list, blank=True)
    methods = models.ManyToManyField(Method, related_name="categories", blank=True)
    confidence = models.CharField(_("confidence"), max_length=1, choices=Confidence, default=Confidence.LOW)

    class Meta:
        ordering = ("catalogue_no", "code")
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        chinese = (get_language() or "").startswith("zh") or not self.name_en
        return self.name_zh if chinese else self.name_en


class Requirement(ScopedModel):
    """A category that every region of a level must be able to verify (必建项目)."""

    scope: ClassVar[Scope] = Scope(everyone=True)

    level = models.CharField(_("level"), max_length=12, choices=Region.Level)
    category = models.ForeignKey(Category, models.PROTECT, related_name="requirements")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("level", "category"), name="requirement_once"),)

    def __str__(self) -> str:
        return f"{self.get_level_display()} · {self.category}"
