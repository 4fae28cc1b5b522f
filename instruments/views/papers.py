"""What is printed for the counter: the delivery slip of an order, and labels for instruments."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instruments import labels, selection, slip
from instruments.models import Instrument, OrderItem, ServiceOrder
from instruments.views.order_form import MAY_FILE
from metrology import exports
from metrology.acting import Deed
from metrology.actors import Actor
from metrology.errors import Invalid
from metrology.pages import ActingView, Line, ScopedPage

KEPT = "labels"
KEPT_FOR = 365 * 24 * 3600
SHOWN = 6


class Slip(ScopedPage[ServiceOrder]):
    """The delivery slip of an order as PDF, for both sides of the counter."""

    rows = ServiceOrder.objects.select_related("client", "institute")

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        order = self.visible().filter(public_id=key).first()
        if order is None:
            raise Http404
        return as_pdf(slip.document(order), f"{order.number}.pdf")


def as_pdf(content: bytes, name: str) -> HttpResponse:
    """A PDF that the browser shows and that no cache keeps."""
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": content_disposition_header(False, name) or "inline",
            "Cache-Control": "private, no-store",
        },
    )


def instrument_deeds(row: Instrument, actor: Actor) -> Iterator[Deed]:
    """From the page of an instrument to an order for it, and to its label."""
    if row.state == Instrument.State.SCRAPPED:
        return
    query = f"?instrument={row.public_id}"
    if actor.allowed(*MAY_FILE):
        yield Deed(_("Order"), f"{reverse('order_new')}{query}", "send")
    if actor.side in ("enterprise", "institute"):
        yield Deed(_("Label"), f"{reverse('labels')}{query}", "qrcode")


class PaperForm(forms.Form):
    """How the printer of this desk takes its labels; the browser remembers it."""

    layout = forms.ChoiceField(choices=labels.LAYOUTS, label=gettext_lazy("Paper"))
    skip = forms.IntegerField(
        min_value=0,
        max_value=labels.PER_SHEET - 1,
        required=False,
        label=gettext_lazy("Labels already used on the first sheet"),
    )
    right = forms.DecimalField(
        min_value=-labels.MOST_OFFSET,
        max_value=labels.MOST_OFFSET,
        max_digits=4,
        decimal_places=1,
        required=False,
        label=gettext_lazy("Shift to the right (mm)"),
        help_text=gettext_lazy("Measure on one print how far it is off; a minus sign shifts to the left."),
    )
    down = forms.DecimalField(
        min_value=-labels.MOST_OFFSET,
        max_value=labels.MOST_OFFSET,
        max_digits=4,
        decimal_places=1,
        required=False,
        label=gettext_lazy("Shift down (mm)"),
        help_text=gettext_lazy("A minus sign shifts up."),
    )

    def paper(self) -> labels.Paper:
        given = self.cleaned_data
        right, down = (given[name] or Decimal() for name in ("right", "down"))
        return labels.Paper(given["layout"], given["skip"] or 0, right, down)


class Labels(ActingView):
    """Labels for the instruments named, or for those of an order: looked at, then printed or exported."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        found = self.chosen(request.GET)
        if exports.asked(request) and found:
            return self.export(found, exports.asked(request))
        kept = dict(part.split(":", 1) for part in request.COOKIES.get(KEPT, "").split("|") if ":" in part)
        form = PaperForm(initial={"layout": labels.SHEET, **kept})
        return self.shown(found, form)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        found, wanted = self.chosen(request.POST), request.POST.get("do", "")
        if wanted in exports.FORMATS and found:
            return self.export(found, wanted)
        if wanted != "print":
            return self.shown(found, PaperForm(initial={"layout": labels.SHEET}))
        form = PaperForm(request.POST)
        if not found or not form.is_valid():
            return self.shown(found, form, status=400)
        paper = form.paper()
        answer = as_pdf(labels.document(found, paper), "labels.pdf")
        kept = f"layout:{paper.layout}|right:{paper.right}|down:{paper.down}"
        answer.set_cookie(KEPT, kept, max_age=KEPT_FOR, samesite="Lax", httponly=True, path=request.path)
        return answer

    def chosen(self, data: Any) -> list[Instrument]:
        """The visible instruments that are named, or the pieces of an order that are not given back."""
        texts = data.getlist("instrument")
        if len(texts) > selection.MOST:
            words = _("At most %(most)d labels can be printed at once.") % {"most": selection.MOST}
            raise Invalid({"/instrument": [words]}, words)
        named = selection.by_ids(self.actor, texts)
        key = selection.as_id(data.get("order", ""))
        if named or not data.get("order"):
            return named
        order = ServiceOrder.objects.visible_to(self.actor).filter(public_id=key).first() if key else None
        if order is None:
            raise Http404
        items = order.items.exclude(state__in=(OrderItem.State.CANCELLED, OrderItem.State.RETURNED))
        return [item.instrument for item in items.select_related("instrument__owner").order_by("pk")]

    def export(self, found: list[Instrument], wanted: str) -> HttpResponseBase:
        lines = (Line([column.cell(one) for column in labels.COLUMNS]) for one in found)
        return exports.respond(wanted, _("Labels"), labels.COLUMNS, lines)

    def shown(self, found: list[Instrument], form: PaperForm, status: int = 200) -> HttpResponse:
        if not found and status == 200 and self.request.method == "POST":
            raise Invalid({"/instrument": [_("Choose at least one instrument.")]})
        context = {
            "title": _("Labels"),
            "form": form,
            "found": found,
            "count": len(found),
            "more": max(len(found) - SHOWN, 0),
            "previews": [labels.drawn({"one": one}) for one in found[:SHOWN]],
        }
        return render(self.request, "instruments/labels.html", context, status=status)
