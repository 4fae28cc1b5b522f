"""What every verb asks of its arguments: fields that fit, a reason given, a person acting."""

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from instruments.models import Job
from instruments.workflow import MAY
from metrology import roles
from metrology.actors import Actor
from metrology.errors import Conflict, Forbidden, Invalid
from metrology.ledger import record
from metrology.models import Organization, Person
from metrology.pdf import named, unprintable

M = TypeVar("M", bound=models.Model)

DESK = (roles.Role.COUNTER, roles.Role.MANAGER)


def cleaned(row: M) -> M:
    """The row if each of its own fields fits its column, else Invalid with every reason."""
    relations = {field.name for field in row._meta.concrete_fields if field.is_relation}
    try:
        row.clean_fields(exclude=relations)
    except ValidationError as error:
        raise Invalid({f"/{name}": reasons for name, reasons in error.message_dict.items()}) from error
    return row


def printable(fields: Mapping[str, Any], pointer: str = "") -> dict[str, list[Any]]:
    """Reasons for every text that a certificate could not print, named character by character."""
    faults: dict[str, list[Any]] = {}
    for name, value in fields.items():
        if isinstance(value, dict):
            faults |= printable(value, f"{pointer}/{name}")
        elif isinstance(value, str) and (strange := unprintable(value)):
            shown = ", ".join(named(character) for character in strange[:5])
            faults[f"{pointer}/{name}"] = [
                _("A certificate cannot print %(characters)s. Write it differently.") % {"characters": shown}
            ]
    return faults


class Refusal(Protocol):
    """A sentence of the science with its facts."""

    @property
    def template(self) -> str: ...

    @property
    def params(self) -> Mapping[str, str]: ...


def sentence(refusal: Refusal) -> str:
    """What the science refuses, in the reader's language."""
    words = _(refusal.template)
    return words % refusal.params if refusal.params else words


def reason_given(reason: str, pointer: str = "/reason") -> str:
    text = reason.strip()
    if not text:
        raise Invalid({pointer: [_("Give the reason.")]})
    if len(text) > 400:
        raise Invalid({pointer: [_("At most 400 characters.")]})
    return text


def acting_person(by: Actor) -> Person:
    """The human being behind the login; an act on a record needs one."""
    if by.person is None:
        raise Forbidden(_("Your login belongs to no person, so it cannot sign for this."))
    return by.person


def is_own(by: Actor, owner: Organization) -> bool:
    """Whether the actor acts for this body: its enterprise user, or its own desk if it is an institute."""
    return by.allowed(*roles.ENTERPRISE, *DESK, within=owner)


def is_keeper(by: Actor, owner: Organization) -> bool:
    """Whether the actor keeps this body's ledger."""
    return is_own(by, owner) or (by.allowed(*DESK) and owner.region.path.startswith(by.region_path))


def require_keeper(by: Actor, owner: Organization) -> None:
    """Only the owner, or the desk of an institute in whose region the owner lies, keeps a ledger."""
    if is_keeper(by, owner):
        return
    raise Forbidden(_("Only the owner, or the counter of an institute of its region, may do this."))


def require_state(job: Job, *states: str) -> None:
    """Refuse an act from any other state before anything is looked up for it."""
    if job.state not in states:
        raise Conflict(_("Not possible now: the job is “%(state)s”.") % {"state": job.get_state_display()})


def require_tester(job: Job, by: Actor) -> Person:
    """Only the tester writes the record, and only while measuring."""
    by.require(*MAY["job.measure"], within=job.institute)
    person = acting_person(by)
    require_state(job, Job.State.MEASURING)
    if job.tester_id != person.pk:
        raise Forbidden(_("Only the tester of this job writes its record."))
    return person


def note_job(name: str, job: Job, by: Actor, **facts: Any) -> Job:
    """Record an act on a job in its institute's chain."""
    place = job.instrument.region
    record(
        name,
        job,
        by=by,
        organization=job.institute,
        region=place,
        job=job.number,
        revision=job.revision,
        **facts,
    )
    return job
