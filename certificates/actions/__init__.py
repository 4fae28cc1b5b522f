"""What may be done with certificates; every act is one transaction with its Event."""

from certificates.actions.approval import Decision, approve, decide, draft_of
from certificates.actions.batches import Outcome, approve_several
from certificates.actions.changes import amend, revoke, void
from certificates.actions.sealing import seal

__all__ = [
    "Decision",
    "Outcome",
    "amend",
    "approve",
    "approve_several",
    "decide",
    "draft_of",
    "revoke",
    "seal",
    "void",
]
