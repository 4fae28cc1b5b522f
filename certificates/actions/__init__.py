"""What may be done with certificates; every act is one transaction with its Event."""

from certificates.actions.approval import Decision, approve, decide, draft_of
from certificates.actions.changes import amend, revoke, void
from certificates.actions.sealing import seal

__all__ = ["Decision", "amend", "approve", "decide", "draft_of", "revoke", "seal", "void"]
