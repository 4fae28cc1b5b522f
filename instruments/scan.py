"""What a scan or a typed code means at the bench: an instrument, a choice, or a sentence that says why not.

Later apps add their own numbers (certificates, verification addresses) to `finders`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.db.models import Q
from django.utils.translation import gettext as _

from instruments.models import Instrument, Job, ServiceOrder
from instruments.selection import as_id, folded
from metrology.actors import Actor
from metrology.parsing import is_storable

LONGEST = 300
MOST_CHOICES = 20
LABEL_DIGITS = 18
_PAGE = re.compile(r"/(instruments|jobs|orders)/([0-9a-fA-F-]{36})(?:/|$)")
_GROUPED = re.compile(r"[0-9][0-9 \-]*[0-9]")

Finder = Callable[[str, Actor], Instrument | None]
finders: dict[str, Finder] = {}


@dataclass(frozen=True)
class Found:
    """One instrument; or several to choose from; or none, and the sentence that says so."""

    instrument: Instrument | None = None
    choices: list[Instrument] = field(default_factory=list)
    words: str = ""


def look_up(code: str, actor: Actor) -> Found:
    """The instrument a code stands for, as far as this actor may see it."""
    text = folded(code)
    if not text:
        return Found()
    if len(text) > LONGEST or not is_storable(text):
        return Found(words=_("This is no code of ours. Scan the label again."))
    text = _unwrapped(text)
    rows: Any = Instrument.objects.visible_to(actor).select_related("owner", "category")
    page = _PAGE.search(text)
    if page is not None:
        return _chosen(_of_page(rows, page[1], page[2], actor), text)
    for look in (_by_label, _by_paper, _by_plate):
        found = look(rows, text, actor)
        if found:
            return _chosen(found, text)
    for finder in finders.values():
        one = finder(text, actor)
        if one is not None:
            return Found(one)
    return Found(words=_unknown(text))


def order_of(code: str, actor: Actor) -> ServiceOrder | None:
    """The order whose number or page this is, as the QR code of a delivery slip says it."""
    text = folded(code)
    if not text or len(text) > LONGEST or not is_storable(text):
        return None
    text = _unwrapped(text)
    page = _PAGE.search(text)
    rows = ServiceOrder.objects.visible_to(actor)
    if page is None:
        found: ServiceOrder | None = rows.filter(number__iexact=text).first()
        return found
    key = as_id(page[2]) if page[1] == "orders" else None
    return rows.filter(public_id=key).first() if key else None


def _unwrapped(text: str) -> str:
    """The code inside an address like /scan/?code=…, else the text itself."""
    try:
        query = parse_qs(urlsplit(text).query)
    except ValueError:
        return text
    return folded(query["code"][0]) if "code" in query else text


def _digits(text: str) -> str:
    return re.sub(r"[ \-]", "", text) if _GROUPED.fullmatch(text) else text


def _by_label(rows: Any, text: str, _actor: Actor) -> list[Instrument]:
    digits = _digits(text)
    return list(rows.filter(label_no=digits)) if len(digits) == LABEL_DIGITS and digits.isdigit() else []


def _by_paper(rows: Any, text: str, actor: Actor) -> list[Instrument]:
    """By the number of a job or an order."""
    jobs = Job.objects.visible_to(actor).filter(number__iexact=text)
    orders = ServiceOrder.objects.visible_to(actor).filter(number__iexact=text)
    wanted = Q(pk__in=jobs.values("instrument")) | Q(pk__in=orders.values("items__instrument"))
    return list(rows.filter(wanted).order_by("pk")[: MOST_CHOICES + 1])


def _by_plate(rows: Any, text: str, _actor: Actor) -> list[Instrument]:
    """By serial or asset number, as they stand on the instrument."""
    return list(
        rows.filter(Q(serial__iexact=text) | Q(asset_no__iexact=text)).order_by("pk")[: MOST_CHOICES + 1]
    )


def _of_page(rows: Any, noun: str, key: str, actor: Actor) -> list[Instrument]:
    public_id = as_id(key)
    if public_id is None:
        return []
    if noun == "instruments":
        return list(rows.filter(public_id=public_id))
    if noun == "jobs":
        jobs = Job.objects.visible_to(actor).filter(public_id=public_id)
        return list(rows.filter(pk__in=jobs.values("instrument")))
    orders = ServiceOrder.objects.visible_to(actor).filter(public_id=public_id)
    found = rows.filter(pk__in=orders.values("items__instrument")).order_by("pk")
    return list(found[: MOST_CHOICES + 1])


def _chosen(found: list[Instrument], text: str) -> Found:
    if len(found) == 1:
        return Found(found[0])
    if not found:
        return Found(words=_unknown(text))
    if len(found) > MOST_CHOICES:
        words = _("“%(code)s” stands for more than %(most)d instruments; the first are shown. Scan a label.")
        return Found(choices=found[:MOST_CHOICES], words=words % {"code": text, "most": MOST_CHOICES})
    words = _("“%(code)s” stands for %(count)d instruments. Which one is it?")
    return Found(choices=found, words=words % {"code": text, "count": len(found)})


def _unknown(text: str) -> str:
    digits = _digits(text)
    if digits.isdigit() and len(digits) == LABEL_DIGITS:
        return _(
            "No instrument has the label number %(code)s. Scan again, or look for the serial number."
        ) % {"code": digits}
    if digits.isdigit() and LABEL_DIGITS - 4 <= len(digits) <= LABEL_DIGITS + 4:
        return _("A label number has 18 digits, this has %(count)d. Scan the label again.") % {
            "count": len(digits)
        }
    shown = text if len(text) <= 60 else f"{text[:60]}…"
    return _("“%(code)s” is unknown. Look for the label, or type the serial number from the plate.") % {
        "code": shown
    }
