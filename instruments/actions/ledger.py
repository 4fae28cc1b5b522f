"""The ledger of instruments: registered once with a label for life, derived facts written by verbs alone."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from instruments import evaluate
from instruments.actions.checks import cleaned, is_own, printable, reason_given, require_keeper, sentence
from instruments.models import Category, Instrument, Job, PlanField
from instruments.workflow import FINISHED_JOBS, INSTRUMENT_MOVES
from labs.models import Equipment
from metrology import roles
from metrology.actors import Actor
from metrology.errors import Conflict, Forbidden, Invalid
from metrology.ledger import record, verb
from metrology.models import Organization, Region
from metrology.numbering import next_numbers
from metrology.science.conformity import Verdict
from metrology.science.errors import NumeralError
from metrology.science.numerals import fold_width, normalise
from metrology.states import advance, change

MAX_PARAMETERS = 40
MAX_TEXT = 40
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}", re.ASCII)
_LIKE_A_NUMBER = re.compile(r"[+-]?[0-9][0-9.,eE+-]*", re.ASCII)


class Details(TypedDict, total=False):
    """What may be said of an instrument; everything else is derived."""

    category: Category
    region: Region
    name: str
    kind: str
    model: str
    serial: str
    asset_no: str
    maker: str
    origin: str
    measuring_range: str
    accuracy_class: str
    parameters: Mapping[str, str]
    purpose: str
    plan_fields: list[str]
    location: str
    delivery: str
    own_interval_months: int | None
    equipment: Equipment | None


@verb
def register_instrument(owner: Organization, *, by: Actor, **details: Unpack[Details]) -> Instrument:
    """Enter one instrument into its owner's ledger (登记造册) and give it a label number for life."""
    require_keeper(by, owner)
    if "category" not in details:
        raise Invalid({"/category": [_("Choose the category.")]})
    details.setdefault("region", owner.region)
    details.setdefault("plan_fields", list(details["category"].plan_fields))
    instrument = Instrument(owner=owner, **_normalised(owner, details))
    instrument.label_no = "0" * 18
    derive(cleaned(instrument))
    instrument.label_no = label_numbers([instrument.region])[0]
    _written(instrument)
    record(
        "instrument.registered",
        instrument,
        by=by,
        organization=owner,
        region=instrument.region,
        label_no=instrument.label_no,
        called=f"{instrument.name} {instrument.model} {instrument.serial}",
        is_mandatory=instrument.is_mandatory,
    )
    return instrument


@verb
def change_instrument(instrument: Instrument, *, by: Actor, **details: Unpack[Details]) -> Instrument:
    """Correct what the ledger says of an instrument; its label and owner stay."""
    require_keeper(by, instrument.owner)
    if instrument.state == Instrument.State.SCRAPPED:
        raise Conflict(_("It is scrapped; its entry stays as it is."))
    before = {name: getattr(instrument, name) for name in details}
    for name, value in _normalised(instrument.owner, details).items():
        setattr(instrument, name, value)
    derive(cleaned(instrument))
    columns = {name: getattr(instrument, name) for name in (*details, "is_mandatory")}
    try:
        with transaction.atomic():
            change(instrument, **columns)
    except IntegrityError as error:
        raise _taken() from error
    changed = {
        name: [_fact(before[name]), _fact(columns[name])] for name in details if before[name] != columns[name]
    }
    record(
        "instrument.changed",
        instrument,
        by=by,
        organization=instrument.owner,
        region=instrument.region,
        changed=changed,
    )
    return instrument


@verb
def scrap(instrument: Instrument, *, by: Actor, reason: str) -> Instrument:
    """Take an instrument out of the ledger for good; its history stays."""
    require_keeper(by, instrument.owner)
    text = reason_given(reason)
    if Job.objects.filter(instrument=instrument).exclude(state__in=FINISHED_JOBS).exists():
        raise Conflict(_("A job on it is still open. Finish or cancel the job first."))
    advance(instrument, Instrument.State.SCRAPPED, moves=INSTRUMENT_MOVES, due_on=None)
    return _noted("instrument.scrapped", instrument, by, reason=text)


@verb
def put_out_of_service(instrument: Instrument, *, by: Actor, reason: str) -> Instrument:
    """Mark an instrument 停用, as after a failed verification; one already out of service stays so."""
    _require_concerned(by, instrument)
    text = reason_given(reason)
    if instrument.state == Instrument.State.OUT_OF_SERVICE:
        return instrument
    advance(instrument, Instrument.State.OUT_OF_SERVICE, moves=INSTRUMENT_MOVES)
    return _noted("instrument.put_out_of_service", instrument, by, reason=text)


@verb
def return_to_use(instrument: Instrument, *, by: Actor, reason: str) -> Instrument:
    """Put an instrument back into use; after a failed verification its owner alone cannot."""
    _require_concerned(by, instrument)
    text = reason_given(reason)
    if instrument.state == Instrument.State.IN_USE:
        return instrument
    failed = last_failed_job(instrument)
    if failed is not None and not by.is_system and is_own(by, instrument.owner):
        raise Forbidden(
            _("It failed on %(day)s. Only a re-verification that it passes returns it to use.")
            % {"day": failed.tested_on}
        )
    advance(instrument, Instrument.State.IN_USE, moves=INSTRUMENT_MOVES)
    return _noted("instrument.returned_to_use", instrument, by, reason=text)


