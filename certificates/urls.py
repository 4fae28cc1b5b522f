"""Addresses of this app: pages here, nouns of the API in `api_routes`."""

from django.urls import URLPattern, URLResolver, path
from rest_framework.viewsets import ViewSetMixin

from certificates import api, pages, views

api_routes: list[tuple[str, type[ViewSetMixin], str]] = [
    ("certificates", api.CertificateViewSet, "certificate"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("v/", views.look_up, name="look_up"),
    path("v/<slug:code>", views.check, name="check"),
    path("v/<slug:code>/", views.to_check),
    path("v/<slug:code>.json", views.check, {"as_json": True}, name="check_json"),
    path("certificates/", pages.CertificateList.as_view(), name="certificates"),
    path("certificates/<slug:key>/", pages.CertificatePage.as_view(), name="certificate"),
    path("certificates/<slug:number>.pdf", views.download, name="certificate_pdf"),
    path(
        "api/v1/jobs/<str:id>/approve/",
        api.JobIssueViewSet.as_view({"post": "approve"}),
        name="job-approve",
    ),
    path(
        "api/v1/jobs/<str:id>/preview/",
        api.JobIssueViewSet.as_view({"get": "preview"}),
        name="job-preview",
    ),
]
