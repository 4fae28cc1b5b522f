"""The register of certificates: the list, and one document with its state, files and history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates import changing, snapshot, verify
from certificates.acts import WORDS
from certificates.models import Certificate, CertificateHead
from certificates.review import queue
from instruments.models import Category, Job
from instruments.workflow import MAY
from metrology import acts, clock, navigation
from metrology.acting import Deed
from metrology.actors import Actor
from metrology.filters import PageFilter, chosen, of
from metrology.navigation import ENTERPRISE, INSTITUTE, Address, Card, Entry
from metrology.pages import (
    Cell,
    Column,
    Fact,
    Facts,
    ScopedDetailView,
    ScopedListView,
    Table,
    link_fact,
    table,
)
from metrology.picking import picks

State = CertificateHead.State
EXPIRED = "expired"
SHOWN = 50


def state_cell(row: Any) -> Cell:
    """Where a document stands; an issued one that has run out says so."""
    if row.head.state == State.ISSUED and row.valid_until is not None and row.valid_until < clock.today():
        return Cell(_("Expired"), state=EXPIRED)
    return Cell(row.head.get_state_display(), state=row.head.state)


def _tested(bound: str, label: Any) -> Any:
    """One end of the period in which an instrument was tested."""
    picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return django_filters.DateFilter(field_name="tested_on", lookup_expr=bound, label=label, widget=picker)


class CertificateFilter(PageFilter):
    searched = ("number", "instrument__name", "instrument__serial", "client__name_zh", "client__name_en")

    kind = chosen("kind", Certificate.Kind.choices, gettext_lazy("Kind"))
    state = django_filters.ChoiceFilter(
        method="by_state",
        choices=[*State.choices, (EXPIRED, gettext_lazy("Expired"))],
        label=gettext_lazy("State"),
        empty_label=gettext_lazy("All"),
    )
    category = django_filters.ModelChoiceFilter(
        field_name="instrument__category",
        queryset=Category.objects.all(),
        to_field_name="code",
        label=gettext_lazy("Category of instrument"),
        empty_label=gettext_lazy("All"),
    )
    tested_from = _tested("gte", gettext_lazy("Tested from"))
    tested_to = _tested("lte", gettext_lazy("Tested up to"))
    instrument = of("instrument")
    client = of("client")
    job = of("job")
    order = of("job__item__order")

    def by_state(self, rows: Any, name: str, value: str) -> Any:
        today = clock.today()
        if value == EXPIRED:
            return rows.filter(head__state=State.ISSUED, valid_until__lt=today)
        if value == State.ISSUED:
            return rows.filter(in_force(today))
        return rows.filter(head__state=value)


def in_force(day: date) -> Q:
    """Issued, neither replaced nor revoked, and not run out by a day."""
    return Q(head__state=State.ISSUED) & (Q(valid_until__isnull=True) | Q(valid_until__gte=day))


NUMBER = Column(gettext_lazy("Certificate no."), "number", mono=True)
KIND = Column(gettext_lazy("Kind"), "get_kind_display")
INSTRUMENT = Column(gettext_lazy("Instrument"), "instrument")
STATE = Column(gettext_lazy("State"), state_cell)
TESTED_ON = Column(gettext_lazy("Tested on"), "tested_on")
VALID_UNTIL = Column(gettext_lazy("Valid until"), "valid_until")


class CertificateList(ScopedListView[Certificate]):
    rows = Certificate.objects.select_related("head", "instrument", "client", "institute").defer("snapshot")
    title = gettext_lazy("Certificates")
    filterset_class = CertificateFilter
    template_name = "certificates/list.html"
    empty_title = gettext_lazy("No certificate to show")
    columns = (
        NUMBER,
        KIND,
        INSTRUMENT,
        Column(gettext_lazy("Client"), "client"),
        Column(gettext_lazy("Institute"), "institute"),
        STATE,
        TESTED_ON,
        VALID_UNTIL,
    )

    def context(self, rows: list[Any]) -> dict[str, Any]:
        """Boxes beside the rows: what is ticked comes as one ZIP."""
        return {"picked_rows": picks(self.columns, rows, lambda row: row.number)}


STATUS = (
    Column(gettext_lazy("At"), "at"),
    Column(gettext_lazy("State"), "state", state=True),
    Column(gettext_lazy("Reason"), "reason"),
    Column(gettext_lazy("By"), "person"),
    Column(gettext_lazy("Second person"), "second_person"),
)
FILE = (
    Column(gettext_lazy("File"), "get_kind_display"),
    Column("SHA-256", "sha256", mono=True),
    Column(gettext_lazy("Size (bytes)"), "size", numeric=True),
    Column(gettext_lazy("Stored at"), "stored_at"),
)
REFERENCE = (NUMBER, KIND, TESTED_ON)


class CertificatePage(ScopedDetailView[Certificate]):
    rows = Certificate.objects.select_related(
        "head", "seal", "institute", "client", "instrument", "approver", "job", "refers"
    )
    lookup = "number"
    back = "certificates"
    back_label = gettext_lazy("Certificates")

    def heading(self, row: Any) -> dict[str, Any]:
        cell = state_cell(row)
        return {
            "title": row.number,
            "pretitle": row.get_kind_display(),
            "subtitle": f"{row.instrument} · {row.client}",
            "state": cell.state,
            "state_label": cell.text,
        }

    def actions(self, row: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        if row.head.state in verify.PUBLIC:
            found.append(
                {"label": _("Public check"), "url": reverse("check", args=[row.code]), "icon": "shield-check"}
            )
        if hasattr(row, "seal"):
            address = reverse("certificate_pdf", args=[row.number])
            found.append({"label": "PDF", "url": address, "icon": "download", "primary": True})
        return found

    def sections(self, row: Any) -> list[Facts | Table]:
        later = Certificate.objects.visible_to(self.actor).filter(refers=row).defer("snapshot")
        return [
            self._facts(row),
            said(row),
            table(
                _("States"),
                STATUS,
                row.statuses.visible_to(self.actor).select_related("person", "second_person"),
            ),
            table(_("Files"), FILE, row.files.visible_to(self.actor)),
            table(_("Documents that refer to this one"), REFERENCE, later, linked=True),
        ]

    def _facts(self, row: Any) -> Facts:
        seen = Job.objects.visible_to(self.actor).filter(pk=row.job_id).exists()
        job = link_fact(_("Job"), row.job) if seen else Fact(_("Job"), row.job)
        return Facts(
            _("The document"),
            [
                link_fact(_("Institute"), row.institute),
                Fact(_("Client"), row.client),
                link_fact(_("Instrument"), row.instrument),
                job,
                Fact(_("Tested on"), row.tested_on),
                Fact(_("Approved at"), row.approved_at, note=row.approver),
                Fact(_("Issued at"), row.head.issued_at),
                Fact(_("Valid until"), row.valid_until),
                Fact(_("Verification code"), row.code, mono=True),
                Fact(_("Issue no."), row.issue_no),
                link_fact(_("Refers to"), row.refers),
                Fact(_("Waiting because"), row.head.last_error),
            ],
        )


def said(row: Certificate) -> Facts:
    """What the document itself says, from its frozen snapshot."""
    content = snapshot.thaw(row.snapshot)
    standard = content["standard"] or {}
    method = content["method"]
    return Facts(
        _("What it says"),
        [
            Fact(_("Conclusion"), content["conclusion"]["zh"], note=content["conclusion"]["en"]),
            Fact(_("Method"), f"{method['code']}-{method['edition']}", mono=True),
            Fact(_("Standard"), standard.get("name_zh", ""), note=standard.get("name_en", "")),
            Fact(_("Tester"), _name(content, "tester")),
            Fact(_("Checker"), _name(content, "checker")),
            Fact(_("Approver"), _name(content, "approver")),
        ],
    )


def _name(content: dict[str, Any], act: str) -> str:
    found = content["people"][act] or {}
    return str(found.get("name_zh") or found.get("name") or "")


def register() -> None:
    """Menu, addresses, home cards and the panels on the pages below; called from ready()."""
    acts.words |= WORDS
    navigation.offer(
        [
            Entry(
                gettext_lazy("Review"), "review", "rubber-stamp", 15, frozenset({INSTITUTE}), queue.may_review
            ),
            Entry(gettext_lazy("Certificates"), "certificates", "certificate", 40),
        ]
    )
    navigation.deeds.setdefault("certificates.certificate", {})["changing"] = changing.deeds
    navigation.badges["review"] = queue.count
    navigation.agendas["review"] = (20, queue.agenda)
    navigation.deeds.setdefault("instruments.job", {})["review"] = to_review
    navigation.addresses["certificates.certificate"] = Address("certificate", "number")
    navigation.cards["certificates"] = (20, cards)
    navigation.panels.setdefault("instruments.instrument", {})["certificates"] = of_instrument
    navigation.panels.setdefault("instruments.job", {})["certificates"] = of_job
    navigation.panels.setdefault("instruments.serviceorder", {})["certificates"] = of_order


def cards(actor: Actor) -> list[Card]:
    """Documents in force for their holders, documents on their way for those who issue them."""
    if actor.side not in (ENTERPRISE, INSTITUTE):
        return []
    found = Certificate.objects.visible_to(actor).aggregate(
        valid=Count("pk", filter=in_force(clock.today())),
        sealing=Count("pk", filter=Q(head__state=State.SEALING)),
    )
    address = reverse("certificates")
    valid = Card(_("Documents in force"), found["valid"], f"{address}?state={State.ISSUED}", "certificate")
    if actor.side != INSTITUTE:
        return [valid]
    sealing = Card(
        _("Documents being sealed"),
        found["sealing"],
        f"{address}?state={State.SEALING}",
        "file-certificate",
    )
    return [valid, sealing]


def to_review(row: Any, actor: Actor) -> Iterator[Deed]:
    """From the page of a job that waits for a decision to the desk where it is decided."""
    others = actor.person is not None and row.tester_id != actor.person.pk
    if row.state in queue.WAITING and others and actor.allowed(*MAY["job.check"], within=row.institute):
        yield Deed(_("Review"), reverse("review_job", args=[row.public_id]), "rubber-stamp", primary=True)


def of_instrument(row: Any, actor: Actor) -> Table:
    return _panel(Certificate.objects.visible_to(actor).filter(instrument=row))


def of_job(row: Any, actor: Actor) -> Table:
    return _panel(Certificate.objects.visible_to(actor).filter(job=row))


def of_order(row: Any, actor: Actor) -> Table | None:
    """The documents of an order's pieces, once the order can have any."""
    if row.state in (row.State.DRAFT, row.State.SUBMITTED, row.State.DECLINED, row.State.CANCELLED):
        return None
    rows = Certificate.objects.visible_to(actor).filter(job__item__order=row)
    return _panel(rows.select_related("instrument"), INSTRUMENT)


def _panel(rows: Any, *more: Column) -> Table:
    found = rows.select_related("head", "institute").defer("snapshot").order_by("-pk")[:SHOWN]
    columns = (NUMBER, KIND, *more, Column(_("Institute"), "institute"), STATE, TESTED_ON, VALID_UNTIL)
    return table(_("Certificates"), columns, found, linked=True)
