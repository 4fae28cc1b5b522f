"""The gate's rule on accuracy: the standard is as much better as the method asks."""

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from instruments import evaluate
from instruments.gate.facts import Facts
from instruments.gate.finding import Finding, judged
from labs.models import StandardEquipment
from metrology.science.evaluation import OutputResult

RULE = "accuracy_ratio"


def ratio(facts: Facts) -> Iterator[Finding]:
    """U (of the result, else of the standard's certificate) over |MPE| is at most what the method asks.

    Where no number is on record the finding only warns: nothing can be compared.
    """
    asked = [one.ratio for one in facts.document.standards if one.ratio] if facts.document else []
    if not asked:
        yield judged(RULE, True, _("The method asks for no accuracy ratio."), "")
        return
    if facts.record is None or not facts.record.current:
        return
    most = min(asked)
    evaluation = evaluate.preview(facts.record, facts.record.final_adjustment)
    compared = [
        (expanded, Decimal(output.mpe), output)
        for output in evaluation.outputs
        if output.mpe and (expanded := _expanded(facts, output)) is not None
    ]
    if not compared:
        yield judged(
            RULE,
            False,
            _("The method asks for at most %(most)s of |MPE|, but no uncertainty is on record.")
            % {"most": most},
            _("Enter U of the standard's trace certificate."),
            blocking=False,
        )
        return
    expanded, limit, output = max(
        compared, key=lambda one: one[0] / one[1] if one[1] else Decimal("Infinity")
    )
    named = {
        "expanded": expanded,
        "limit": limit,
        "unit": output.unit,
        "most": most,
        "point": f"{output.test}/{output.point}",
    }
    yield judged(
        RULE,
        expanded <= most * limit,
        _("At %(point)s U = %(expanded)s %(unit)s, |MPE| = %(limit)s %(unit)s; asked: %(most)s of it.")
        % named,
        _("Use a better standard."),
    )


def _expanded(facts: Facts, output: OutputResult) -> Decimal | None:
    if output.U:
        return Decimal(output.U)
    found = [
        expanded
        for use in facts.uses
        if use.role == StandardEquipment.Role.MASTER and use.trace_certificate is not None
        for expanded in _printed(use.trace_certificate.values, output.unit)
    ]
    return max(found, default=None)


def _printed(values: str, unit: str) -> Iterator[Decimal]:
    """The expanded uncertainties that a certificate prints in a unit."""
    try:
        rows: Any = json.loads(values)
    except ValueError:
        return
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and row.get("unit") == unit and row.get("U"):
            try:
                yield Decimal(str(row["U"]))
            except InvalidOperation:
                continue
