"""Does the register still say what was issued? Rows, files, numbers and log, each against the others."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from certificates import files, log, snapshot
from certificates.actions.turns import MOVES, State
from certificates.models import Certificate, CertificateFile, CertificateHead, LogEntry
from certificates.numbers import COUNTER
from metrology.ledger import GENESIS, canonical
from metrology.models import Counter

PUBLIC = (State.ISSUED, State.SUPERSEDED, State.REVOKED)


def faults() -> Iterator[str]:
    """Every place where certificates do not hold, one sentence each; nothing when all is well."""
    yield from _certificates()
    yield from _numbers()
    yield from _stray_files()
    yield from _log()


def _certificates() -> Iterator[str]:
    rows = Certificate.objects.select_related("head", "seal").prefetch_related(
        "statuses", "files", "log_entries"
    )
    for certificate in rows.order_by("pk").iterator(chunk_size=500):
        for reason in (*_content(certificate), *_life(certificate), *_documents(certificate)):
            yield f"{certificate.number}: {reason}"


def _content(certificate: Certificate) -> Iterator[str]:
    if hashlib.sha256(certificate.snapshot.encode()).hexdigest() != certificate.snapshot_sha256:
        yield "the snapshot does not match its hash"
        return
    said = snapshot.thaw(certificate.snapshot)
    if canonical(said) != certificate.snapshot:
        yield "the snapshot is not canonical"
    kept: dict[str, Any] = {
        "number": certificate.number,
        "code": certificate.code,
        "kind": certificate.kind,
        "issue_no": certificate.issue_no,
        "is_demo": certificate.is_demo,
        "approved_at": certificate.approved_at.isoformat(),
    }
    yield from (f"{name} differs from the snapshot" for name, value in kept.items() if said[name] != value)
    dates = {"tested_on": certificate.tested_on, "valid_until": certificate.valid_until}
    for name, day in dates.items():
        if said["dates"][name] != (day.isoformat() if day else ""):
            yield f"{name} differs from the snapshot"
    if certificate.number != f"{certificate.series}-{certificate.seq:06d}":
        yield "the number is not that of its series"


def _life(certificate: Certificate) -> Iterator[str]:
    head: CertificateHead | None = getattr(certificate, "head", None)
    if head is None:
        yield "there is no head"
        return
    turns = sorted(certificate.statuses.all(), key=lambda row: row.seq)
    if [row.seq for row in turns] != list(range(1, len(turns) + 1)):
        yield "a turn of its life is missing"
    states = [row.state for row in turns]
    if states[:1] != [State.SEALING]:
        yield "its life does not begin with sealing"
    for before, after in pairwise(states):
        if after not in MOVES[State(before)]:
            yield f"it cannot have become {after} from {before}"
    if states and states[-1] != head.state:
        yield f"the head says {head.state}, its life says {states[-1]}"
    copied = (head.client_id, head.instrument_id, head.valid_until)
    if copied != (certificate.client_id, certificate.instrument_id, certificate.valid_until):
        yield "the head differs from the certificate"


def _documents(certificate: Certificate) -> Iterator[str]:
    head = getattr(certificate, "head", None)
    seal = getattr(certificate, "seal", None)
    stored = list(certificate.files.all())
    issued = head is not None and head.state in PUBLIC
    if issued and (seal is None or not any(row.kind == "pdf" for row in stored)):
        yield "it is issued without a sealed file"
    if not issued and (seal is not None or stored):
        yield "it is sealed without being issued"
    for row in stored:
        expected = seal.pdf_sha256 if seal is not None and row.kind == "pdf" else row.sha256
        if row.sha256 != expected:
            yield "the file is not the one that was sealed"
        yield from _file(row)
    logged = [log.read(entry.leaf).get("event") for entry in certificate.log_entries.all()]
    wanted = {State.ISSUED: ["issued"], State.SUPERSEDED: ["issued", "superseded"]}
    wanted[State.REVOKED] = ["issued", "revoked"]
    if head is not None and logged != wanted.get(head.state, []):
        yield "the log does not tell its life"


def _file(row: CertificateFile) -> Iterator[str]:
    try:
        content = files.read(row.sha256, row.kind)
    except files.DamagedFile as damage:
        yield str(damage)
    else:
        if len(content) != row.size:
            yield "the file has another size"


def _numbers() -> Iterator[str]:
    """Each series runs from 1 to its counter without a gap (rules 4.1)."""
    given: dict[str, list[int]] = defaultdict(list)
    for series, seq in Certificate.objects.order_by("series", "seq").values_list("series", "seq"):
        given[series].append(seq)
    counters = dict(Counter.objects.filter(key__startswith=COUNTER).values_list("key", "value"))
    for series in sorted(given.keys() | {key.removeprefix(COUNTER) for key in counters}):
        last = counters.get(COUNTER + series, 0)
        if given.get(series, []) != list(range(1, last + 1)):
            yield f"series {series}: the numbers do not run from 1 to {last}"


def _stray_files() -> Iterator[str]:
    """A document whose row is gone; drafts and files that lost the race to be sealed may lie about."""
    sealed = set(LogEntry.objects.values_list("certificate_id", flat=True))
    filed = set(CertificateFile.objects.values_list("certificate_id", flat=True))
    yield from (f"certificate {pk}: the log knows a file that has no row" for pk in sorted(sealed - filed))


def _log() -> Iterator[str]:
    previous, expected = GENESIS, 1
    for entry in LogEntry.objects.select_related("certificate").order_by("seq").iterator(chunk_size=2000):
        if entry.seq != expected:
            yield f"log {entry.seq}: expected entry {expected}"
        if log.leaf_hash(entry.leaf) != entry.leaf_hash:
            yield f"log {entry.seq}: the leaf does not match its hash"
        leaf = log.read(entry.leaf)
        if leaf.get("prev") != previous:
            yield f"log {entry.seq}: it does not continue the entry before it"
        told = (entry.certificate.number, entry.certificate.snapshot_sha256)
        if (leaf.get("number"), leaf.get("snapshot_sha256")) != told:
            yield f"log {entry.seq}: it speaks of another document"
        previous, expected = entry.leaf_hash, entry.seq + 1
    counted = Counter.objects.filter(key=log.COUNTER).values_list("value", flat=True).first() or 0
    if counted != expected - 1:
        yield f"log: the counter says {counted}, the last entry is {expected - 1}"
