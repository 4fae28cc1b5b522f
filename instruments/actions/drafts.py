"""Changing an order while it is still a draft."""

from collections.abc import Sequence
from typing import Any, Unpack

from django.utils.translation import gettext as _

from instruments.actions.checks import cleaned
from instruments.actions.orders import (
    ItemRequest,
    Wishes,
    check_requests,
    item_of,
    noted,
    require_client_side,
    submit_order,
)
from instruments.models import OrderItem, ServiceOrder
from metrology.actors import Actor
from metrology.errors import Conflict
from metrology.ledger import verb
from metrology.states import change

ASKED = ("method_id", "service", "stage", "reason", "wants_verdict", "fee_waived")


@verb
def amend_order(
    order: ServiceOrder,
    *,
    requests: Sequence[ItemRequest],
    by: Actor,
    send: bool = False,
    **wishes: Unpack[Wishes],
) -> ServiceOrder:
    """Let a draft say something else: its pieces become those of `requests`, its wishes those given.

    The institute stays, because the order's number is one of that institute's. With `send` the order
    is submitted in the same step.
    """
    require_client_side(order, by)
    if order.state != ServiceOrder.State.DRAFT:
        raise Conflict(_("Only a draft can be changed. Withdraw the order and file a new one."))
    check_requests(order.client, requests, wishes)
    for name, value in wishes.items():
        setattr(order, name, value)
    change(cleaned(order), expected={"state": ServiceOrder.State.DRAFT}, **wishes)
    added, removed, altered = _replace_items(order, requests)
    noted("order.amended", order, by, items=len(requests), added=added, removed=removed, altered=altered)
    return submit_order(order, by=by) if send else order


def _replace_items(order: ServiceOrder, requests: Sequence[ItemRequest]) -> tuple[int, int, int]:
    """How many items came, went and were altered; an item that stays keeps its identity."""
    held = {item.instrument_id: item for item in order.items.all()}
    wanted = [cleaned(item_of(order, request)) for request in requests]
    gone = [held[key].pk for key in held.keys() - {item.instrument_id for item in wanted}]
    order.items.filter(pk__in=gone).delete()
    fresh = [item for item in wanted if item.instrument_id not in held]
    OrderItem.objects.bulk_create(fresh)
    altered = 0
    for item in wanted:
        known = held.get(item.instrument_id)
        changes: dict[str, Any] = {
            name: getattr(item, name)
            for name in ASKED
            if known is not None and getattr(known, name) != getattr(item, name)
        }
        if known is not None and changes:
            change(known, **changes)
            altered += 1
    return len(fresh), len(gone), altered
