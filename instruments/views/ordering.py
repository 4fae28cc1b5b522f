"""Writing an order: choose instruments, say what is wanted, keep it as a draft or send it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instruments import clients, selection
from instruments.actions import drafts, orders
from instruments.models import Category, Instrument, OrderItem, Service, ServiceOrder
from instruments.views.order_form import (
    MAY_FILE,
    WISHES,
    AddForm,
    ItemLine,
    OrderForm,
    asked_of,
    institutes,
    kept_query,
    line_choices,
    without_adding,
)
from metrology import resume
from metrology.acting import ActForm, FormPage
from metrology.errors import Conflict
from metrology.models import Organization
from metrology.pages import ScopedPage

SEND, SAVE = "send", "save"


class OrderWriting(FormPage):
    """What new orders and drafts share: the lines, adding to them, and the two ways to finish."""

    form_class = OrderForm
    roles = MAY_FILE
    template_name = "instruments/order_form.html"
    client: Organization
    lines: list[ItemLine]
    choice: Any = None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.subject = self.found(**kwargs)
        self.permit()
        kept = resume.take(request)
        if kept is not None:
            messages.info(request, _("What you had typed is still here. Look at it and send it again."))
            self.gather(kept_query(kept))
        else:
            self.begin(request.GET)
        return self.shown(self.form(initial={**self.initial(), **(kept or {})}))

    def begin(self, data: QueryDict) -> None:
        """The lines of a page that nobody has typed into."""
        for remark in self.gather(data):
            messages.info(self.request, remark)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("do") in (SEND, SAVE):
            return super().post(request, *args, **kwargs)
        self.subject = self.found(**kwargs)
        self.permit()
        remarks = self.gather(request.POST)
        kept = {name: request.POST[name] for name in OrderForm.base_fields if name in request.POST}
        form = self.form(initial=self.initial() | kept)
        for remark in remarks:
            messages.info(request, remark)
        return self.shown(form)

    def form(self, **bound: Any) -> ActForm:
        return self.form_class(choice=self.choice, **bound)

    def gather(self, data: QueryDict) -> list[str]:
        """Put what was chosen already and what shall be added into the lines; the remarks on it."""
        chosen = line_choices(data)
        into = selection.Selection()
        visible = selection.by_ids(self.actor, list(chosen))
        own = [one for one in visible if one.owner_id == self.client.pk]
        into.add(own)
        into.leave(len(chosen) - selection.MOST)
        if len(own) < len(visible):
            into.remarks.append(_("Instruments of another owner were left out: an order has one client."))
        before, asked = len(into.instruments), self._add(into, data)
        added = len(into.instruments) - before
        if added:
            into.remarks.append(_("%(count)d instruments added.") % {"count": added})
        elif asked and not into.remarks:
            into.remarks.append(_("Nothing new was found: they are in the list already, or there are none."))
        self.set_lines(into.instruments, chosen)
        return into.remarks

    def set_lines(self, instruments: Iterable[Instrument], chosen: dict[str, tuple[str, str]]) -> None:
        self.lines = [ItemLine(one, *chosen.get(str(one.public_id), ("", ""))) for one in instruments]

    def _add(self, into: selection.Selection, data: QueryDict) -> bool:
        window, category, codes = (
            data.get(name, "").replace("\0", "") for name in ("window", "category", "codes")
        )
        rows = selection.of_client(self.actor, self.client)
        if codes.strip():
            selection.add_named(into, rows, codes)
        narrowed = rows.filter(category__code=category) if category else rows
        if window in selection.WINDOWS:
            selection.add_due(into, narrowed, window)
        elif category:
            into.add(narrowed[: selection.MOST * 2])
        return bool(codes.strip() or window or category)

    def requests(self, given: dict[str, Any]) -> list[orders.ItemRequest]:
        return [line.request(given["service"], given["reason"]) for line in self.lines]

    def sends(self) -> bool:
        return self.request.POST.get("do") == SEND

    def done(self, made: Any) -> HttpResponse:
        words = _("The order is sent to the institute.") if self.sends() else _("The draft is kept.")
        messages.success(self.request, words)
        return redirect(self.next_url(made))

    def context(self, form: ActForm) -> dict[str, Any]:
        for place, reasons in getattr(form, "item_faults", {}).items():
            if place < len(self.lines):
                self.lines[place].faults = reasons
        own = Instrument.objects.visible_to(self.actor).filter(owner=self.client)
        held: QuerySet[Any] = Category.objects.filter(pk__in=own.values("category"))
        return {
            "lines": self.lines,
            "client": self.client,
            "most": selection.MOST,
            "adding": AddForm(categories=[(one.code, one.name) for one in held]),
            "is_desk": self.actor.side == "institute",
            "mandatory": sum(line.instrument.is_mandatory for line in self.lines),
        }


class NewOrder(OrderWriting):
    """An order of one's own, or at the counter in the name of a client."""

    title = gettext_lazy("New order")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.permit()
        client = self.find_client(request.GET)
        if client is None:
            return self.ask_client(request.GET)
        self.set_client(client)
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.permit()
        client = self.find_client(request.POST)
        if client is None:
            return self.ask_client(request.POST)
        self.set_client(client)
        if request.POST.get("do") in (SEND, SAVE):
            self.gather(without_adding(request.POST))
        return super().post(request, *args, **kwargs)

    def set_client(self, client: Organization) -> None:
        self.client = client
        self.choice = institutes(self.actor, client)

    def find_client(self, data: QueryDict) -> Organization | None:
        """The client of the order: oneself, at the counter the one named or the owner of what was chosen."""
        if self.actor.side != "institute":
            assert self.actor.organization is not None
            return self.actor.organization
        if named := data.get("client"):
            key = selection.as_id(named)
            client: Organization | None = clients.of_desk(self.actor).filter(public_id=key).first()
            if key is None or client is None:
                raise Http404
            return client
        owners = {one.owner for one in selection.by_ids(self.actor, data.getlist("instrument"))}
        if len(owners) > 1:
            messages.warning(self.request, _("An order has one client. Choose which one this order is for."))
        one: Organization | None = None
        if len(owners) == 1:
            one = clients.of_desk(self.actor).filter(pk=owners.pop().pk).first()
        return one

    def ask_client(self, data: QueryDict) -> HttpResponse:
        text = data.get("cq", "")[:100].replace("\0", "")
        context = {
            "title": self.title,
            "subtitle": _("For whom do you file this order?"),
            "text": text,
            "found": clients.found(self.actor, text),
            "instruments": [key for key in data.getlist("instrument") if selection.as_id(key)],
        }
        return render(self.request, "instruments/order_client.html", context)

    def initial(self) -> dict[str, Any]:
        before = (
            ServiceOrder.objects.visible_to(self.actor)
            .filter(client=self.client)
            .select_related("institute")
            .first()
        )
        person = str(self.actor.person or "") if self.actor.side == "enterprise" else ""
        return {
            "institute": before.institute.public_id if before else None,
            "service": Service.VERIFICATION,
            "reason": OrderItem.Reason.PERIODIC,
            "contact": (before.contact if before else "") or person,
            "phone": (before.phone if before else "") or self.client.phone,
            "address": (before.address if before else "") or self.client.address,
        }

    def act(self, given: dict[str, Any]) -> ServiceOrder:
        return orders.file_order(
            self.client,
            institute=given["institute"],
            requests=self.requests(given),
            send=self.sends(),
            by=self.actor,
            **{name: given[name] for name in WISHES},
        )

    def context(self, form: ActForm) -> dict[str, Any]:
        return super().context(form) | {"cancel_url": reverse("orders"), "subtitle": self.client.name}


