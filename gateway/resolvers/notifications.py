"""Looking at the messages that people were sent, or were not, and why. For whom they were, and for OPS."""

import graphene

from gateway.context import Info, context_of
from gateway.inputs import checked_id
from gateway.types.notifications import NotificationConnection
from services.notifications.models import MessagePage, MessageQuery

DEFAULT_PAGE = 20


class NotificationQueries(graphene.ObjectType):
    """Reads of messages."""

    notifications = graphene.Field(
        NotificationConnection,
        required=True,
        description="One's own messages; OPS may ask for anybody's",
        first=graphene.Int(default_value=DEFAULT_PAGE),
        after=graphene.String(),
        user_id=graphene.ID(),
    )

    @staticmethod
    async def resolve_notifications(
        _root: object, info: Info, first: int | None = None, after: str | None = None, user_id: str | None = None
    ) -> MessagePage:
        """One page, newest first. Whose they may be, their service asks."""
        context = context_of(info)
        viewer = context.signed_in
        query = MessageQuery(
            user_id=viewer.user_id if user_id is None else checked_id(user_id, "userId"),
            first=DEFAULT_PAGE if first is None else first,
            after=None if after is None else checked_id(after, "after"),
        )
        return await context.backends.notifications.list_messages(query, viewer)
