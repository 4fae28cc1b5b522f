"""What was typed when the sign-in ran out: kept for that same person until they are back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest

from metrology import clock

KEPT = "resume"
MARK = "typed_by"
MOST_TEXT = 64 * 1024
KEPT_FOR = timedelta(hours=12)
SECRET = frozenset({"csrfmiddlewaretoken", "password", "code", MARK})


def mark(request: HttpRequest) -> str:
    """Who types this form; it travels with the form, so that nobody else is shown what was typed."""
    return str(getattr(request.user, "public_id", ""))


def keep(request: HttpRequest) -> None:
    """Keep the fields of a form that arrived after the sign-in ended; never a password, never a file."""
    typed_by = request.POST.get(MARK, "")
    fields = {name: request.POST.getlist(name) for name in request.POST if name not in SECRET}
    if not typed_by or sum(len(text) for texts in fields.values() for text in texts) > MOST_TEXT:
        return
    request.session[KEPT] = {
        "path": request.path,
        "typed_by": typed_by,
        "at": clock.now().isoformat(),
        "fields": fields,
    }


def take(request: HttpRequest) -> dict[str, Any] | None:
    """What this person had typed on this page, once."""
    kept = request.session.get(KEPT)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[KEPT]
    fresh = clock.now() - datetime.fromisoformat(kept["at"]) < KEPT_FOR
    if kept["typed_by"] != mark(request) or not fresh:
        return None
    return {
        name: texts[0] if len(texts) == 1 else texts
        for name, texts in kept["fields"].items()
        if name != "version"
    }
