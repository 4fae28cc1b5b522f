"""The record while it is written (原始记录): a grid from the plan of the method, saved as it is typed.

Without scripts the same page is a form with a Save button; both ways end in the same verbs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from instruments.actions.bench import CLIMATE, keep_record
from instruments.actions.checks import require_tester
from instruments.actions.records import Committed
from instruments.api.bench import JOINS, revision_of
from instruments.live import Live
from instruments.models import Adjustment, Job, Remark
from instruments.previous import previous
from instruments.record import Address, Record
from instruments.views.grid import Grid, as_left_begun, said
from metrology import clock, resume
from metrology.pages import ScopedPage

CLIMATE_WORDS = {"temperature": "°C", "humidity": "%", "pressure": "hPa"}


@dataclass(frozen=True)
class Climate:
    """One climate value of the record with its limits."""

    key: str
    label: str
    unit: str
    limits: str
    is_required: bool
    saved: str
    text: str
    fault: str


@dataclass(frozen=True)
class Typed:
    """Texts that are not saved yet, by the name of their field, and why some were refused."""

    texts: Mapping[str, str]
    faults: Mapping[str, str]
    note: str = ""


class EntryPage(ScopedPage[Job]):
    """The grid of one job, for its tester while it is measured."""

    rows = Job.objects.select_related(*JOINS, "instrument__owner", "method", "room", "item")

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        record = self.record(key)
        kept = resume.take(request)
        if kept is not None:
            messages.info(request, _("What you had typed is still here. Look at it and send it again."))
            texts = {name: text for name, text in kept.items() if isinstance(text, str)}
            return self.shown(record, Typed(texts, {}))
        if request.GET.get("repeat"):
            return self.shown(record, self.repeated(record))
        return self.shown(record, Typed(self.drafted(record), {}))

    def post(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Save what was changed on the page; what is refused stays as typed, with the reason beside it."""
        record = self.record(key)
        names, cells = changed_cells(record, request.POST)
        climate = {
            name: text
            for name in CLIMATE
            if (text := request.POST.get(f"climate/{name}", "")) != getattr(record.job, name)
        }
        done = keep_record(record.job, by=self.actor, cells=cells, climate=climate)
        faults = {**faults_of(names, done), **conflicts_of(done)}
        if not faults:
            messages.success(request, _("Saved."))
            return redirect(f"{request.path}?{urlencode({'adjustment': self.adjustment})}")
        fresh = self.record(key)
        texts = {name: str(request.POST[name]) for name in faults if name in request.POST}
        return self.shown(fresh, Typed(texts, faults), status=400)

    @property
    def adjustment(self) -> str:
        asked = self.request.POST.get("adjustment") or self.request.GET.get("adjustment", "")
        return asked if asked in Adjustment.values else Adjustment.AS_FOUND

    def record(self, key: Any) -> Record:
        job = self.visible().filter(public_id=key).first()
        if job is None:
            raise Http404
        require_tester(job, self.actor)
        return Record(job)

    def drafted(self, record: Record) -> dict[str, str]:
        """What this reader was last typing, where nothing was written over it since."""
        draft = record.job.drafts.filter(user=self.actor.user).first()
        found: dict[str, str] = {}
        for key, text in (draft.cells if draft else {}).items():
            name, _at, seen = key.rpartition("@")
            revisions = record.history.get(address_of(name), []) if name else []
            if name and seen == str(revisions[-1].revision if revisions else 0):
                found[name] = text
        return found

    def repeated(self, record: Record) -> Typed:
        found = previous(record, self.actor, self.adjustment)
        if found is None:
            messages.info(self.request, _("There is no earlier job of this method by you."))
            return Typed(self.drafted(record), {})
        messages.info(
            self.request,
            _("Taken over from %(job)s: %(checks)d checks, %(climate)d climate values; no measured value.")
            % {"job": found.job, "checks": len(found.checks), "climate": len(found.climate)},
        )
        climate = {f"climate/{name}": text for name, text in found.climate.items()}
        return Typed({**self.drafted(record), **found.checks, **climate}, {})

    def shown(self, record: Record, typed: Typed, status: int = 200) -> HttpResponse:
        job, adjustment = record.job, self.adjustment
        live = Live.of(record, adjustment)
        by_cell, general = remarks_of(job)
        sheets = Grid(record, adjustment, live, typed.texts, typed.faults, by_cell).sheets()
        state = live.as_dict()
        back = [job.public_id]
        context = {
            "title": str(job.instrument),
            "pretitle": job.method_version,
            "subtitle": f"{job.instrument.owner} · {job.get_service_display()} · {job.get_stage_display()}",
            "back_url": reverse("job", args=back),
            "back_label": job.number,
            "job": job,
            "sheets": list(sheets),
            "climate": list(climate_of(record, typed)),
            "live": state,
            "total": state["filled"] + len(state["missing"]),
            "remarks": general,
            "adjustment": adjustment,
            "adjustments": Adjustment.choices,
            "as_left": as_left_begun(record),
            "revision": revision_of(record),
            "now": clock.now().isoformat(),
            "seen": json.dumps(seen_of(record), separators=(",", ":")),
            "user_id": str(self.actor.user.public_id) if self.actor.user else "",
            "typed_by": resume.mark(self.request),
            "hand_over_url": reverse("job_hand_over", args=back),
            "drafted": bool(typed.texts),
        }
        return render(self.request, "instruments/entry.html", context, status=status)


