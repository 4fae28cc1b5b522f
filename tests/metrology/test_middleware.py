from typing import Any

import pytest
from django.db import IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from metrology.errors import Absent, Forbidden
from metrology.middleware import RefusalMiddleware, StorableCookiesMiddleware


def test_a_cookie_with_an_escaped_nul_is_passed_over_and_the_others_stay() -> None:
    seen: list[Any] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(dict(request.COOKIES))
        return HttpResponse()

    request = RequestFactory().get("/", HTTP_COOKIE='sessionid="aaaaaaaa\\000"; language=en')
    StorableCookiesMiddleware(view)(request)
    assert seen == [{"language": "en"}]


def test_pages_are_compressed_and_answers_of_the_api_are_not(client, db):
    page = client.get("/v/", headers={"Accept-Encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in page.headers["Vary"]
    assert len(page.content) < len(client.get("/v/").content)
    answer = client.get("/api/v1/schema/", headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200 and "Content-Encoding" not in answer.headers


class TestRefusals:
    """What no page caught becomes a page in words."""

    def refused(self, rf, error):
        middleware = RefusalMiddleware(lambda request: HttpResponse())
        return middleware.process_exception(rf.get("/somewhere/"), error)

    @pytest.mark.parametrize(
        ("error", "status"),
        [
            (Forbidden("no"), 403),
            (Absent(), 404),
            (IntegrityError("unique"), 409),
            (OperationalError("locked"), 503),
        ],
    )
    def test_a_refusal_keeps_its_status(self, rf, error, status):
        assert self.refused(rf, error).status_code == status

    def test_what_nobody_foresaw_stays_a_fault(self, rf):
        assert self.refused(rf, ZeroDivisionError()) is None

    def test_the_api_answers_for_itself(self, rf):
        middleware = RefusalMiddleware(lambda request: HttpResponse())
        assert middleware.process_exception(rf.get("/api/v1/x/"), Forbidden("no")) is None