@verb
def set_due(
    instrument: Instrument, *, by: Actor, due_on: date | None, last_tested_on: date | None
) -> Instrument:
    """Write the dates derived from issued certificates (rules 4.5); nothing else writes them."""
    if not by.is_system:
        by.require(roles.Role.MANAGER, roles.Role.STAFF)
    if (instrument.due_on, instrument.last_tested_on) == (due_on, last_tested_on):
        return instrument
    Instrument.objects.filter(pk=instrument.pk).update(
        due_on=due_on, last_tested_on=last_tested_on, version=F("version") + 1
    )
    instrument.refresh_from_db(fields=["due_on", "last_tested_on", "version"])
    return _noted("instrument.due_set", instrument, by, due_on=due_on, last_tested_on=last_tested_on)


def last_failed_job(instrument: Instrument) -> Job | None:
    """The latest judged job of an instrument, if it failed: what a re-verification after repair refers to."""
    job: Job | None = (
        Job.objects.filter(
            instrument=instrument,
            service="verification",
            state__in=(Job.State.ISSUED, Job.State.COLLECTED),
            tested_on__isnull=False,
        )
        .order_by("-tested_on", "-pk")
        .first()
    )
    if job is None:
        return None
    results = evaluate.counting(job)
    return job if results and results[-1].verdict == Verdict.FAIL else None


def _normalised(owner: Organization, details: Details) -> dict[str, Any]:
    fields: dict[str, Any] = dict(details)
    faults: dict[str, list[Any]] = {}
    if "parameters" in fields:
        fields["parameters"] = parameters_of(fields["parameters"], faults)
    unknown = sorted(set(fields.get("plan_fields") or ()) - set(PlanField.values))
    if unknown:
        faults["/plan_fields"] = [_("Unknown plan field: %(names)s.") % {"names": ", ".join(unknown)}]
    equipment = fields.get("equipment")
    if equipment is not None and equipment.owner_id != owner.pk:
        faults["/equipment"] = [_("This equipment belongs to another body.")]
    faults |= printable(fields)
    if faults:
        raise Invalid(faults)
    return fields


def parameters_of(given: Mapping[str, Any], faults: dict[str, list[Any]]) -> dict[str, str]:
    """What the methods must know of an instrument, as text in half-width form; reasons go into `faults`."""
    if len(given) > MAX_PARAMETERS:
        faults["/parameters"] = [_("At most %(most)d parameters.") % {"most": MAX_PARAMETERS}]
        return {}
    found: dict[str, str] = {}
    for key, value in given.items():
        if not _KEY.fullmatch(str(key)):
            faults[f"/parameters/{key}"] = [_("A name is a letter, then letters, digits or _.")]
        elif not isinstance(value, str) or len(value) > MAX_TEXT:
            faults[f"/parameters/{key}"] = [_("Write it as text of at most 40 characters.")]
        else:
            try:
                found[key] = _parameter(value)
            except NumeralError as error:
                faults[f"/parameters/{key}"] = [sentence(error)]
    return found


def _parameter(value: str) -> str:
    text = fold_width(value).strip()
    return normalise(text).text if _LIKE_A_NUMBER.fullmatch(text) else text


def derive(instrument: Instrument) -> None:
    """Mandatory only if the category is verified and the purpose among its uses (Metrology Law art. 9)."""
    category = instrument.category
    instrument.is_mandatory = category.verification and instrument.purpose in category.uses


def label_numbers(regions: Sequence[Region]) -> list[str]:
    """Labels for so many new entries: six digits of the division, twelve of its own gap-free counter."""
    codes = {region.pk: _division_code(region) for region in dict.fromkeys(regions)}
    places = [codes[region.pk] for region in regions]
    numbers = {
        code: iter(next_numbers(f"label:{code}", count)) for code, count in sorted(Counter(places).items())
    }
    return [f"{code}{next(numbers[code]):012d}" for code in places]


def _division_code(region: Region) -> str:
    """The code of the division; a functional zone has its parent's."""
    division: Region | None = region
    while division is not None and not division.code:
        division = division.parent
    if division is None or division.code is None:
        raise Invalid({"/region": [_("This region has no administrative code above it.")]})
    return division.code


def _written(instrument: Instrument) -> None:
    try:
        with transaction.atomic():
            instrument.save(force_insert=True)
    except IntegrityError as error:
        raise _taken() from error


def _taken() -> Invalid:
    return Invalid(
        {"/serial": [_("This owner already has an instrument with this name, model and serial no.")]}
    )


def _require_concerned(by: Actor, instrument: Instrument) -> None:
    """The owner, or an institute's people to whom the instrument is visible."""
    if is_own(by, instrument.owner):
        return
    by.require(*roles.INSTITUTE)
    if not Instrument.objects.visible_to(by).filter(pk=instrument.pk).exists():
        raise Forbidden(_("This instrument is not among those your institute serves."))


def _noted(name: str, instrument: Instrument, by: Actor, **facts: Any) -> Instrument:
    record(name, instrument, by=by, organization=instrument.owner, region=instrument.region, **facts)
    return instrument


def _fact(value: Any) -> Any:
    return str(value) if isinstance(value, Category | Region | Equipment) else value
