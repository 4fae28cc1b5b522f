"""From a table to the ledger: matched, checked, corrected, and entered exactly once."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from instruments.actions import bulk
from instruments.actions.checks import require_keeper
from instruments.imports import outbox
from instruments.imports.checking import check
from instruments.imports.fields import BY_KEY, REQUIRED, derived_headings, known_headings, names
from instruments.imports.template import SAMPLE
from instruments.models import ImportBatch, ImportRow
from instruments.workflow import IMPORT_MOVES
from metrology import clock
from metrology.actors import Actor
from metrology.errors import Conflict, Forbidden, Invalid
from metrology.importing import SCIENTIFIC, Table, matched, plain_heading, read, tidy
from metrology.ledger import record, verb
from metrology.models import Membership, Organization
from metrology.science.numerals import fold_width
from metrology.states import advance

State = ImportBatch.State
AT_ONCE = 200
CHUNK = 500
MOST_CELL = 2_000
CHECKED = ("problems", "state", "doing", "instrument")


@verb
def open_batch(owner: Organization, *, by: Actor, content: bytes, name: str) -> ImportBatch:
    """Take a table for an owner's ledger, match its columns, and check it if they all fit."""
    require_keeper(by, owner)
    table = read(content, name, known=known_headings())
    mapping = matched(table.headings, names())
    digest = hashlib.sha256(content).hexdigest()
    batch = ImportBatch.objects.create(
        organization=_acting(by).organization,
        owner=owner,
        uploaded_by=_acting(by),
        name=tidy(name)[:200] or "-",
        sha256=digest,
        content=content,
        created_at=clock.now(),
        mapping=mapping,
        **_framing(table),
    )
    record("import.opened", batch, by=by, organization=owner, file=batch.name, sha256=digest)
    if not left_out(table.headings, mapping) and not missing_columns(mapping):
        _fill(batch, table, mapping)
    return batch


@verb
def match_columns(
    batch: ImportBatch,
    *,
    by: Actor,
    mapping: Sequence[str] | None = None,
    sheet: str | None = None,
    headed: bool | None = None,
) -> ImportBatch:
    """Say which column is which, or choose another sheet; the rows are then read afresh and checked."""
    require_matchable(batch, by)
    content = bytes(batch.content)
    table = read(
        content,
        batch.name,
        known=known_headings(),
        sheet=batch.sheet if sheet is None else sheet,
        headed=batch.is_headed if headed is None else headed,
    )
    if mapping is None or (table.sheet, table.headed) != (batch.sheet, batch.is_headed):
        batch.rows.all().delete()
        found = matched(table.headings, names())
        return advance(batch, State.MAPPING, moves=IMPORT_MOVES, mapping=found, total=0, **_framing(table))
    _require_mapping(table, mapping)
    batch.rows.all().delete()
    _fill(batch, table, list(mapping))
    return batch


@verb
def correct(
    row: ImportRow,
    *,
    by: Actor,
    values: Mapping[str, str],
    kept: Collection[str] = (),
    choice: str | None = None,
) -> ImportRow:
    """Write what a cell should have said; `kept` names cells that are right in spite of their trap."""
    batch = row.batch
    _require_open(batch, by, State.REVIEW)
    if row.state == ImportRow.State.ENTERED:
        raise Conflict(_("This row is in the ledger already. Change the instrument itself."))
    if choice not in (None, "", *ImportBatch.OnDuplicate.values):
        raise Invalid({"/choice": [_("Choose one of the list.")]})
    before = row.key
    _rewritten(row, values, kept)
    if choice is not None:
        row.choice = choice
    keys = {key for key in (before, row.key) if key}
    others = batch.rows.filter(key__in=keys).exclude(pk=row.pk).exclude(state=ImportRow.State.ENTERED)
    row.save(update_fields=["values", "traps", "key", "choice"])
    _judge(batch, [row, *others])
    return row


@verb
def replace(batch: ImportBatch, *, by: Actor, column: str, old: str, new: str) -> int:
    """Write one value for another in every open row that has it, and say how many rows that were."""
    _require_open(batch, by, State.REVIEW)
    if column not in BY_KEY:
        raise Invalid({"/column": [_("There is no such column.")]})
    rows = [row for row in _open_rows(batch) if row.values.get(column, "") == old]
    for row in rows:
        _rewritten(row, {column: new}, ())
    _keep(rows, ("values", "traps", "key"))
    _judge(batch, rows)
    return len(rows)


@verb
def decide(batch: ImportBatch, *, by: Actor, on_duplicate: str) -> ImportBatch:
    """Choose for the whole batch what becomes of instruments that the ledger already has."""
    _require_open(batch, by, State.REVIEW)
    if on_duplicate not in ImportBatch.OnDuplicate.values:
        raise Invalid({"/on_duplicate": [_("Choose one of the list.")]})
    batch.on_duplicate = on_duplicate
    batch.save(update_fields=["on_duplicate"])
    _judge(batch, [row for row in _open_rows(batch) if row.instrument_id])
    return batch


