"""Taking pieces in at the counter: scan each one, note its condition, write down who brought it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from instruments import scanned
from instruments.actions import orders
from instruments.models import OrderItem, ServiceOrder
from instruments.scanned import Heard
from instruments.selection import folded
from instruments.views.counter import OrderAct
from instruments.views.order_form import kept_query
from instruments.workflow import MAY
from metrology.acting import ActForm
from metrology.errors import Conflict, DomainError, Invalid
from metrology.pages import ScopedPage

State = ServiceOrder.State
CONDITIONS = (
    gettext_lazy("Intact"),
    gettext_lazy("Scratched housing"),
    gettext_lazy("Seals intact"),
    gettext_lazy("Seal broken"),
    gettext_lazy("Does not switch on"),
    gettext_lazy("Dirty, cleaned by us"),
)
ACCESSORIES = (
    gettext_lazy("None"),
    gettext_lazy("Power adapter"),
    gettext_lazy("Instruction manual"),
    gettext_lazy("Carrying case"),
    gettext_lazy("Previous certificate"),
    gettext_lazy("Weights"),
)
HEADINGS = {
    False: (gettext_lazy("Receive instruments"), gettext_lazy("Receive what is ticked")),
    True: (gettext_lazy("Begin on site"), gettext_lazy("Begin with what is ticked")),
}
MOST_FEE = Decimal("99999999.99")


class ReceiveForm(ActForm):
    """Who brings the pieces, and what is usual for all of them."""

    item_faults: dict[int, list[str]]

    counterpart = forms.CharField(
        required=False,
        max_length=80,
        label=gettext_lazy("Who brings them"),
        help_text=gettext_lazy("The name of the person at the counter."),
    )
    condition_usual = forms.CharField(
        required=False,
        max_length=200,
        label=gettext_lazy("Condition at receipt"),
        help_text=gettext_lazy("For every ticked piece without words of its own."),
        widget=forms.TextInput(attrs={"list": "conditions", "autocomplete": "off"}),
    )
    accessories_usual = forms.CharField(
        required=False,
        max_length=200,
        label=gettext_lazy("Accessories"),
        help_text=gettext_lazy("For every ticked piece without words of its own."),
        widget=forms.TextInput(attrs={"list": "accessories", "autocomplete": "off"}),
    )
    fee_usual = forms.DecimalField(
        required=False,
        min_value=0,
        max_digits=10,
        decimal_places=2,
        label=gettext_lazy("Notional fee per piece (CNY)"),
        help_text=gettext_lazy("Counted as waived where verification is free of charge."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item_faults = {}

    def refuse(self, error: DomainError) -> None:
        if not isinstance(error, Invalid):
            super().refuse(error)
            return
        for pointer, reasons in error.fields.items():
            place = pointer.strip("/").split("/")
            if place[0] == "items" and len(place) > 1:
                self.item_faults.setdefault(int(place[1]), []).extend(str(reason) for reason in reasons)
        if self.item_faults:
            self.add_error(None, _("Some pieces cannot be received; the reason stands beside each."))
        rest = {key: found for key, found in error.fields.items() if not key.startswith("/items/")}
        if rest:
            super().refuse(Invalid(rest))


@dataclass
class Piece:
    """One piece that is waited for, as it stands on the table."""

    item: OrderItem
    here: bool = False
    condition: str = ""
    accessories: str = ""
    fee: str = ""
    faults: list[str] = field(default_factory=list)

    @property
    def codes(self) -> str:
        """What a scanner may give for it, for the page's own look-up."""
        one = self.item.instrument
        return "\n".join(
            name for name in (one.label_no, one.serial, one.asset_no, str(one.public_id)) if name
        )


