from typing import Any

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from metrology.middleware import StorableCookiesMiddleware


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
