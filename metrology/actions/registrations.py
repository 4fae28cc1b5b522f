"""An enterprise asks to be let in by its credit code; somebody of its region looks, then invites or declines.

A code that already has a ledger is joined by invitation alone: approving never makes a member, and where the
enterprise has an administrator, anybody else must say how they checked who is asking.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from metrology import clock, credit_code, states
from metrology.actions.invitations import DOORKEEPERS, send
from metrology.actions.organizations import create_organization
from metrology.actors import STRANGER, Actor
from metrology.errors import Conflict, Forbidden, Invalid
from metrology.faults import Faults
from metrology.ledger import record, verb
from metrology.models import Invitation, Membership, Organization, Region, RegistrationRequest
from metrology.roles import Role

State = RegistrationRequest.State
REGISTRATION_MOVES: states.Moves = {State.PENDING: frozenset({State.APPROVED, State.DECLINED})}
MOST_PER_CODE = 3


@verb
def ask_for_access(
    *, code: str, name: str, region: Region, contact: str, phone: str, email: str = "", wish: str = ""
) -> RegistrationRequest | None:
    """Put a request into the queue of the region; the fourth for one code while three wait is not kept."""
    name, contact, phone = (" ".join(text.split()) for text in (name, contact, phone))
    faults = Faults()
    faults.unless(
        credit_code.is_valid(code),
        "/credit_code",
        _("This is not a unified social credit code: its check character is wrong (GB 32100)."),
    )
    for pointer, text in (("/name", name), ("/contact", contact), ("/phone", phone)):
        faults.unless(bool(text), pointer, _("This is needed."))
    faults.stop()
    waiting = RegistrationRequest.objects.filter(credit_code=code, state=State.PENDING)
    if waiting.count() >= MOST_PER_CODE:
        return None
    made = RegistrationRequest.objects.create(
        credit_code=code,
        name=name,
        region=region,
        contact=contact,
        phone=phone,
        email=email,
        wish=wish.strip(),
        organization=known(code),
        asked_at=clock.now(),
    )
    record(
        "access.asked",
        made,
        by=STRANGER,
        organization=None,
        region=region,
        enterprise=made.name,
        credit_code=code,
    )
    return made


def known(code: str) -> Organization | None:
    """The body that has this code already."""
    return Organization.objects.filter(credit_code=code).select_related("region").first()


def administrators(organization: Organization | None) -> list[Membership]:
    """Who administers the enterprise of a request today."""
    if organization is None:
        return []
    held = Membership.objects.current().filter(organization=organization, role=Role.ENTERPRISE_ADMIN)
    return [membership for membership in held.order_by("pk") if membership.user.is_active]


@verb
def approve_registration(
    request: RegistrationRequest, *, by: Actor, role: str, checked: str = "", version: int | None = None
) -> tuple[Invitation, str]:
    """Let the enterprise in by an invitation; its record is opened if the code has none yet."""
    organization = known(request.credit_code)
    _require_doorkeeper(by, request, organization)
    states.require_version(request, version)
    if request.state != State.PENDING:
        raise Conflict(_("Somebody has decided on this already."))
    if role not in (Role.ENTERPRISE_ADMIN, Role.ENTERPRISE_USER):
        raise Invalid({"/role": [_("This role does not fit this kind of organization.")]})
    own = by.organization is not None and organization is not None and by.organization.pk == organization.pk
    if organization is not None and not own and not checked.strip():
        raise Invalid({"/checked": [_("This code has a ledger already: say how you checked who is asking.")]})
    if organization is not None and organization.kind not in ("enterprise", "other"):
        raise Forbidden(_("This code belongs to an institute or authority, which invites its people itself."))
    if organization is None:
        organization = create_organization(
            kind=Organization.Kind.ENTERPRISE,
            name_zh=request.name,
            region=request.region,
            credit_code=request.credit_code,
            phone=request.phone,
            email=request.email,
            by=by,
        )
    made, token = send(organization, role, request.contact, by, email=request.email, phone=request.phone)
    states.advance(
        request,
        State.APPROVED,
        moves=REGISTRATION_MOVES,
        organization=organization,
        invitation=made,
        reason=checked.strip(),
        decided_at=clock.now(),
    )
    facts = {"enterprise": request.name, "credit_code": request.credit_code, "checked": checked.strip()}
    record("access.approved", request, by=by, organization=organization, region=request.region, **facts)
    return made, token


@verb
def decline_registration(
    request: RegistrationRequest, *, by: Actor, reason: str, version: int | None = None
) -> RegistrationRequest:
    """Say no, with the reason that whoever asks again by telephone is told."""
    organization = known(request.credit_code)
    _require_doorkeeper(by, request, organization)
    states.require_version(request, version)
    if not reason.strip():
        raise Invalid({"/reason": [_("Give a reason.")]})
    states.advance(
        request, State.DECLINED, moves=REGISTRATION_MOVES, reason=reason.strip(), decided_at=clock.now()
    )
    record(
        "access.declined",
        request,
        by=by,
        organization=by.organization,
        region=request.region,
        enterprise=request.name,
        reason=reason.strip(),
    )
    return request


def _require_doorkeeper(by: Actor, request: RegistrationRequest, organization: Organization | None) -> None:
    """Counter and authority of the region, or the administrator of the enterprise that has the code."""
    near = by.allowed(*DOORKEEPERS) and (by.is_system or request.region.path.startswith(by.region_path))
    own = organization is not None and by.allowed(Role.ENTERPRISE_ADMIN, within=organization)
    if not (near or own):
        raise Forbidden(_("Only the counter or the authority of this region may do this."))
