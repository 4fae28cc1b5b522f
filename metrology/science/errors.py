"""What the science refuses, as a key for machines, an English sentence for people, and the facts in it."""

from __future__ import annotations


def gettext_noop(message: str) -> str:
    """Mark a sentence for the message catalogue; whoever shows it translates it."""
    return message


class ScienceError(ValueError):
    """A refusal: `template % params` is the sentence, so a door can translate the template first."""

    def __init__(self, key: str, template: str, **params: str) -> None:
        self.key = key
        self.template = template
        self.params = params
        super().__init__(self.message)

    @property
    def message(self) -> str:
        return self.template % self.params if self.params else self.template


class NumeralError(ScienceError):
    """A typed text is not one plain decimal number."""


class RoundingError(ScienceError):
    """A value, step or number of digits that cannot be rounded with."""


class StatisticsError(ScienceError):
    """Too few values for the statistic asked for."""


class ExpressionError(ScienceError):
    """An expression that is not allowed, or has no value here."""


class MpeError(ScienceError):
    """The table holds no maximum permissible error for this class and value."""


class ConformityError(ScienceError):
    """A rule cannot decide with what it was given."""
