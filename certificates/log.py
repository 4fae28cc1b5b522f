"""The public log: every issue, replacement and revocation is a leaf that names the leaf before it.

Leaves are hashed as RFC 6962 §2.1 asks, so that tree heads and proofs can be built over them.
"""

import hashlib
import json
from datetime import datetime
from typing import Any

from certificates.models import Certificate, LogEntry
from metrology.ledger import GENESIS, canonical
from metrology.numbering import next_number

COUNTER = "log"


def leaf_hash(leaf: str) -> str:
    """RFC 6962: the hash of a leaf is SHA-256 over a zero byte and the leaf."""
    return hashlib.sha256(b"\0" + leaf.encode()).hexdigest()


def append(certificate: Certificate, event: str, *, pdf_sha256: str, at: datetime) -> LogEntry:
    """The next leaf; the counter row puts writers in line, so it comes last in a transaction."""
    seq = next_number(COUNTER)
    previous = LogEntry.objects.filter(seq=seq - 1).values_list("leaf_hash", flat=True).first()
    leaf = canonical(
        {
            "number": certificate.number,
            "event": event,
            "pdf_sha256": pdf_sha256,
            "snapshot_sha256": certificate.snapshot_sha256,
            "at": at,
            "prev": previous or GENESIS,
        }
    )
    return LogEntry.objects.create(
        seq=seq, certificate=certificate, leaf=leaf, leaf_hash=leaf_hash(leaf), at=at
    )


def read(leaf: str) -> dict[str, Any]:
    """What a leaf says; a spoilt one says nothing."""
    try:
        said = json.loads(leaf)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
