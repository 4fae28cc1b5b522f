"""Every page request knows who acts."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from metrology.authentication import SESSION_KEY, actor_of


class ActorMiddleware:
    """Set `request.actor`, looked up when first asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(  # type: ignore[attr-defined]  # set for every view
            lambda: actor_of(request.user, None, request.session.get(SESSION_KEY))
        )
        return self.get_response(request)
