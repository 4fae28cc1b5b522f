"""Logins, what they are to an organization, and tokens for machines."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken

from metrology import clock, usernames
from metrology.identifiers import uuid7
from metrology.models.bodies import Organization, Person
from metrology.roles import Role
from metrology.scope import Scope, ScopedModel, ScopedQuerySet


class User(AbstractUser):  # type: ignore[django-manager-missing]  # the token's manager has no types
    """A login (账号). What it may do comes from its memberships, never from staff flags."""

    scope: ClassVar[Scope] = Scope(operator=True, users=("pk",))

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="users", related_query_name="user"
    )
    language = models.CharField(_("language"), max_length=10, blank=True)
    shape = models.CharField(max_length=150, unique=True, null=True, editable=False)
    second_step_asked_on = models.DateField(null=True, editable=False)

    objects: ClassVar = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new login takes the shape of its name, so that none that looks alike can follow."""
        if self._state.adding and self.shape is None:
            self.shape = usernames.shape(self.username)
        super().save(*args, **kwargs)


class MembershipQuerySet(ScopedQuerySet["Membership"]):
    def current(self) -> "MembershipQuerySet":
        """Memberships that hold today, with what an actor needs to be judged."""
        today = clock.today()
        return self.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=today), valid_from__lte=today
        ).select_related("organization__region", "user__person")


class Membership(ScopedModel):  # type: ignore[django-manager-missing]  # the token's manager has no types
    """A user's role in an organization for a time (任职)."""

    scope: ClassVar[Scope] = Scope(
        enterprise=("organization",),
        institute=("organization",),
        authority=("organization__region",),
        users=("user",),
        operator=True,
    )

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects: ClassVar = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "organization", "role", "valid_from"), name="membership_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="membership_dates_in_order",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.organization}"


class ApiToken(AbstractAuthToken):  # type: ignore[misc]  # knox ships no types
    """A hashed, expiring token that acts in one membership."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    membership = models.ForeignKey(Membership, models.CASCADE, null=True, related_name="tokens")
    name = models.CharField(_("name"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.name or self.token_key}"
