"""The history: every verb writes an Event into its organization's hash chain, in its own transaction.

What a verb acted on is found by its new words from the same transaction on. Chain heads are locked
last and in id order, when the outermost verb ends, so that two verbs never wait for each other
crosswise (rules 6, history).
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import models, transaction

from metrology import clock
from metrology.actors import Actor
from metrology.models import ChainHead, Event, Organization, Region
from metrology.search import index

P = ParamSpec("P")
R = TypeVar("R")

REGISTRY_CHAIN = "registry"
GENESIS = "0" * 64


@dataclass
class _Entry:
    organization: Organization | None
    region: Region | None
    verb: str
    subject: models.Model
    by: Actor
    facts: dict[str, Any]
    at: datetime


_pending: ContextVar[list[_Entry] | None] = ContextVar("pending", default=None)


def verb(act: Callable[P, R]) -> Callable[P, R]:
    """Run a rule as one transaction whose Events are chained when the outermost verb ends."""

    @wraps(act)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with _unit_of_work():
            return act(*args, **kwargs)

    return run


@contextmanager
def _unit_of_work() -> Iterator[None]:
    outer = _pending.get()
    if outer is not None:
        mark = len(outer)
        try:
            with transaction.atomic():
                yield
        except BaseException:
            del outer[mark:]
            raise
        return
    entries: list[_Entry] = []
    token = _pending.set(entries)
    try:
        with transaction.atomic():
            yield
            index.refresh_subjects(entry.subject for entry in entries)
            _chain(entries)
    finally:
        _pending.reset(token)


def record(
    name: str,
    subject: models.Model,
    *,
    by: Actor,
    organization: Organization | None,
    region: Region | None = None,
    **facts: Any,
) -> None:
    """Note that `by` did `name` ("order.accepted") to `subject`, in the chain of `organization`.

    Without an organization the Event joins the registry's own chain (reference data). Facts must
    be JSON values, dates, decimals or UUIDs.
    """
    entries = _pending.get()
    if entries is None:
        raise RuntimeError("record() belongs inside a @verb")
    place = region or (organization.region if organization else None)
    entries.append(_Entry(organization, place, name, subject, by, facts, clock.now()))


def canonical(value: Any) -> str:
    """JSON text with sorted keys and no spare space: equal facts give equal bytes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    return str(value)


def event_hash(event: Event) -> str:
    """SHA-256 over everything an Event says and the hash of the Event before it."""
    content = {
        "chain": event.chain,
        "seq": event.seq,
        "verb": event.verb,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "actor": json.loads(event.actor),
        "facts": json.loads(event.facts),
        "at": event.at,
        "organization": event.organization_id,
        "region": event.region_id,
        "prev": event.prev_hash,
    }
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def chain_of(organization: Organization | None) -> str:
    return str(organization.public_id) if organization else REGISTRY_CHAIN


def _chain(entries: list[_Entry]) -> None:
    if not entries:
        return
    chains = {chain_of(entry.organization) for entry in entries}
    known = set(ChainHead.objects.filter(chain__in=chains).values_list("chain", flat=True))
    ChainHead.objects.bulk_create(
        [ChainHead(chain=name, seq=0, hash=GENESIS) for name in sorted(chains - known)], ignore_conflicts=True
    )
    heads = {
        head.chain: head
        for head in ChainHead.objects.select_for_update().filter(chain__in=chains).order_by("pk")
    }
    events = [_link(heads[chain_of(entry.organization)], entry) for entry in entries]
    Event.objects.bulk_create(events)
    for head in heads.values():
        head.save(update_fields=["seq", "hash"])


def _link(head: ChainHead, entry: _Entry) -> Event:
    event = Event(
        organization=entry.organization,
        region=entry.region,
        chain=head.chain,
        seq=head.seq + 1,
        verb=entry.verb,
        subject_type=entry.subject._meta.label_lower,
        subject_id=str(getattr(entry.subject, "public_id", entry.subject.pk)),
        actor=canonical(entry.by.facts()),
        facts=canonical(entry.facts),
        at=entry.at,
        prev_hash=head.hash,
    )
    event.hash = event_hash(event)
    head.seq, head.hash = event.seq, event.hash
    return event


@dataclass(frozen=True)
class Fault:
    """One place where the history does not hold."""

    chain: str
    seq: int
    reason: str


def verify() -> list[Fault]:
    """Recompute every chain from its first Event; a changed, missing or reordered row is a Fault."""
    faults: list[Fault] = []
    last: dict[str, tuple[int, str]] = {}
    for event in Event.objects.order_by("chain", "seq").iterator(chunk_size=2000):
        seq, previous = last.get(event.chain, (0, GENESIS))
        if event.seq != seq + 1:
            faults.append(Fault(event.chain, event.seq, f"expected event {seq + 1}"))
        if event.prev_hash != previous:
            faults.append(Fault(event.chain, event.seq, "does not continue the event before it"))
        if event_hash(event) != event.hash:
            faults.append(Fault(event.chain, event.seq, "content does not match its hash"))
        last[event.chain] = (event.seq, event.hash)
    return faults + _head_faults(last)


def _head_faults(last: dict[str, tuple[int, str]]) -> list[Fault]:
    heads = {head.chain: (head.seq, head.hash) for head in ChainHead.objects.all()}
    headless = [
        Fault(name, last[name][0], "the chain has no head") for name in sorted(last.keys() - heads.keys())
    ]
    strayed = [
        Fault(name, head[0], "the head names another last event")
        for name, head in sorted(heads.items())
        if last.get(name, (0, GENESIS)) != head
    ]
    return headless + strayed
