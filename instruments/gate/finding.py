"""What a rule of the gate answers."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One rule's answer: does it hold, does it block, why in a sentence, and what to do if it fails."""

    rule: str
    passed: bool
    blocking: bool
    reason: str
    way_out: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def judged(rule: str, passed: bool, reason: str, way_out: str, *, blocking: bool = True) -> Finding:
    """A finding whose way out is kept only when it is needed."""
    return Finding(rule, passed, blocking, reason, "" if passed else way_out)
