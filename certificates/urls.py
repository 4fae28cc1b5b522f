"""Addresses of this app: pages here, nouns of the API in `api_routes`."""

from django.urls import URLPattern, URLResolver, path
from rest_framework.viewsets import ViewSetMixin

from certificates import api, archive, changing, pages, views
from certificates.review import fragments, page, queue

api_routes: list[tuple[str, type[ViewSetMixin], str]] = [
    ("certificates", api.CertificateViewSet, "certificate"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("v/", views.look_up, name="look_up"),
    path("v/file/", views.check_file, name="check_file"),
    path("v/<slug:code>", views.check, name="check"),
    path("v/<slug:code>/", views.to_check),
    path("v/<slug:code>.json", views.check, {"as_json": True}, name="check_json"),
    path("review/", queue.Queue.as_view(), name="review"),
    path("review/<uuid:key>/", page.ReviewPage.as_view(), name="review_job"),
    path("review/<uuid:key>/check/", page.Check.as_view(), name="review_check"),
    path("review/<uuid:key>/return/", page.Return.as_view(), name="review_return"),
    path("review/<uuid:key>/approve/", page.Approve.as_view(), name="review_approve"),
    path("review/<uuid:key>/next/", page.Next.as_view(), name="review_next"),
    path("review/<uuid:key>/previous/", page.Previous.as_view(), name="review_previous"),
    path("review/<uuid:key>/outcome/", fragments.Outcome.as_view(), name="review_outcome"),
    path("review/<uuid:key>/preview.pdf", fragments.Preview.as_view(), name="review_preview"),
    path("certificates/", pages.CertificateList.as_view(), name="certificates"),
    path("certificates/zip/", archive.Archive.as_view(), name="certificates_zip"),
    path("certificates/<slug:key>/", pages.CertificatePage.as_view(), name="certificate"),
    path("certificates/<slug:key>/amend/", changing.Amend.as_view(), name="certificate_amend"),
    path("certificates/<slug:key>/revoke/", changing.Revoke.as_view(), name="certificate_revoke"),
    path("certificates/<slug:key>/void/", changing.Void.as_view(), name="certificate_void"),
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
