"""History and numbers."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from metrology.models.bodies import Organization
from metrology.models.places import Region
from metrology.scope import Scope, ScopedModel


class Event(ScopedModel):
    """One thing that was done (事件): written by a verb, linked by hash to the one before it.

    `actor` and `facts` are canonical JSON text, so that the hash covers the very bytes kept.
    """

    scope: ClassVar[Scope] = Scope(
        enterprise=("organization",), institute=("organization",), authority=("region",)
    )
    insert_only: ClassVar[bool] = True

    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="events")
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="events")
    chain = models.CharField(max_length=40)
    seq = models.PositiveBigIntegerField()
    verb = models.CharField(_("act"), max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=64)
    actor = models.TextField()
    facts = models.TextField()
    at = models.DateTimeField(_("at"))
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = (models.UniqueConstraint(fields=("chain", "seq"), name="event_once_per_place"),)
        indexes = (models.Index(fields=("subject_type", "subject_id"), name="event_subject"),)

    def __str__(self) -> str:
        return f"{self.chain} {self.seq} {self.verb}"


class ChainHead(models.Model):
    """The last link of a chain; its row is the lock that puts Events in order."""

    chain = models.CharField(max_length=40, unique=True)
    seq = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.chain} {self.seq}"


class Counter(models.Model):
    """The last number given in a series; moved only inside the transaction that uses it."""

    key = models.CharField(max_length=80, unique=True)
    value = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key} {self.value}"
