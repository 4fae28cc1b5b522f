"""The acts of the history in words: what ledger, orders and jobs record."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "instrument.registered": _("Instrument entered"),
    "instrument.changed": _("Instrument changed"),
    "instrument.due_set": _("Due date set"),
    "instrument.put_out_of_service": _("Instrument put out of service"),
    "instrument.returned_to_use": _("Instrument returned to use"),
    "instrument.scrapped": _("Instrument scrapped"),
    "requirement.set": _("Required kind set"),
    "import.opened": _("Table brought for import"),
    "import.entered": _("Instruments entered from a table"),
    "import.removed": _("Import removed"),
    "order.filed": _("Order filed"),
    "order.amended": _("Draft changed"),
    "order.submitted": _("Order submitted"),
    "order.accepted": _("Order accepted"),
    "order.declined": _("Order declined"),
    "order.received": _("Instruments received"),
    "order.item_returned": _("Instrument returned untested"),
    "order.completed": _("Order completed"),
    "order.collected": _("Instruments handed back"),
    "order.cancelled": _("Order cancelled"),
    "campaign.planned": _("Campaign planned"),
    "campaign.begun": _("Campaign begun"),
    "campaign.closed": _("Campaign closed"),
    "job.assigned": _("Job assigned"),
    "job.started": _("Job started"),
    "job.equipment_noted": _("Equipment noted"),
    "job.environment_set": _("Climate noted"),
    "job.submitted": _("Record submitted"),
    "job.taken_back": _("Record taken back"),
    "job.returned": _("Record returned"),
    "job.checked": _("Record checked"),
    "job.approved": _("Result approved"),
    "job.issued": _("Document issued"),
    "job.reopened": _("Job opened again"),
    "job.subcontracted": _("Job subcontracted"),
    "job.cancelled": _("Job cancelled"),
}
