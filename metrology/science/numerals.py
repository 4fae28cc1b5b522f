"""Typed readings: full-width forms become ASCII, the digits stay as typed, anything doubtful is refused.

Only the full-width block is folded, not all of NFKC: NFKC would turn "10²" into "102".
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import NamedTuple

from metrology.science.errors import NumeralError, gettext_noop

MAX_LENGTH = 40
MAX_DIGITS = 28
MAX_EXPONENT = 30

_NUMERAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_MINUS_SIGN = "\u2212"
_SPACES = " \t\u3000\u00a0"


class Numeral(NamedTuple):
    """A number as it was typed and as it counts; '10.00' stays '10.00'."""

    text: str
    value: Decimal


def fold_width(text: str) -> str:
    """Full-width forms (U+FF01 to U+FF5E), the ideographic space and the minus sign as their ASCII twins."""
    return "".join(
        unicodedata.normalize("NFKC", char) if "\uff01" <= char <= "\uff5e" or char in _SPACES else char
        for char in text.replace(_MINUS_SIGN, "-")
    )


def normalise(typed: str) -> Numeral:
    """The numeral in a typed text; empty is never zero."""
    if len(typed) > MAX_LENGTH:
        raise NumeralError(
            "too_long",
            gettext_noop("The text is too long for a number: at most %(limit)s characters."),
            limit=str(MAX_LENGTH),
        )
    text = fold_width(typed).strip(_SPACES)
    if not text:
        raise NumeralError("empty", gettext_noop("Enter a number: an empty field is not zero."))
    if not _NUMERAL.fullmatch(text):
        raise _refusal(text)
    value = Decimal(text)
    if len(value.as_tuple().digits) > MAX_DIGITS or abs(value.adjusted()) > MAX_EXPONENT:
        raise NumeralError(
            "out_of_range",
            gettext_noop("The number is too large, too small or has more than %(limit)s digits."),
            limit=str(MAX_DIGITS),
        )
    return Numeral(text, value)


def plain(value: Decimal) -> str:
    """A computed number without exponent, without trailing zeros and without a negative zero."""
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _refusal(text: str) -> NumeralError:
    if "," in text:
        return NumeralError(
            "comma", gettext_noop("Write the decimal mark as a point, and no separators between thousands.")
        )
    if text.lstrip("+-").lower() in {"nan", "snan", "inf", "infinity"}:
        return NumeralError("not_finite", gettext_noop("A reading is a finite number, not NaN or Infinity."))
    foreign = next((char for char in text if ord(char) > 126 or ord(char) < 32), None)
    if foreign is not None:
        return NumeralError(
            "foreign_character",
            gettext_noop("The character %(char)s does not belong in a number."),
            char=f"U+{ord(foreign):04X}",
        )
    return NumeralError("not_a_number", gettext_noop("This is not a number; write it like -0.05 or 1E-9."))
