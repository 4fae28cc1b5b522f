"""The API's one base: scoped reads, keyset pages, versions, and POSTs that may be repeated safely."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from metrology import clock
from metrology.actors import Actor
from metrology.authentication import SESSION_KEY, actor_of
from metrology.errors import Absent, Conflict, Forbidden, Invalid
from metrology.ledger import canonical
from metrology.models import IdempotencyKey, User
from metrology.pagination import MAX_PAGE_SIZE, PAGE_SIZE, Page, next_link, page_of
from metrology.parsing import is_storable
from metrology.roles import READ_ONLY
from metrology.scope import ScopedQuerySet
from metrology.states import require_version
from metrology.watch import acting

M = TypeVar("M", bound=models.Model)
Handler = Callable[..., Response]

PAGE_PARAMETERS = [
    OpenApiParameter("cursor", str, description="The `next` cursor of the page before."),
    OpenApiParameter("page_size", int, description=f"At most {MAX_PAGE_SIZE}; {PAGE_SIZE} unless told."),
    OpenApiParameter("ordering", str, description="One of the orders of this list; `-` reverses it."),
]
POST_PARAMETERS = [
    OpenApiParameter(
        "Idempotency-Key",
        str,
        OpenApiParameter.HEADER,
        description="The same key gets the same answer for 24 h.",
    ),
    OpenApiParameter(
        "If-Match", str, OpenApiParameter.HEADER, description="The version this acts on; 412 if it moved on."
    ),
]


def once(handler: Handler) -> Handler:
    """Answer a repeated POST (same user, same Idempotency-Key) as the first time, doing nothing again.

    The key row is inserted before the work and in its transaction: two copies that arrive together
    wait for each other, and a killed process leaves neither work nor key behind.
    """

    @wraps(handler)
    def run(view: ScopedViewSet[Any], request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return handler(view, request, *args, **kwargs)
        if not 1 <= len(key) <= 128 or not is_storable(key):
            raise Invalid({"/Idempotency-Key": [_("Give a key of 1 to 128 characters.")]})
        assert isinstance(request.user, User)
        digest = _digest(view.actor, request)
        with transaction.atomic():
            row = _claimed(request.user, key, digest)
            if row is None:
                return _replayed(request.user, key, digest)
            answer = handler(view, request, *args, **kwargs)
            row.status = answer.status_code
            row.body = JSONRenderer().render(answer.data).decode()
            row.save(update_fields=["status", "body"])
            return answer

    return run


def _digest(actor: Actor, request: Request) -> str:
    """What was asked, and as whom: keyed, since a body may hold a password that nobody may guess from it."""
    acting = str(actor.membership.public_id) if actor.membership else None
    asked = canonical([request.method, request.path, acting, request.data])
    return salted_hmac("liangzhun.idempotency", asked, algorithm="sha256").hexdigest()


def _claimed(user: User, key: str, digest: str) -> IdempotencyKey | None:
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(
                user=user, key=key, request_hash=digest, status=0, body="", created_at=clock.now()
            )
    except IntegrityError:
        return None


def _replayed(user: User, key: str, digest: str) -> Response:
    row = IdempotencyKey.objects.get(user=user, key=key)
    if row.request_hash != digest:
        raise Conflict(_("This Idempotency-Key was used for another request."), code="key_reused")
    body = json.loads(row.body) if row.body else None
    version = body.get("version") if isinstance(body, dict) else None
    tag = {"ETag": f'"{version}"'} if version is not None else {}
    return Response(body, status=row.status, headers={"Idempotency-Replayed": "true", **tag})


def bare(handler: Handler) -> Handler:
    """A verb that takes nothing refuses what is sent to it, so that nothing is lost in silence."""

    @wraps(handler)
    def run(view: ScopedViewSet[Any], request: Request, *args: Any, **kwargs: Any) -> Response:
        sent = request.data
        if sent != {}:
            names = sorted(sent) if isinstance(sent, dict) else []
            fields = {f"/{name}": [_("There is no such field.")] for name in names}
            raise Invalid(fields or {"": [_("This takes no body, or an empty object.")]})
        return handler(view, request, *args, **kwargs)

    return run


def post_action(
    name: str, *, detail: bool = True, takes: Any = None, gives: Any = None, status: int = 200
) -> Callable[[Handler], Handler]:
    """A verb as a POST sub-resource: repeatable, versioned, described in the schema."""

    def decorate(handler: Handler) -> Handler:
        # The description goes outermost: `action` would throw away one that is already there.
        acting = action(detail=detail, methods=["post"], url_path=name, url_name=name.replace("_", "-"))
        described: Handler = extend_schema(
            request=takes, responses={status: gives} if gives else None, parameters=POST_PARAMETERS
        )(acting(once(handler if takes else bare(handler))))
        return described

    return decorate


class ScopedViewSet(GenericViewSet[M], Generic[M]):
    """Lists and details of one noun as the acting membership may see it.

    A subclass sets `rows` (with its joins), `serializer_class`, `orders` and maybe a filterset; it
    never overrides get_queryset, so that no read goes around `visible_to`.
    """

    rows: ScopedQuerySet[M]
    orders: tuple[str, ...] = ("-pk",)
    personal: bool = False
    lookup_field = "public_id"
    lookup_url_kwarg = "id"

    @property
    def actor(self) -> Actor:
        actor: Actor = self.request.actor  # type: ignore[attr-defined]  # set in initial()
        return actor

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        request.actor = acting(  # type: ignore[attr-defined]  # read through self.actor
            actor_of(request.user, request.auth, request._request.session.get(SESSION_KEY))
        )

        if self.actor.role in READ_ONLY and request.method not in SAFE_METHODS and not self.personal:
            raise Forbidden(_("Your role reads only."))

    def get_queryset(self) -> ScopedQuerySet[M]:
        """What the actor may see; for the schema generator, which is nobody, nothing."""
        if getattr(self, "swagger_fake_view", False):
            return self.rows.none()
        return self.rows.all().visible_to(self.actor)

    def get_object(self) -> M:
        """The visible row of the URL, at the version the caller expects."""
        key = self.kwargs[self.lookup_url_kwarg]
        if self.lookup_field == "public_id":
            try:
                key = UUID(str(key))
            except ValueError as error:
                raise Absent from error
        row = self.get_queryset().filter(**{self.lookup_field: key}).first()
        if row is None:
            raise Absent
        if self.request.method not in ("GET", "HEAD", "OPTIONS"):
            self._require_expected(row)
        return row

    def _require_expected(self, row: M) -> None:
        expected = self.expected_version()
        if hasattr(row, "version"):
            require_version(row, expected)

    def expected_version(self) -> int | None:
        """The version in If-Match, if the caller sent one."""
        tag = self.request.headers.get("If-Match")
        if tag is None or tag.strip() == "*":
            return None
        text = tag.strip().removeprefix("W/").strip('"')
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise Invalid({"/If-Match": [_('Give the version as it came in ETag, like "3".')]})
        return int(text)

    @extend_schema(parameters=PAGE_PARAMETERS)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.page()
        data = self.get_serializer(page.rows, many=True).data
        query = {
            name: request.query_params.getlist(name) for name in request.query_params if name != "cursor"
        }
        return Response({"results": data, "next": next_link(request.path, query, page.next_cursor)})

    def page(self) -> Page[M]:
        """The rows of the asked page in the asked order."""
        asked = self.request.query_params.get("ordering", self.orders[0])
        known = {order.lstrip("-") for order in self.orders}
        if asked.lstrip("-") not in known:
            raise Invalid(
                {"/ordering": [_("Order by one of: %(names)s.") % {"names": ", ".join(sorted(known))}]}
            )
        return page_of(
            self.filter_queryset(self.get_queryset()),
            order=asked,
            cursor=self.request.query_params.get("cursor"),
            size=self._page_size(),
        )

    def _page_size(self) -> int:
        text = self.request.query_params.get("page_size", str(PAGE_SIZE))
        if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MAX_PAGE_SIZE):
            raise Invalid({"/page_size": [_("Give a number from 1 to %(most)d.") % {"most": MAX_PAGE_SIZE}]})
        return int(text)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.answer(self.get_object())

    def answer(self, row: M, *, status: int = 200) -> Response:
        """One row as JSON, with its version as ETag."""
        version = getattr(row, "version", None)
        headers = {"ETag": f'"{version}"'} if version is not None else {}
        return Response(self.get_serializer(row).data, status=status, headers=headers)

    def parsed(self, serializer_class: type[serializers.BaseSerializer[Any]]) -> dict[str, Any]:
        """The body, checked; every field error at once."""
        serializer = serializer_class(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        data: dict[str, Any] = serializer.validated_data
        return data


PROBLEM_SCHEMA = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
ID_PARAMETER = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)
