"""Addresses of the bench: scan, hand out, start, write, look over."""

from django.urls import URLPattern, URLResolver, path

from instruments.api.bench import BenchViewSet
from instruments.views import desk, entry, hand_over, scan, start

urlpatterns: list[URLPattern | URLResolver] = [
    path("scan/", scan.ScanPage.as_view(), name="scan"),
    path("jobs/assign/", desk.AssignPage.as_view(), name="jobs_assign"),
    path("jobs/<uuid:key>/assign/", desk.AssignPage.as_view(), name="job_assign"),
    path("jobs/<uuid:key>/cancel/", desk.CancelPage.as_view(), name="job_cancel"),
    path("jobs/<uuid:key>/subcontract/", desk.SubcontractPage.as_view(), name="job_subcontract"),
    path("jobs/<uuid:key>/start/", start.StartPage.as_view(), name="job_start"),
    path("jobs/<uuid:key>/record/", entry.EntryPage.as_view(), name="job_record"),
    path("jobs/<uuid:key>/hand-over/", hand_over.HandOverPage.as_view(), name="job_hand_over"),
    path(
        "jobs/<uuid:id>/record/cells/",
        BenchViewSet.as_view({"get": "state", "post": "commit"}),
        name="job_cells",
    ),
    path("jobs/<uuid:id>/record/draft/", BenchViewSet.as_view({"post": "draft"}), name="job_draft"),
    path("jobs/<uuid:id>/record/climate/", BenchViewSet.as_view({"post": "climate"}), name="job_climate"),
]
