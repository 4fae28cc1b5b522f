"""The nouns of a method document as frozen dataclasses; the field names are the keys of the JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from metrology.science.expressions import Condition, Expression

SCHEMA_VERSION = 1


class Service(StrEnum):
    VERIFICATION = "verification"
    CALIBRATION = "calibration"


class Confidence(StrEnum):
    """How sure the document is of itself: high, medium, low; never a substitute for two confirmations."""

    HIGH = "H"
    MEDIUM = "M"
    LOW = "L"


class Stage(StrEnum):
    """Why the instrument is on the bench; limits in use are often twice the initial ones."""

    INITIAL = "initial"
    SUBSEQUENT = "subsequent"
    IN_USE = "in_use"


class Direction(StrEnum):
    NONE = "none"
    UP = "up"
    DOWN = "down"


class ParameterKind(StrEnum):
    DECIMAL = "decimal"
    CHOICE = "choice"


class ColumnKind(StrEnum):
    """A number, or a check that is passed or failed (外观检查)."""

    DECIMAL = "decimal"
    CHECK = "check"


class StandardRole(StrEnum):
    MASTER = "master"
    ANCILLARY = "ancillary"


@dataclass(frozen=True, kw_only=True)
class Text:
    """The same words in both languages of a certificate."""

    zh: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a value comes from, and what a person must still check."""

    text: str
    confidence: Confidence


@dataclass(frozen=True, kw_only=True)
class EnvironmentLimit:
    """A condition of the room; either end may be open."""

    key: str
    zh: str
    en: str
    unit: str
    min: Decimal | None = None
    max: Decimal | None = None
    required: bool = True


@dataclass(frozen=True, kw_only=True)
class RequiredStandard:
    """What must stand on the bench; `ratio`: the instrument's |MPE| over its |MPE| or U, at least."""

    role: StandardRole
    zh: str
    en: str
    ratio: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """What must be known of the instrument before there is a grid: Max, e, accuracy class, unit."""

    key: str
    zh: str
    en: str
    kind: ParameterKind = ParameterKind.DECIMAL
    unit: str = ""
    choices: tuple[str, ...] = ()
    positive: bool = False
    whole: bool = False
    required: bool = True
    default: str = ""


@dataclass(frozen=True, kw_only=True)
class NamedPoint:
    """One point: a nominal value, written or computed, or just a key where there is something to look at."""

    nominal: Expression | None = None
    key: str = ""
    zh: str = ""
    en: str = ""
    when: Condition | None = None
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    step: Expression | None = None
    mandatory: bool = True


@dataclass(frozen=True, kw_only=True)
class SpacedPoints:
    """So many equally spaced points, both ends included: the numbered marks of a scale."""

    first: Expression
    last: Expression
    count: Expression
    mandatory: bool = True


@dataclass(frozen=True, kw_only=True)
class Column:
    """What is read at each point, how often, and coming from below or above."""

    key: str
    zh: str
    en: str
    unit: str = ""
    kind: ColumnKind = ColumnKind.DECIMAL
    directions: tuple[Direction, ...] = (Direction.NONE,)
    repeats: int = 1
    repeats_at_most: int | None = None


@dataclass(frozen=True, kw_only=True)
class TableMpe:
    """|MPE| from a published table; `accuracy_class` names the parameter that holds the class."""

    table: str
    accuracy_class: str
    arguments: Mapping[str, Expression]
    staged: bool = True


@dataclass(frozen=True, kw_only=True)
class FormulaMpe:
    """|MPE| as a formula, for example 0.5/100*span."""

    expression: Expression
    staged: bool = True


@dataclass(frozen=True, kw_only=True)
class Rounding:
    """How a result is printed (exactly one of three), and whether it is judged as printed."""

    step: Expression | None = None
    decimals: int | None = None
    significant: int | None = None
    before_judging: bool = False


@dataclass(frozen=True, kw_only=True)
class Carry:
    """A result of one point lent to the other points under a name of its own, such as the error at zero."""

    key: str
    test: str
    point: str
    output: str


@dataclass(frozen=True, kw_only=True)
class Output:
    """One computed result; with a limit it is judged, without it is only reported."""

    key: str
    zh: str
    en: str
    expression: Expression
    unit: str = ""
    rounding: Rounding | None = None
    low: Expression | None = None
    high: Expression | None = None
    rule: str = "jjg_simple"

    @property
    def judged(self) -> bool:
        return self.low is not None or self.high is not None


@dataclass(frozen=True, kw_only=True)
class Section:
    """One test of the method: its points, what is read there, and what follows from it."""

    key: str
    zh: str
    en: str
    points: tuple[NamedPoint | SpacedPoints, ...]
    columns: tuple[Column, ...]
    unit: str = ""
    clause: str = ""
    mandatory: bool = True
    mpe: TableMpe | FormulaMpe | None = None
    carries: tuple[Carry, ...] = ()
    outputs: tuple[Output, ...] = ()
    summaries: tuple[Output, ...] = ()
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MethodDocument:
    """A whole method, immutable once stored."""

    schema_version: int
    code: str
    edition: str
    title: Text
    service: Service
    confidence: Confidence
    parameters: tuple[Parameter, ...]
    tests: tuple[Section, ...]
    period_months: int | None = None
    environment: tuple[EnvironmentLimit, ...] = ()
    standards: tuple[RequiredStandard, ...] = ()
    stage_factors: Mapping[str, Decimal] = field(default_factory=dict)
    conclusions: Mapping[str, Text] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    notes: tuple[Text, ...] = ()

    def section(self, key: str) -> Section:
        return next(section for section in self.tests if section.key == key)

    def stage_factor(self, stage: Stage) -> Decimal:
        return self.stage_factors.get(stage.value, Decimal(1))
