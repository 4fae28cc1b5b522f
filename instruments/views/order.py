"""One order: its way, its pieces and how far each came, who had them in hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instruments.actions.checks import DESK, is_own
from instruments.models import Custody, Job, OrderItem, ServiceOrder
from instruments.views.ledger import job_cell
from instruments.views.words import job_state
from instruments.workflow import MAY
from metrology import clock
from metrology.acting import Deed
from metrology.pages import Cell, Column, Fact, Facts, Part, ScopedDetailView, Table, link_fact, table

State = ServiceOrder.State
J = Job.State
TESTED = frozenset({J.SUBMITTED, J.CHECKED, J.APPROVED, J.ISSUED, J.COLLECTED})
CHECKED = frozenset({J.CHECKED, J.APPROVED, J.ISSUED, J.COLLECTED})
APPROVED = frozenset({J.APPROVED, J.ISSUED, J.COLLECTED})
LEFT = frozenset({State.DECLINED, State.CANCELLED})
BEFORE = frozenset({State.DRAFT, State.SUBMITTED})
SERIALS_SHOWN = 5


class OrderPage(ScopedDetailView[ServiceOrder]):
    rows = ServiceOrder.objects.select_related("client__region", "institute", "campaign", "filed_by__person")
    back = "orders"
    back_label = gettext_lazy("Orders")

    def heading(self, row: Any) -> dict[str, Any]:
        return {
            "title": row.number,
            "pretitle": row.client,
            "subtitle": _("Urgent") if row.is_urgent else "",
            "state": row.state,
            "state_label": row.get_state_display(),
        }

    def actions(self, row: Any) -> list[Deed]:
        """What may be done now; every deed is judged again when it is done."""
        self.items: list[OrderItem] = list(
            row.items.select_related("instrument", "method", "job").order_by("pk")
        )
        return [*self._of_client(row), *self._of_desk(row), *self._papers(row)]

    def _of_client(self, row: Any) -> Iterator[Deed]:
        own = is_own(self.actor, row.client)
        if not own and not self.actor.allowed(*DESK, within=row.institute):
            return
        key = row.public_id
        if row.state == State.DRAFT:
            fields = {"version": row.version}
            send = reverse("order_submit", args=[key])
            yield Deed(_("Send to the institute"), send, "send", primary=True, post=True, fields=fields)
            yield Deed(_("Edit"), reverse("order_edit", args=[key]), "pencil")
        if row.state in (State.DRAFT, State.SUBMITTED, State.ACCEPTED):
            yield Deed(_("Withdraw"), reverse("order_cancel", args=[key]), "x")

    def _of_desk(self, row: Any) -> Iterator[Deed]:
        key, on_site = row.public_id, row.mode == ServiceOrder.Mode.ON_SITE
        waiting = any(item.state == OrderItem.State.REQUESTED for item in self.items)
        held = any(item.state == OrderItem.State.RECEIVED for item in self.items)
        receiving = MAY["order.begin_on_site" if on_site else "order.receive"]
        if row.state in (State.ACCEPTED, State.IN_PROGRESS) and waiting and self._may(row, *receiving):
            label = _("Begin on site") if on_site else _("Receive instruments")
            yield Deed(label, reverse("order_receive", args=[key]), "scan", primary=True)
        if not self._may(row, *DESK):
            return
        if row.state == State.SUBMITTED:
            yield Deed(_("Accept"), reverse("order_accept", args=[key]), "check", primary=True)
            yield Deed(_("Decline"), reverse("order_decline", args=[key]), "ban")
        if row.state == State.IN_PROGRESS and held:
            yield Deed(_("Return untested"), reverse("order_return", args=[key]), "arrow-back-up")
        if row.state == State.COMPLETED:
            yield Deed(_("Hand back"), reverse("order_collect", args=[key]), "truck-delivery", primary=True)

    def _may(self, row: Any, *allowed: Any) -> bool:
        return self.actor.allowed(*allowed, within=row.institute)

    def _papers(self, row: Any) -> Iterator[Deed]:
        if row.state not in (State.DRAFT, State.CANCELLED, State.DECLINED):
            yield Deed(_("Delivery slip"), reverse("order_slip", args=[row.public_id]), "printer")
        if self.actor.side in ("enterprise", "institute") and row.state not in LEFT:
            yield Deed(_("Labels"), f"{reverse('labels')}?order={row.public_id}", "qrcode")
        if self.actor.side != "enterprise":
            yield Deed(_("History"), f"{reverse('events')}?subject={row.public_id}", "history")

    def sections(self, row: Any) -> list[Facts | Table | Part]:
        return [way(row, self.items), self._facts(row), self._items(row), self._custody(row)]

    def _facts(self, row: Any) -> Facts:
        return Facts(
            _("The order"),
            [
                Fact(_("Client"), row.client),
                link_fact(_("Institute"), row.institute),
                Fact(_("Mode"), row.get_mode_display()),
                Fact(_("Campaign"), row.campaign),
                Fact(_("Urgent"), _("Yes") if row.is_urgent else _("No")),
                Fact(_("Contact"), row.contact, note=row.phone),
                Fact(_("Address"), row.address),
                Fact(_("Delivery or visit on"), row.wanted_on),
                Fact(_("Promised on"), row.promised_on),
                Fact(_("Filed by"), row.filed_by.person or row.filed_by),
                Fact(_("Filed at"), row.filed_at),
                Fact(_("Submitted at"), row.submitted_at),
                Fact(_("Note"), row.note),
                Fact(_("Reason of refusal"), row.decline_reason),
            ],
        )

    def _items(self, row: Any) -> Table:
        seen = set(Job.objects.visible_to(self.actor).filter(item__order=row).values_list("pk", flat=True))
        columns = (
            Column(_("Instrument"), "instrument", link=True),
            Column(_("Service"), service_cell),
            Column(_("Reason"), lambda item: Cell(item.get_reason_display(), note=item.get_stage_display())),
            Column(_("Job"), lambda item: job_cell(item, seen)),
            Column(_("State"), job_state),
            Column(_("Received at"), lambda item: Cell(item.received_at, note=came(item))),
            Column(_("Notional fee"), fee_cell, numeric=True),
        )
        waived = sum(item.notional_fee for item in self.items if item.fee_waived)
        note = _("Fees waived: %(sum)s CNY") % {"sum": waived} if waived else ""
        return table(_("Instruments"), columns, self.items, note=note)

    def _custody(self, row: Any) -> Table:
        acts = Custody.objects.visible_to(self.actor).filter(item__order=row)
        columns = (
            Column(_("At"), "at"),
            Column(_("Act"), "act"),
            Column(_("Pieces"), "pieces", numeric=True),
            Column(_("Instruments"), "named"),
            Column(_("Handed over by or to"), "counterpart"),
            Column(_("At the counter"), "person"),
        )
        rows = acts.select_related("item__instrument", "person").order_by("at", "pk")
        return table(_("Custody"), columns, [HandOver(list(found)) for found in together(rows)])


def together(acts: Iterable[Custody]) -> Iterator[Iterable[Custody]]:
    """Pieces that changed hands in one act."""
    for _key, found in groupby(acts, lambda act: (act.at, act.kind, act.counterpart, act.person_id)):
        yield found


class HandOver:
    """What changed hands in one act, as a line."""

    def __init__(self, acts: list[Custody]) -> None:
        first = acts[0]
        self.at, self.act, self.counterpart = first.at, first.get_kind_display(), first.counterpart
        self.person, self.pieces = first.person, len(acts)
        serials = [act.item.instrument.serial for act in acts]
        self.named = "、".join(serials[:SERIALS_SHOWN]) + ("…" if len(serials) > SERIALS_SHOWN else "")


def service_cell(item: OrderItem) -> Cell:
    judged = item.service == "calibration" and item.wants_verdict
    return Cell(item.get_service_display(), note=_("with statement of conformity") if judged else "")


def fee_cell(item: OrderItem) -> Cell:
    """The notional fee; waived is not free of a price, it is a sum that the statistics count."""
    note = _("waived") if item.fee_waived else ""
    fee = item.notional_fee if item.notional_fee or not item.fee_waived else None
    return Cell(fee, numeric=True, note=note)


def came(item: OrderItem) -> str:
    return " · ".join(part for part in (item.condition, item.accessories) if part)


def way(order: ServiceOrder, items: Iterable[OrderItem]) -> Part:
    """From acceptance to collection, each step with how many pieces have come past it.

    Read from the order and its jobs, so that the client sees it without the institute's history.
    """
    counted = [item for item in items if item.state != OrderItem.State.CANCELLED]
    returned = sum(item.state == OrderItem.State.RETURNED for item in counted)
    due = len(counted) - returned
    states = [job.state for item in counted if (job := getattr(item, "job", None)) is not None]
    received = [item for item in counted if item.received_at is not None]
    collected = order.state == State.COLLECTED
    last = max((item.received_at for item in received if item.received_at), default=None)
    steps = [
        _step(_("Accepted"), order.state not in BEFORE, note=_promise(order)),
        _step(
            _("Received"),
            len(received) == len(counted),
            f"{len(received)}/{len(counted)}",
            clock.local_date(last) if last else "",
        ),
        *(
            _step(label, due > 0 and number >= due, f"{number}/{due}")
            for label, number in (
                (_("Tested"), _count(states, TESTED)),
                (_("Checked"), _count(states, CHECKED)),
                (_("Approved"), _count(states, APPROVED)),
            )
        ),
        _step(_("Collected"), collected),
    ]
    return Part(
        "instruments/_way.html",
        {
            "steps": current(steps),
            "left": order.state in LEFT,
            "draft": order.state == State.DRAFT,
            "sent": order.submitted_at,
            "returned": returned,
        },
    )


def _promise(order: ServiceOrder) -> str:
    return _("promised on %(day)s") % {"day": order.promised_on} if order.promised_on else ""


def _count(states: Iterable[str], past: frozenset[Any]) -> int:
    return sum(state in past for state in states)


def _step(label: str, done: bool, number: str = "", note: Any = "") -> dict[str, Any]:
    return {"label": label, "done": done, "number": number, "note": note, "current": False}


def current(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same steps, the first that is not done marked."""
    for step in steps:
        if not step["done"]:
            step["current"] = True
            break
    return steps
