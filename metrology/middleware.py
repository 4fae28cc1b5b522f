"""Every request knows who acts, brings no cookie that no database can look up, and stays in no cache."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from metrology.authentication import SESSION_KEY, actor_of
from metrology.errors import Absent
from metrology.parsing import is_storable
from metrology.problems import foreseen, not_found
from metrology.watch import acting


class ActorMiddleware:
    """Set `request.actor`, looked up when first asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(  # type: ignore[attr-defined]  # set for every view
            lambda: acting(actor_of(request.user, None, request.session.get(SESSION_KEY)))
        )
        return self.get_response(request)


class RefusalMiddleware:
    """A refusal that no page caught becomes a page in the reader's words; the API has its own form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if request.path.startswith("/api/"):
            return None
        refusal = foreseen(error)
        if refusal is None:
            return None
        if isinstance(refusal, Absent):
            return not_found(request, Http404())
        return render(request, "refused.html", {"error": refusal}, status=refusal.status)


class StorableCookiesMiddleware:
    """Pass over cookies with a NUL, which PostgreSQL refuses even to search for; it can be sent escaped."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        for name in [name for name, text in request.COOKIES.items() if not is_storable(text)]:
            del request.COOKIES[name]
        return self.get_response(request)


class PrivateMiddleware:
    """What was answered to a sign-in or a token is kept by no cache: the next person at a shared computer
    finds nothing behind the back button. An answer that says for itself how it may be kept is left alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        is_signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers
        if is_signed_in and "Cache-Control" not in answer:
            answer["Cache-Control"] = "private, no-store"
        return answer


class PageCompressionMiddleware(GZipMiddleware):
    """Pages go out compressed, padded at random as Django does (against BREACH).

    What the API answers keeps its strong ETag, and documents are compressed already: both stay as they are.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)
