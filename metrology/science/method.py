"""The method document: what a regulation asks of an instrument, as data a person reads and the engine runs.

A document is JSON. Decimals are texts, formulas are texts (see expressions), units may name a parameter in
braces. `parse` reports every error with its place; `as_document` gives the same document back.

Names a formula may use, by place:
    points            parameters with a number
    mpe, outputs      also nominal, stage_factor, columns, and what stands above: mpe, carried values, outputs
    a column          `I` if it holds one value; `I_up`, `I_down` by direction; mean(I), s(I), range(I) and
                      the like over all its readings
    summaries         parameters, stage_factor; outputs and mpe of the test as many values, one per point
"""

from __future__ import annotations

from typing import Any

from metrology.science.documents import DocumentError, Errors, decode, encode
from metrology.science.errors import ScienceError, gettext_noop
from metrology.science.method_checks import check
from metrology.science.method_parts import (
    SCHEMA_VERSION,
    Carry,
    Column,
    ColumnKind,
    Confidence,
    Direction,
    EnvironmentLimit,
    FormulaMpe,
    MethodDocument,
    NamedPoint,
    Output,
    Parameter,
    ParameterKind,
    RequiredStandard,
    Rounding,
    Section,
    Service,
    Source,
    SpacedPoints,
    Stage,
    StandardRole,
    TableMpe,
    Text,
)

__all__ = [
    "SCHEMA_VERSION",
    "Carry",
    "Column",
    "ColumnKind",
    "Confidence",
    "Direction",
    "DocumentError",
    "EnvironmentLimit",
    "FormulaMpe",
    "MethodDocument",
    "MethodError",
    "NamedPoint",
    "Output",
    "Parameter",
    "ParameterKind",
    "RequiredStandard",
    "Rounding",
    "Section",
    "Service",
    "Source",
    "SpacedPoints",
    "Stage",
    "StandardRole",
    "TableMpe",
    "Text",
    "as_document",
    "parse",
]


class MethodError(ScienceError):
    """A method document with something wrong in it; `errors` says what and where, all of it."""

    def __init__(self, errors: tuple[DocumentError, ...]) -> None:
        self.errors = errors
        super().__init__(
            "method_document",
            gettext_noop("Errors in the method document: %(count)s."),
            count=str(len(errors)),
        )


def parse(document: object) -> MethodDocument:
    """The method a JSON document describes, or MethodError with every error and its JSON pointer."""
    errors = Errors()
    method = decode(MethodDocument, document, errors)
    if method is not None and not errors:
        check(method, errors)
    if method is None or errors:
        raise MethodError(tuple(sorted(errors, key=lambda error: error.pointer)))
    return method


def as_document(method: MethodDocument) -> dict[str, Any]:
    """The JSON form of a method, ready to store; `parse` reads it back to an equal one."""
    return dict(encode(method))