@verb
def enter(batch: ImportBatch, *, by: Actor, whole: bool) -> ImportBatch:
    """Enter the rows that are right; with `whole` none at all while one is wrong. Many go to a worker."""
    _require_open(batch, by, State.REVIEW)
    rows = batch.rows.exclude(state=ImportRow.State.ENTERED)
    if whole and (wrong := rows.filter(state=ImportRow.State.WRONG).count()):
        raise Conflict(_("Rows still to correct: %(count)d. Nothing was entered.") % {"count": wrong})
    count = rows.exclude(state=ImportRow.State.WRONG).count()
    if not count:
        raise Conflict(_("There is no row to enter."))
    advance(
        batch,
        State.ENTERING,
        moves=IMPORT_MOVES,
        is_whole=whole,
        entered_by=_acting(by),
        sent_at=clock.now(),
    )
    if count > AT_ONCE:
        transaction.on_commit(partial(outbox.send, State.ENTERING.value, batch.pk))
        return batch
    try:
        with transaction.atomic():
            enter_rows(batch.pk)
    except IntegrityError as error:
        raise Conflict(
            _("Somebody else changed this at the same moment. Load it again and retry.")
        ) from error
    batch.refresh_from_db()
    return batch


@verb
def remove(batch: ImportBatch, *, by: Actor) -> None:
    """Throw a batch away; what it has entered stays in the ledger."""
    _require_open(batch, by, State.MAPPING, State.REVIEW, State.DONE)
    record("import.removed", batch, by=by, organization=batch.owner, file=batch.name)
    batch.delete()


def check_waiting(batch_id: int) -> None:
    """Check what is still waiting, chunk by chunk; the last one opens the batch for review."""
    while _check_chunk(batch_id):
        pass


@verb
def _check_chunk(batch_id: int) -> bool:
    batch = _locked(batch_id, State.CHECKING)
    if batch is None:
        return False
    rows = list(batch.rows.filter(state=ImportRow.State.WAITING).order_by("line")[:CHUNK])
    if rows:
        _judge(batch, rows)
    if len(rows) < CHUNK:
        advance(batch, State.REVIEW, moves=IMPORT_MOVES)
        return False
    ImportBatch.objects.filter(pk=batch.pk).update(sent_at=clock.now())
    return True


@verb
def enter_rows(batch_id: int) -> None:
    """Enter a batch: judged again, numbered without a gap and written in one transaction, with one Event.

    A worker that is killed leaves nothing behind; whoever comes second finds the batch moved on.
    """
    batch = _locked(batch_id, State.ENTERING)
    if batch is None or batch.entered_by is None:
        return
    by = Actor(user=batch.entered_by.user, membership=batch.entered_by)
    rows = _open_rows(batch)
    findings = _judge(batch, rows)
    good = [row for row in rows if not findings[row.pk].is_wrong]
    if batch.is_whole and len(good) < len(rows):
        advance(batch, State.REVIEW, moves=IMPORT_MOVES)
        return
    outcome = bulk.write(batch.owner, [findings[row.pk] for row in good])
    for row in good:
        row.state, row.instrument = ImportRow.State.ENTERED, findings[row.pk].instrument
    _keep(good, ("state", "instrument"))
    record("import.entered", batch, by=by, organization=batch.owner, file=batch.name, **outcome)
    if len(good) == len(rows):
        advance(batch, State.DONE, moves=IMPORT_MOVES, content=b"", finished_at=clock.now())
    else:
        advance(batch, State.REVIEW, moves=IMPORT_MOVES, finished_at=clock.now())


def require_matchable(batch: ImportBatch, by: Actor) -> None:
    """The columns may be matched anew as long as nothing of the table is in the ledger."""
    _require_open(batch, by, State.MAPPING, State.REVIEW)
    if batch.rows.filter(state=ImportRow.State.ENTERED).exists():
        raise Conflict(_("Some rows are in the ledger already. Upload the rest as a new table."))


def counts_of(batch: ImportBatch) -> dict[str, int]:
    """How many rows are in each state."""
    rows = batch.rows.order_by().values_list("state").annotate(Count("pk"))
    return {state.value: 0 for state in ImportRow.State} | dict(rows)


def missing_columns(mapping: Sequence[str]) -> list[str]:
    """The columns without which no row can be right; the kind may stand for the item."""
    present = set(mapping)
    if "kind" in present:
        present.add("category")
    return [key for key in REQUIRED if key not in present]


def left_out(headings: Sequence[str], mapping: Sequence[str]) -> list[str]:
    """The headings that nobody has given a meaning, but for those the ledger works out itself."""
    known = derived_headings()
    pairs = zip(headings, mapping, strict=True)
    return [heading for heading, key in pairs if not key and plain_heading(heading) not in known]


