"""The API's memberships, and the logins they belong to."""

from __future__ import annotations

from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from metrology.actions.memberships import block_user, create_user, end_membership, grant_membership
from metrology.api import ScopedViewSet, post_action
from metrology.doors import Body, Day, Filters, OnBody, creates
from metrology.fields import PublicId, ScopedRelated, StrictText
from metrology.models import Membership, Organization, Person, User
from metrology.roles import Role


class MembershipSerializer(serializers.ModelSerializer[Membership]):
    id = PublicId()
    user = ScopedRelated(read_only=True)
    username = serializers.CharField(source="user.username", read_only=True)
    is_active = serializers.BooleanField(source="user.is_active", read_only=True)
    person = ScopedRelated(source="user.person", read_only=True, allow_null=True)
    organization = ScopedRelated(read_only=True)
    organization_name = serializers.CharField(source="organization.name", read_only=True)

    class Meta:
        model = Membership
        fields = (
            "id",
            "user",
            "username",
            "is_active",
            "person",
            "organization",
            "organization_name",
            "role",
            "valid_from",
            "valid_to",
        )


class KnownUser(ScopedRelated):
    """A login the actor may know of: one with a membership the actor may see."""

    def get_queryset(self) -> Any:
        actor = self.context["request"].actor
        return User.objects.filter(memberships__in=Membership.objects.visible_to(actor)).distinct()


class NewMembership(Body):
    user = KnownUser(queryset=User.objects.none())
    organization = ScopedRelated(queryset=Organization.objects.all())
    role = serializers.ChoiceField(Role.choices)
    valid_from = Day(required=False)
    valid_to = Day(required=False, allow_null=True)


class NewLogin(Body):
    username = StrictText(max_length=150)
    password = StrictText(max_length=400, trim_whitespace=False, write_only=True)
    organization = ScopedRelated(queryset=Organization.objects.all())
    role = serializers.ChoiceField(Role.choices)
    person = ScopedRelated(queryset=Person.objects.all(), required=False, allow_null=True)
    valid_from = Day(required=False)
    language = serializers.ChoiceField([("", ""), ("zh-hans", "zh-hans"), ("en", "en")], required=False)


class MembershipFilters(Filters):
    organization = django_filters.UUIDFilter(field_name="organization__public_id")
    user = django_filters.UUIDFilter(field_name="user__public_id")
    role = django_filters.ChoiceFilter(choices=Role.choices)

    class Meta:
        model = Membership
        fields = ("organization", "user", "role")


class MembershipViewSet(ScopedViewSet[Membership]):
    rows = Membership.objects.select_related("user__person", "organization")
    serializer_class = MembershipSerializer
    filterset_class = MembershipFilters

    @creates(NewMembership, MembershipSerializer)
    def create(self, request: Request) -> Response:
        return self.answer(grant_membership(by=self.actor, **self.parsed(NewMembership)), status=201)

    @post_action("with-login", detail=False, takes=NewLogin, gives=MembershipSerializer, status=201)
    def with_login(self, request: Request) -> Response:
        return self.answer(create_user(by=self.actor, **self.parsed(NewLogin)), status=201)

    @post_action("end", takes=OnBody, gives=MembershipSerializer)
    def end(self, request: Request, **kwargs: Any) -> Response:
        return self.answer(end_membership(self.get_object(), by=self.actor, **self.parsed(OnBody)))

    @post_action("block-login", takes=Body, gives=MembershipSerializer)
    def block_login(self, request: Request, **kwargs: Any) -> Response:
        membership = self.get_object()
        self.parsed(Body)
        membership.user = block_user(membership.user, by=self.actor)
        return self.answer(membership)
