"""What an order asks for: its wishes as fields, and one line of choices per instrument."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import Case, IntegerField, Value, When
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instruments.actions.orders import ItemRequest
from instruments.models import Instrument, OrderItem, Service, ServiceOrder, Stage
from instruments.selection import WINDOWS
from metrology import clock
from metrology.acting import ActForm
from metrology.actors import Actor
from metrology.errors import DomainError, Invalid
from metrology.models import Organization
from metrology.roles import ENTERPRISE, Role

JUDGED = "calibration_judged"
SERVICES = (
    (Service.VERIFICATION.value, Service.VERIFICATION.label),
    (Service.CALIBRATION.value, Service.CALIBRATION.label),
    (JUDGED, gettext_lazy("Calibration with statement of conformity")),
)
STAGES = {
    OrderItem.Reason.BEFORE_INSTALLATION: Stage.INITIAL,
    OrderItem.Reason.SPOT_CHECK: Stage.IN_USE,
}
WINDOW_WORDS = {
    "overdue": gettext_lazy("Everything overdue"),
    "30": gettext_lazy("Everything due within 30 days"),
    "60": gettext_lazy("Everything due within 60 days"),
    "90": gettext_lazy("Everything due within 90 days"),
}
MAY_FILE = (*sorted(ENTERPRISE), Role.COUNTER, Role.MANAGER)
WISHES = ("mode", "contact", "phone", "address", "wanted_on", "is_urgent", "note")


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


def institutes(actor: Actor, client: Organization) -> Any:
    """The institutes at work, those of the client's own region first."""
    rows = Organization.objects.visible_to(actor).filter(
        kind=Organization.Kind.INSTITUTE, dissolved_on__isnull=True
    )
    if actor.side == "institute" and actor.organization is not None:
        rows = rows.filter(pk=actor.organization.pk)
    near = Case(When(region=client.region_id, then=Value(0)), default=Value(1), output_field=IntegerField())
    return rows.select_related("region").annotate(near=near).order_by("near", "region__path", "pk")


