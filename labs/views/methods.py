"""Methods (规程 / 规范) with their editions, and the data document of a version in readable form."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs.models import Confirmation, Method, MethodEdition, MethodVersion
from labs.views import document
from metrology import clock
from metrology.filters import PageFilter, chosen
from metrology.models.places import Confidence
from metrology.pages import (
    Cell,
    Column,
    Fact,
    Facts,
    Part,
    ScopedDetailView,
    ScopedListView,
    Table,
    link_fact,
    table,
)

CONFIDENCE_STATES = {"H": "valid", "M": "limited", "L": "stopped"}


def confidence(row: Any) -> Cell:
    level = Confidence(row.confidence)
    return Cell(level.label, state=CONFIDENCE_STATES[level.value])


class MethodFilter(PageFilter):
    searched = ("code", "title_zh", "title_en")

    kind = chosen("kind", Method.Kind.choices, gettext_lazy("Kind"))


class MethodList(ScopedListView[Method]):
    rows = Method.objects.select_related("discipline").prefetch_related("editions")
    title = gettext_lazy("Methods")
    order = "code"
    filterset_class = MethodFilter
    columns = (
        Column(gettext_lazy("Code"), "code", mono=True),
        Column(gettext_lazy("Title"), "title"),
        Column(gettext_lazy("Discipline"), "discipline"),
        Column(gettext_lazy("Edition in force"), lambda row: _in_force(row), mono=True),
        Column(gettext_lazy("Longest period (months)"), "period_months", numeric=True),
        Column(gettext_lazy("Confidence"), confidence),
    )


def _in_force(row: Any) -> str:
    today = clock.today()
    return ", ".join(
        edition.edition
        for edition in row.editions.all()
        if edition.valid_from <= today and (edition.valid_to is None or edition.valid_to >= today)
    )


EDITION = (
    Column(gettext_lazy("Edition"), "edition", mono=True),
    Column(gettext_lazy("In force from"), "valid_from"),
    Column(gettext_lazy("In force to"), "valid_to"),
    Column(gettext_lazy("Superseded by"), "superseded_by.edition", mono=True),
)
VERSION = (
    Column(gettext_lazy("Version"), lambda row: f"{row.edition.edition} · v{row.number}", mono=True),
    Column(gettext_lazy("Created at"), "created_at"),
    Column(gettext_lazy("Confidence"), confidence),
    Column(gettext_lazy("Confirmed by"), lambda row: _confirmed_by(row)),
)


def _confirmed_by(version: Any) -> str:
    return "、".join(str(word.person) for word in version.confirmations.all() if word.agrees)


class MethodPage(ScopedDetailView[Method]):
    rows = Method.objects.select_related("discipline")
    back = "methods"
    back_label = gettext_lazy("Methods")

    def heading(self, row: Any) -> dict[str, Any]:
        return {"title": row.code, "subtitle": row.title, "pretitle": row.get_kind_display()}

    def sections(self, row: Any) -> list[Facts | Table]:
        confirmations = Prefetch(
            "confirmations", Confirmation.objects.visible_to(self.actor).select_related("person")
        )
        versions = MethodVersion.objects.visible_to(self.actor).filter(edition__method=row)
        editions = MethodEdition.objects.visible_to(self.actor).filter(method=row)
        trust = confidence(row)
        return [
            Facts(
                _("The method"),
                [
                    Fact(_("Chinese title"), row.title_zh),
                    Fact(_("English title"), row.title_en),
                    Fact(_("Discipline"), row.discipline),
                    Fact(_("Longest period (months)"), row.period_months),
                    Fact(_("Confidence"), trust.text, state=trust.state),
                    Fact(_("Note"), row.note),
                ],
            ),
            table(_("Editions"), EDITION, editions.select_related("superseded_by")),
            table(
                _("Versions of the data document"),
                VERSION,
                versions.select_related("edition").defer("document").prefetch_related(confirmations),
                linked=True,
            ),
        ]


CONFIRMATION = (
    Column(gettext_lazy("Institute"), "institute"),
    Column(gettext_lazy("Person"), "person"),
    Column(gettext_lazy("Word"), lambda row: _word(row)),
    Column(gettext_lazy("At"), "at"),
    Column(gettext_lazy("Note"), "note"),
)


def _word(row: Any) -> Cell:
    return Cell(_("Right"), state="passed") if row.agrees else Cell(_("Not right"), state="failed")


class MethodVersionPage(ScopedDetailView[MethodVersion]):
    rows = MethodVersion.objects.select_related("edition__method", "created_by")
    back = "methods"
    back_label = gettext_lazy("Methods")

    def heading(self, row: Any) -> dict[str, Any]:
        trust = confidence(row)
        return {
            "title": str(row),
            "subtitle": row.edition.method.title,
            "back_url": reverse("method", args=[row.edition.method.public_id]),
            "back_label": row.edition.method.code,
            "state": trust.state,
            "state_label": _("Confidence: %(level)s") % {"level": trust.text},
        }

    def sections(self, row: Any) -> list[Facts | Table | Part]:
        words = row.confirmations.visible_to(self.actor).select_related("institute", "person")
        content = json.loads(row.document)
        return [
            Facts(
                _("The version"),
                [
                    link_fact(_("Method"), row.edition.method),
                    Fact(_("Edition"), row.edition.edition, mono=True),
                    Fact(_("Version"), row.number),
                    Fact(_("Created at"), row.created_at),
                    Fact("SHA-256", row.sha256, mono=True),
                ],
            ),
            table(_("Confirmations"), CONFIRMATION, words),
            *document.sections(content),
            Part(
                "labs/_document_source.html",
                {"text": json.dumps(content, ensure_ascii=False, indent=2)},
                _("The document as it is stored"),
            ),
        ]
