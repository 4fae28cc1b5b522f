"""Frozen dataclasses from JSON and back: every error is reported, each with the JSON pointer of its place.

Decimals travel as strings. A field's type says what it accepts; a field with a default may be left out.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

from metrology.science.errors import ExpressionError, NumeralError, ScienceError, gettext_noop
from metrology.science.expressions import Condition, Expression, compile_condition, compile_expression
from metrology.science.numerals import normalise

D = TypeVar("D")

MAX_TEXT = 2000
MAX_ITEMS = 200
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_MISSING = object()


@dataclasses.dataclass(frozen=True)
class DocumentError:
    """One thing wrong at one place of a document."""

    pointer: str
    key: str
    template: str
    params: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def message(self) -> str:
        return self.template % self.params if self.params else self.template


class Errors(list[DocumentError]):
    """What was found so far; reading goes on after each."""

    def note(self, pointer: str, key: str, template: str, **params: str) -> None:
        self.append(DocumentError(pointer, key, template, params))

    def refuse(self, pointer: str, error: ScienceError) -> None:
        self.append(DocumentError(pointer, error.key, error.template, error.params))


def at(pointer: str, step: str | int) -> str:
    """A JSON pointer one step deeper (RFC 6901)."""
    return f"{pointer}/{str(step).replace('~', '~0').replace('/', '~1')}"


def decode(cls: type[D], data: object, errors: Errors, pointer: str = "") -> D | None:
    """The dataclass a JSON object describes, or None; what is wrong stands in `errors`."""
    found = _object(cls, data, errors, pointer)
    return found if isinstance(found, cls) else None


def encode(value: Any) -> Any:
    """The JSON form of a decoded document; what was left out or equals its default stays out."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Expression | Condition):
        return value.source
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = ((field, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {field.name: encode(item) for field, item in pairs if item != _default(field)}
    return value


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default is not dataclasses.MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else _MISSING


def _object(cls: type[Any], data: object, errors: Errors, pointer: str) -> Any:
    if not isinstance(data, dict):
        errors.note(pointer, "not_an_object", gettext_noop("An object is expected here."))
        return _MISSING
    fields = {field.name: field for field in dataclasses.fields(cls)}
    for key in data.keys() - fields.keys():
        errors.note(at(pointer, _printable(key)), "unknown_key", gettext_noop("This key is not known here."))
    values = {}
    hints = typing.get_type_hints(cls)
    for name, field in fields.items():
        if name in data:
            values[name] = _value(hints[name], data[name], errors, at(pointer, name))
        elif _default(field) is _MISSING:
            errors.note(at(pointer, name), "missing", gettext_noop("This entry is required."))
            values[name] = _MISSING
    return _MISSING if _MISSING in values.values() else cls(**values)


def _value(kind: Any, data: object, errors: Errors, pointer: str) -> Any:
    """One JSON value read as one Python type."""
    if kind in _READERS:
        return _READERS[kind](data, errors, pointer)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return _union(arguments, data, errors, pointer)
    if origin is tuple:
        return _items(arguments[0], data, errors, pointer)
    if origin is Mapping:
        return _mapping(arguments[1], data, errors, pointer)
    if issubclass(kind, Enum):
        return _choice(kind, data, errors, pointer)
    return _object(kind, data, errors, pointer)


def _union(kinds: tuple[Any, ...], data: object, errors: Errors, pointer: str) -> Any:
    """X | None, or that one of several objects which shares most keys with the data."""
    if data is None and types.NoneType in kinds:
        return None
    candidates = [kind for kind in kinds if kind is not types.NoneType]
    if len(candidates) > 1 and isinstance(data, dict):
        keys = data.keys()
        candidates.sort(key=lambda kind: len(keys & {field.name for field in dataclasses.fields(kind)}))
    return _value(candidates[-1], data, errors, pointer)


def _items(kind: Any, data: object, errors: Errors, pointer: str) -> Any:
    if not isinstance(data, list):
        errors.note(pointer, "not_a_list", gettext_noop("A list is expected here."))
        return _MISSING
    if len(data) > MAX_ITEMS:
        errors.note(
            pointer, "too_many", gettext_noop("At most %(limit)s entries are allowed."), limit=str(MAX_ITEMS)
        )
        return _MISSING
    items = tuple(_value(kind, item, errors, at(pointer, index)) for index, item in enumerate(data))
    return _MISSING if any(item is _MISSING for item in items) else items


def _mapping(kind: Any, data: object, errors: Errors, pointer: str) -> Any:
    if not isinstance(data, dict) or len(data) > MAX_ITEMS:
        errors.note(pointer, "not_an_object", gettext_noop("An object is expected here."))
        return _MISSING
    items = {str(key): _value(kind, item, errors, at(pointer, _printable(key))) for key, item in data.items()}
    return _MISSING if any(item is _MISSING for item in items.values()) else items


def _choice(kind: type[Enum], data: object, errors: Errors, pointer: str) -> Any:
    for member in kind:
        if member.value == data:
            return member
    known = ", ".join(str(member.value) for member in kind)
    errors.note(pointer, "unknown_choice", gettext_noop("One of these is expected: %(known)s."), known=known)
    return _MISSING


def _text(data: object, errors: Errors, pointer: str) -> Any:
    if not isinstance(data, str):
        errors.note(pointer, "not_a_text", gettext_noop("A text in quotation marks is expected here."))
    elif len(data) > MAX_TEXT or _UNWRITABLE.search(data):
        errors.note(
            pointer, "unwritable_text", gettext_noop("The text is too long or holds control characters.")
        )
    else:
        return data
    return _MISSING


def _decimal(data: object, errors: Errors, pointer: str) -> Any:
    if not isinstance(data, str):
        errors.note(pointer, "decimal_not_text", gettext_noop('Write decimals as text, like "0.5".'))
        return _MISSING
    try:
        return normalise(data).value
    except NumeralError as error:
        errors.refuse(pointer, error)
        return _MISSING


def _exactly(kind: type[Any]) -> Callable[[object, Errors, str], Any]:
    def read(data: object, errors: Errors, pointer: str) -> Any:
        if type(data) is kind and (kind is bool or abs(int(data)) < 1_000_000):  # type: ignore[call-overload]  # kind is bool or int
            return data
        template = gettext_noop("true or false is expected here.")
        if kind is int:
            template = gettext_noop("A whole number is expected here.")
        errors.note(pointer, "wrong_type", template)
        return _MISSING

    return read


def _formula(build: Callable[[str], Any]) -> Callable[[object, Errors, str], Any]:
    def read(data: object, errors: Errors, pointer: str) -> Any:
        source = _text(data, errors, pointer)
        if source is _MISSING:
            return _MISSING
        try:
            return build(source)
        except ExpressionError as error:
            errors.refuse(pointer, error)
            return _MISSING

    return read


def _printable(key: object) -> str:
    return _UNWRITABLE.sub("?", str(key))[:80]


_READERS: dict[Any, Callable[[object, Errors, str], Any]] = {
    str: _text,
    Decimal: _decimal,
    int: _exactly(int),
    bool: _exactly(bool),
    Expression: _formula(compile_expression),
    Condition: _formula(compile_condition),
}
