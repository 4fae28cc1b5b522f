"""The gate's rule on the installation: a production signs as its operator has decided, or issues nothing."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from instruments.gate.facts import Facts
from instruments.gate.finding import Finding, judged
from metrology import decisions

RULE = "signing_decided"


def signing(facts: Facts) -> Iterator[Finding]:
    """Formal verification documents wait for the decisions on signing; a demonstration body issues none."""
    if not facts.is_verification:
        yield judged(RULE, True, _("A calibration does not wait for the decisions on signing."), "")
    elif facts.institute.is_demo:
        yield judged(RULE, True, _("A demonstration body issues no formal document."), "")
    elif gaps := decisions.gaps():
        for gap in gaps:
            yield judged(RULE, False, gap.reason, gap.way_out)
    else:
        words = ", ".join(f"{name}={word or '–'}" for name, word in decisions.taken().items())
        yield judged(RULE, True, _("The operator decided on signing: %(words)s.") % {"words": words}, "")
