"""Mean, standard deviation and range of repeated readings (GUM 4.2; JJF 1059.1), exact until the root."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from metrology.science.errors import StatisticsError, gettext_noop

PRECISION = 50
_CONTEXT = Context(prec=PRECISION, rounding=ROUND_HALF_EVEN)


def mean(values: Sequence[Decimal]) -> Decimal:
    """The arithmetic mean; the order of the values does not matter."""
    return _decimal(_exact_mean(values))


def standard_deviation(values: Sequence[Decimal]) -> Decimal:
    """The experimental standard deviation s of a single reading, n - 1 degrees of freedom."""
    return _CONTEXT.sqrt(_decimal(_variance(values)))


def standard_deviation_of_mean(values: Sequence[Decimal]) -> Decimal:
    """s divided by the root of n."""
    return _CONTEXT.sqrt(_decimal(_variance(values) / len(values)))


def spread(values: Sequence[Decimal]) -> Decimal:
    """The range: largest minus smallest."""
    _need(values, 1)
    return _CONTEXT.subtract(max(values), min(values))


def _exact_mean(values: Sequence[Decimal]) -> Fraction:
    _need(values, 1)
    return sum((Fraction(value) for value in values), Fraction()) / len(values)


def _variance(values: Sequence[Decimal]) -> Fraction:
    _need(values, 2)
    centre = _exact_mean(values)
    return sum(((Fraction(value) - centre) ** 2 for value in values), Fraction()) / (len(values) - 1)


def _decimal(number: Fraction) -> Decimal:
    return _CONTEXT.divide(Decimal(number.numerator), Decimal(number.denominator))


def _need(values: Sequence[Decimal], count: int) -> None:
    if len(values) < count:
        raise StatisticsError(
            "too_few_values",
            gettext_noop("At least %(count)s readings are needed here."),
            count=str(count),
        )
