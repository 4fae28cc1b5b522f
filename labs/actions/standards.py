"""Measurement standards and their dated parts: items, equipment, people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from labs.models import (
    Discipline,
    Equipment,
    Laboratory,
    Method,
    Room,
    Standard,
    StandardEquipment,
    StandardItem,
    StandardPerson,
)
from labs.rules import absent_unless, employed, require_manager
from metrology import clock, rows, states
from metrology.actors import Actor
from metrology.errors import Conflict
from metrology.faults import Faults
from metrology.ledger import record, verb
from metrology.models import Organization, Person


@dataclass(frozen=True)
class Item:
    """What a standard is to verify or calibrate; the range is closed, an empty end is open."""

    uut_name_zh: str
    method: Method
    uut_name_en: str = ""
    range_low: str = ""
    range_high: str = ""
    unit: str = ""
    accuracy_classes: str = ""
    valid_from: date | None = None


@verb
def establish_standard(
    *,
    institute: Organization,
    name_zh: str,
    discipline: Discipline,
    measuring_range: str,
    accuracy: str,
    by: Actor,
    name_en: str = "",
    code: str | None = None,
    category: str = Standard.Category.PUBLIC_STATUTORY,
    is_highest: bool = False,
    laboratory: Laboratory | None = None,
    room: Room | None = None,
    established_on: date | None = None,
    items: Sequence[Item] = (),
) -> Standard:
    """Begin a standard (筹建); it is of use only once examined, licensed and put into use."""
    require_manager(by, institute)
    faults = Faults()
    _check_new(faults, institute, category, code, laboratory, room)
    checked = [_checked(faults, item, f"/items/{place}") for place, item in enumerate(items)]
    faults.stop()
    made = rows.make_once(
        Standard,
        "/name_zh",
        institute=institute,
        laboratory=laboratory,
        room=room,
        name_zh=name_zh,
        name_en=name_en,
        code=code or None,
        discipline=discipline,
        category=category,
        is_highest=is_highest,
        measuring_range=measuring_range,
        accuracy=accuracy,
        established_on=established_on,
    )
    for item in checked:
        item.standard = made
    StandardItem.objects.bulk_create(checked)
    codes = [item.method.code for item in items]
    record("standard.established", made, by=by, organization=institute, name_zh=name_zh, items=codes)
    return made


@verb
def add_item(standard: Standard, item: Item, *, by: Actor) -> StandardItem:
    """A standard takes on one more kind of instrument."""
    require_manager(by, standard.institute)
    faults = Faults()
    made = _checked(faults, item, "")
    faults.stop()
    states.change(standard)
    made.standard = standard
    made.save(force_insert=True)
    record(
        "standard.item_added",
        standard,
        by=by,
        organization=standard.institute,
        item=str(made.public_id),
        method=item.method.code,
    )
    return made


@verb
def include_equipment(
    standard: Standard, *, equipment: Equipment, role: str, by: Actor, valid_from: date | None = None
) -> StandardEquipment:
    """Equipment becomes part of a standard from a day on; what it replaces is ended, not overwritten."""
    require_manager(by, standard.institute)
    since = valid_from or clock.today()
    faults = Faults()
    absent_unless(faults, equipment.owner_id == standard.institute_id, "/equipment")
    faults.unless(equipment.state != Equipment.State.SCRAPPED, "/equipment", _("This equipment is scrapped."))
    faults.unless(role in StandardEquipment.Role.values, "/role", _("There is no such role."))
    faults.stop()
    if standard.equipment_parts.filter(equipment=equipment).exclude(valid_to__lt=since).exists():
        raise Conflict(_("This equipment is part of the standard already."))
    states.change(standard)
    made = StandardEquipment.objects.create(
        standard=standard, equipment=equipment, role=role, valid_from=since
    )
    record(
        "standard.equipment_included",
        standard,
        by=by,
        organization=standard.institute,
        equipment=str(equipment.public_id),
        role=role,
        since=since,
    )
    return made


@verb
def assign_person(
    standard: Standard, *, person: Person, role: str, by: Actor, valid_from: date | None = None
) -> StandardPerson:
    """Somebody keeps or operates a standard from a day on (JJF 1033: one responsible, at least two)."""
    require_manager(by, standard.institute)
    since = valid_from or clock.today()
    faults = Faults()
    employed(faults, person, standard.institute, since)
    faults.unless(role in StandardPerson.Role.values, "/role", _("There is no such role."))
    faults.stop()
    present = standard.people.exclude(valid_to__lt=since).filter(role=role)
    if present.filter(person=person).exists():
        raise Conflict(_("This person has this part already."))
    if role == StandardPerson.Role.RESPONSIBLE and present.exists():
        raise Conflict(_("Somebody else is responsible. End that first."))
    states.change(standard)
    made = StandardPerson.objects.create(standard=standard, person=person, role=role, valid_from=since)
    record(
        "standard.person_assigned",
        standard,
        by=by,
        organization=standard.institute,
        person=str(person.public_id),
        role=role,
        since=since,
    )
    return made


@verb
def end_part(part: StandardItem | StandardEquipment | StandardPerson, *, on: date, by: Actor) -> Standard:
    """An item, a piece of equipment or a person belongs to the standard through this day."""
    standard: Standard = part.standard
    require_manager(by, standard.institute)
    rows.end(part, on)
    states.change(standard)
    record(
        "standard.part_ended",
        standard,
        by=by,
        organization=standard.institute,
        part=part._meta.model_name,
        part_id=str(part.public_id),
        on=on,
    )
    return standard


def _check_new(
    faults: Faults,
    institute: Organization,
    category: str,
    code: str | None,
    laboratory: Laboratory | None,
    room: Room | None,
) -> None:
    of_enterprise = category == Standard.Category.HIGHEST_ENTERPRISE
    faults.unless(
        of_enterprise == (institute.kind != Organization.Kind.INSTITUTE),
        "/category",
        _("This category does not fit this kind of organization."),
    )
    eight_digits = not code or (len(code) == 8 and code.isascii() and code.isdigit())
    faults.unless(eight_digits, "/code", _("A JJF 1022 code has eight digits."))
    if laboratory is not None:
        absent_unless(faults, laboratory.institute_id == institute.pk, "/laboratory")
    if room is not None:
        absent_unless(faults, room.laboratory.institute_id == institute.pk, "/room")


def _checked(faults: Faults, item: Item, pointer: str) -> StandardItem:
    low, high = (
        faults.numeral(text, f"{pointer}/{end}") if text else ""
        for end, text in (("range_low", item.range_low), ("range_high", item.range_high))
    )
    if low and high and Decimal(low) > Decimal(high):
        faults.add(f"{pointer}/range_high", _("The highest lies below the lowest."))
    faults.unless(bool(item.unit) or not (low or high), f"{pointer}/unit", _("A range needs its unit."))
    return StandardItem(
        uut_name_zh=item.uut_name_zh,
        uut_name_en=item.uut_name_en,
        method=item.method,
        range_low=low,
        range_high=high,
        unit=item.unit,
        accuracy_classes=item.accuracy_classes,
        valid_from=item.valid_from or clock.today(),
    )
