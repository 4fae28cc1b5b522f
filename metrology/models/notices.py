"""Notices and their deliveries."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from metrology.models.accounts import User
from metrology.models.bodies import Organization
from metrology.scope import Scope, ScopedModel


class Notice(ScopedModel):
    """One thing one person is told once (提醒): the row exists once per subject, date, stage, channel."""

    class Channel(models.TextChoices):
        IN_APP = "in_app", _("In the application")
        EMAIL = "email", _("E-mail")

    scope: ClassVar[Scope] = Scope(users=("recipient",))

    kind = models.CharField(_("kind"), max_length=40)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=64)
    due_on = models.DateField(_("due on"))
    stage = models.CharField(_("stage"), max_length=20)
    recipient = models.ForeignKey(User, models.CASCADE, related_name="notices")
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="notices")
    channel = models.CharField(_("channel"), max_length=20, choices=Channel, default=Channel.IN_APP)
    message = models.CharField(_("message"), max_length=400)
    path = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(_("created at"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "subject_type", "subject_id", "due_on", "stage", "recipient", "channel"),
                name="notice_once",
            ),
        )
        indexes = (models.Index(fields=("recipient", "read_at", "-created_at"), name="notice_inbox"),)

    def __str__(self) -> str:
        return self.message


class Delivery(models.Model):
    """An attempt to carry a Notice outside (投递).

    What goes out in one message shares a `digest`, set once before the first attempt, so that a message
    sent again after a crash is the same message with the same id.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    notice = models.OneToOneField(Notice, models.CASCADE, related_name="delivery")
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    message_id = models.CharField(max_length=120, unique=True)
    digest = models.CharField(max_length=64, blank=True, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=400, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("state", "not_before"), name="delivery_queue"),)

    def __str__(self) -> str:
        return self.message_id