def address_of(name: str) -> Address:
    """The address a field is named after; a name that is none is an address nothing has."""
    parts = name.split("/")
    if len(parts) != 6 or not (parts[3].isascii() and parts[3].isdigit() and len(parts[3]) < 5):
        return Address("", "", "")
    return Address(parts[0], parts[1], parts[2], int(parts[3]), parts[4], parts[5])


def changed_cells(record: Record, posted: QueryDict) -> tuple[list[str], list[dict[str, Any]]]:
    """The cells whose text is not the one that was on the page: their field names, and what to commit."""
    try:
        seen = dict(json.loads(posted.get("seen") or "{}"))
    except (TypeError, ValueError, RecursionError):
        seen = {}
    names: list[str] = []
    cells: list[dict[str, Any]] = []
    for address in record.known:
        name = str(address)
        if name not in posted:
            continue
        revisions = record.history.get(address, [])
        at = seen.get(name, 0)
        at = at if isinstance(at, int) and 0 <= at <= len(revisions) else 0
        was = revisions[at - 1].text if at else ""
        if str(posted[name]).strip() != was:
            names.append(name)
            cells.append({**address._asdict(), "value": str(posted[name]), "seen": at})
    return names, cells


def faults_of(names: list[str], done: Committed) -> dict[str, str]:
    """Why a field was refused, by its name."""
    found: dict[str, str] = {}
    for pointer, reasons in done.errors.items():
        parts = pointer.strip("/").split("/")
        name = names[int(parts[1])] if parts[0] == "cells" else f"climate/{parts[0]}"
        found.setdefault(name, str(reasons[0]))
    return found


def conflicts_of(done: Committed) -> dict[str, str]:
    return {
        str(Address(**{part: cell[part] for part in Address._fields})): _(
            "Meanwhile %(person)s wrote %(text)s here. Save again to replace it, or write that value."
        )
        % {"person": cell["person"], "text": cell["text"] or "—"}
        for cell in done.conflicts
    }


def seen_of(record: Record) -> dict[str, int]:
    return {str(address): rows[-1].revision for address, rows in record.history.items()}


def remarks_of(job: Job) -> tuple[dict[str, list[Remark]], list[Remark]]:
    """What the reviewers said at the last return: by cell, and of the whole."""
    by_cell: dict[str, list[Remark]] = {}
    general: list[Remark] = []
    for remark in job.remarks.filter(revision=job.revision - 1).select_related("person"):
        by_cell.setdefault(remark.cell, []).append(remark) if remark.cell else general.append(remark)
    return by_cell, general


def climate_of(record: Record, typed: Typed) -> Iterator[Climate]:
    """The climate values the method asks for, and air pressure where it is noted or asked for."""
    asked = {limit.key: limit for limit in record.method.environment}
    for key in CLIMATE:
        limit, saved = asked.get(key), getattr(record.job, key)
        if key == "pressure" and limit is None and not saved:
            continue
        field = Job._meta.get_field(key)
        low, high = (limit.min, limit.max) if limit else (None, None)
        bounds = f"{'' if low is None else low} … {'' if high is None else high}"
        yield Climate(
            key=key,
            label=said(limit.zh, limit.en) if limit else str(field.verbose_name),  # type: ignore[union-attr]  # a column
            unit=CLIMATE_WORDS[key],
            limits=bounds.strip() if low is not None or high is not None else "",
            is_required=bool(limit and limit.required),
            saved=saved,
            text=typed.texts.get(f"climate/{key}", saved),
            fault=typed.faults.get(f"climate/{key}", ""),
        )
