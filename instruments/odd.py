"""What deserves a second look before a record is handed over: rules over readings as they stand, in words.

An odd cell is no error. Each rule is a pure function of texts; comparisons are decimal (rules 4.7).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from django.utils.translation import gettext as _

from metrology.science.conformity import Verdict
from metrology.science.evaluation import CellKey, OutputResult, PointPlan
from metrology.science.method import ColumnKind
from metrology.science.numerals import plain

FEWEST_REPEATS = 3
OUTLIER = 5
FEWEST_ALIKE = 3
FOLLOWS = Decimal("0.05")
STRAYS = Decimal("0.2")
NEAR = Decimal("0.9")
SHORTEST_SERIES = 5

Readings = Mapping[CellKey, str]


@dataclass(frozen=True)
class Odd:
    """One cell to look at again, and why."""

    cell: CellKey
    reason: str


def find(
    plans: Sequence[PointPlan], readings: Readings, outputs: Sequence[OutputResult], words: str = "zh"
) -> list[Odd]:
    """Every odd cell of a record, in the order of the plan, each with all its reasons.

    Results are called as the method calls them in `words` ("zh" or "en").
    """
    numbers = _numbers(plans, readings)
    found = [
        *outliers(numbers, readings),
        *strays(plans, numbers, readings),
        *digits(numbers, readings),
        *beyond(plans, outputs, readings, words),
    ]
    order = {key: position for position, key in enumerate(key for plan in plans for key in plan.cells())}
    return sorted(found, key=lambda odd: order.get(odd.cell, len(order)))


def outliers(numbers: Mapping[CellKey, Decimal], readings: Readings) -> Iterator[Odd]:
    """A repeat far from the others, measured by their own spread or by the last digit read."""
    for series in _by(numbers, lambda key: (key.test, key.point, key.column, key.direction)):
        if len(series) < FEWEST_REPEATS:
            continue
        for key in series:
            others = [numbers[other] for other in series if other != key]
            spread = max(max(others) - min(others), max(_step(readings[other]) for other in series))
            distance = max(min(others) - numbers[key], numbers[key] - max(others))
            if distance > OUTLIER * spread:
                yield Odd(
                    key,
                    _("%(text)s lies far from its repeats (%(low)s to %(high)s).")
                    % {"text": readings[key], "low": plain(min(others)), "high": plain(max(others))},
                )


def strays(
    plans: Sequence[PointPlan], numbers: Mapping[CellKey, Decimal], readings: Readings
) -> Iterator[Odd]:
    """A reading far from its nominal value in a column whose other readings follow theirs."""
    nominals = {(plan.test, plan.point): Decimal(plan.nominal) for plan in plans if plan.nominal}
    for series in _by(numbers, lambda key: (key.test, key.column)):
        apart = {
            key: abs(numbers[key] - nominal) / abs(nominal)
            for key in series
            if (nominal := nominals.get((key.test, key.point)))
        }
        if len(apart) < FEWEST_ALIKE or median(apart.values()) > FOLLOWS:
            continue
        for key, share in apart.items():
            if share > STRAYS:
                named = {"text": readings[key], "nominal": plain(nominals[key.test, key.point])}
                yield Odd(key, _("%(text)s lies far from the nominal value %(nominal)s.") % named)


def digits(numbers: Mapping[CellKey, Decimal], readings: Readings) -> Iterator[Odd]:
    """A reading with another number of decimals than nearly all others of its column."""
    for series in _by(numbers, lambda key: (key.test, key.column)):
        places = {key: _places(readings[key]) for key in series}
        usual, count = Counter(places.values()).most_common(1)[0]
        if len(series) <= FEWEST_ALIKE or count < len(series) * 3 / 4:
            continue
        for key, found in places.items():
            if found != usual:
                yield Odd(
                    key,
                    _("%(text)s has %(found)d decimals, the others of its column %(usual)d.")
                    % {"text": readings[key], "found": found, "usual": usual},
                )


def beyond(
    plans: Sequence[PointPlan], outputs: Sequence[OutputResult], readings: Readings, words: str = "zh"
) -> Iterator[Odd]:
    """A result beyond its limit, or within a tenth of it, shown at the first reading of its point."""
    first: dict[tuple[str, str], CellKey] = {}
    for plan in plans:
        for key in plan.cells():
            if key in readings:
                first.setdefault((plan.test, plan.point), key)
    for output in outputs:
        cell = first.get((output.test, output.point))
        if cell is None or output.verdict is None:
            continue
        name = output.zh if words == "zh" else output.en
        named = {"name": name, "value": output.reported or "", "limit": _limit(output)}
        if output.rule == "check":
            if output.verdict is Verdict.FAIL:
                yield Odd(cell, _("The check was not passed."))
        elif output.verdict is Verdict.FAIL:
            yield Odd(cell, _("%(name)s: %(value)s is beyond the limit %(limit)s.") % named)
        elif _is_near(output):
            yield Odd(cell, _("%(name)s: %(value)s is within the limit %(limit)s, but close to it.") % named)


def is_copy(mine: Readings, theirs: Readings, nominals: Mapping[tuple[str, str], str]) -> bool:
    """Whether a whole series is that of another instrument; readings that are all nominal say nothing."""
    if len(mine) < SHORTEST_SERIES or dict(mine) != dict(theirs):
        return False
    return any(text != nominals.get((key.test, key.point), "") for key, text in mine.items())


def numeric(plans: Sequence[PointPlan], readings: Readings) -> dict[CellKey, str]:
    """The readings that are numbers; what was checked by eye is alike by nature."""
    return {key: readings[key] for key in _numbers(plans, readings)}


def _numbers(plans: Sequence[PointPlan], readings: Readings) -> dict[CellKey, Decimal]:
    kinds = {(plan.test, plan.point, column.key): column.kind for plan in plans for column in plan.columns}
    return {
        key: Decimal(text)
        for key, text in readings.items()
        if kinds.get((key.test, key.point, key.column)) is ColumnKind.DECIMAL
    }


def _by(
    numbers: Mapping[CellKey, Decimal], group: Callable[[CellKey], tuple[str, ...]]
) -> list[list[CellKey]]:
    groups: dict[tuple[str, ...], list[CellKey]] = {}
    for key in numbers:
        groups.setdefault(group(key), []).append(key)
    return list(groups.values())


def _places(text: str) -> int:
    exponent = Decimal(text).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _step(text: str) -> Decimal:
    """One unit of the last digit that was read."""
    return Decimal(1).scaleb(-_places(text))


def _limit(output: OutputResult) -> str:
    if output.low and output.high:
        return f"{output.low} … {output.high}"
    return output.high or output.low or ""


def _is_near(output: OutputResult) -> bool:
    """Whether a value lies in the last tenth of its limits, counted from their middle."""
    value = Decimal(output.value or "0")
    low = Decimal(output.low) if output.low else None
    high = Decimal(output.high) if output.high else None
    if low is not None and high is not None:
        middle, half = (low + high) / 2, (high - low) / 2
        return half > 0 and abs(value - middle) >= NEAR * half
    if high is not None:
        return high > 0 and value >= NEAR * high
    return low is not None and low > 0 and value <= low / NEAR
