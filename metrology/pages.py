"""Lists and details of a noun as the acting membership may see it.

A page declares rows with their joins, columns and an order; reads go through `visible_to` here and
nowhere else, so that another tenant's object answers exactly as an absent one (rules 4.9).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views import View
from django_filters import FilterSet

from metrology import exports, navigation, resume
from metrology.actors import Actor
from metrology.errors import Invalid
from metrology.pagination import PAGE_SIZE, Page, next_link, page_of
from metrology.scope import ScopedQuerySet

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Cell:
    """What stands in one place of a table; with `state` the text is the word on its colour."""

    text: Any = ""
    url: str = ""
    state: str = ""
    mono: bool = False
    numeric: bool = False
    note: Any = ""
    whole: bool = False

    @property
    def unbroken(self) -> bool:
        """A date is read in one piece, and so is what says that it is whole."""
        return self.whole or isinstance(self.text, date)


@dataclass(frozen=True)
class Column:
    """A heading and where its cells come from: a dotted path, or a function of the row."""

    label: Any
    value: str | Callable[[Any], Any]
    mono: bool = False
    numeric: bool = False
    state: bool = False
    link: bool = False

    def cell(self, row: Any) -> Cell:
        found = self.value(row) if callable(self.value) else follow(row, self.value)
        if isinstance(found, Cell):
            return found
        if self.state and isinstance(self.value, str):
            return Cell(follow(row, _shown(self.value)), state=str(found or ""))
        url = navigation.address_of(found) if self.link and isinstance(found, models.Model) else ""
        return Cell(found, url=url, mono=self.mono, numeric=self.numeric)


def _shown(path: str) -> str:
    head, _dot, last = path.rpartition(".")
    return f"{head}{_dot}get_{last}_display"


def follow(row: Any, path: str) -> Any:
    """The value at a dotted path, or None where the path breaks off."""
    for name in path.split("."):
        row = getattr(row, name, None)
        if row is None:
            return None
    return row() if callable(row) and not isinstance(row, models.Model) else row


@dataclass(frozen=True)
class Fact:
    """One labelled value of a details card."""

    label: Any
    value: Any
    url: str = ""
    state: str = ""
    mono: bool = False
    note: Any = ""


def link_fact(label: Any, row: models.Model | None, **more: Any) -> Fact:
    """A fact that names another noun and leads to its page."""
    return Fact(label, row, url=navigation.address_of(row) if row is not None else "", **more)


@dataclass(frozen=True)
class Facts:
    """A card of labelled values."""

    heading: Any
    details: Sequence[Fact]
    template: str = "metrology/_details.html"


@dataclass(frozen=True)
class Line:
    """A row of a table, ready for its template."""

    cells: Sequence[Cell]
    url: str = ""


@dataclass(frozen=True)
class Table:
    """A card with a table in it."""

    heading: Any
    columns: Sequence[Column]
    rows: Sequence[Line]
    note: Any = ""
    template: str = "metrology/_table.html"


def table(
    heading: Any, columns: Sequence[Column], rows: Iterable[Any], *, linked: bool = False, note: Any = ""
) -> Table:
    """A table of rows; `linked` leads from the first cell to the row's own page."""
    lines = [
        Line([column.cell(row) for column in columns], navigation.address_of(row) if linked else "")
        for row in rows
    ]
    return Table(heading, columns, lines, note)


@dataclass(frozen=True)
class Part:
    """A card with a template of its own; the template reads `part.context`."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    heading: Any = ""


class ActingView(View):
    """A page for somebody who is signed in; a stranger is sent to sign in first."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.actor.is_stranger:
            if request.method == "POST":
                resume.keep(request)
            return redirect_to_login(request.get_full_path())
        return super().dispatch(request, *args, **kwargs)

    @property
    def actor(self) -> Actor:
        actor: Actor = self.request.actor  # type: ignore[attr-defined]  # set by ActorMiddleware
        return actor


class ScopedPage(ActingView, Generic[M]):
    """Base of lists and details; `rows` is the noun with its joins, seen only through `visible`."""

    rows: ClassVar[ScopedQuerySet[Any]]

    def visible(self) -> ScopedQuerySet[M]:
        return self.annotated(self.rows.all().visible_to(self.actor))

    def annotated(self, rows: ScopedQuerySet[M]) -> ScopedQuerySet[M]:
        """The visible rows with what must be asked of them today."""
        return rows


