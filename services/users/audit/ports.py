"""The face of the audit trail to the gateway, and what it needs from its store. Protocols only."""

from datetime import datetime
from typing import Protocol

from services.shared.actors import Actor
from services.shared.safety import safe
from services.users.audit.models import AuditPage, AuditQuery, AuditRecord, Conclusion, Intent


class Audit(Protocol):
    """What others may ask of the audit trail. Records are added and concluded, never changed or removed."""

    async def begin(self, intent: Intent, actor: Actor) -> None:
        """Stores that the actor is about to do this, as STARTED. Nothing may be done before it has answered.

        Raises:
            Forbidden: the actor does not run the shop.
        """
        ...

    async def conclude(self, conclusion: Conclusion) -> None:
        """Stores how it ended; without effect on a record that is concluded, or that is not there."""
        ...

    async def deny(self, intent: Intent, actor: Actor) -> None:
        """Stores that the actor asked for this and may not, as DENIED."""
        ...

    @safe
    async def list_records(self, query: AuditQuery, actor: Actor) -> AuditPage:
        """One page, newest first.

        Raises:
            Forbidden: the actor is no ADMIN.
            Invalid: a page size or cursor out of range.
        """
        ...


class AuditStore(Protocol):
    """Where records are kept. `None` for a filter means all."""

    async def insert(self, record: AuditRecord) -> None:
        """Adds it; without effect where one of that id is there."""
        ...

    async def conclude(self, conclusion: Conclusion, at: datetime) -> bool:
        """Stores how a record that is STARTED has ended, and when; False where there is none."""
        ...

    async def page(self, query: AuditQuery) -> AuditPage: ...
