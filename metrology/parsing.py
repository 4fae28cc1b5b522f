"""Request bodies as strict JSON: whatever is not plain, finite, storable text is refused with its place."""

import json
from collections.abc import Iterator
from math import isfinite
from typing import IO, Any, NoReturn

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

from metrology.errors import Invalid

MAX_DEPTH = 20
MAX_DIGITS = 400


class TooLarge(APIException):
    status_code = 413
    default_detail = _("The request is too large. Send fewer rows at a time.")
    default_code = "too_large"


class StrictJSONParser(BaseParser):
    """JSON without NaN, NUL, lone surrogates, duplicate keys or absurd numbers."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        """The parsed body; ParseError when it is no JSON, Invalid when a text cannot be stored."""
        limit = settings.API_BODY_LIMIT
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise TooLarge
        try:
            text = raw.decode("utf-8")
            body = json.loads(
                text,
                parse_constant=_refuse_constant,
                parse_int=_integer,
                parse_float=_finite,
                object_pairs_hook=_unique,
            )
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The body is not valid JSON: %(why)s") % {"why": error}) from error
        faults = {pointer: [reason] for pointer, reason in _unstorable(body, "", 0)}
        if faults:
            raise Invalid(faults)
        return body


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError("a number has too many digits")
    return int(text)


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError("a number is too large")
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = dict(pairs)
    if len(keys) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return keys


def _unstorable(value: Any, pointer: str, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > MAX_DEPTH:
        yield pointer, _("Nested too deeply.")
    elif isinstance(value, str):
        if not is_storable(value):
            yield pointer, _("Contains a character that cannot be stored (NUL or half a surrogate pair).")
    elif isinstance(value, dict):
        for key, inner in value.items():
            shown = key if is_storable(key) else "?"
            if not is_storable(key):
                yield (
                    f"{pointer}/{shown}",
                    _("Contains a character that cannot be stored (NUL or half a surrogate pair)."),
                )
            yield from _unstorable(inner, f"{pointer}/{shown}", depth + 1)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _unstorable(inner, f"{pointer}/{position}", depth + 1)


def is_storable(text: str) -> bool:
    """Whether both databases can keep this text: no NUL, no lone surrogate."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
