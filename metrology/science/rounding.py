"""Rounding of decimals, half to even (GB/T 8170), text in and text out; a zero never carries a sign."""

from __future__ import annotations

import math
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from metrology.science.errors import RoundingError, gettext_noop
from metrology.science.numerals import normalise

MAX_MAGNITUDE = 1000
MAX_PLACES = 60


class Mode(StrEnum):
    """How the digit that stays is chosen; UP (away from zero) is for expanded uncertainties."""

    HALF_EVEN = "half_even"
    UP = "up"


def to_step(value: Decimal | str, step: Decimal | str, mode: Mode = Mode.HALF_EVEN) -> str:
    """The nearest whole multiple of the step, written with the decimal places of the step."""
    number, width = _finite(value), _finite(step)
    if width <= 0:
        raise RoundingError("step_not_positive", gettext_noop("The rounding step must be greater than zero."))
    ratio = Fraction(number) / Fraction(width)
    count = round(ratio) if mode is Mode.HALF_EVEN else _away_from_zero(ratio)
    return _written(count * Fraction(width), max(0, -_exponent(width)))


def to_decimals(value: Decimal | str, places: int, mode: Mode = Mode.HALF_EVEN) -> str:
    """The value with so many decimal places."""
    if not 0 <= places <= MAX_PLACES:
        raise RoundingError(
            "places_out_of_range",
            gettext_noop("The number of decimal places must lie between 0 and %(limit)s."),
            limit=str(MAX_PLACES),
        )
    return to_step(value, Decimal(1).scaleb(-places), mode)


def to_significant(value: Decimal | str, digits: int, mode: Mode = Mode.HALF_EVEN) -> str:
    """The value with so many significant digits; 0.0995 to two digits is 0.10 (the decade is crossed)."""
    if not 1 <= digits <= MAX_PLACES:
        raise RoundingError(
            "digits_out_of_range",
            gettext_noop("The number of significant digits must lie between 1 and %(limit)s."),
            limit=str(MAX_PLACES),
        )
    number = _finite(value)
    if not number:
        return "0"
    rounded = to_step(number, Decimal(1).scaleb(number.adjusted() - digits + 1), mode)
    crossed = Decimal(rounded).adjusted() - number.adjusted()
    if not crossed:
        return rounded
    return to_step(rounded, Decimal(1).scaleb(number.adjusted() + crossed - digits + 1), mode)


def _finite(value: Decimal | str) -> Decimal:
    number = normalise(value).value if isinstance(value, str) else value
    if not number.is_finite() or abs(number.adjusted()) > MAX_MAGNITUDE:
        raise RoundingError(
            "not_roundable", gettext_noop("Only finite numbers of sensible size can be rounded.")
        )
    return number


def _away_from_zero(ratio: Fraction) -> int:
    return math.ceil(ratio) if ratio > 0 else math.floor(ratio)


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _written(number: Fraction, places: int) -> str:
    """An exact multiple of 10**-places as plain text."""
    scaled = int(number * 10**places)
    digits = str(abs(scaled)).rjust(places + 1, "0")
    sign = "-" if scaled < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"
