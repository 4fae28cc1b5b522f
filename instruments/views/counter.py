"""What is decided about an order: sent, withdrawn, taken on or refused, handed back."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instruments.actions import orders
from instruments.models import Job, OrderItem, ServiceOrder
from instruments.views.order_form import MAY_FILE, DayInput
from instruments.workflow import BEFORE_HAND_OVER, MAY
from metrology import clock, workdays
from metrology.acting import ActForm, ActPage
from metrology.errors import Invalid
from metrology.pages import Cell, Column, Table, table


class OrderAct(ActPage[ServiceOrder]):
    """An act on one order; whoever files orders, or sits at its institute's desk, may be asked."""

    rows = ServiceOrder.objects.select_related("client__region", "institute")


class ReasonForm(ActForm):
    reason = forms.CharField(
        max_length=400, widget=forms.Textarea(attrs={"rows": 3}), label=gettext_lazy("Reason")
    )


class AcceptForm(ActForm):
    promised_on = forms.DateField(widget=DayInput, label=gettext_lazy("Promised on"))


class Submit(OrderAct):
    """Sends a draft; what keeps a piece from being sent is said with the name of the piece."""

    roles = MAY_FILE
    title = gettext_lazy("Send to the institute")
    submit_label = gettext_lazy("Send to the institute")
    said = gettext_lazy("The order is sent to the institute.")

    def act(self, given: dict[str, Any]) -> ServiceOrder:
        try:
            return orders.submit_order(self.subject, by=self.actor)
        except Invalid as error:
            raise self.named(error) from error

    def named(self, error: Invalid) -> Invalid:
        items = list(self.subject.items.select_related("instrument"))
        reasons = []
        for pointer, found in error.fields.items():
            place = pointer.strip("/").split("/")
            name = f"{items[int(place[1])].instrument}: " if place[0] == "items" and len(place) > 1 else ""
            reasons += [f"{name}{reason}" for reason in found]
        return Invalid({"/order": reasons})

    def context(self, form: ActForm) -> dict[str, Any]:
        edit = Cell(_("Edit the draft"), url=reverse("order_edit", args=[self.subject.public_id]))
        return {"sections": [_way_out(edit)] if form.errors else []}


def _way_out(cell: Cell) -> Table:
    return table(_("Way out"), (Column("", lambda found: found),), [cell])


class Withdraw(OrderAct):
    roles = MAY_FILE
    form_class = ReasonForm
    title = gettext_lazy("Withdraw the order")
    submit_label = gettext_lazy("Withdraw")
    said = gettext_lazy("The order is withdrawn.")

    def act(self, given: dict[str, Any]) -> ServiceOrder:
        return orders.cancel_order(self.subject, by=self.actor, reason=given["reason"])


class Accept(OrderAct):
    """Takes an order on and promises a day; 20 working days from today is the latest."""

    roles = MAY["order.accept"]
    form_class = AcceptForm
    title = gettext_lazy("Accept the order")
    submit_label = gettext_lazy("Accept")
    said = gettext_lazy("The order is accepted.")

    def latest(self) -> Any:
        return workdays.after(clock.today(), orders.PROMISED_WORKING_DAYS)

    def initial(self) -> dict[str, Any]:
        return {**super().initial(), "promised_on": self.latest()}

    def context(self, form: ActForm) -> dict[str, Any]:
        latest, widget = self.latest(), form.fields["promised_on"].widget
        widget.attrs |= {"min": clock.today().isoformat(), "max": latest.isoformat()}
        order = self.subject
        lead = _("%(days)d working days from today end on %(day)s; no later day can be promised.") % {
            "days": orders.PROMISED_WORKING_DAYS,
            "day": latest,
        }
        if order.wanted_on:
            words = _("The client brings them, or wants the visit, on %(day)s.")
            lead += " " + words % {"day": order.wanted_on}
        if order.is_urgent:
            lead += " " + _("The order is urgent.")
        return {"lead": lead, "subtitle": order.client.name}

    def act(self, given: dict[str, Any]) -> ServiceOrder:
        return orders.accept_order(self.subject, by=self.actor, promised_on=given["promised_on"])


class Decline(OrderAct):
    roles = MAY["order.decline"]
    form_class = ReasonForm
    title = gettext_lazy("Decline the order")
    submit_label = gettext_lazy("Decline")
    said = gettext_lazy("The order is declined; the client sees the reason.")

    def act(self, given: dict[str, Any]) -> ServiceOrder:
        return orders.decline_order(self.subject, by=self.actor, reason=given["reason"])


class CounterpartForm(ActForm):
    counterpart = forms.CharField(
        max_length=80,
        label=gettext_lazy("Who takes them"),
        help_text=gettext_lazy("The name of the person at the counter, as on their identity card."),
    )


class Collect(OrderAct):
    """Hands the pieces and papers of a finished order to the client."""

    roles = MAY["order.collect"]
    form_class = CounterpartForm
    title = gettext_lazy("Hand back")
    submit_label = gettext_lazy("Hand back")
    said = gettext_lazy("Handed back; the custody record says to whom.")

    def context(self, form: ActForm) -> dict[str, Any]:
        kept = self.subject.items.filter(state=OrderItem.State.RECEIVED).select_related("instrument")
        columns = (
            Column(_("Instrument"), "instrument.name"),
            Column(_("Serial no."), "instrument.serial", mono=True),
            Column(_("Label no."), "instrument.label_no", mono=True),
            Column(_("Accessories"), "accessories"),
        )
        return {
            "subtitle": self.subject.client.name,
            "sections": [table(_("Pieces to hand back"), columns, kept)],
        }

    def act(self, given: dict[str, Any]) -> ServiceOrder:
        return orders.collect(self.subject, by=self.actor, counterpart=given["counterpart"])


class ReturnForm(ActForm):
    places: ClassVar[dict[str, str]] = {"/items": "items"}

    items = forms.ModelMultipleChoiceField(
        queryset=OrderItem.objects.none(),
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Which pieces"),
    )
    counterpart = forms.CharField(max_length=80, label=gettext_lazy("Who takes them"))
    reason = forms.CharField(
        max_length=400, widget=forms.Textarea(attrs={"rows": 3}), label=gettext_lazy("Reason")
    )

    def __init__(self, *args: Any, choice: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["items"].queryset = choice  # type: ignore[attr-defined]  # a ModelMultipleChoiceField
        self.fields["items"].label_from_instance = piece  # type: ignore[attr-defined]  # as above


def piece(item: Any) -> str:
    return f"{item.instrument} · {item.instrument.label_no}"


class ReturnUntested(OrderAct):
    """Gives pieces back whose record was not yet handed over; their jobs are cancelled with it."""

    roles = MAY["order.return_item"]
    title = gettext_lazy("Return untested")
    submit_label = gettext_lazy("Return untested")
    said = gettext_lazy("Returned; the custody record says to whom.")

    def form(self, **bound: Any) -> ActForm:
        choice = (
            self.subject.items.filter(state=OrderItem.State.RECEIVED)
            .exclude(job__state__in=set(Job.State) - BEFORE_HAND_OVER - {Job.State.CANCELLED})
            .select_related("instrument", "order__institute", "order__client__region")
        )
        return ReturnForm(choice=choice, **bound)

    def act(self, given: dict[str, Any]) -> ServiceOrder:
        orders.return_items(
            list(given["items"]), by=self.actor, counterpart=given["counterpart"], reason=given["reason"]
        )
        return self.subject
