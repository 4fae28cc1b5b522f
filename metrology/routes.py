"""The kernel's part of the API: its nouns, the ways in and out, the schema and its page."""

from csp.decorators import csp_update
from django.urls import URLPattern, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.viewsets import ViewSetMixin

from metrology.resources.bodies import OrganizationViewSet, PersonViewSet
from metrology.resources.inbox import EventViewSet, NoticeViewSet
from metrology.resources.memberships import MembershipViewSet
from metrology.resources.places import RegionViewSet, TargetViewSet
from metrology.resources.scorecard import ScorecardView
from metrology.resources.sessions import ActingChoiceView, LogoutView, MeView, TokenView
from metrology.search.api import SearchView

api_routes: list[tuple[str, type[ViewSetMixin], str]] = [
    ("regions", RegionViewSet, "region"),
    ("organizations", OrganizationViewSet, "organization"),
    ("people", PersonViewSet, "person"),
    ("memberships", MembershipViewSet, "membership"),
    ("events", EventViewSet, "event"),
    ("notices", NoticeViewSet, "notice"),
    ("targets", TargetViewSet, "target"),
]

# The page of the schema brings inline styles; only it may have them.
docs = csp_update({"style-src": "'unsafe-inline'"})(
    SpectacularSwaggerSplitView.as_view(url_name="api-schema")
)

api_paths: list[URLPattern] = [
    path("auth/token/", TokenView.as_view(), name="api-token"),
    path("auth/logout/", LogoutView.as_view(), name="api-logout"),
    path("me/", MeView.as_view(), name="api-me"),
    path("me/acting/", ActingChoiceView.as_view(), name="api-acting"),
    path("search/", SearchView.as_view(), name="api-search"),
    path("scorecard/", ScorecardView.as_view(), name="api-scorecard"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", docs, name="api-docs"),
]
