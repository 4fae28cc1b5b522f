"""How often somebody may guess or ask: counted per address or login, and a door closes for a while."""

from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.throttling import BaseThrottle

WINDOW = 600
MOST_MISSES = 30
MOST_WRONG_PASSWORDS = 5


def address_of(request: HttpRequest) -> str:
    """The caller's address, behind as many proxies as the settings trust."""
    return str(BaseThrottle().get_ident(request))  # type: ignore[arg-type]  # it reads META alone


def is_shut(kind: str, who: str, most: int) -> bool:
    """Whether this caller has been counted too often within the window."""
    return int(cache.get(_key(kind, who), 0)) >= most


def miss(kind: str, who: str, window: int = WINDOW) -> None:
    """Count one; the window, in seconds, runs from the first."""
    key = _key(kind, who)
    if not cache.add(key, 1, window):
        try:
            cache.incr(key)
        except ValueError:
            cache.set(key, 1, window)


def forget(kind: str, who: str) -> None:
    cache.delete(_key(kind, who))


def _key(kind: str, who: str) -> str:
    return f"misses:{kind}:{''.join(c if c.isalnum() else '-' for c in who)[:80]}"
