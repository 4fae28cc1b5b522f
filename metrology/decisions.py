"""What the operator of a production must decide before formal verification documents are issued.

Three variables: how documents are signed (SIGNING), who dates the signatures (TIMESTAMPING), where the heads
of the certificate log go outside this machine (TREE_HEADS_PUBLISHED_TO). Each may be `none`: that is an
answer, and the gate's report repeats it. What a decision other than `none` needs, an app hands in from
ready() to `means`; until then the decision cannot be carried out, and saying otherwise would be false.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

NONE = "none"
CHOICES = {
    "SIGNING": "ca, own-ca, none",
    "TIMESTAMPING": "https://…, none",
    "TREE_HEADS_PUBLISHED_TO": "https://…, none",
}

# Variable → whether this installation can do what the word asks for.
means: dict[str, Callable[[str], bool]] = {}


@dataclass(frozen=True)
class Gap:
    """A decision that is missing, or that this installation cannot carry out."""

    variable: str
    word: str

    @property
    def reason(self) -> str:
        if not self.word:
            return _("%(variable)s is not decided.") % {"variable": self.variable}
        return _("%(variable)s=%(word)s is decided, but this version cannot carry it out.") % {
            "variable": self.variable,
            "word": self.word,
        }

    @property
    def way_out(self) -> str:
        return _("The operator sets %(variable)s (%(choices)s) and restarts.") % {
            "variable": self.variable,
            "choices": CHOICES[self.variable],
        }


def taken() -> dict[str, str]:
    """Each variable with the operator's word, empty where none was given."""
    return {variable: getattr(settings, variable) for variable in CHOICES}


def gaps() -> list[Gap]:
    """What stands between a production and formal documents; elsewhere nothing is asked."""
    if not settings.PRODUCTION:
        return []
    return [Gap(variable, word) for variable, word in taken().items() if not can(variable, word)]


def can(variable: str, word: str) -> bool:
    if word in ("", NONE):
        return word == NONE
    return variable in means and means[variable](word)