class ScopedListView(ScopedPage[M], Generic[M]):
    """One keyset page of a noun, with its filters in the query string."""

    title: ClassVar[Any]
    subtitle: ClassVar[Any] = ""
    columns: ClassVar[Sequence[Column]]
    order: ClassVar[str] = "-pk"
    filterset_class: ClassVar[type[FilterSet] | None] = None
    empty_title: ClassVar[Any] = _("Nothing here yet")
    template_name: ClassVar[str] = "metrology/list.html"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        filters = self.filters()
        rows = filters.qs if filters is not None else self.visible()
        wanted = exports.asked(request)
        if wanted and not _reason(filters):
            return exports.respond(wanted, self.title, self.columns, self.every_line(rows, filters))
        page, fault = self.page(rows, filters)
        self.prepare(page.rows)
        query = {name: request.GET.getlist(name) for name in request.GET if name != "cursor"}
        found = table(self.title, self.columns, page.rows, linked=True)
        context = {
            "title": self.title,
            "subtitle": self.subtitle,
            "caption": self.title,
            "filters": filters.form if filters is not None else None,
            "is_filtered": bool(query),
            "fault": fault,
            "columns": found.columns,
            "rows": found.rows,
            "empty_title": self.empty_title,
            "next_url": next_link(request.path, query, page.next_cursor),
            "first_url": f"?{urlencode(query, doseq=True)}" if "cursor" in request.GET else None,
            "exports": exports.links(request),
            "actions": self.actions(),
            **self.context(page.rows),
        }
        return render(request, self.template_name, context, status=400 if fault else 200)

    def actions(self) -> Sequence[Any]:
        """The buttons of the page's head (metrology.acting.Deed)."""
        return []

    def context(self, rows: list[M]) -> dict[str, Any]:
        """What a list's own template needs beside the table."""
        return {}

    def filters(self) -> Any:
        if self.filterset_class is None:
            return None
        return self.filterset_class(self.request.GET, queryset=self.visible(), request=self.request)

    def page(self, rows: Any, filters: Any) -> tuple[Page[M], str]:
        """The asked page; a cursor that does not fit gives the first page and the reason."""
        order = self.order_for(filters)
        try:
            return page_of(rows, order=order, cursor=self.request.GET.get("cursor"), size=PAGE_SIZE), _reason(
                filters
            )
        except Invalid as error:
            reasons = [str(reason) for found in error.fields.values() for reason in found]
            return page_of(rows, order=order, cursor=None, size=PAGE_SIZE), " ".join(reasons)

    def every_line(self, rows: Any, filters: Any) -> Iterator[Line]:
        """All that the filters let through, chunk by chunk, as the pages would show it."""
        order, cursor = self.order_for(filters), None
        while True:
            page = page_of(rows, order=order, cursor=cursor, size=exports.CHUNK)
            self.prepare(page.rows)
            for row in page.rows:
                yield Line([column.cell(row) for column in self.columns])
            cursor = page.next_cursor
            if cursor is None:
                return

    def order_for(self, filters: Any) -> str:
        return self.order

    def prepare(self, rows: list[M]) -> None:
        """Add to the rows of the page what one grouped query can say about all of them."""


def _reason(filters: Any) -> str:
    if filters is None or filters.form.is_valid():
        return ""
    return str(_("A filter was not understood and is left out."))


class ScopedDetailView(ScopedPage[M], Generic[M]):
    """One row as a heading and cards; absent and another tenant's are the same 404."""

    lookup: ClassVar[str] = "public_id"
    back: ClassVar[str]
    back_label: ClassVar[Any] = ""
    template_name: ClassVar[str] = "metrology/detail.html"

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        row = self.visible().filter(**{self.lookup: key}).first()
        if row is None:
            raise Http404
        label = self.rows.model._meta.label_lower
        added = [source(row, self.actor) for source in navigation.panels.get(label, {}).values()]
        context = {
            "back_url": reverse(self.back),
            "back_label": self.back_label,
            "actions": [*self.actions(row), *navigation.deeds_for(label, row, self.actor)],
            **self.heading(row),
            "sections": [*self.sections(row), *(panel for panel in added if panel is not None)],
        }
        return render(request, self.template_name, context)

    def heading(self, row: M) -> dict[str, Any]:
        """What the page header shows: title, and maybe pretitle, subtitle, state and its word."""
        return {"title": str(row)}

    def actions(self, row: M) -> Sequence[Any]:
        """The buttons of the page's head (metrology.acting.Deed); later apps add theirs by registry."""
        return []

    @abstractmethod
    def sections(self, row: M) -> Sequence[Facts | Table | Part]:
        """The cards of the page; every noun says its own."""
