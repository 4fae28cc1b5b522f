"""Reference data of the kernel: divisions, zones and the plan's targets, from the files of metrology/seed.

Loading enters what is missing and leaves what is there, so it may run at any time.
"""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from metrology.actions.regions import create_region
from metrology.actions.targets import set_target
from metrology.actors import SYSTEM
from metrology.ledger import verb
from metrology.models import Region, Target
from metrology.models.places import Confidence

FOLDER = Path(__file__).resolve().parent / "seed"


def read(name: str) -> Any:
    """One file of reference data; numbers with a point stay exact."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"), parse_float=Decimal)


@verb
def load() -> None:
    """Enter every region and target that is not there yet."""
    for row in read("regions"):
        _load_region(row)
    for row in read("targets"):
        _load_target(row)


def _load_region(row: dict[str, Any]) -> None:
    if Region.objects.filter(key=row["key"]).exists():
        return
    parent = Region.objects.get(key=row["parent"]) if row.get("parent") else None
    create_region(
        key=row["key"],
        code=row["code"],
        name_zh=row["zh"],
        name_en=row["en"],
        level=row["level"],
        parent=parent,
        has_own_institute=row.get("own_institute"),
        confidence=row.get("conf", Confidence.HIGH),
        by=SYSTEM,
    )


def _load_target(row: dict[str, Any]) -> None:
    key = {name: row[name] for name in ("indicator", "level", "year")}
    if Target.objects.filter(**key).exists():
        return
    set_target(
        **key,
        value=Decimal(row["value"]),
        aggregation=row["aggregation"],
        regions=Region.objects.filter(key__in=row["regions"]),
        since=date.fromisoformat(row["since"]),
        source=row["source"],
        by=SYSTEM,
    )
