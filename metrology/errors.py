"""What a verb may answer instead of doing its work; every door renders these the same way."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A refusal in the user's words, with the HTTP status that says what kind it is."""

    status = 422
    code = "refused"

    def __init__(self, message: Any, *, code: str | None = None, **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.facts = facts


class Invalid(DomainError):
    """The input is wrong; `fields` maps a JSON pointer to every reason for that field."""

    status = 400
    code = "invalid"

    def __init__(self, fields: Mapping[str, Sequence[Any]], message: Any = None) -> None:
        super().__init__(message or _("Some fields are not right. Correct them and send again."))
        self.fields = {pointer: list(reasons) for pointer, reasons in fields.items()}


class Forbidden(DomainError):
    """The actor may see the object but not do this to it."""

    status = 403
    code = "forbidden"


class Absent(DomainError):
    """The object does not exist, or is not the actor's to see: the same answer for both."""

    status = 404
    code = "not_found"

    def __init__(self, message: Any = None) -> None:
        super().__init__(message or _("Not found."))


class Conflict(DomainError):
    """Somebody else moved first, or the move is not possible from the present state."""

    status = 409
    code = "conflict"


class Stale(DomainError):
    """The If-Match version is not the present one."""

    status = 412
    code = "stale"


class TooMany(DomainError):
    """Asked or guessed too often; `wait` says after how many seconds the door opens again."""

    status = 429
    code = "throttled"

    def __init__(self, message: Any, *, wait: int) -> None:
        super().__init__(message)
        self.wait = wait


class Blocked(DomainError):
    """The issue gate is closed; `report` carries every rule with reason and way out."""

    status = 422
    code = "blocked"

    def __init__(self, message: Any, report: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(message)
        self.report = list(report)


class Busy(DomainError):
    """The database is busy or away; nothing was changed, and trying again may help."""

    status = 503
    code = "busy"
