"""Certified metrologists: registrations, and what each may test, check or approve."""

from datetime import date

from django.utils.translation import gettext as _

from labs.models import Method, Metrologist, Qualification, Registration
from labs.rules import employed, require_manager, require_manager_or_authority
from metrology import clock, rows, states
from metrology.actors import Actor
from metrology.faults import Faults
from metrology.ledger import record, verb
from metrology.models import Person


@verb
def register_metrologist(
    person: Person,
    *,
    certificate_no: str,
    by: Actor,
    level: int = Metrologist.Level.TWO,
    legacy_cert_no: str = "",
) -> Metrologist:
    """Record a person's qualification as certified metrology engineer, which is for life."""
    require_manager(by, person.employer)
    faults = Faults()
    employed(faults, person, person.employer, clock.today())
    if Metrologist.objects.filter(person=person).exists():
        faults.add("/person", _("This person is recorded already."))
    faults.stop()
    made = rows.make_once(
        Metrologist,
        "/certificate_no",
        person=person,
        level=level,
        certificate_no=certificate_no,
        legacy_cert_no=legacy_cert_no,
    )
    record("metrologist.registered", made, by=by, organization=person.employer, level=level)
    return made


@verb
def record_registration(
    metrologist: Metrologist, *, number: str, valid_from: date, valid_to: date, by: Actor
) -> Registration:
    """Record the registration with the present employer; both dates as printed (国市监计量〔2019〕197号)."""
    institute = metrologist.person.employer
    require_manager(by, institute)
    faults = Faults()
    faults.in_order(valid_from, valid_to)
    faults.stop()
    states.change(metrologist)
    made = rows.make_once(
        Registration,
        "/number",
        metrologist=metrologist,
        institute=institute,
        number=number,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    record(
        "metrologist.registration_recorded",
        metrologist,
        by=by,
        organization=institute,
        number=number,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    return made


@verb
def revoke_registration(registration: Registration, *, on: date, reason: str, by: Actor) -> Metrologist:
    """A registration counts no more from this day on."""
    require_manager_or_authority(by, registration.institute)
    metrologist: Metrologist = registration.metrologist
    rows.revoke(registration, on)
    states.change(metrologist)
    record(
        "metrologist.registration_revoked",
        metrologist,
        by=by,
        organization=registration.institute,
        number=registration.number,
        on=on,
        reason=reason,
    )
    return metrologist


@verb
def qualify(
    metrologist: Metrologist,
    *,
    method: Method,
    act: str,
    by: Actor,
    effect: str = Qualification.Effect.ALLOW,
    valid_from: date | None = None,
    valid_to: date | None = None,
    measuring_range: str = "",
    number: str = "",
) -> Qualification:
    """Allow one act by one method, or exclude it (检验排外): an exclusion outweighs."""
    institute = metrologist.person.employer
    require_manager(by, institute)
    since = valid_from or clock.today()
    faults = Faults()
    faults.unless(act in Qualification.Act.values, "/act", _("There is no such act."))
    faults.unless(effect in Qualification.Effect.values, "/effect", _("There is no such effect."))
    faults.in_order(since, valid_to)
    faults.stop()
    states.change(metrologist)
    made = rows.make_once(
        Qualification,
        "/method",
        metrologist=metrologist,
        method=method,
        act=act,
        effect=effect,
        valid_from=since,
        valid_to=valid_to,
        measuring_range=measuring_range,
        number=number,
    )
    record(
        "metrologist.qualified" if effect == Qualification.Effect.ALLOW else "metrologist.excluded",
        metrologist,
        by=by,
        organization=institute,
        method=method.code,
        act=act,
        valid_from=since,
        valid_to=valid_to,
    )
    return made


@verb
def end_qualification(qualification: Qualification, *, on: date, by: Actor) -> Metrologist:
    """A qualification holds through this day."""
    metrologist: Metrologist = qualification.metrologist
    institute = metrologist.person.employer
    require_manager(by, institute)
    rows.end(qualification, on)
    states.change(metrologist)
    record(
        "metrologist.qualification_ended",
        metrologist,
        by=by,
        organization=institute,
        method=qualification.method.code,
        act=qualification.act,
        on=on,
    )
    return metrologist
