"""What anyone may learn of a document: its state in one word, and a summary without measured values."""

import hmac
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from certificates import snapshot
from certificates.models import Certificate, CertificateHead
from metrology import clock

State = CertificateHead.State
PUBLIC = (State.ISSUED, State.SUPERSEDED, State.REVOKED)
TAIL = 6
HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Word:
    """A public state: in both languages, with its tone and the meaning for whoever reads it."""

    key: str
    zh: str
    en: str
    tone: str
    sign: str


VALID = Word("valid", "有效", "Valid", "good", "✓")
EXPIRED = Word("expired", "已过期", "Expired", "warn", "!")
SUPERSEDED = Word("superseded", "已替代", "Superseded", "warn", "↻")
REVOKED = Word("revoked", "已撤销", "Revoked", "bad", "✕")
UNKNOWN = Word("unknown", "未找到", "Not found", "bad", "?")


def find(code: str) -> Certificate | None:
    """The public document behind a code as printed, typed or scanned; sealing and void are not there."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    if not plain.isascii() or len(plain) > 24:
        return None
    found: Certificate | None = _public().filter(code=plain).first()
    return found


def look_up(number: str, factor: str) -> Certificate | None:
    """By number and a second factor: the end of the code, or the holder's credit code."""
    typed = "".join(character for character in factor.upper() if character.isalnum())
    found: Certificate | None = _public().filter(number=number.strip().upper()[:40]).first()
    if found is None or len(typed) < TAIL:
        return None
    fitting = [found.code, found.code[-TAIL:], found.client.credit_code or ""]
    matches = [hmac.compare_digest(typed.encode(), known.encode()) for known in fitting if known]
    return found if any(matches) else None


def by_file(sha256: str) -> Certificate | None:
    """The public document whose stored file has exactly these bytes; a hash cannot be guessed."""
    if not HASH.fullmatch(sha256):
        return None
    found: Certificate | None = _public().filter(files__sha256=sha256).first()
    return found


def word_of(certificate: Certificate | None, today: date) -> Word:
    """Valid through its last day, expired from the day after (rules 3)."""
    if certificate is None or certificate.head.state not in PUBLIC:
        return UNKNOWN
    if certificate.head.state == State.REVOKED:
        return REVOKED
    if certificate.head.state == State.SUPERSEDED:
        return SUPERSEDED
    ended = certificate.valid_until is not None and certificate.valid_until < today
    return EXPIRED if ended else VALID


def answer(certificate: Certificate | None) -> dict[str, Any]:
    """The public answer as plain values; an unknown document says nothing but that it is unknown."""
    word = word_of(certificate, clock.today())
    status = {"status": word.key, "status_zh": word.zh, "status_en": word.en}
    if certificate is None or word is UNKNOWN:
        return status
    if certificate.is_demo:
        status |= {"status_zh": f"演示 {word.zh}", "status_en": f"Demonstration: {word.en}"}
    said = snapshot.thaw(certificate.snapshot)
    standard = said["standard"]
    return status | {
        "is_demo": certificate.is_demo,
        "number": certificate.number,
        "kind": certificate.kind,
        "institute": said["institute"]["name_zh"],
        "client": masked(said["client"]["name_zh"]),
        "instrument": said["instrument"]["name"],
        "model": said["instrument"]["model"],
        "serial": said["instrument"]["serial"],
        "tested_on": said["dates"]["tested_on"],
        "approved_on": said["dates"]["approved_on"],
        "valid_until": said["dates"]["valid_until"] or None,
        "conclusion": said["conclusion"]["zh"] or None,
        "conclusion_en": said["conclusion"]["en"] or None,
        "method": f"{said['method']['code']}-{said['method']['edition']}",
        "standards": _certificates(standard) if standard else [],
        "replaced_by": _successor(certificate),
        "sha256": certificate.seal.pdf_sha256,
    }


def masked(name: str) -> str:
    """Enough of a name for whoever knows it, too little for whoever does not."""
    mark = "（演示）"
    plain, tail = (name.removesuffix(mark), mark) if name.endswith(mark) else (name, "")
    kept = 2 if len(plain) >= 6 else 1
    end = plain[-kept:] if len(plain) > 2 * kept else ""
    return f"{plain[:kept]}{'＊' * 4}{end}{tail}"


def _certificates(standard: dict[str, Any]) -> list[dict[str, str]]:
    found = [standard["exam_certificate"], standard["public_licence"]]
    return [
        {"name": standard["name_zh"], "number": row["number"], "valid_to": row["valid_to"]}
        for row in found
        if row
    ]


def _successor(certificate: Certificate) -> str | None:
    if certificate.head.state != State.SUPERSEDED:
        return None
    later = Certificate.objects.filter(refers=certificate, job=certificate.job_id, head__state__in=PUBLIC)
    number: str | None = later.values_list("number", flat=True).first()
    return number


def _public() -> Any:
    return Certificate.objects.filter(head__state__in=PUBLIC).select_related("head", "client", "seal")
