"""Bringing a table: upload or paste it, say which column is which, throw it away again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instruments.actions import imports
from instruments.imports import template
from instruments.imports.fields import FIELDS, known_headings
from instruments.models import ImportBatch
from instruments.views.owners import MAY_KEEP, LedgerPage
from metrology import importing
from metrology.acting import ActForm, ActPage
from metrology.errors import Invalid
from metrology.pages import ActingView

SHOWN = 30
SAMPLES = 3
PASTED = "pasted.txt"
COLUMN = "column_"
BATCHES = ImportBatch.objects.select_related(
    "owner__region", "uploaded_by__user__person", "organization"
).defer("content")


class TableForm(ActForm):
    """A file, or what was copied out of a spreadsheet."""

    places = {"/file": "file"}

    file = forms.FileField(
        label=gettext_lazy("File (.xlsx or .csv)"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xlsm,.csv,.txt,.tsv"}),
    )
    pasted = forms.CharField(
        label=gettext_lazy("Or paste the cells here, headings included"),
        required=False,
        strip=False,
        max_length=2_000_000,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        file, pasted = given.get("file"), given.get("pasted", "")
        if not self.errors and bool(file) == bool(pasted.strip()):
            self.add_error("file", _("Choose a file, or paste the cells: one of the two."))
        if file and file.size > importing.MOST_BYTES:
            most = importing.MOST_BYTES // 1_000_000
            self.add_error("file", _("The file is larger than %(most)d MB. Split it.") % {"most": most})
        return given


class Imports(LedgerPage):
    """Upload a table; below, what was brought before."""

    form_class = TableForm
    title = gettext_lazy("Import a table")
    submit_label = gettext_lazy("Read the table")
    template_name = "instruments/imports.html"

    def act(self, given: dict[str, Any]) -> Any:
        assert self.owner is not None
        file = given["file"]
        content = file.read() if file else given["pasted"].encode("utf-8", "replace")
        name = file.name if file else PASTED
        return imports.open_batch(self.owner, by=self.actor, content=content, name=name)

    def next_url(self, made: ImportBatch) -> str:
        return reverse("import", args=[made.public_id])

    def context(self, form: ActForm) -> dict[str, Any]:
        rows = BATCHES.all().visible_to(self.actor).order_by("-pk")[:SHOWN]
        return {
            "subtitle": self.owner,
            "owner": self.owner,
            "back_url": reverse("instruments"),
            "back_label": _("Instruments"),
            "batches": rows,
            "fields": FIELDS,
            "most_rows": importing.MOST_ROWS,
        }


class Template(ActingView):
    """The empty table to fill in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        self.actor.require(*MAY_KEEP)
        answer = HttpResponse(template.workbook(), content_type=template.MEDIA_TYPE)
        answer["Content-Disposition"] = content_disposition_header(True, template.file_name())
        return answer


class BatchAct(ActPage[ImportBatch]):
    """An act on one batch; it leads back to the batch."""

    rows = BATCHES
    roles = MAY_KEEP

    def next_url(self, made: Any) -> str:
        return reverse("import", args=[self.subject.public_id])

    def context(self, form: ActForm) -> dict[str, Any]:
        url = reverse("import", args=[self.subject.public_id])
        return {"back_url": url, "cancel_url": url, "pretitle": self.subject.name}


class ColumnsForm(ActForm):
    """Which column is which: one drop-down for each heading of the file."""

    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"), required=False)
    headed = forms.BooleanField(label=gettext_lazy("The table has a line of headings"), required=False)

    def __init__(self, *args: Any, batch: ImportBatch, table: importing.Table, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table
        self.fields["sheet"].choices = [(name, name) for name in batch.sheets]  # type: ignore[attr-defined]  # a choice
        if len(batch.sheets) < 2:
            del self.fields["sheet"]
        choices = [("", _("Not imported")), *((one.key, one.label) for one in FIELDS)]
        for place, heading in enumerate(batch.headings):
            self.fields[f"{COLUMN}{place}"] = forms.ChoiceField(
                choices=choices, required=False, label=heading
            )

    @property
    def pairs(self) -> list[dict[str, Any]]:
        """Each heading with its drop-down and the first cells below it."""
        return [
            {
                "bound": self[f"{COLUMN}{place}"],
                "samples": [
                    row.cells[place]
                    for row in self.table.rows[:20]
                    if row.cells[place : place + 1] not in ([], [""])
                ][:SAMPLES],
            }
            for place, _heading in enumerate(self.table.headings)
            if f"{COLUMN}{place}" in self.fields
        ]

    def refuse(self, error: Any) -> None:
        if isinstance(error, Invalid):
            moved = {
                pointer.replace("/mapping/", f"/{COLUMN}"): reasons
                for pointer, reasons in error.fields.items()
            }
            error = Invalid(moved, error.message)
        super().refuse(error)


class Columns(BatchAct):
    """Say which column is which, or take another sheet."""

    title = gettext_lazy("Match the columns")
    submit_label = gettext_lazy("Check every row")
    template_name = "instruments/import_columns.html"

    def context(self, form: ActForm) -> dict[str, Any]:
        back = reverse("imports")
        return {**super().context(form), "back_url": back, "batch_id": self.subject.public_id}

    def form(self, **bound: Any) -> ActForm:
        batch = self.subject
        content = bytes(ImportBatch.objects.values_list("content", flat=True).get(pk=batch.pk))
        table = importing.read(
            content, batch.name, known=known_headings(), sheet=batch.sheet, headed=batch.is_headed
        )
        return ColumnsForm(batch=batch, table=table, **bound)

    def permit(self) -> None:
        super().permit()
        imports.require_matchable(self.subject, self.actor)

    def initial(self) -> dict[str, Any]:
        batch = self.subject
        matched = {f"{COLUMN}{place}": key for place, key in enumerate(batch.mapping)}
        return {**super().initial(), "sheet": batch.sheet, "headed": batch.is_headed, **matched}

    def act(self, given: dict[str, Any]) -> Any:
        mapping = [given[f"{COLUMN}{place}"] for place in range(len(self.subject.headings))]
        sheet = given.get("sheet") or self.subject.sheet
        return imports.match_columns(
            self.subject, by=self.actor, mapping=mapping, sheet=sheet, headed=given["headed"]
        )


class Remove(BatchAct):
    """Throw a batch away."""

    title = gettext_lazy("Remove the import")
    submit_label = gettext_lazy("Remove")
    said = gettext_lazy("The import is removed.")

    def act(self, given: dict[str, Any]) -> Any:
        imports.remove(self.subject, by=self.actor)

    def context(self, form: ActForm) -> dict[str, Any]:
        return {**super().context(form), "lead": _("What it has entered stays in the ledger.")}

    def next_url(self, made: Any) -> str:
        return reverse("imports")
