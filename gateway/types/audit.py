"""The audit trail as the schema shows it, to ADMIN."""

import graphene

from gateway.context import Info, context_of
from gateway.types.common import DateTime, PageInfo, listed
from gateway.types.enums import shown
from gateway.types.users import User
from services.users.audit.models import AuditOutcome, AuditPage
from services.users.audit.models import AuditRecord as RecordModel
from services.users.models import User as UserModel

AuditOutcomeType = shown(
    AuditOutcome,
    values={
        "STARTED": "It was begun, and how it ended is not known",
        "DONE": "It was done",
        "REFUSED": "It was answered with errors; nothing was done",
        "FAILED": "It broke off; what it had done by then is not known",
        "DENIED": "The caller may not; nothing was done",
    },
)


class AuditArgument(graphene.ObjectType):
    """One input of what was asked for."""

    name = graphene.String(required=True, description="Its path, e.g. input.price.amount")
    value = graphene.String(required=True, description="As text; cut after 500 characters")


class AuditRecord(graphene.ObjectType):
    """Who did what for the shop, when, from where, and what became of it."""

    id = graphene.ID(required=True)
    action = graphene.String(required=True, description="The mutation, e.g. setRoles")
    arguments = listed(AuditArgument)
    actor_id = graphene.ID(required=True)
    actor = graphene.Field(User)
    address = graphene.String(required=True, description="The network address that the request came from")
    request_id = graphene.String(required=True, description="As in the logs")
    outcome = graphene.Field(AuditOutcomeType, required=True)
    codes = graphene.List(
        graphene.NonNull(graphene.String), required=True, description="Why it was refused, denied or broke off"
    )
    started_at = graphene.Field(DateTime, required=True)
    finished_at = graphene.Field(DateTime, description="Null for STARTED")

    @staticmethod
    async def resolve_actor(record: RecordModel, info: Info) -> UserModel | None:
        """Their account as it is now."""
        return await context_of(info).loaders.user.load(record.actor_id)


class AuditRecordEdge(graphene.ObjectType):
    """A record in its list."""

    cursor = graphene.String(required=True)
    node = graphene.Field(AuditRecord, required=True)


class AuditRecordConnection(graphene.ObjectType):
    """A page of records."""

    edges = listed(AuditRecordEdge)
    page_info = graphene.Field(PageInfo, required=True)

    @staticmethod
    def resolve_page_info(page: AuditPage, _info: Info) -> AuditPage:
        """The page knows where it stands."""
        return page
