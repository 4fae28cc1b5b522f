"""Every refusal leaves the API in one shape: RFC 9457 problem+json with all field errors."""

import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.defaults import page_not_found, server_error
from rest_framework import exceptions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import set_rollback

from metrology.errors import Absent, Blocked, Busy, Conflict, DomainError, Invalid, TooMany

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
API = "/api/"


class ProblemRenderer(JSONRenderer):
    media_type = MEDIA_TYPE
    format = "problem"


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """The problem+json answer to an exception; None (a logged 500) for what nobody foresaw."""
    headers: dict[str, str] = {}
    if isinstance(error, Http404):
        error = Absent()
    if isinstance(error, DomainError):
        body = _domain_problem(error)
        if isinstance(error, TooMany):
            headers = {"Retry-After": str(error.wait)}
    elif isinstance(error, PermissionDenied):
        body = _problem(403, "forbidden", _("You may not do this."))
    elif isinstance(error, exceptions.ValidationError):
        body = _problem(400, "invalid", str(Invalid({}).message))
        body["errors"] = [
            {"pointer": pointer, "detail": detail} for pointer, detail in _field_errors(error.detail, "")
        ]
    elif isinstance(error, exceptions.APIException):
        body = _problem(error.status_code, str(error.default_code), _one_line(error.detail))
        headers = _api_headers(error)
    else:
        refusal = foreseen(error)
        if refusal is None:
            return None
        body = _domain_problem(refusal)
        headers = {"Retry-After": "2"} if isinstance(refusal, Busy) else {}
    set_rollback()
    answer = Response(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)
    request = context.get("request")
    if request is not None:
        request.accepted_renderer = ProblemRenderer()
        request.accepted_media_type = MEDIA_TYPE
    return answer


def foreseen(error: Exception) -> DomainError | None:
    """What the database refused, as a refusal in words; None for what nobody foresaw."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, IntegrityError):
        logger.error("Refused by a constraint of the database that no rule foresaw", exc_info=error)
        reason = _("Somebody else changed this at the same moment. Load it again and retry.")
        return Conflict(reason, code="contradiction")
    if isinstance(error, OperationalError):
        return Busy(_("The register is busy. Nothing was changed; try again in a moment."))
    return None


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that nothing answers: a problem for programs, a page for people."""
    if not request.path.startswith(API):
        return page_not_found(request, exception)
    return _plainly(_domain_problem(Absent()))


def failed(request: HttpRequest) -> HttpResponse:
    """What nobody foresaw; the log has the details."""
    if not request.path.startswith(API):
        return server_error(request)
    return _plainly(_problem(500, "failed", _("Something went wrong here. The request was not carried out.")))


def _plainly(body: dict[str, Any]) -> HttpResponse:
    return JsonResponse(body, status=body["status"], content_type=MEDIA_TYPE)


def _problem(code: int, slug: str, detail: str) -> dict[str, Any]:
    return {"type": f"urn:liangzhun:problem:{slug}", "title": _title(code), "status": code, "detail": detail}


def _domain_problem(error: DomainError) -> dict[str, Any]:
    body = _problem(error.status, error.code, str(error.message))
    if isinstance(error, Invalid):
        body["errors"] = [
            {"pointer": pointer, "detail": str(reason)}
            for pointer, reasons in error.fields.items()
            for reason in reasons
        ]
    if isinstance(error, Blocked):
        body["gate"] = error.report
    return body


def _field_errors(detail: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(detail, dict):
        for key, inner in detail.items():
            name = "" if key == "non_field_errors" else f"/{key}"
            yield from _field_errors(inner, pointer + name)
    elif isinstance(detail, list):
        for position, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _field_errors(inner, f"{pointer}/{position}" if nested else pointer)
    else:
        yield pointer, str(detail)


def _one_line(detail: Any) -> str:
    return " ".join(text for _pointer, text in _field_errors(detail, ""))


def _api_headers(error: exceptions.APIException) -> dict[str, str]:
    headers: dict[str, str] = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]  # set by the view
    wait = getattr(error, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    return headers


def _title(code: int) -> str:
    titles = {
        status.HTTP_400_BAD_REQUEST: _("Not valid"),
        status.HTTP_401_UNAUTHORIZED: _("Not signed in"),
        status.HTTP_403_FORBIDDEN: _("Not allowed"),
        status.HTTP_404_NOT_FOUND: _("Not found"),
        status.HTTP_405_METHOD_NOT_ALLOWED: _("Not possible here"),
        status.HTTP_409_CONFLICT: _("Conflict"),
        status.HTTP_412_PRECONDITION_FAILED: _("Changed meanwhile"),
        status.HTTP_413_REQUEST_ENTITY_TOO_LARGE: _("Too large"),
        status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: _("Unknown format"),
        status.HTTP_422_UNPROCESSABLE_ENTITY: _("Refused"),
        status.HTTP_429_TOO_MANY_REQUESTS: _("Too many requests"),
        status.HTTP_503_SERVICE_UNAVAILABLE: _("Busy"),
    }
    return titles.get(code, _("Problem"))
