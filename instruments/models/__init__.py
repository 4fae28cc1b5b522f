"""From an enterprise's ledger to a judged measurement (DESIGN §2)."""

from instruments.models.catalogue import Category, Requirement
from instruments.models.jobs import Custody, Job, JobEquipment, Remark
from instruments.models.ledger import Campaign, Instrument
from instruments.models.orders import OrderItem, ServiceOrder
from instruments.models.records import OutputValue, Point, PointSource, Reading, RecordDraft, Result

__all__ = [
    "Campaign",
    "Category",
    "Custody",
    "Instrument",
    "Job",
    "JobEquipment",
    "OrderItem",
    "OutputValue",
    "Point",
    "PointSource",
    "Reading",
    "RecordDraft",
    "Remark",
    "Requirement",
    "Result",
    "ServiceOrder",
]
