"""User names: folded (NFKC), and none that a reader could take for another's."""

import re
import unicodedata

from django.utils.translation import gettext as _

ALLOWED = re.compile(r"[0-9A-Za-z.@+_\-\u4e00-\u9fff]+")
LONGEST = 60
SAME_SHAPE = str.maketrans({"0": "o", "1": "l", "i": "l"})


def folded(text: str) -> str:
    """The name as it is stored: full-width forms and ligatures are folded, blanks at the ends dropped."""
    return unicodedata.normalize("NFKC", text).strip()


def shape(text: str) -> str:
    """What two names have in common that look alike: case, O and 0, and I, l and 1 are not told apart."""
    return folded(text).casefold().translate(SAME_SHAPE)


def fault(text: str) -> str:
    """Why this is no user name, or nothing; letters of other scripts pass for Latin ones and are refused."""
    name = folded(text)
    if not name:
        return str(_("Choose a user name."))
    if len(name) > LONGEST:
        return str(_("A user name has at most %(most)s characters.") % {"most": LONGEST})
    if not ALLOWED.fullmatch(name):
        return str(_("A user name has letters a to z, digits, Chinese characters and . @ + - _ only."))
    return ""
