"""What is wrong with an input, gathered field by field and refused all at once."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from metrology.errors import Invalid
from metrology.science.errors import NumeralError
from metrology.science.numerals import normalise


class Faults:
    """Reasons by JSON pointer; `stop()` raises them together."""

    def __init__(self) -> None:
        self.fields: dict[str, list[Any]] = {}

    def add(self, pointer: str, reason: Any) -> None:
        self.fields.setdefault(pointer, []).append(reason)

    def unless(self, holds: bool, pointer: str, reason: Any) -> None:
        """Note `reason` unless the condition holds."""
        if not holds:
            self.add(pointer, reason)

    def in_order(self, first: date | None, last: date | None, pointer: str = "/valid_to") -> None:
        """A period does not end before it begins."""
        if first is not None and last is not None and last < first:
            self.add(pointer, _("The end lies before the beginning (%(day)s).") % {"day": first})

    def numeral(self, text: str, pointer: str) -> str:
        """The number in a typed text, its digits as typed; what is no number is noted."""
        try:
            return normalise(text).text
        except NumeralError as error:
            self.add(pointer, _(error.template) % error.params if error.params else _(error.template))
            return ""

    def stop(self) -> None:
        if self.fields:
            raise Invalid(self.fields)
