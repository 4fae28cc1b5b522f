"""Reference data of the laboratories: disciplines, methods with editions, and method documents.

Loading enters what is missing and leaves what is there. Every row keeps the confidence it was
gathered with, and nothing is confirmed by being loaded (rules 5).
"""

from datetime import date
from typing import Any

from labs.actions.methods import publish_edition, publish_method, publish_version
from labs.models import Discipline, Method, MethodEdition
from metrology import reference
from metrology.actors import SYSTEM
from metrology.errors import Conflict
from metrology.ledger import verb
from metrology.models.places import Confidence

DOCUMENTS = reference.FOLDER / "methods"
CITED = "Cited by a sample standard; not yet described."


@verb
def load() -> None:
    """Enter every discipline, method, edition and method document that is not there yet."""
    _load_disciplines()
    disciplines = {discipline.code: discipline for discipline in Discipline.objects.all()}
    for row in reference.read("regulations"):
        _load_method(row, disciplines)
    for standard in reference.read("standards_sample"):
        for code in standard["methods"]:
            stub = {"code": code, "zh": code, "note": CITED, "discipline": standard["discipline"]}
            _load_method(stub, disciplines)
    for path in sorted(DOCUMENTS.glob("*.json")):
        _load_document(reference.read(f"methods/{path.stem}"))


def _load_disciplines() -> None:
    Discipline.objects.bulk_create(
        [
            Discipline(code=row["code"], name_zh=row["zh"], name_en=row["en"], is_core=bool(row.get("core")))
            for row in reference.read("disciplines")
        ],
        ignore_conflicts=True,
    )


def _load_method(row: dict[str, Any], disciplines: dict[str, Discipline]) -> None:
    code, edition = row["code"].rsplit("-", 1)
    method = Method.objects.filter(code=code).first() or publish_method(
        code=code,
        kind=code[:3],
        title_zh=row["zh"],
        title_en=row.get("en", ""),
        discipline=disciplines.get(row["discipline"]),
        period_months=row.get("period_months"),
        confidence=row.get("conf", Confidence.LOW),
        note=row["note"],
        by=SYSTEM,
    )
    _load_edition(method, edition)


def _load_edition(method: Method, edition: str) -> None:
    """The day an edition came into force is not in the data: the first day of its year stands for it."""
    if not MethodEdition.objects.filter(method=method, edition=edition).exists():
        publish_edition(method, edition=edition, valid_from=date(int(edition), 1, 1), by=SYSTEM)


def _load_document(document: dict[str, Any]) -> None:
    method = Method.objects.get(code=document["code"])
    _load_edition(method, document["edition"])
    try:
        publish_version(method, document=document, by=SYSTEM)
    except Conflict:
        return  # this very document is there already
