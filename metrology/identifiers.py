"""Public identifiers: time-ordered UUIDs for URLs, unguessable codes for paper."""

import secrets
import uuid

import uuid_utils.compat

_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def uuid7() -> uuid.UUID:
    """A time-ordered UUID (RFC 9562, version 7)."""
    return uuid_utils.compat.uuid7()


def verification_code() -> str:
    """A random code of 20 unambiguous characters (98 bits) for the public check page."""
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(20))
