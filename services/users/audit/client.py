"""The typed client of the audit trail's internal HTTP API. Adds nothing to what it answers."""

from services.infra.http import Caller
from services.shared.actors import Actor
from services.users.audit.models import AuditPage, AuditQuery, Conclusion, Intent


class AuditClient:
    """Offers `ports.Audit`, from another process. Every call may raise Unavailable."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def begin(self, intent: Intent, actor: Actor) -> None:
        await self._caller.call("begin", intent=intent, actor=actor)

    async def conclude(self, conclusion: Conclusion) -> None:
        await self._caller.call("conclude", conclusion=conclusion)

    async def deny(self, intent: Intent, actor: Actor) -> None:
        await self._caller.call("deny", intent=intent, actor=actor)

    async def list_records(self, query: AuditQuery, actor: Actor) -> AuditPage:
        page: AuditPage = await self._caller.call("list_records", query=query, actor=actor)
        return page
