"""One batch on its way: how far it is, what is wrong in which cell, and entering what is right."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instruments.actions import imports
from instruments.imports.fields import BY_KEY, CHOSEN, REQUIRED
from instruments.imports.words import KEPT_AS_IT_IS, WRONG, sentence
from instruments.models import Category, Delivery, ImportBatch, ImportRow, Purpose
from instruments.views.imports import BATCHES, BatchAct
from instruments.views.owners import MAY_KEEP
from metrology.acting import ActForm, ActPage
from metrology.errors import DomainError, Invalid
from metrology.models import Region
from metrology.pages import ScopedPage
from metrology.pagination import Page, next_link, page_of

State = ImportBatch.State
WORKING = (State.CHECKING, State.ENTERING)
SIZE = 50
MOST_WRONG = 2_000
ICONS = {"ready": "circle-check", "notice": "alert-triangle", "wrong": "circle-x", "entered": "check"}
COLOURS = {"ready": "state-good", "notice": "state-warn", "wrong": "state-bad"}


class RowShown:
    """A row ready for its template: cells with their reasons, and the word for the whole."""

    def __init__(self, row: ImportRow, columns: list[str]) -> None:
        said: dict[str, list[dict[str, Any]]] = {}
        for key, level, code, facts in row.problems:
            reason = {
                "key": key,
                "level": level,
                "text": sentence(code, facts),
                "keep": code in KEPT_AS_IT_IS
                and key in row.traps
                and not (code == "merged" and key in REQUIRED),
                "take": facts["value"] if code == "merged" else "",
                "label": BY_KEY[key].label,
            }
            said.setdefault(key, []).append(reason)
        self.row = row
        self.icon, self.css = ICONS.get(row.state, "clock"), COLOURS.get(row.state, "state-plain")
        self.may_choose = row.doing in (ImportRow.Doing.UPDATE, ImportRow.Doing.SKIP)
        self.is_open = row.state != ImportRow.State.ENTERED
        self.cells = [
            {
                "key": key,
                "label": BY_KEY[key].label,
                "text": row.values.get(key, ""),
                "problems": said.get(key, []),
                "is_wrong": any(reason["level"] == WRONG for reason in said.get(key, [])),
                "list": f"list-{key}" if key in CHOSEN else "",
            }
            for key in columns
        ]
        self.places = [cell for cell in self.cells if cell["problems"]]
        self.elsewhere = [reason for key, reasons in said.items() if key not in columns for reason in reasons]


def columns_of(batch: ImportBatch) -> list[str]:
    """The matched columns in the order of the file."""
    return [key for key in batch.mapping if key]


class BatchPage(ScopedPage[ImportBatch]):
    """The batch as it stands; while a worker is busy with it, its progress."""

    rows = BATCHES
    template_name = "instruments/import.html"

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        batch = self.visible().filter(public_id=key).first()
        if batch is None:
            raise Http404
        if batch.state == State.MAPPING:
            return redirect("import_columns", batch.public_id)
        counts = imports.counts_of(batch)
        context = {
            "title": batch.name,
            "pretitle": batch.owner,
            "state": batch.tone,
            "state_label": batch.get_state_display(),
            "back_url": reverse("imports"),
            "back_label": _("Import a table"),
            "batch": batch,
            "counts": counts,
            "progress": progress(batch, counts),
        }
        if batch.state not in WORKING:
            context |= self.table(request, batch, counts)
        return render(request, self.template_name, context)

    def table(self, request: HttpRequest, batch: ImportBatch, counts: dict[str, int]) -> dict[str, Any]:
        """One page of rows, the wrong ones first asked for, and what can be done with all of them."""
        asked = request.GET.get("show", "wrong" if counts["wrong"] else "all")
        shown = asked if asked in counts else "all"
        rows = ImportRow.objects.filter(batch=batch)
        if shown != "all":
            rows = rows.filter(state=shown)
        page, fault = _page(rows, request.GET.get("cursor"))
        keys = columns_of(batch)
        return {
            "columns": [BY_KEY[key] for key in keys],
            "rows": [RowShown(row, keys) for row in page.rows],
            "fault": fault,
            "shown": shown,
            "tabs": _tabs(batch, counts, shown),
            "next_url": next_link(request.path, {"show": shown}, page.next_cursor),
            "first_url": f"?show={shown}" if "cursor" in request.GET else None,
            "left_out": [
                heading for heading, key in zip(batch.headings, batch.mapping, strict=False) if not key
            ],
            "may_match": not counts["entered"],
            "may_act": self.actor.allowed(*MAY_KEEP) and batch.state == State.REVIEW,
            "enterable": counts["ready"] + counts["notice"],
            "duplicates": batch.rows.exclude(instrument=None).exclude(state="entered").exists(),
            "on_duplicate": ImportBatch.OnDuplicate.choices,
            "unknown": unknown_values(batch) if counts["wrong"] else [],
            **word_lists(keys),
        }


def _page(rows: Any, cursor: str | None) -> tuple[Page[ImportRow], str]:
    try:
        return page_of(rows, order="line", cursor=cursor, size=SIZE), ""
    except Invalid as error:
        reasons = [str(reason) for found in error.fields.values() for reason in found]
        return page_of(rows, order="line", cursor=None, size=SIZE), " ".join(reasons)


def _tabs(batch: ImportBatch, counts: dict[str, int], shown: str) -> list[dict[str, Any]]:
    choices = [("all", _("All"), sum(counts.values()))]
    choices += [
        (state.value, str(state.label), counts[state])
        for state in ImportRow.State
        if counts[state] or state == shown
    ]
    return [
        {"label": label, "count": count, "url": f"?show={key}", "current": key == shown}
        for key, label, count in choices
    ]


def unknown_values(batch: ImportBatch) -> list[dict[str, Any]]:
    """Words that name nothing in a list and stand in several rows, each with how many."""
    rows = ImportRow.objects.filter(batch=batch, state=ImportRow.State.WRONG).order_by("line")
    found: Counter[tuple[str, str]] = Counter()
    for row in rows.only("values", "problems")[:MOST_WRONG]:
        for key, _level, code, _facts in row.problems:
            if key in CHOSEN and (code.endswith("_unknown") or code == "category_several"):
                found[key, row.values.get(key, "")] += 1
    return [
        {"key": key, "label": BY_KEY[key].label, "value": value, "count": count}
        for (key, value), count in found.most_common(10)
        if value and count > 1
    ]


def word_lists(columns: list[str]) -> dict[str, Any]:
    """What the cells of a column may name."""
    lists: dict[str, list[str]] = {
        "category": [category.name for category in Category.objects.all()],
        "purpose": [str(label) for label in Purpose.labels],
        "delivery": [str(label) for label in Delivery.labels],
    }
    if "region" in columns:
        lists["region"] = [region.name for region in Region.objects.all()]
    return {"word_lists": lists.items()}


def progress(batch: ImportBatch, counts: dict[str, int]) -> dict[str, Any]:
    """How far the worker is; what is entered in one step has no parts to count."""
    done = batch.total - counts["waiting"]
    return {
        "batch": batch,
        "working": batch.state in WORKING,
        "checking": batch.state == State.CHECKING,
        "done": done,
        "total": batch.total,
    }


class Progress(ScopedPage[ImportBatch]):
    """The progress bar alone, asked for again and again; when it is done the page is loaded afresh."""

    rows = BATCHES

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        batch = self.visible().filter(public_id=key).first()
        if batch is None:
            raise Http404
        url = reverse("import", args=[batch.public_id])
        if not request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
            return redirect(url)
        if batch.state not in WORKING:
            return HttpResponse(headers={"HX-Redirect": url})
        context = {"progress": progress(batch, imports.counts_of(batch))}
        return render(request, "instruments/_import_progress.html", context)


class RowForm(ActForm):
    """One row as a form of its own: what its cells say, with the reasons below them."""

    places = {"/choice": "choice"}

    def __init__(self, *args: Any, row: ImportRow, columns: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = RowShown(row, columns)
        for cell in shown.cells:
            self.fields[cell["key"]] = forms.CharField(
                label=cell["label"],
                required=False,
                strip=False,
                max_length=imports.MOST_CELL,
                help_text=" ".join(reason["text"] for reason in cell["problems"]),
                widget=forms.TextInput(attrs={"list": cell["list"]} if cell["list"] else {}),
            )
        trapped = [
            (cell["key"], cell["label"])
            for cell in shown.places
            if any(reason["keep"] for reason in cell["problems"])
        ]
        if trapped:
            self.fields["keep"] = forms.MultipleChoiceField(
                choices=trapped,
                required=False,
                label=gettext_lazy("Right as it stands"),
                widget=forms.CheckboxSelectMultiple,
            )
        if shown.may_choose:
            choices = [("", _("As chosen for the whole table")), *ImportBatch.OnDuplicate.choices]
            self.fields["choice"] = forms.ChoiceField(
                choices=choices, required=False, label=gettext_lazy("Already in the ledger")
            )


class RowPage(ActPage[ImportRow]):
    """Correct one row: a form of its own, or from the table, which then gets its reasons back."""

    rows = ImportRow.objects.select_related("batch__owner__region", "batch__organization").defer(
        "batch__content"
    )
    roles = MAY_KEEP
    title = gettext_lazy("Correct the row")
    template_name = "instruments/import_row.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
            return super().post(request, *args, **kwargs)
        self.subject = self.found(**kwargs)
        self.permit()
        fault = ""
        try:
            self.act(self._sent(request))
        except DomainError as error:
            fault = _reasons(error)
        row, batch = self.subject, self.subject.batch
        context = {
            "shown": RowShown(row, columns_of(batch)),
            "batch": batch,
            "counts": imports.counts_of(batch),
            "fault": fault,
            "may_act": True,
            "on_duplicate": ImportBatch.OnDuplicate.choices,
        }
        return render(request, "instruments/_import_row_said.html", context)

    def _sent(self, request: HttpRequest) -> dict[str, Any]:
        given: dict[str, Any] = {key: request.POST[key] for key in BY_KEY if key in request.POST}
        given["keep"] = request.POST.getlist("keep")
        if "choice" in request.POST:
            given["choice"] = request.POST["choice"]
        return given

    def _taken(self, key: str) -> dict[str, str]:
        """What stands in the first row of merged cells, if the user takes it for this row too."""
        code, facts = self.subject.traps.get(key, ("", {}))
        return {key: str(facts["value"])} if code == "merged" else {}

    def form(self, **bound: Any) -> ActForm:
        return RowForm(row=self.subject, columns=columns_of(self.subject.batch), **bound)

    def initial(self) -> dict[str, Any]:
        return {**self.subject.values, "choice": self.subject.choice}

    def act(self, given: dict[str, Any]) -> Any:
        values = {key: given[key] for key in BY_KEY if key in given and key in self.request.POST}
        values |= self._taken(self.request.POST.get("take", ""))
        return imports.correct(
            self.subject,
            by=self.actor,
            values=values,
            kept=[key for key in given.get("keep", ()) if key in BY_KEY],
            choice=given.get("choice"),
        )

    def next_url(self, made: Any) -> str:
        return reverse("import", args=[self.subject.batch.public_id])

    def context(self, form: ActForm) -> dict[str, Any]:
        url = reverse("import", args=[self.subject.batch.public_id])
        return {
            "subtitle": _("Row %(line)d of the file") % {"line": self.subject.line},
            "pretitle": self.subject.batch.name,
            "back_url": url,
            "cancel_url": url,
            **word_lists(columns_of(self.subject.batch)),
        }


def _reasons(error: DomainError) -> str:
    if isinstance(error, Invalid) and error.fields:
        return " ".join(str(reason) for reasons in error.fields.values() for reason in reasons)
    return str(error.message)


class ReplaceForm(ActForm):
    column = forms.ChoiceField(
        choices=[(key, BY_KEY[key].label) for key in CHOSEN], label=gettext_lazy("Column")
    )
    old = forms.CharField(max_length=imports.MOST_CELL, label=gettext_lazy("In the table"), strip=False)
    new = forms.CharField(max_length=200, label=gettext_lazy("Instead"))


class Replace(BatchAct):
    """Write one word for another in every row."""

    form_class = ReplaceForm
    title = gettext_lazy("Replace in every row")
    submit_label = gettext_lazy("Replace in every row")

    def act(self, given: dict[str, Any]) -> Any:
        return imports.replace(self.subject, by=self.actor, **given)


class DecideForm(ActForm):
    on_duplicate = forms.ChoiceField(
        choices=ImportBatch.OnDuplicate.choices,
        label=gettext_lazy("Instruments already in the ledger"),
        widget=forms.RadioSelect,
    )


class Decide(BatchAct):
    """Choose what becomes of instruments that the ledger already has."""

    form_class = DecideForm
    title = gettext_lazy("Instruments already in the ledger")

    def initial(self) -> dict[str, Any]:
        return {**super().initial(), "on_duplicate": self.subject.on_duplicate}

    def act(self, given: dict[str, Any]) -> Any:
        return imports.decide(self.subject, by=self.actor, on_duplicate=given["on_duplicate"])


class EnterForm(ActForm):
    whole = forms.BooleanField(
        label=gettext_lazy("All or nothing: enter no row while one is wrong"), required=False
    )


class Enter(BatchAct):
    """Enter the rows that are right."""

    form_class = EnterForm
    title = gettext_lazy("Enter into the ledger")
    submit_label = gettext_lazy("Enter into the ledger")

    def act(self, given: dict[str, Any]) -> Any:
        return imports.enter(self.subject, by=self.actor, whole=given["whole"])