def key_of(values: Mapping[str, str]) -> str:
    """What makes two rows the same piece: name, model and serial no.; empty where one cannot tell."""
    name, serial = values.get("name", ""), fold_width(values.get("serial", "")).strip()
    if not name or not serial:
        return ""
    return hashlib.sha256("\x1f".join((name, values.get("model", ""), serial)).encode()).hexdigest()


def _fill(batch: ImportBatch, table: Table, mapping: list[str]) -> None:
    rows = []
    for one in table.rows:
        places = [(place, key) for place, key in enumerate(mapping) if key]
        values = {key: one.cells[place] for place, key in places if one.cells[place]}
        traps = {
            key: [one.traps[place].code, dict(one.traps[place].facts)]
            for place, key in places
            if place in one.traps
        }
        if (values or traps) and values != SAMPLE:
            rows.append(ImportRow(batch=batch, line=one.line, values=values, traps=traps, key=key_of(values)))
    if not rows:
        raise Invalid({"/mapping": [_("No row has anything in the matched columns.")]})
    ImportRow.objects.bulk_create(rows, batch_size=CHUNK)
    advance(batch, State.CHECKING, moves=IMPORT_MOVES, mapping=mapping, total=len(rows), sent_at=clock.now())
    if len(rows) > AT_ONCE:
        transaction.on_commit(partial(outbox.send, State.CHECKING.value, batch.pk))
    else:
        check_waiting(batch.pk)
        batch.refresh_from_db()


def _framing(table: Table) -> dict[str, Any]:
    return {
        "sheet": table.sheet,
        "sheets": table.sheets,
        "headings": table.headings,
        "is_headed": table.headed,
    }


def _require_mapping(table: Table, mapping: Sequence[str]) -> None:
    faults: dict[str, list[Any]] = {}
    if len(mapping) != len(table.headings):
        raise Invalid({"/mapping": [_("Say of every column what it is.")]})
    for place, key in enumerate(mapping):
        if key and key not in BY_KEY:
            faults[f"/mapping/{place}"] = [_("There is no such column.")]
        elif key and key in mapping[:place]:
            faults[f"/mapping/{place}"] = [_("Two columns cannot be the same.")]
    if missing := missing_columns(mapping):
        labels = ", ".join(str(BY_KEY[key].label) for key in missing)
        faults["/mapping"] = [_("No column is matched to: %(names)s.") % {"names": labels}]
    if faults:
        raise Invalid(faults)


def _rewritten(row: ImportRow, values: Mapping[str, str], kept: Collection[str]) -> None:
    row.values, row.traps = dict(row.values), dict(row.traps)
    for key, typed in values.items():
        if key not in BY_KEY:
            raise Invalid({f"/{key}": [_("There is no such column.")]})
        if len(typed) > MOST_CELL:
            raise Invalid({f"/{key}": [_("At most %(most)d characters.") % {"most": MOST_CELL}]})
        text = tidy(typed.replace("\0", "\ufffd"))
        if text == row.values.get(key, ""):
            continue
        row.values[key] = text
        row.traps.pop(key, None)
        if SCIENTIFIC.fullmatch(text):
            row.traps[key] = ["digits_lost", {}]
    for key in kept:
        row.traps.pop(key, None)
    row.values = {key: text for key, text in row.values.items() if text}
    row.key = key_of(row.values)


def _judge(batch: ImportBatch, rows: Sequence[ImportRow]) -> dict[int, Any]:
    findings = check(batch, rows)
    for row in rows:
        found = findings[row.pk]
        row.problems, row.state = found.problems, found.state
        row.doing, row.instrument = found.doing, found.instrument
    _keep(rows, CHECKED)
    return findings


def _keep(rows: Sequence[ImportRow], columns: Sequence[str]) -> None:
    """Write columns of rows that are there, as one statement for each CHUNK.

    `bulk_update` would build a branch of a CASE for each cell, which costs several times as much.
    """
    ImportRow.objects.bulk_create(
        rows, batch_size=CHUNK, update_conflicts=True, unique_fields=["id"], update_fields=columns
    )


def _open_rows(batch: ImportBatch) -> list[ImportRow]:
    return list(batch.rows.exclude(state=ImportRow.State.ENTERED).order_by("line"))


def _locked(batch_id: int, state: str) -> ImportBatch | None:
    """The batch if it is in this state, held until the transaction ends: one worker at a time goes on."""
    found: ImportBatch | None = (
        ImportBatch.objects.select_for_update(of=("self",))
        .filter(pk=batch_id, state=state)
        .select_related("owner__region", "entered_by__user", "entered_by__organization")
        .defer("content")
        .first()
    )
    return found


def _require_open(batch: ImportBatch, by: Actor, *states: str) -> None:
    require_keeper(by, batch.owner)
    if batch.state not in states:
        raise Conflict(
            _("Not possible now: the import is “%(state)s”.") % {"state": batch.get_state_display()}
        )


def _acting(by: Actor) -> Membership:
    if by.membership is None:
        raise Forbidden(_("A table is brought by somebody who acts for an organization."))
    return by.membership
