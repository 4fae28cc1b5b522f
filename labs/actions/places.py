"""Laboratories, rooms, their climate, and what an institute is authorised to do."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from labs.models import Authorisation, EnvironmentRecord, Laboratory, Method, Room
from labs.rules import absent_unless, employed, require_manager
from metrology import clock, rights, rows
from metrology.actors import Actor
from metrology.errors import Conflict
from metrology.faults import Faults
from metrology.ledger import record, verb
from metrology.models import Organization, Person, Region
from metrology.roles import Role

CLIMATE = ("temperature_min", "temperature_max", "humidity_min", "humidity_max")


@verb
def open_laboratory(
    *,
    institute: Organization,
    name_zh: str,
    by: Actor,
    name_en: str = "",
    phone: str = "",
    valid_from: date | None = None,
) -> Laboratory:
    """Open a department of an institute."""
    require_manager(by, institute)
    faults = Faults()
    faults.unless(
        institute.kind == Organization.Kind.INSTITUTE, "/institute", _("Only an institute has laboratories.")
    )
    faults.stop()
    made = rows.make_once(
        Laboratory,
        "/name_zh",
        institute=institute,
        name_zh=name_zh,
        name_en=name_en,
        phone=phone,
        valid_from=valid_from or clock.today(),
    )
    record("laboratory.opened", made, by=by, organization=institute, name_zh=name_zh)
    return made


@verb
def close_laboratory(laboratory: Laboratory, *, on: date, by: Actor) -> Laboratory:
    """Close a department; its rooms close first, one by one, so that no area goes uncounted by mistake."""
    require_manager(by, laboratory.institute)
    if laboratory.rooms.filter(valid_to__isnull=True).exists():
        raise Conflict(_("It still has rooms. Close them first."))
    rows.end(laboratory, on)
    record("laboratory.closed", laboratory, by=by, organization=laboratory.institute, on=on)
    return laboratory


@verb
def add_room(
    *,
    laboratory: Laboratory,
    name: str,
    area_m2: Decimal,
    by: Actor,
    use: str = Room.Use.MEASUREMENT,
    valid_from: date | None = None,
    temperature_min: str = "",
    temperature_max: str = "",
    humidity_min: str = "",
    humidity_max: str = "",
) -> Room:
    """Add a room; its area counts from this day towards the plan's floor area."""
    require_manager(by, laboratory.institute)
    since = valid_from or clock.today()
    faults = Faults()
    faults.unless(area_m2 > 0, "/area_m2", _("An area is greater than zero."))
    faults.unless(
        since >= laboratory.valid_from and laboratory.valid_to is None,
        "/valid_from",
        _("The laboratory is not open on this day."),
    )
    limits = dict(zip(CLIMATE, (temperature_min, temperature_max, humidity_min, humidity_max), strict=True))
    limits = {key: faults.numeral(text, f"/{key}") if text else "" for key, text in limits.items()}
    for kind in ("temperature", "humidity"):
        low, high = limits[f"{kind}_min"], limits[f"{kind}_max"]
        if low and high and Decimal(low) > Decimal(high):
            faults.add(f"/{kind}_max", _("The highest lies below the lowest."))
    faults.stop()
    made = rows.make_once(
        Room,
        "/name",
        laboratory=laboratory,
        name=name,
        use=use,
        area_m2=area_m2,
        valid_from=since,
        **limits,
    )
    record(
        "room.added", made, by=by, organization=laboratory.institute, room=name, area_m2=area_m2, since=since
    )
    return made


@verb
def close_room(room: Room, *, on: date, by: Actor) -> Room:
    """A room counts through this day and no longer."""
    require_manager(by, room.laboratory.institute)
    rows.end(room, on)
    record("room.closed", room, by=by, organization=room.laboratory.institute, on=on)
    return room


@verb
def record_environment(
    room: Room,
    *,
    temperature: str,
    humidity: str,
    by: Actor,
    pressure: str = "",
    observed_at: datetime | None = None,
    source: str = EnvironmentRecord.Source.MANUAL,
    person: Person | None = None,
) -> EnvironmentRecord:
    """Write down the climate of a room, once; like a reading it joins no history of its own."""
    institute = room.laboratory.institute
    by.require(Role.MANAGER, Role.STAFF, within=institute)
    at = observed_at or clock.now()
    day = clock.local_date(at)
    faults = Faults()
    faults.unless(at <= clock.now(), "/observed_at", _("This moment is still to come."))
    faults.unless(
        room.valid_from <= day and (room.valid_to is None or day <= room.valid_to),
        "/room",
        _("The room was not in use on this day."),
    )
    texts = {
        "temperature": faults.numeral(temperature, "/temperature"),
        "humidity": faults.numeral(humidity, "/humidity"),
        "pressure": faults.numeral(pressure, "/pressure") if pressure else "",
    }
    if texts["humidity"] and not 0 <= Decimal(texts["humidity"]) <= 100:
        faults.add("/humidity", _("Relative humidity lies between 0 and 100."))
    for key, text in texts.items():
        faults.unless(len(text) <= 12, f"/{key}", _("At most 12 characters."))
    observer = person or by.person
    employed(faults, observer, institute, day)
    faults.stop()
    return EnvironmentRecord.objects.create(
        room=room, observed_at=at, source=source, person=observer, **texts
    )


@verb
def grant_authorisation(
    *,
    institute: Organization,
    number: str,
    issuer: str,
    valid_from: date,
    valid_to: date,
    methods: Sequence[Method],
    regions: Sequence[Region],
    by: Actor,
    kind: str = Authorisation.Kind.STATUTORY,
) -> Authorisation:
    """The authority above lets an institute verify by methods in regions (Metrology Law art. 20)."""
    rights.require_authority_over(by, institute.region)
    faults = Faults()
    absent_unless(faults, institute.kind == Organization.Kind.INSTITUTE, "/institute")
    faults.in_order(valid_from, valid_to)
    faults.unless(bool(methods), "/methods", _("Name at least one method."))
    faults.unless(bool(regions), "/regions", _("Name at least one region."))
    for place, region in enumerate(regions):
        outside = _("This region is not under your authority.")
        faults.unless(rights.governs(by, region), f"/regions/{place}", outside)
    faults.stop()
    made = rows.make_once(
        Authorisation,
        "/number",
        institute=institute,
        kind=kind,
        number=number,
        issuer=issuer,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    made.methods.set(methods)
    made.regions.set(regions)
    record(
        "authorisation.granted",
        made,
        by=by,
        organization=institute,
        number=number,
        valid_from=valid_from,
        valid_to=valid_to,
        methods=[method.code for method in methods],
        regions=[region.key for region in regions],
    )
    return made


@verb
def revoke_authorisation(authorisation: Authorisation, *, on: date, by: Actor, reason: str) -> Authorisation:
    """The authority above takes an authorisation back: it counts no more from this day on."""
    rights.require_authority_over(by, authorisation.institute.region)
    rows.revoke(authorisation, on)
    record(
        "authorisation.revoked",
        authorisation,
        by=by,
        organization=authorisation.institute,
        on=on,
        reason=reason,
    )
    return authorisation
