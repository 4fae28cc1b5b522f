"""Public identifiers: time-ordered UUIDs for URLs, unguessable codes for paper."""

import secrets
import uuid
from datetime import datetime

import uuid_utils.compat

from metrology import clock

_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def uuid7() -> uuid.UUID:
    """A time-ordered UUID (RFC 9562, version 7) of the moment by our clock."""
    held = clock.held()
    if held is None:
        return uuid_utils.compat.uuid7()
    random = secrets.randbits(74)
    version, variant = 7 << 76 | (random >> 62) << 64, 2 << 62 | random & (1 << 62) - 1
    return uuid.UUID(int=first_at(held).int | version | variant)


def first_at(instant: datetime) -> uuid.UUID:
    """The least UUID that can have been made at an instant: every earlier row has a smaller one."""
    return uuid.UUID(int=int(instant.timestamp() * 1000) << 80)


def verification_code() -> str:
    """A random code of 20 unambiguous characters (98 bits) for the public check page."""
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(20))
