"""Reading the audit trail. What is written into it is in `gateway/auditing.py`."""

import graphene

from gateway.context import Info, context_of
from gateway.inputs import checked_id
from gateway.types.audit import AuditRecordConnection
from services.users.audit.models import AuditPage, AuditQuery

DEFAULT_PAGE = 20


class AuditQueries(graphene.ObjectType):
    """Reads of the trail, for ADMIN."""

    audit_records = graphene.Field(
        AuditRecordConnection,
        required=True,
        description="[ADMIN] what OPS and ADMIN did or were denied, newest first",
        first=graphene.Int(default_value=DEFAULT_PAGE),
        after=graphene.String(),
        actor_id=graphene.ID(),
        action=graphene.String(),
    )

    @staticmethod
    async def resolve_audit_records(
        _root: object,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        actor_id: str | None = None,
        action: str | None = None,
    ) -> AuditPage:
        """One page."""
        context = context_of(info)
        query = AuditQuery(
            first=DEFAULT_PAGE if first is None else first,
            after=None if after is None else checked_id(after, "after"),
            actor_id=None if actor_id is None else checked_id(actor_id, "actorId"),
            action=None if action is None else checked_id(action, "action"),
        )
        return await context.backends.audit.list_records(query, context.signed_in)
