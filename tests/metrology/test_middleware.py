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
