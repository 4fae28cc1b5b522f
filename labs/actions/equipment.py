"""Equipment and the upstream certificates that make its values traceable."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from django.utils.translation import gettext as _

from labs.models import Equipment, IntermediateCheck, TraceCertificate
from labs.rules import absent_unless, employed, happened
from metrology import clock, rights, rows, states
from metrology.actors import Actor
from metrology.errors import Forbidden
from metrology.faults import Faults
from metrology.ledger import canonical, record, verb
from metrology.models import Organization, Person
from metrology.roles import Role

State = Equipment.State

MOVES: states.Moves = {
    State.IN_USE: frozenset({State.OUT_OF_SERVICE, State.SCRAPPED}),
    State.OUT_OF_SERVICE: frozenset({State.IN_USE, State.SCRAPPED}),
    State.SCRAPPED: frozenset(),
}
SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class TraceValue:
    """One point of an upstream certificate as printed: the value found, U and k."""

    point: str
    value: str
    U: str
    k: str
    unit: str = ""


def _require_keeper(by: Actor, owner: Organization) -> None:
    by.require(Role.MANAGER, Role.ENTERPRISE_ADMIN, within=owner)


@verb
def add_equipment(
    *,
    owner: Organization,
    name_zh: str,
    serial: str,
    by: Actor,
    name_en: str = "",
    model: str = "",
    maker: str = "",
    asset_no: str = "",
    measuring_range: str = "",
    accuracy: str = "",
) -> Equipment:
    """Enter a piece of equipment, one row per piece."""
    _require_keeper(by, owner)
    made = rows.make_once(
        Equipment,
        "/serial",
        owner=owner,
        name_zh=name_zh,
        name_en=name_en,
        model=model,
        serial=serial,
        maker=maker,
        asset_no=asset_no,
        measuring_range=measuring_range,
        accuracy=accuracy,
    )
    record("equipment.added", made, by=by, organization=owner, name_zh=name_zh, serial=serial)
    return made


@verb
def move_equipment(equipment: Equipment, to: str, *, by: Actor, reason: str = "") -> Equipment:
    """Take equipment out of service, back into use, or scrap it for good."""
    _require_keeper(by, equipment.owner)
    faults = Faults()
    faults.unless(to in State.values, "/to", _("There is no such state."))
    faults.stop()
    before = equipment.state
    states.advance(equipment, to, moves=MOVES)
    record(
        "equipment.moved", equipment, by=by, organization=equipment.owner, moved=[before, to], reason=reason
    )
    return equipment


@verb
def add_trace_certificate(
    equipment: Equipment,
    *,
    number: str,
    issuer: str,
    calibrated_on: date,
    valid_from: date,
    valid_to: date,
    by: Actor,
    values: Sequence[TraceValue] = (),
    uncertainty: str = "",
    sha256: str = "",
    replaces: TraceCertificate | None = None,
) -> TraceCertificate:
    """Add an upstream certificate; the one before stays as it was, for what was measured by it."""
    _require_keeper(by, equipment.owner)
    faults = Faults()
    _check_days(faults, calibrated_on, valid_from, valid_to)
    if sha256 and not SHA256.fullmatch(sha256):
        faults.add("/sha256", _("A SHA-256 has 64 lower-case hex digits."))
    absent_unless(faults, replaces is None or replaces.equipment_id == equipment.pk, "/replaces")
    printed = [asdict(_printed(faults, value, f"/values/{place}")) for place, value in enumerate(values)]
    faults.stop()
    states.change(equipment)
    made = rows.make_once(
        TraceCertificate,
        "/number",
        equipment=equipment,
        number=number,
        issuer=issuer,
        calibrated_on=calibrated_on,
        valid_from=valid_from,
        valid_to=valid_to,
        uncertainty=uncertainty,
        values=canonical(printed),
        sha256=sha256,
        replaces=replaces,
    )
    record(
        "trace_certificate.added",
        made,
        by=by,
        organization=equipment.owner,
        number=number,
        issuer=issuer,
        valid=[valid_from, valid_to],
        values=printed,
        replaces=replaces.number if replaces else None,
    )
    return made


@verb
def revoke_trace_certificate(
    certificate: TraceCertificate, *, on: date, reason: str, by: Actor
) -> TraceCertificate:
    """The issuer upstream took a certificate back: a dated fact that reaches every use of it."""
    owner = certificate.equipment.owner
    keeper = by.allowed(Role.MANAGER, Role.ENTERPRISE_ADMIN, within=owner)
    if not (keeper or rights.governs(by, owner.region)):
        raise Forbidden(_("Only who keeps this equipment, or the authority of the region, may do this."))
    rows.revoke(certificate, on)
    states.change(certificate, revoked_reason=reason)
    record(
        "trace_certificate.revoked",
        certificate,
        by=by,
        organization=owner,
        number=certificate.number,
        on=on,
        reason=reason,
    )
    return certificate


@verb
def correct_trace_certificate(
    certificate: TraceCertificate,
    *,
    on: date,
    reason: str,
    number: str,
    valid_from: date,
    valid_to: date,
    by: Actor,
    values: Sequence[TraceValue] = (),
    uncertainty: str = "",
    sha256: str = "",
) -> TraceCertificate:
    """The issuer corrected a certificate: the old one is revoked that day, the new one refers to it."""
    _require_keeper(by, certificate.equipment.owner)
    revoke_trace_certificate(certificate, on=on, reason=reason, by=by)
    return add_trace_certificate(
        certificate.equipment,
        number=number,
        issuer=certificate.issuer,
        calibrated_on=certificate.calibrated_on,
        valid_from=valid_from,
        valid_to=valid_to,
        by=by,
        values=values,
        uncertainty=uncertainty,
        sha256=sha256,
        replaces=certificate,
    )


@verb
def record_intermediate_check(
    equipment: Equipment,
    *,
    result: str,
    accepted: bool,
    by: Actor,
    checked_on: date | None = None,
    person: Person | None = None,
) -> IntermediateCheck:
    """Record a check of equipment between two traces (期间核查)."""
    by.require(Role.MANAGER, Role.STAFF, within=equipment.owner)
    day = checked_on or clock.today()
    who = person or by.person
    faults = Faults()
    happened(faults, day, "/checked_on")
    if who is None:
        faults.add("/person", _("Say who did it."))
    employed(faults, who, equipment.owner, day)
    faults.stop()
    assert who is not None
    made = IntermediateCheck.objects.create(
        equipment=equipment, checked_on=day, result=result, accepted=accepted, person=who
    )
    record("equipment.checked", equipment, by=by, organization=equipment.owner, on=day, accepted=accepted)
    return made


def _check_days(faults: Faults, calibrated_on: date, valid_from: date, valid_to: date) -> None:
    happened(faults, calibrated_on, "/calibrated_on")
    faults.in_order(valid_from, valid_to)
    early = _("It cannot be valid before the calibration.")
    faults.unless(valid_from >= calibrated_on, "/valid_from", early)


def _printed(faults: Faults, value: TraceValue, pointer: str) -> TraceValue:
    numbers = {
        key: faults.numeral(getattr(value, key), f"{pointer}/{key}") for key in ("point", "value", "U", "k")
    }
    for key in ("U", "k"):
        positive = not numbers[key] or not numbers[key].startswith("-")
        faults.unless(positive, f"{pointer}/{key}", _("This is never negative."))
    return TraceValue(unit=value.unit, **numbers)
