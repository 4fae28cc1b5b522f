"""Maximum permissible errors from published tables as data; the tables travel in, no number stands here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from metrology.science.errors import MpeError, gettext_noop

Table = Mapping[str, Any]
Tables = Mapping[str, Table]
Arguments = Mapping[str, Decimal]


@dataclass(frozen=True)
class TableKind:
    """How a table is read: the arguments it wants, and the lookup."""

    arguments: frozenset[str]
    lookup: Callable[[Table, str, Arguments], Decimal]


def load_tables(path: Path) -> Tables:
    """The reference tables of a JSON file, numbers as decimals exactly as written."""
    tables = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)
    return dict(tables)


def permissible_error(tables: Tables, name: str, accuracy_class: str, arguments: Arguments) -> Decimal:
    """The absolute MPE of a table at initial verification, in the unit of its arguments (r111: mg for g)."""
    if name not in KINDS or name not in tables:
        raise MpeError(
            "unknown_table", gettext_noop("There is no table of limits named %(name)s."), name=name
        )
    return KINDS[name].lookup(tables[name], accuracy_class, arguments)


def _nonautomatic_scale(table: Table, accuracy_class: str, arguments: Arguments) -> Decimal:
    """OIML R 76: a multiple of e by load in e; a load on the boundary belongs to the lower step."""
    load, interval = abs(arguments["load"]), arguments["e"]
    if interval <= 0:
        raise MpeError(
            "interval", gettext_noop("The verification scale interval e must be greater than zero.")
        )
    for limit, multiple in _class(table["classes"], accuracy_class):
        if limit is None or load <= _number(limit) * interval:
            return _number(multiple) * interval
    raise MpeError(
        "beyond_class",
        gettext_noop("The load is beyond the largest one that class %(accuracy_class)s allows."),
        accuracy_class=accuracy_class,
    )


def _weight(table: Table, accuracy_class: str, arguments: Arguments) -> Decimal:
    """OIML R 111: milligrams by class and nominal value in grams."""
    row = _by_number(table["rows"], arguments["nominal"])
    if row is None:
        raise MpeError("no_row", gettext_noop("The table has no weight of this nominal value."))
    if accuracy_class not in table["header"]:
        raise _no_class(accuracy_class)
    value = row[list(table["header"]).index(accuracy_class)]
    if value is None:
        raise MpeError("no_value", gettext_noop("The table gives no limit for this weight in this class."))
    return _number(value)


def _pressure_gauge(table: Table, accuracy_class: str, arguments: Arguments) -> Decimal:
    """JJG 52: percent of span, wider from 90 % to 100 % of the upper limit (inclusive); class 1.5 is 1.6."""
    row = _class(table["rows"], "1.6" if accuracy_class == "1.5" else accuracy_class)
    value, upper = abs(arguments["value"]), abs(arguments["upper"])
    if value > upper:
        raise MpeError("beyond_range", gettext_noop("The point lies beyond the measuring range."))
    zone = "zero" if not value else "upper" if value * 10 >= upper * 9 else "rest"
    return _number(row[zone]) / 100 * abs(arguments["span"])


def _resistance_thermometer(table: Table, accuracy_class: str, arguments: Arguments) -> Decimal:
    """IEC 60751: a + b·|t| in degrees Celsius."""
    constant, slope = _class(table["rows"], accuracy_class)
    return _number(constant) + _number(slope) * abs(arguments["t"])


KINDS: dict[str, TableKind] = {
    "r76": TableKind(frozenset({"load", "e"}), _nonautomatic_scale),
    "r111": TableKind(frozenset({"nominal"}), _weight),
    "gauge52": TableKind(frozenset({"value", "upper", "span"}), _pressure_gauge),
    "rtd": TableKind(frozenset({"t"}), _resistance_thermometer),
}


def _class(rows: Mapping[str, Any], accuracy_class: str) -> Any:
    """The row of a class; class 4 finds the row 4.0."""
    if accuracy_class in rows:
        return rows[accuracy_class]
    try:
        row = _by_number(rows, Decimal(accuracy_class))
    except InvalidOperation:
        row = None
    if row is None:
        raise _no_class(accuracy_class)
    return row


def _by_number(rows: Mapping[str, Any], wanted: Decimal) -> Any:
    for key, row in rows.items():
        try:
            if Decimal(key) == wanted:
                return row
        except InvalidOperation:
            continue
    return None


def _number(value: Any) -> Decimal:
    """A table entry as the decimal it was written as, whichever way the JSON was read."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _no_class(accuracy_class: str) -> MpeError:
    return MpeError(
        "no_class",
        gettext_noop("The table has no accuracy class %(accuracy_class)s."),
        accuracy_class=accuracy_class,
    )
