"""Bodies: who exists, under which name and where."""

from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from metrology import clock, rights, states
from metrology.actors import Actor
from metrology.credit_code import is_valid
from metrology.errors import Conflict, Forbidden
from metrology.faults import Faults
from metrology.ledger import record, verb
from metrology.models import Membership, Organization, Region
from metrology.roles import Role
from metrology.rows import make_once

CHANGEABLE = frozenset(
    {"name_zh", "name_en", "credit_code", "region", "address", "postcode", "phone", "email"}
    | {"established_on"}
)
CUSTOMERS = frozenset({Organization.Kind.ENTERPRISE, Organization.Kind.OTHER})


@verb
def create_organization(
    *,
    kind: str,
    name_zh: str,
    region: Region,
    by: Actor,
    name_en: str = "",
    code: str | None = None,
    credit_code: str | None = None,
    address: str = "",
    postcode: str = "",
    phone: str = "",
    email: str = "",
    established_on: date | None = None,
    predecessors: tuple[Organization, ...] = (),
    is_demo: bool = False,
) -> Organization:
    """Enter a body. Whether it is a demonstration is said now or never (rules 5)."""
    _require_founder(by, kind, region, is_demo=is_demo)
    _check_new(kind, code, credit_code)
    made = make_once(
        Organization,
        "/credit_code",
        kind=kind,
        name_zh=name_zh,
        name_en=name_en,
        code=code or None,
        credit_code=credit_code or None,
        region=region,
        address=address,
        postcode=postcode,
        phone=phone,
        email=email,
        established_on=established_on,
        is_demo=is_demo or bool(by.organization and by.organization.is_demo),
    )
    made.predecessors.set(predecessors)
    record(
        "organization.created",
        made,
        by=by,
        organization=made,
        kind=kind,
        name_zh=name_zh,
        region_key=region.key,
        is_demo=made.is_demo,
    )
    return made


@verb
def change_organization(organization: Organization, *, by: Actor, **changes: Any) -> Organization:
    """Correct what is said of a body; its kind, short code and demo flag never change."""
    if not (rights.runs(by, organization) or rights.governs(by, organization.region)):
        raise Forbidden(_("Only who runs this organization, or the authority above it, may do this."))
    unknown = changes.keys() - CHANGEABLE
    faults = Faults()
    for name in sorted(unknown):
        faults.add(f"/{name}", _("This never changes."))
    _check(faults, organization, credit_code=changes.get("credit_code"))
    begun = changes.get("established_on", organization.established_on)
    faults.in_order(begun, organization.dissolved_on, "/established_on")
    if "region" in changes and changes["region"] != organization.region:
        allowed = by.allowed(Role.OPERATOR) or (
            rights.governs(by, organization.region) and rights.governs(by, changes["region"])
        )
        faults.unless(allowed, "/region", _("Only the authority of both regions may move a body."))
    faults.stop()
    if "credit_code" in changes:
        changes["credit_code"] = changes["credit_code"] or None
    before = {name: getattr(organization, name) for name in changes}
    states.change(organization, **changes)
    said = {name: [before[name], changes[name]] for name in changes if before[name] != changes[name]}
    record("organization.changed", organization, by=by, organization=organization, changes=said)
    return organization


@verb
def dissolve_organization(organization: Organization, *, on: date, by: Actor) -> Organization:
    """A body ends on a day, and with it every membership in it."""
    if not by.allowed(Role.OPERATOR):
        rights.require_authority_over(by, organization.region)
    if organization.dissolved_on is not None:
        raise Conflict(_("It was dissolved on %(day)s.") % {"day": organization.dissolved_on})
    faults = Faults()
    faults.in_order(organization.established_on, on, "/on")
    faults.unless(on <= clock.today(), "/on", _("This day is still to come."))
    faults.stop()
    states.change(organization, dissolved_on=on)
    open_ones = Membership.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
    for membership in open_ones.filter(organization=organization):
        membership.valid_to = max(on, membership.valid_from)
        membership.save(update_fields=["valid_to"])
    record("organization.dissolved", organization, by=by, organization=organization, on=on)
    return organization


def _require_founder(by: Actor, kind: str, region: Region, *, is_demo: bool) -> None:
    if is_demo and not by.allowed(Role.OPERATOR):
        raise Forbidden(_("Only the system operator enters demonstration bodies."))
    if by.allowed(Role.OPERATOR) or rights.governs(by, region):
        return
    at_the_counter = by.allowed(Role.MANAGER, Role.COUNTER) and region.path.startswith(by.region_path)
    if not (kind in CUSTOMERS and at_the_counter):
        raise Forbidden(_("Your role does not allow to enter this kind of body in this region."))


def _check_new(kind: str, code: str | None, credit_code: str | None) -> None:
    faults = Faults()
    nameless = kind == Organization.Kind.INSTITUTE and not code
    faults.unless(not nameless, "/code", _("An institute needs a short code."))
    plain = not code or (code.isascii() and code.isalnum())
    faults.unless(plain, "/code", _("Only ASCII letters and digits."))
    _check(faults, None, code=code, credit_code=credit_code)
    faults.stop()


def _check(
    faults: Faults, present: Organization | None, *, credit_code: str | None, code: str | None = None
) -> None:
    others = Organization.objects.exclude(pk=present.pk) if present else Organization.objects.all()
    if code and others.filter(code=code).exists():
        faults.add("/code", _("Another body has this code."))
    if credit_code:
        faults.unless(
            is_valid(credit_code),
            "/credit_code",
            _("This is not a unified social credit code: its check character is wrong (GB 32100)."),
        )
        if others.filter(credit_code=credit_code).exists():
            faults.add("/credit_code", _("Another body has this code."))
