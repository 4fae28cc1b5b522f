"""The kernel's nouns (rules 2)."""

from metrology.models.accounts import ApiToken, Membership, User
from metrology.models.bodies import Attachment, Organization, Person
from metrology.models.entrances import Invitation, RegistrationRequest
from metrology.models.history import ChainHead, Counter, Event
from metrology.models.machinery import Heartbeat, IdempotencyKey, ScheduleSlot
from metrology.models.notices import Delivery, Notice
from metrology.models.places import Region, WorkingDay
from metrology.models.search import SearchEntry
from metrology.models.targets import Target, TargetRegion

__all__ = [
    "ApiToken",
    "Attachment",
    "ChainHead",
    "Counter",
    "Delivery",
    "Event",
    "Heartbeat",
    "IdempotencyKey",
    "Invitation",
    "Membership",
    "Notice",
    "Organization",
    "Person",
    "Region",
    "RegistrationRequest",
    "ScheduleSlot",
    "SearchEntry",
    "Target",
    "TargetRegion",
    "User",
    "WorkingDay",
]
