"""People of a body: who they are and when they left."""

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from metrology import rights
from metrology.actors import Actor
from metrology.errors import Conflict, Invalid
from metrology.ledger import record, verb
from metrology.models import Attachment, Membership, Organization, Person


@verb
def register_person(*, employer: Organization, name_zh: str, by: Actor, name_en: str = "") -> Person:
    """Enter a person who works for a body; duties are told apart by person, not by login."""
    rights.require_head_of(by, employer)
    if employer.dissolved_on is not None:
        raise Invalid({"/employer": [_("This organization was dissolved.")]})
    person = Person.objects.create(employer=employer, name_zh=name_zh, name_en=name_en)
    record("person.registered", person, by=by, organization=employer, name_zh=name_zh)
    return person


@verb
def change_person(
    person: Person,
    *,
    by: Actor,
    name_zh: str | None = None,
    name_en: str | None = None,
    signature: Attachment | None = None,
) -> Person:
    """Correct a name or lay down a signature; what was issued keeps the name it was issued with."""
    rights.require_head_of(by, person.employer)
    if signature is not None and signature.owner_id != person.employer_id:
        raise Invalid({"/signature": [_("There is no such object.")]})
    said = {"name_zh": name_zh, "name_en": name_en, "signature": signature}
    changes = {field: value for field, value in said.items() if value is not None}
    for field, value in changes.items():
        setattr(person, field, value)
    if changes:
        person.save(update_fields=list(changes))
    facts = {field: str(value) for field, value in changes.items()}
    record("person.changed", person, by=by, organization=person.employer, changes=facts)
    return person


@verb
def let_person_leave(person: Person, *, on: date, by: Actor) -> Person:
    """A person leaves on a day: the memberships with this employer end with it."""
    rights.require_head_of(by, person.employer)
    if Person.objects.filter(pk=person.pk, left_on__isnull=True).update(left_on=on) != 1:
        raise Conflict(_("This person has left already."))
    person.left_on = on
    held = Membership.objects.filter(user__person=person, organization=person.employer)
    for membership in held.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)):
        membership.valid_to = max(on, membership.valid_from)
        membership.save(update_fields=["valid_to"])
    record("person.left", person, by=by, organization=person.employer, on=on)
    return person
