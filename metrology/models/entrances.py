"""How somebody comes in: invitations, and requests for one."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from metrology import clock
from metrology.models.accounts import User
from metrology.models.bodies import Organization, Person
from metrology.models.places import Region
from metrology.roles import Role
from metrology.scope import Scope, ScopedModel, ScopedQuerySet


class InvitationQuerySet(ScopedQuerySet["Invitation"]):
    def open(self) -> InvitationQuerySet:
        """Those that can still be accepted."""
        return self.filter(state=Invitation.State.PENDING, expires_at__gt=clock.now())


class Invitation(ScopedModel):
    """A role offered to a person (邀请); the link carries a token of which only the hash is kept."""

    class State(models.TextChoices):
        PENDING = "pending", _("Open")
        ACCEPTED = "accepted", _("Taken up")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    scope: ClassVar[Scope] = Scope(
        enterprise=("organization",),
        institute=("organization",),
        authority=("organization__region",),
        operator=True,
    )

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="invitations")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    name = models.CharField(_("name"), max_length=60)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    email = models.EmailField(_("email"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="invitations_sent")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_at = models.DateTimeField(_("invited at"))
    expires_at = models.DateTimeField(_("expires at"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PENDING)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = (
            models.CheckConstraint(
                condition=Q(accepted_by__isnull=True) | Q(state="accepted"), name="invitation_taken_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} · {self.get_role_display()} · {self.organization}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.PENDING and self.expires_at > clock.now()


class RegistrationRequest(ScopedModel):
    """An enterprise asks to be let in (自助登记申请); nothing follows until somebody has looked at it."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        APPROVED = "approved", _("Invited")
        DECLINED = "declined", _("Declined")

    scope: ClassVar[Scope] = Scope(
        enterprise=("organization",), institute_region=("region",), authority=("region",)
    )

    credit_code = models.CharField(_("unified social credit code"), max_length=18, db_index=True)
    name = models.CharField(_("name of the enterprise"), max_length=160)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    contact = models.CharField(_("contact person"), max_length=60)
    phone = models.CharField(_("phone"), max_length=40)
    email = models.EmailField(_("email"), blank=True)
    wish = models.CharField(_("what you would like to do"), max_length=400, blank=True)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, related_name="+", verbose_name=_("organization")
    )
    asked_at = models.DateTimeField(_("asked at"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PENDING)
    reason = models.CharField(_("reason"), max_length=400, blank=True)
    decided_at = models.DateTimeField(null=True)
    invitation = models.OneToOneField(Invitation, models.PROTECT, null=True, related_name="request")
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("request for access")
        verbose_name_plural = _("requests for access")
        indexes = (models.Index(fields=("state", "region"), name="registration_queue"),)

    def __str__(self) -> str:
        return f"{self.name} · {self.credit_code}"
