"""Methods, editions, and the versions of their data that two people of an institute confirm."""

import hashlib
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from labs.models import Confirmation, Discipline, Method, MethodEdition, MethodVersion
from labs.rules import absent_unless
from metrology import clock, rows
from metrology.actors import Actor
from metrology.errors import Conflict, Invalid
from metrology.faults import Faults
from metrology.ledger import canonical, record, verb
from metrology.models import Organization
from metrology.models.places import Confidence
from metrology.numbering import next_number
from metrology.roles import Role
from metrology.science import method as science


@verb
def publish_method(
    *,
    code: str,
    kind: str,
    title_zh: str,
    by: Actor,
    title_en: str = "",
    discipline: Discipline | None = None,
    period_months: int | None = None,
    confidence: str = Confidence.LOW,
    note: str = "",
) -> Method:
    """Enter a regulation or specification by its code without edition; it is the same for everybody."""
    by.require(Role.OPERATOR, Role.CITY_ADMIN)
    made = rows.make_once(
        Method,
        "/code",
        code=code,
        kind=kind,
        title_zh=title_zh,
        title_en=title_en,
        discipline=discipline,
        period_months=period_months,
        confidence=confidence,
        note=note,
    )
    record("method.published", made, by=by, organization=None, code=code, confidence=confidence)
    return made


@verb
def publish_edition(
    method: Method,
    *,
    edition: str,
    valid_from: date,
    by: Actor,
    supersedes: MethodEdition | None = None,
) -> MethodEdition:
    """Enter an edition; the one it supersedes is in force through the day before."""
    by.require(Role.OPERATOR, Role.CITY_ADMIN)
    faults = Faults()
    if supersedes is not None:
        absent_unless(faults, supersedes.method_id == method.pk, "/supersedes")
        faults.unless(
            supersedes.valid_from < valid_from, "/valid_from", _("The edition before began later than this.")
        )
        faults.unless(supersedes.superseded_by is None, "/supersedes", _("It is superseded already."))
    faults.stop()
    made = rows.make_once(MethodEdition, "/edition", method=method, edition=edition, valid_from=valid_from)
    if supersedes is not None:
        rows.end(supersedes, valid_from - timedelta(days=1), pointer="/valid_from")
        supersedes.superseded_by = made
        supersedes.save(update_fields=["superseded_by"])
    record(
        "method.edition_published",
        method,
        by=by,
        organization=None,
        edition=edition,
        valid_from=valid_from,
        supersedes=supersedes.edition if supersedes else None,
    )
    return made


def read_document(document: Any) -> science.MethodDocument:
    """The document as the science reads it; Invalid with every error at its place under /document."""
    try:
        return science.parse(document)
    except science.MethodError as error:
        fields: dict[str, list[Any]] = {}
        for one in error.errors:
            reason = _(one.template) % one.params if one.params else _(one.template)
            fields.setdefault(f"/document{one.pointer}", []).append(reason)
        raise Invalid(fields) from error


@verb
def publish_version(method: Method, *, document: Any, by: Actor) -> MethodVersion:
    """Lay down how an edition is computed: an immutable document that binds nobody until confirmed."""
    by.require(Role.OPERATOR, Role.CITY_ADMIN, Role.MANAGER)
    read = read_document(document)
    edition = method.editions.filter(edition=read.edition).first()
    faults = Faults()
    faults.unless(
        read.code == method.code,
        "/document/code",
        _("The document is of %(code)s.") % {"code": read.code},
    )
    faults.unless(edition is not None, "/document/edition", _("There is no such edition of this method."))
    faults.stop()
    assert edition is not None
    text = canonical(science.as_document(read))
    digest = hashlib.sha256(text.encode()).hexdigest()
    number = next_number(f"method-version:{edition.pk}")
    if edition.versions.filter(sha256=digest).exists():
        raise Conflict(_("This very document is a version of this edition already."))
    made = MethodVersion.objects.create(
        edition=edition,
        number=number,
        document=text,
        sha256=digest,
        confidence=str(read.confidence.value),
        created_at=clock.now(),
        created_by=by.user,
    )
    record(
        "method.version_published",
        made,
        by=by,
        organization=by.organization,
        edition=edition.code,
        number=made.number,
        sha256=digest,
    )
    return made


@verb
def confirm_version(
    version: MethodVersion, *, institute: Organization, by: Actor, agrees: bool = True, note: str = ""
) -> Confirmation:
    """One person says, for their institute, that the data is right, or takes that back (rules 5)."""
    by.require(Role.MANAGER, Role.STAFF, within=institute)
    person = by.person
    if person is None or person.employer_id != institute.pk or person.left_on is not None:
        raise Invalid({"": [_("Only a person who works in this institute confirms its methods.")]})
    faults = Faults()
    faults.unless(agrees or bool(note), "/note", _("Say what is wrong."))
    faults.stop()
    before = Confirmation.objects.latest_words().filter(institute=institute, version=version, person=person)
    if before.filter(agrees=agrees).exists():
        raise Conflict(_("You have said so already; a second person is needed, not a second time."))
    made = Confirmation.objects.create(
        institute=institute, version=version, person=person, agrees=agrees, note=note, at=clock.now()
    )
    record(
        "method.version_confirmed" if agrees else "method.version_doubted",
        version,
        by=by,
        organization=institute,
        sha256=version.sha256,
        person=str(person.public_id),
        note=note,
    )
    return made
