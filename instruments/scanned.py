"""What a scanner gave at the counter: a label number, a serial, or the address on a slip or a label.

The answer says what it is and what to do, whether or not it belongs to the order on the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from instruments.models import Instrument, OrderItem, ServiceOrder
from instruments.selection import as_id, folded
from metrology.actors import Actor
from metrology.parsing import is_storable

LONGEST = 200
_PAGE = re.compile(r"/(orders|instruments)/([0-9a-fA-F-]{36})(?:/|$)")
_LABEL = re.compile(r"[0-9]{18}")


@dataclass(frozen=True)
class Heard:
    """What a code means for an order; with an item it may be ticked, else `words` say why not."""

    words: str
    item: OrderItem | None = None
    url: str = ""
    url_label: str = ""

    @property
    def is_good(self) -> bool:
        return self.item is not None


def hear(code: str, order: ServiceOrder, items: Iterable[OrderItem], *, actor: Actor) -> Heard:
    """Find a scanned code among the items of an order, else tell what it is."""
    text = folded(code)[:LONGEST]
    if not text or not is_storable(text):
        return Heard(_("Nothing was scanned. Put the cursor into the field and scan again."))
    page = _PAGE.search(text)
    if page is not None and page[1] == "orders":
        return _order(page[2], order, actor)
    held = list(items)
    wanted = page[2].lower() if page is not None else text
    own = [item for item in held if wanted.casefold() in _names(item.instrument)]
    if len(own) > 1:
        return Heard(
            _("“%(code)s” stands for %(count)d pieces of this order. Scan the label, or tick one by hand.")
            % {"code": text, "count": len(own)}
        )
    if own:
        return _own(own[0])
    return _elsewhere(wanted, text, order, actor)


def _names(one: Instrument) -> set[str]:
    names = (one.label_no, one.serial, one.asset_no, str(one.public_id))
    return {name.casefold() for name in names if name}


def _own(item: OrderItem) -> Heard:
    if item.state == OrderItem.State.REQUESTED:
        return Heard(_("%(name)s: here.") % {"name": item.instrument}, item)
    if item.state == OrderItem.State.RECEIVED:
        return Heard(
            _("%(name)s was already received. Put it with the others of this order.")
            % {"name": item.instrument}
        )
    return Heard(
        _("%(name)s is “%(state)s” in this order and is not waited for. Give it back, or file a new order.")
        % {"name": item.instrument, "state": item.get_state_display()}
    )


def _order(key: str, order: ServiceOrder, actor: Actor) -> Heard:
    found = as_id(key)
    if found == order.public_id:
        return Heard(_("This is the slip of this very order. Now scan the instruments."))
    other = ServiceOrder.objects.visible_to(actor).filter(public_id=found).first() if found else None
    if other is None:
        return Heard(
            _("This slip belongs to no order of your institute. Ask the client where it is meant to go.")
        )
    return Heard(
        _("This is the slip of another order, %(number)s.") % {"number": other.number},
        url=reverse("order_receive", args=[other.public_id]),
        url_label=_("Open that order"),
    )


def _elsewhere(wanted: str, text: str, order: ServiceOrder, actor: Actor) -> Heard:
    key = as_id(wanted)
    condition = Q(label_no=wanted) | Q(serial=text) | Q(asset_no=text)
    if key is not None:
        condition |= Q(public_id=key)
    rows: Any = Instrument.objects.visible_to(actor).filter(condition).select_related("owner")
    found = list(rows[:10])
    mine = [one for one in found if one.owner_id == order.client_id]
    if mine:
        return _not_ordered(mine[0], order, actor)
    if found:
        one = found[0]
        return Heard(
            _("%(name)s belongs to %(owner)s, not to this client. Put it aside and ask who brought it.")
            % {"name": one, "owner": one.owner},
            url=reverse("instrument", args=[one.public_id]),
            url_label=_("Show it"),
        )
    if _LABEL.fullmatch(text):
        return Heard(
            _("No instrument has the label number %(code)s. Scan again, or look for the serial number.")
            % {"code": text}
        )
    return Heard(
        _("“%(code)s” is unknown. Look for the label, or compare the plate with the list.") % {"code": text}
    )


def _not_ordered(one: Instrument, order: ServiceOrder, actor: Actor) -> Heard:
    waits = (
        OrderItem.objects.visible_to(actor)
        .filter(
            instrument=one,
            state=OrderItem.State.REQUESTED,
            order__state__in=(ServiceOrder.State.ACCEPTED, ServiceOrder.State.IN_PROGRESS),
        )
        .exclude(order=order)
        .select_related("order")
        .first()
    )
    if waits is not None:
        return Heard(
            _("%(name)s is not in this order but in %(number)s of the same client. Receive it there.")
            % {"name": one, "number": waits.order.number},
            url=reverse("order_receive", args=[waits.order.public_id]),
            url_label=_("Open that order"),
        )
    return Heard(
        _("%(name)s is this client's, but not in this order. File another order for it, or give it back.")
        % {"name": one},
        url=f"{reverse('order_new')}?client={order.client.public_id}&instrument={one.public_id}",
        url_label=_("File an order for it"),
    )