class EditOrder(ScopedPage[ServiceOrder], OrderWriting):
    """A draft, changed until it is sent."""

    rows = ServiceOrder.objects.select_related("client__region", "institute")
    title = gettext_lazy("Edit the draft")
    subject: ServiceOrder

    def found(self, **kwargs: Any) -> ServiceOrder:
        order: ServiceOrder | None = self.visible().filter(public_id=kwargs["key"]).first()
        if order is None:
            raise Http404
        self.client = order.client
        if self.request.POST.get("do") in (SEND, SAVE):
            self.gather(without_adding(self.request.POST))
        return order

    def permit(self) -> None:
        super().permit()
        orders.require_client_side(self.subject, self.actor)
        if self.subject.state != ServiceOrder.State.DRAFT:
            raise Conflict(_("Only a draft can be changed. Withdraw the order and file a new one."))

    def begin(self, data: QueryDict) -> None:
        items = list(self.subject.items.select_related("instrument__category"))
        usual = Counter((asked_of(item), item.reason) for item in items).most_common(1)
        self.usual = usual[0][0] if usual else (Service.VERIFICATION.value, OrderItem.Reason.PERIODIC.value)
        self.lines = [
            ItemLine(
                item.instrument,
                "" if asked_of(item) == self.usual[0] else asked_of(item),
                "" if item.reason == self.usual[1] else item.reason,
            )
            for item in items
        ]

    def initial(self) -> dict[str, Any]:
        found = {name: getattr(self.subject, name) for name in WISHES}
        service, reason = getattr(self, "usual", (Service.VERIFICATION, OrderItem.Reason.PERIODIC))
        return {**found, "version": self.subject.version, "service": service, "reason": reason}

    def act(self, given: dict[str, Any]) -> ServiceOrder:
        return drafts.amend_order(
            self.subject,
            requests=self.requests(given),
            send=self.sends(),
            by=self.actor,
            **{name: given[name] for name in WISHES},
        )

    def context(self, form: ActForm) -> dict[str, Any]:
        subtitle = f"{self.client.name} → {self.subject.institute.name}"
        return super().context(form) | {"order": self.subject, "subtitle": subtitle}
