"""The check of rows against the rules of the ledger: every reason of every cell, for many rows at once.

Nothing is written here. What the check found can be asked again at any time, and is asked again in the
transaction that enters the rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db.models import Q
from django.utils.translation import override

from instruments.imports.fields import BY_KEY, FIELDS, IDENTITY, REQUIRED, Field
from instruments.imports.words import LOOK, WRONG
from instruments.models import Category, Delivery, ImportBatch, ImportRow, Instrument, Purpose
from metrology import reference
from metrology.importing import plain_heading, tidy
from metrology.models import Organization, Region
from metrology.pdf import named, unprintable
from metrology.science.numerals import fold_width

Problem = list[Any]
COMMAS = re.compile(r"[0-9],[0-9]{1,2}([.,]|$|[^0-9])|[0-9],[0-9]{4}", re.ASCII)
WHOLE = re.compile(r"0*([0-9]{1,4})(\.0+)?", re.ASCII)
ONE = re.compile(r"0*1(\.0+)?\s*[台件只个块支套具]?", re.ASCII)
PURPOSES = {
    "贸易": Purpose.TRADE,
    "安全": Purpose.SAFETY,
    "医疗": Purpose.MEDICAL,
    "环境": Purpose.ENVIRONMENTAL,
    "社会公用计量标准": Purpose.PUBLIC_STANDARD,
    "最高计量标准": Purpose.HIGHEST_STANDARD,
    "企业最高标准": Purpose.HIGHEST_STANDARD,
    "其他": Purpose.OTHER,
    "其它": Purpose.OTHER,
}
DELIVERIES = {
    "自送": Delivery.DELIVERED,
    "送检": Delivery.DELIVERED,
    "现场": Delivery.ON_SITE,
    "现场检定": Delivery.ON_SITE,
    "上门": Delivery.ON_SITE,
    "上门检定": Delivery.ON_SITE,
}


@dataclass
class Found:
    """What the check made of one row: what to write, what is wrong, and what to do with it."""

    details: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    instrument: Instrument | None = None
    doing: str = ""
    changes: dict[str, Any] = field(default_factory=dict)

    def note(self, key: str, code: str, level: str = WRONG, **facts: Any) -> None:
        self.problems.append([key, level, code, facts])

    @property
    def is_wrong(self) -> bool:
        return any(problem[1] == WRONG for problem in self.problems)

    @property
    def state(self) -> str:
        if self.is_wrong:
            return ImportRow.State.WRONG
        return ImportRow.State.NOTICE if self.problems else ImportRow.State.READY


def vocabulary(choices: Iterable[tuple[Any, Any]], more: Mapping[str, Any]) -> dict[str, Any]:
    """Every word for a choice: its value, its label in each language, and what people write."""
    words = {plain_heading(word): value for word, value in more.items()}
    for language in ("zh-hans", "en"):
        with override(language):
            words |= {plain_heading(str(label)): value for value, label in choices}
    return words | {plain_heading(str(value)): value for value, _label in choices}


@cache
def catalogue_items() -> dict[str, int]:
    """The first-level names of the catalogue (项), by the number their kinds carry."""
    rows = reference.read("catalogue_2020")["rows"]
    return {plain_heading(row[language]): row["no"] for row in rows for language in ("zh", "en")}


class Vocabularies:
    """What cells may name, read once for all rows."""

    def __init__(self, owner: Organization) -> None:
        self.owner = owner
        self.purposes = vocabulary(Purpose.choices, PURPOSES)
        self.deliveries = vocabulary(Delivery.choices, DELIVERIES)
        self.categories: dict[str, dict[int, Category]] = {}
        for category in Category.objects.all():
            for word in (category.code, category.name_zh, category.name_en):
                self.categories.setdefault(plain_heading(word), {})[category.pk] = category
        numbered: dict[int | None, dict[int, Category]] = {}
        for found in list(self.categories.values()):
            for category in found.values():
                numbered.setdefault(category.catalogue_no, {})[category.pk] = category
        for word, number in catalogue_items().items():
            self.categories.setdefault(word, {}).update(numbered.get(number, {}))
        self.categories.pop("", None)
        self.regions: dict[str, Region] = {}
        for region in Region.objects.select_related("parent__parent").order_by("-path"):
            for word in (region.name_en, region.name_zh, region.code or "", region.key):
                self.regions[plain_heading(word)] = region
        self.regions.pop("", None)


def judge(values: Mapping[str, str], traps: Mapping[str, Any], words: Vocabularies) -> Found:
    """One row by itself: what its cells say, and every reason against them."""
    found = Found()
    for one in FIELDS:
        text = values.get(one.key, "")
        text = fold_width(text).strip() if one.coded else text
        if one.key in traps and _trapped(found, one, traps[one.key]):
            continue
        if len(text) > one.most:
            found.note(one.key, "too_long", most=one.most)
        if strange := unprintable(text):
            found.note(one.key, "unprintable", characters=", ".join(map(named, strange[:5])))
        if one.exact and COMMAS.search(text):
            found.note(one.key, "comma")
        if text:
            found.details[one.key] = text
    _require(found, values, traps)
    _chosen(found, words)
    _counted(found)
    return found


def _trapped(found: Found, one: Field, trap: Sequence[Any]) -> bool:
    """Whether a trap makes the cell unusable; a day number matters only where digits are a name."""
    code, facts = trap
    if code == "day_number" and one.key not in ("serial", "model", "asset_no", "label_no"):
        return False
    found.note(one.key, code, **facts)
    return True


def _require(found: Found, values: Mapping[str, str], traps: Mapping[str, Any]) -> None:
    for key in REQUIRED:
        if key == "category" and (values.get("category") or values.get("kind")):
            continue
        if not found.details.get(key) and key not in traps:
            found.note(key, "missing")


def _chosen(found: Found, words: Vocabularies) -> None:
    details = found.details
    _categorised(found, words)
    for key, known in (
        ("purpose", words.purposes),
        ("delivery", words.deliveries),
        ("region", words.regions),
    ):
        text = details.pop(key, "")
        if not text:
            continue
        if plain_heading(text) in known:
            details[key] = known[plain_heading(text)]
        else:
            found.note(key, f"{key}_unknown")


def _categorised(found: Found, words: Vocabularies) -> None:
    """The kind names the category if it can, else the item does, if only one kind belongs to it."""
    item, kind = found.details.pop("category", ""), found.details.get("kind", "")
    by_item = words.categories.get(plain_heading(item), {})
    by_kind = words.categories.get(plain_heading(kind), {})
    fitting = {pk: by_kind[pk] for pk in by_kind if pk in by_item or not by_item} or by_item
    if not item and not kind:
        return
    if not fitting or (item and not by_item):
        found.note("category" if item or not kind else "kind", "category_unknown")
    elif len(fitting) > 1:
        found.details["categories"] = fitting
    else:
        found.details["category"] = next(iter(fitting.values()))


def _counted(found: Found) -> None:
    quantity = found.details.pop("quantity", "")
    if quantity and not ONE.fullmatch(quantity):
        found.note("quantity", "comma" if "," in quantity else "quantity")
    months = found.details.pop("own_interval_months", "")
    if not months:
        return
    number = WHOLE.fullmatch(months)
    if number and 1 <= int(number[1]) <= 240:
        found.details["own_interval_months"] = int(number[1])
    else:
        found.note("own_interval_months", "comma" if "," in months else "months")


def check(batch: ImportBatch, rows: Sequence[ImportRow]) -> dict[int, Found]:
    """What is to be said of these rows, by primary key, with everything asked of the database at once."""
    words = Vocabularies(batch.owner)
    findings = {row.pk: judge(row.values, row.traps, words) for row in rows}
    ledger = Ledger(batch.owner, findings.values())
    first = _first_lines(batch, rows)
    labels: dict[int, int] = {}
    for row in rows:
        found = findings[row.pk]
        if row.key and first.get(row.key, row.line) != row.line:
            found.note("serial", "twice", line=first[row.key])
        ledger.place(found, row.choice or batch.on_duplicate)
        if found.instrument is not None and not any(problem[2] == "twice" for problem in found.problems):
            earlier = labels.setdefault(found.instrument.pk, row.line)
            if earlier != row.line:
                found.note("label_no", "label_twice", line=earlier)
        _settled(found)
    return findings


def _first_lines(batch: ImportBatch, rows: Sequence[ImportRow]) -> dict[str, int]:
    """For each key of these rows the first line of the batch that has it."""
    keys = {row.key for row in rows if row.key}
    lines = ImportRow.objects.filter(batch=batch, key__in=keys).exclude(state=ImportRow.State.ENTERED)
    return dict(lines.order_by("-line").values_list("key", "line"))


def _settled(found: Found) -> None:
    """What can be said only when it is known whether the ledger has the instrument already."""
    fitting = found.details.pop("categories", None)
    if fitting is not None:
        present = found.instrument.category_id if found.instrument else None
        if present in fitting:
            found.details["category"] = fitting[present]
        else:
            names = [[category.name_zh, category.name_en] for category in fitting.values()][:8]
            found.note("category", "category_several", names=names)
    if found.instrument is None and not found.is_wrong and "purpose" not in found.details:
        found.note("purpose", "purpose_missing", LOOK)


def as_read(present: Instrument, key: str) -> Any:
    """What the ledger says, in the form in which a table would be read."""
    value = getattr(present, key)
    if not isinstance(value, str):
        return value
    return fold_width(tidy(value)).strip() if BY_KEY[key].coded else tidy(value)


class Ledger:
    """The owner's entries that these rows may mean: by label, or by name, model and serial no."""

    def __init__(self, owner: Organization, findings: Iterable[Found]) -> None:
        said = [found.details for found in findings]
        labels = {details["label_no"] for details in said if "label_no" in details}
        serials = {details["serial"] for details in said if "serial" in details}
        asked = Q(label_no__in=labels) | Q(serial__in=serials)
        rows = list(Instrument.objects.filter(asked, owner=owner).select_related("category", "region"))
        self.by_label = {row.label_no: row for row in rows}
        self.by_name = {tuple(as_read(row, name) for name in IDENTITY): row for row in rows}

    def place(self, found: Found, on_duplicate: str) -> None:
        """Say whether a row is new, the same as an entry, or an entry to be changed or left."""
        details = found.details
        label = details.pop("label_no", "")
        named_so = self.by_name.get(tuple(details.get(name, "") for name in IDENTITY))
        present = self.by_label.get(label) if label else named_so
        if label and present is None:
            found.note("label_no", "label_unknown")
            return
        if present is None:
            found.doing = ImportRow.Doing.ENTER
            return
        found.instrument = present
        found.changes = {
            key: value
            for key, value in details.items()
            if key != "categories" and as_read(present, key) != value
        }
        if not found.changes:
            found.doing = ImportRow.Doing.SAME
        elif on_duplicate == ImportBatch.OnDuplicate.SKIP:
            found.doing = ImportRow.Doing.SKIP
            self._differs(found, present)
        elif present.state == Instrument.State.SCRAPPED:
            found.note("serial", "scrapped")
        elif named_so is not None and named_so.pk != present.pk:
            found.note("serial", "taken", label=named_so.label_no)
        else:
            found.doing = ImportRow.Doing.UPDATE
            self._differs(found, present)

    def _differs(self, found: Found, present: Instrument) -> None:
        found.note("serial", "differs", LOOK, label=present.label_no, fields=list(found.changes))
