"""What the check of a row says, by code: the rows keep the code, each reader gets their own language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from instruments.imports.fields import BY_KEY

WRONG, LOOK = "wrong", "look"
KEPT_AS_IT_IS = frozenset({"day", "day_number", "merged"})
"""Traps whose cell may still be right as it stands; whoever looks at it says so."""

SENTENCES: dict[str, Any] = {
    "missing": _("Fill this in."),
    "too_long": _("At most %(most)d characters."),
    "cut": _("At most %(most)d characters."),
    "unprintable": _("A certificate cannot print %(characters)s. Write it differently."),
    "digits_lost": _(
        "The spreadsheet kept only 15 digits of this number. Format the column as text and type it again,"
        " or type it here."
    ),
    "day": _("The spreadsheet made a date of this. Format the column as text, or type here what was meant."),
    "day_number": _(
        "This may be the date %(day)s as a number. If so, type here what the plate says;"
        " if the number is right, keep it."
    ),
    "merged": _("Merged cells: “%(value)s” stands only in row %(line)d. Type here what belongs in this row."),
    "formula_error": _("The formula in this cell failed. Type the value."),
    "comma": _("Write the decimal mark as a point, and no separators between thousands."),
    "quantity": _("One row is one piece with its own serial no.: write 1, or a row for each piece."),
    "months": _("A whole number of months from 1 to 240."),
    "category_unknown": _("There is no such category. Choose one of the list."),
    "category_several": _("This fits several categories: %(names)s. Choose one of them."),
    "purpose_unknown": _("There is no such purpose. Choose one of the list."),
    "purpose_missing": _(
        "Without a purpose it is entered as other use, so not under mandatory verification."
    ),
    "delivery_unknown": _("There is no such way of delivery. Choose one of the list."),
    "region_unknown": _("There is no such region. Choose one of the list."),
    "twice": _("The same name, model and serial no. as in row %(line)d."),
    "label_unknown": _("The ledger has no instrument with this label no. Leave it empty for a new one."),
    "label_twice": _("The same instrument as in row %(line)d."),
    "scrapped": _("This instrument is scrapped; its entry stays as it is."),
    "taken": _("Another instrument of the ledger has this name, model and serial no.: label %(label)s."),
    "differs": _("Already in the ledger under label %(label)s, with other entries: %(fields)s."),
}


def sentence(code: str, facts: Mapping[str, Any]) -> str:
    """The reason in the reader's language, columns and categories by their names there."""
    shown = dict(facts)
    if "fields" in shown:
        shown["fields"] = " · ".join(str(BY_KEY[key].label) for key in shown["fields"])
    if "names" in shown:
        chinese = (get_language() or "").startswith("zh")
        shown["names"] = " / ".join(zh if chinese or not en else en for zh, en in shown["names"])
    words = str(SENTENCES[code])
    return words % shown if shown else words
