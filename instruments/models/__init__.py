"""From an enterprise's ledger to a judged measurement (rules 2)."""

from instruments.models.catalogue import Category, PlanField, Purpose, Requirement
from instruments.models.imports import ImportBatch, ImportRow
from instruments.models.jobs import Custody, Job, JobEquipment, Opening, Remark
from instruments.models.ledger import Campaign, Delivery, Instrument
from instruments.models.orders import OrderItem, Service, ServiceOrder, Stage
from instruments.models.records import (
    Adjustment,
    Direction,
    OutputValue,
    Point,
    PointSource,
    Reading,
    RecordDraft,
    Result,
)

__all__ = [
    "Adjustment",
    "Campaign",
    "Category",
    "Custody",
    "Delivery",
    "Direction",
    "ImportBatch",
    "ImportRow",
    "Instrument",
    "Job",
    "JobEquipment",
    "Opening",
    "OrderItem",
    "OutputValue",
    "PlanField",
    "Point",
    "PointSource",
    "Purpose",
    "Reading",
    "RecordDraft",
    "Remark",
    "Requirement",
    "Result",
    "Service",
    "ServiceOrder",
    "Stage",
]