class OrderForm(ActForm):
    """The wishes of an order; `service` and `reason` hold for every instrument without its own."""

    item_faults: dict[int, list[str]]

    institute = forms.ModelChoiceField(
        queryset=Organization.objects.none(),
        to_field_name="public_id",
        label=gettext_lazy("Institute"),
        empty_label=None,
    )
    service = forms.ChoiceField(choices=SERVICES, label=gettext_lazy("Service"))
    reason = forms.ChoiceField(choices=OrderItem.Reason.choices, label=gettext_lazy("Reason"))
    mode = forms.ChoiceField(choices=ServiceOrder.Mode.choices, label=gettext_lazy("Mode"))
    address = forms.CharField(
        required=False,
        max_length=200,
        label=gettext_lazy("Address on site"),
        help_text=gettext_lazy("Where the institute comes to; not needed when you bring the instruments."),
    )
    contact = forms.CharField(max_length=60, label=gettext_lazy("Contact"))
    phone = forms.CharField(max_length=40, label=gettext_lazy("Phone"))
    wanted_on = forms.DateField(
        required=False,
        widget=DayInput,
        label=gettext_lazy("Delivery or visit on"),
        help_text=gettext_lazy("The day you would like to bring them, or to be visited."),
    )
    note = forms.CharField(
        required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 2}), label=gettext_lazy("Note")
    )
    is_urgent = forms.BooleanField(required=False, label=gettext_lazy("Urgent"))

    def __init__(self, *args: Any, choice: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item_faults = {}
        if choice is None:
            del self.fields["institute"]
        else:
            self.fields["institute"].queryset = choice  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["wanted_on"].widget.attrs["min"] = clock.today().isoformat()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("mode") == ServiceOrder.Mode.ON_SITE and not given.get("address", "").strip():
            self.add_error("address", _("Say where the institute shall come to."))
        return given

    def refuse(self, error: DomainError) -> None:
        """Reasons that name an instrument stand beside it; the rest as everywhere."""
        if not isinstance(error, Invalid):
            super().refuse(error)
            return
        rest: dict[str, list[Any]] = {}
        for pointer, reasons in error.fields.items():
            parts = pointer.strip("/").split("/")
            if parts[0] == "items" and len(parts) > 1:
                self.item_faults.setdefault(int(parts[1]), []).extend(str(reason) for reason in reasons)
            else:
                rest[pointer] = reasons
        if self.item_faults:
            self.add_error(
                None,
                _("%(count)d instruments cannot be ordered; the reason stands beside each.")
                % {"count": len(self.item_faults)},
            )
        if rest:
            super().refuse(Invalid(rest))


class AddForm(forms.Form):
    """Which instruments to put into the list next."""

    window = forms.ChoiceField(
        required=False,
        label=gettext_lazy("By due date"),
        choices=[("", "—"), *((name, WINDOW_WORDS[name]) for name in WINDOWS)],
    )
    category = forms.ChoiceField(required=False, label=gettext_lazy("By category"))
    codes = forms.CharField(
        required=False,
        max_length=40_000,
        label=gettext_lazy("By label, serial or asset number"),
        help_text=gettext_lazy("One per line; a scanner may write here."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, categories: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [("", "—"), *categories]  # type: ignore[attr-defined]  # as declared


@dataclass
class ItemLine:
    """One instrument with its own choices; an empty one means as for the whole order."""

    instrument: Instrument
    service: str = ""
    reason: str = ""
    faults: list[str] = field(default_factory=list)

    def request(self, service: str, reason: str) -> ItemRequest:
        asked, why = self.service or service, self.reason or reason
        return ItemRequest(
            instrument=self.instrument,
            service=Service.CALIBRATION if asked == JUDGED else asked,
            reason=why,
            stage=STAGES.get(OrderItem.Reason(why), Stage.SUBSEQUENT),
            wants_verdict=asked == JUDGED,
        )

    @property
    def service_select(self) -> SafeString:
        label = _("Service for %(name)s") % {"name": self.instrument}
        return select("item_service", label, SERVICES, self.service)

    @property
    def reason_select(self) -> SafeString:
        label = _("Reason for %(name)s") % {"name": self.instrument}
        return select("item_reason", label, OrderItem.Reason.choices, self.reason)


def select(name: str, label: str, choices: Iterable[tuple[str, Any]], chosen: str) -> SafeString:
    """A slim select whose first option is the choice made for the whole order."""
    options = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        (
            (value, flatatt({"selected": value == chosen}), word)
            for value, word in (("", _("as above")), *choices)
        ),
    )
    return format_html(
        '<select name="{}" class="form-select form-select-sm" aria-label="{}">{}</select>',
        name,
        label,
        options,
    )


def asked_of(item: OrderItem) -> str:
    """The service of an item as the form names it."""
    return JUDGED if item.service == Service.CALIBRATION and item.wants_verdict else item.service


def line_choices(data: QueryDict) -> dict[str, tuple[str, str]]:
    """Per instrument id what was chosen for it; what was left out is gone."""
    keys, services, reasons = (data.getlist(name) for name in ("instrument", "item_service", "item_reason"))
    left_out = set(data.getlist("out"))
    return {
        key: (
            known(_at(services, place), dict(SERVICES)),
            known(_at(reasons, place), dict(OrderItem.Reason.choices)),
        )
        for place, key in enumerate(keys)
        if key not in left_out
    }


def known(text: str, choices: dict[Any, Any]) -> str:
    return text if text in choices else ""


def _at(texts: Sequence[str], place: int) -> str:
    return texts[place] if place < len(texts) else ""


def without_adding(data: QueryDict) -> QueryDict:
    """The same fields without those that ask to add more."""
    kept = data.copy()
    for name in ("window", "category", "codes"):
        kept.pop(name, None)
    return kept


def kept_query(kept: dict[str, Any]) -> QueryDict:
    """What was kept of a form as the fields it was sent with."""
    data = QueryDict(mutable=True)
    for name, value in kept.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return without_adding(data)