class Receive(OrderAct):
    """The scan field ticks, the button receives what is ticked; the rest may come another day."""

    form_class = ReceiveForm
    title = gettext_lazy("Receive instruments")
    template_name = "instruments/receive.html"
    heard: Heard | None = None
    pieces: list[Piece]
    held: list[OrderItem]

    @property
    def on_site(self) -> bool:
        return bool(self.subject.mode == ServiceOrder.Mode.ON_SITE)

    def permit(self) -> None:
        allowed = MAY["order.begin_on_site" if self.on_site else "order.receive"]
        self.actor.require(*allowed, within=self.subject.institute)
        if self.subject.state not in (State.ACCEPTED, State.IN_PROGRESS):
            raise Conflict(
                _("Nothing can be received now: the order is “%(state)s”.")
                % {"state": self.subject.get_state_display()}
            )
        self.look(self.request.POST)

    def look(self, data: QueryDict) -> None:
        """The pieces that are waited for, with what was typed about each."""
        self.held = list(self.subject.items.select_related("instrument", "order__institute").order_by("pk"))
        ticked = set(data.getlist("here"))
        told = {
            key: [text.replace("\0", "") for text in values]
            for key, *values in zip(
                *(data.getlist(name) for name in ("item", "condition", "accessories", "fee")), strict=False
            )
        }
        self.pieces = []
        for item in self.held:
            item.order = self.subject
            if item.state == OrderItem.State.REQUESTED:
                key = str(item.public_id)
                self.pieces.append(Piece(item, key in ticked, *told.get(key, ())))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("do") == "receive":
            return super().post(request, *args, **kwargs)
        self.subject = self.found(**kwargs)
        self.permit()
        self.heard = scanned.hear(request.POST.get("scan", ""), self.subject, self.held, actor=self.actor)
        for piece in self.pieces:
            piece.here = piece.here or (self.heard.item is not None and self.heard.item.pk == piece.item.pk)
        kept = {name: request.POST[name] for name in ReceiveForm.base_fields if name in request.POST}
        return self.shown(self.form(initial=self.initial() | kept))

    def act(self, given: dict[str, Any]) -> ServiceOrder:
        chosen = [piece for piece in self.pieces if piece.here]
        fees = {piece.item.pk: amount(piece.fee, given["fee_usual"]) for piece in chosen}
        faults = {
            f"/items/{place}/fee": [_("Write the fee as a number with at most two decimals.")]
            for place, piece in enumerate(chosen)
            if fees[piece.item.pk] is None
        }
        if faults:
            raise Invalid(faults)
        receipts = [
            orders.Receipt(
                item=piece.item,
                condition=piece.condition.strip() or given["condition_usual"],
                accessories=piece.accessories.strip() or given["accessories_usual"],
                notional_fee=fees[piece.item.pk] or Decimal(),
            )
            for piece in chosen
        ]
        orders.receive_items(self.subject, receipts=receipts, counterpart=given["counterpart"], by=self.actor)
        left = len(self.pieces) - len(chosen)
        words = ngettext("%(count)d piece received.", "%(count)d pieces received.", len(chosen)) % {
            "count": len(chosen)
        }
        if left:
            words += " " + ngettext(
                "%(count)d piece is still to come.", "%(count)d pieces are still to come.", left
            ) % {"count": left}
        messages.success(self.request, words)
        return self.subject

    def context(self, form: ActForm) -> dict[str, Any]:
        if "item" in form.initial and not form.is_bound:
            self.look(kept_query(dict(form.initial)))
        chosen = [piece for piece in self.pieces if piece.here]
        for place, reasons in getattr(form, "item_faults", {}).items():
            if place < len(chosen):
                chosen[place].faults = reasons
        title, submit = HEADINGS[self.on_site]
        return {
            "title": title,
            "subtitle": self.subject.client.name,
            "submit_label": submit,
            "order": self.subject,
            "pieces": self.pieces,
            "ticked": len(chosen),
            "received": sum(item.state == OrderItem.State.RECEIVED for item in self.held),
            "heard": self.heard,
            "conditions": CONDITIONS,
            "accessories": ACCESSORIES,
            "on_site": self.on_site,
            "hear_url": reverse("order_hear", args=[self.subject.public_id]),
        }


def amount(text: str, usual: Decimal | None) -> Decimal | None:
    """A fee in CNY; empty takes the usual one, what is no amount is None."""
    written = folded(text).replace(",", "")
    if not written:
        return usual or Decimal()
    try:
        fee = Decimal(written)
        whole = fee == fee.quantize(Decimal("0.01"))
    except InvalidOperation:
        return None
    return fee if whole and 0 <= fee <= MOST_FEE else None


class Hear(ScopedPage[ServiceOrder]):
    """The same answer for the page's script: what a code is that no waiting piece carries."""

    rows = ServiceOrder.objects.select_related("client", "institute")

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        order: ServiceOrder | None = self.visible().filter(public_id=key).first()
        if order is None:
            raise Http404
        allowed = MAY["order.begin_on_site" if order.mode == ServiceOrder.Mode.ON_SITE else "order.receive"]
        self.actor.require(*allowed, within=order.institute)
        items = list(order.items.select_related("instrument"))
        heard = scanned.hear(request.GET.get("code", ""), order, items, actor=self.actor)
        return JsonResponse(
            {
                "item": str(heard.item.public_id) if heard.item else None,
                "words": heard.words,
                "url": heard.url,
                "url_label": str(heard.url_label),
            },
            headers={"Cache-Control": "no-store"},
        )
