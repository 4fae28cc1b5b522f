"""The page of the search box: whole, or only its results as one types."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from metrology.pages import ActingView
from metrology.search import query
from metrology.search.sources import sources
from metrology.search.words import MOST_CHARACTERS


class Search(ActingView):
    """The newest of each kind with the words of `q`, or of one `kind`; a code typed in full is gone to."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        asked = request.GET.get("q", "").replace("\0", "")[:MOST_CHARACTERS]
        number = _kind(request.GET.get("kind", ""))
        found = query.search(
            asked, self.actor, kinds=None if number is None else [number], shown=_shown(number)
        )
        is_part = bool(request.htmx)  # type: ignore[attr-defined]  # set by HtmxMiddleware
        if found.exact is not None and number is None and not is_part:
            return redirect(found.exact.url)
        context: dict[str, Any] = {
            "title": _("Search"),
            "asked": asked,
            "kind": number,
            "answer": found,
        }
        part = "metrology/_search_results.html" if is_part else "metrology/search.html"
        answer = render(request, part, context)
        answer["Vary"] = "HX-Request"
        return answer


def _kind(text: str) -> int | None:
    known = {str(number): number for number in sources}
    return known.get(text)


def _shown(number: int | None) -> int:
    return query.SHOWN if number is None else query.MOST
