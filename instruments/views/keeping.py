"""Keeping the ledger: enter, correct, take out of use and back, scrap."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instruments.actions import ledger
from instruments.actions.checks import require_keeper
from instruments.models import Category, Delivery, Instrument, PlanField, Purpose
from instruments.parameters import Asked, asked_for
from instruments.views.owners import LedgerPage
from metrology import resume
from metrology.acting import ActForm, ActPage, FormPage
from metrology.errors import DomainError, Invalid
from metrology.models import Region
from metrology.pages import ActingView
from metrology.parsing import is_storable
from metrology.roles import ENTERPRISE, INSTITUTE

PARAMETER = "parameter_"
SHOW = "show"
BLANK = ("", "—")
WHAT = ("category", "name", "kind", "model", "serial", "maker", "origin")
MEASURES = ("measuring_range", "accuracy_class")
USE = ("purpose", "location", "delivery", "region", "asset_no", "own_interval_months", "plan_fields")


def text_field(name: str, label: Any, *, required: bool = False, hint: Any = "") -> forms.CharField:
    """A text as long as its column."""
    most = Instrument._meta.get_field(name).max_length  # type: ignore[union-attr]  # a text column
    return forms.CharField(label=label, max_length=most, required=required, help_text=hint)


class InstrumentForm(ActForm):
    """What the ledger says of one piece; the parameters follow from the category's methods."""

    category = forms.ModelChoiceField(
        Category.objects.all(),
        to_field_name="code",
        label=gettext_lazy("Category"),
        widget=forms.Select,
    )
    name = text_field("name", gettext_lazy("Name"), required=True)
    kind = text_field("kind", gettext_lazy("Kind within the category"))
    model = text_field("model", gettext_lazy("Model"))
    serial = text_field(
        "serial", gettext_lazy("Serial no."), required=True, hint=gettext_lazy("As it stands on the plate.")
    )
    maker = text_field("maker", gettext_lazy("Manufacturer"))
    origin = text_field("origin", gettext_lazy("Origin"))
    measuring_range = text_field("measuring_range", gettext_lazy("Measuring range"))
    accuracy_class = text_field("accuracy_class", gettext_lazy("Accuracy class"))
    purpose = forms.ChoiceField(choices=Purpose.choices, label=gettext_lazy("Purpose"))
    location = text_field("location", gettext_lazy("Place of use"))
    delivery = forms.ChoiceField(
        choices=[BLANK, *Delivery.choices], required=False, label=gettext_lazy("Way of delivery")
    )
    region = forms.ModelChoiceField(
        Region.objects.all(),
        to_field_name="key",
        required=False,
        label=gettext_lazy("Region"),
        help_text=gettext_lazy("Empty: the region of its owner."),
    )
    asset_no = text_field("asset_no", gettext_lazy("Asset no."))
    own_interval_months = forms.IntegerField(
        min_value=1, max_value=240, required=False, label=gettext_lazy("Owner's own interval (months)")
    )
    plan_fields = forms.MultipleChoiceField(
        choices=PlanField.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Plan fields"),
    )

    def __init__(self, *args: Any, asked: list[Asked], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        fragment = {
            "hx-get": reverse("instrument_parameters"),
            "hx-target": "#parameters",
            "hx-trigger": "change",
            "hx-include": "closest form",
        }
        self.fields["category"].widget.attrs |= fragment
        for one in asked:
            self.fields[PARAMETER + one.key] = parameter_field(one)

    def refuse(self, error: DomainError) -> None:
        """A reason about a parameter stands beside its field."""
        if isinstance(error, Invalid):
            places = {
                pointer: f"/{PARAMETER}{pointer.removeprefix('/parameters/')}"
                for pointer in error.fields
                if pointer.startswith("/parameters/")
            }
            moved = {places.get(pointer, pointer): reasons for pointer, reasons in error.fields.items()}
            error = Invalid(moved, error.message)
        super().refuse(error)

    def group(self, names: tuple[str, ...]) -> list[Any]:
        return [self[name] for name in names]

    @property
    def what(self) -> list[Any]:
        return self.group(WHAT)

    @property
    def measures(self) -> list[Any]:
        return self.group(MEASURES)

    @property
    def use(self) -> list[Any]:
        return self.group(USE)

    @property
    def parameters(self) -> list[Any]:
        return self.group(tuple(PARAMETER + one.key for one in self.asked))


def parameter_field(one: Asked) -> forms.Field:
    """A choice where the method leaves one, else a text: what is typed is kept as it is typed."""
    if one.choices:
        choices = [BLANK, *((choice, choice) for choice in one.choices)]
        return forms.ChoiceField(choices=choices, required=False, label=one.title, initial=one.default)
    return forms.CharField(
        max_length=ledger.MAX_TEXT, required=False, label=one.title, initial=one.default, strip=False
    )


def category_of(code: Any) -> Category | None:
    text = str(code or "")
    if not text or len(text) > 24 or not is_storable(text):
        return None
    found: Category | None = Category.objects.filter(code=text).first()
    return found


class Keeping(FormPage):
    """What entering and correcting share: the fields that follow from the category."""

    form_class = InstrumentForm
    template_name = "instruments/instrument_form.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if SHOW not in request.POST:
            return super().post(request, *args, **kwargs)
        self.subject = self.found(**kwargs)
        self.permit()
        plan_fields = request.POST.getlist("plan_fields")
        return self.shown(self.form(initial=request.POST.dict() | {"plan_fields": plan_fields}))

    def form(self, **bound: Any) -> ActForm:
        said = bound.get("data") or bound.get("initial") or {}
        return InstrumentForm(asked=asked_for(category_of(said.get("category")), self.actor), **bound)

    def details(self, given: dict[str, Any]) -> dict[str, Any]:
        """The fields as the verb takes them; an empty parameter is not known."""
        plain = {name: value for name, value in given.items() if not name.startswith(PARAMETER)}
        plain["parameters"] = {
            name.removeprefix(PARAMETER): value
            for name, value in given.items()
            if name.startswith(PARAMETER) and value.strip()
        }
        if plain.get("region") is None:
            plain.pop("region", None)
        return plain


class NewInstrument(Keeping, LedgerPage):
    """Enter one piece into the ledger, by its owner or at the counter."""

    title = gettext_lazy("New instrument")
    submit_label = gettext_lazy("Enter into the ledger")
    said = gettext_lazy("The instrument is in the ledger.")

    def initial(self) -> dict[str, Any]:
        return {"category": self.request.GET.get("category", ""), "purpose": Purpose.TRADE}

    def act(self, given: dict[str, Any]) -> Any:
        details = self.details(given)
        if not details["plan_fields"]:
            del details["plan_fields"]
        assert self.owner is not None
        return ledger.register_instrument(self.owner, by=self.actor, **details)

    def context(self, form: ActForm) -> dict[str, Any]:
        back = reverse("instruments")
        return {"subtitle": self.owner, "back_url": back, "cancel_url": back}


class KeeperPage(ActPage[Instrument]):
    """An act of the keeper on one entry."""

    rows = Instrument.objects.select_related("owner__region", "region", "category")

    def permit(self) -> None:
        require_keeper(self.actor, self.subject.owner)


class ChangeInstrument(KeeperPage, Keeping):
    """Correct what the ledger says; the label stays."""

    title = gettext_lazy("Correct the entry")
    said = gettext_lazy("The entry is corrected.")

    def initial(self) -> dict[str, Any]:
        row = self.subject
        said = {name: getattr(row, name) for name in (*WHAT, *MEASURES, *USE)}
        said |= {"category": row.category.code, "region": row.region.key}
        said |= {PARAMETER + key: text for key, text in row.parameters.items()}
        return {**super().initial(), **said}

    def act(self, given: dict[str, Any]) -> Any:
        details = self.details(given)
        row = self.subject
        if details["category"].pk == row.category_id:
            unasked = {key: text for key, text in row.parameters.items() if PARAMETER + key not in given}
            details["parameters"] = unasked | details["parameters"]
        return ledger.change_instrument(row, by=self.actor, **details)


class ReasonForm(ActForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )


class OutOfService(ActPage[Instrument]):
    """Take a piece out of use (停用)."""

    rows = Instrument.objects.select_related("owner__region", "region")
    roles = (*ENTERPRISE, *INSTITUTE)
    form_class = ReasonForm
    title = gettext_lazy("Take out of service")
    submit_label = gettext_lazy("Take out of service")
    said = gettext_lazy("The instrument is out of service.")

    def act(self, given: dict[str, Any]) -> Any:
        return ledger.put_out_of_service(self.subject, by=self.actor, reason=given["reason"])


class ReturnToUse(OutOfService):
    title = gettext_lazy("Return to use")
    submit_label = gettext_lazy("Return to use")
    said = gettext_lazy("The instrument is in use again.")

    def act(self, given: dict[str, Any]) -> Any:
        return ledger.return_to_use(self.subject, by=self.actor, reason=given["reason"])


class Scrap(KeeperPage):
    """Take a piece out of the ledger for good."""

    form_class = ReasonForm
    title = gettext_lazy("Scrap")
    submit_label = gettext_lazy("Scrap for good")
    said = gettext_lazy("The instrument is scrapped; its history stays.")

    def act(self, given: dict[str, Any]) -> Any:
        return ledger.scrap(self.subject, by=self.actor, reason=given["reason"])

    def context(self, form: ActForm) -> dict[str, Any]:
        return {"lead": _("A scrapped instrument never returns; its label is not given again.")}


class ParameterFields(ActingView):
    """The fields that follow from a category: a fragment for htmx, else the whole page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        code = request.GET.get("category", "")
        category = category_of(code)
        if not request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
            known = f"?category={category.code}" if category else ""
            return redirect(reverse("instrument_new") + known)
        form = InstrumentForm(asked=asked_for(category, self.actor), initial=request.GET.dict())
        return render(
            request, "instruments/_parameters.html", {"form": form, "typed_by": resume.mark(request)}
        )
