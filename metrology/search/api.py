"""GET /api/v1/search/: the search box for machines."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from metrology.actors import Actor
from metrology.authentication import SESSION_KEY, actor_of
from metrology.errors import Invalid
from metrology.parsing import is_storable
from metrology.search import query
from metrology.search.query import Answer, Hit
from metrology.search.words import LEAST, MOST_CHARACTERS


class HitSerializer(serializers.Serializer[Any]):
    """One thing found: its id in this API (a certificate's is its number), and its page."""

    id = serializers.CharField(source="entry.key")
    title = serializers.CharField(source="entry.title")
    subtitle = serializers.CharField(source="entry.subtitle")
    url = serializers.CharField()


class GroupSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(source="source.model._meta.label_lower")
    label = serializers.CharField(source="source.label")  # type: ignore[assignment]  # the name of a field
    items = HitSerializer(source="hits", many=True)
    more = serializers.BooleanField(help_text="Whether there are others beyond these.")


class SearchAnswer(serializers.Serializer[Any]):
    q = serializers.CharField(help_text="The query as it was understood.")
    exact = HitSerializer(allow_null=True, help_text="The one thing whose number was given in full.")
    results = GroupSerializer(many=True)


class SearchView(APIView):
    """What has every word of `q`, the newest of each kind: names (also by pinyin), serials, numbers."""

    @extend_schema(
        responses=SearchAnswer,
        parameters=[
            OpenApiParameter("q", str, required=True, description=f"At least {LEAST} characters."),
        ],
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params.get("q", "")
        if not is_storable(asked) or len(asked) > MOST_CHARACTERS:
            raise Invalid({"/q": [_("Give at most %(most)d plain characters.") % {"most": MOST_CHARACTERS}]})
        actor: Actor = actor_of(request.user, request.auth, request._request.session.get(SESSION_KEY))
        found = query.search(asked, actor)
        if found.query.is_too_short:
            raise Invalid({"/q": [_("Give at least two characters of a name, a number or initials.")]})
        return Response(SearchAnswer(_said(found)).data)


def _said(found: Answer) -> dict[str, Any]:
    exact: Hit | None = found.exact
    return {"q": found.query.text, "exact": exact, "results": found.groups}
