"""The pages that only a demonstration has: how far its data is, and files to try things with."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from certificates.models import CertificateHead
from metrology.management.demo import present, samples
from metrology.management.demo.bodies import Cast
from metrology.management.demo.import_file import FILE_NAME
from metrology.management.demo.plan import city_visits

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STOP_POLLING = 286


@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """How many certificates of the history are there; htmx asks again until all are."""
    cast = _cast(request)
    done, total = documents(cast)
    context = {"done": done, "total": total, "is_complete": done >= total}
    if not request.headers.get("HX-Request"):
        return render(request, "metrology/demo/progress.html", context)
    answer = render(request, "metrology/demo/_progress.html", context)
    answer.status_code = STOP_POLLING if done >= total else 200
    return answer


@require_safe
def import_table(request: HttpRequest) -> HttpResponse:
    """A spreadsheet with seventeen planted errors."""
    return _file(samples.import_table(_cast(request).enterprise), FILE_NAME, XLSX)


@require_safe
def altered_certificate(request: HttpRequest) -> HttpResponse:
    """A forged PDF, for the public check to find out."""
    found = samples.altered_certificate(_cast(request).enterprise)
    if found is None:
        raise Http404
    number, content = found
    return _file(content, f"{number}-altered.pdf", "application/pdf")


def documents(cast: Cast) -> tuple[int, int]:
    """The certificates of the history that are issued, and how many there will be."""
    of_counties = CertificateHead.objects.filter(
        certificate__institute__in=[house.institute.pk for house in cast.counties.values()]
    )
    done = of_counties.exclude(state=CertificateHead.State.SEALING).count()
    done += sum(visit.documents for visit in city_visits(cast.scale))
    return min(done, cast.scale.certificates), cast.scale.certificates


def _cast(request: HttpRequest) -> Cast:
    if request.actor.is_stranger:  # type: ignore[attr-defined]  # set by ActorMiddleware
        raise Http404
    cast = present()
    if cast is None:
        raise Http404
    return cast


def _file(content: bytes, name: str, media_type: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


urlpatterns = [
    path("demo/progress/", progress, name="demo_progress"),
    path("demo/import.xlsx", import_table, name="demo_import"),
    path("demo/altered.pdf", altered_certificate, name="demo_altered"),
]
