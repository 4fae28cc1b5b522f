"""Certificate numbers: one gap-free series per institute, kind and year of approval (rules 4.1 and 6)."""

from dataclasses import dataclass
from datetime import date

from certificates.models import Certificate
from metrology.models import Organization
from metrology.numbering import next_number

LETTERS = {
    Certificate.Kind.VERIFICATION: "V",
    Certificate.Kind.REJECTION: "N",
    Certificate.Kind.CALIBRATION: "C",
    Certificate.Kind.TEST: "T",
}
COUNTER = "certificate:"


@dataclass(frozen=True)
class Numbered:
    """A number that belongs to nobody else."""

    series: str
    seq: int

    @property
    def number(self) -> str:
        return f"{self.series}-{self.seq:06d}"


def series_of(institute: Organization, kind: str, day: date) -> str:
    """The series, such as TA-V-2026: `day` is the day of approval."""
    return f"{institute.code}-{LETTERS[Certificate.Kind(kind)]}-{day.year}"


def take(institute: Organization, kind: str, day: date) -> Numbered:
    """The next number of the series; given back when the transaction that uses it is rolled back."""
    series = series_of(institute, kind, day)
    return Numbered(series, next_number(COUNTER + series))
