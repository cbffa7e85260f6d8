"""Notifications for another process: their face over internal HTTP. Adds no rule."""

from collections.abc import Sequence

from services.infra.http import Caller
from services.notifications.models import Lane, LanePause, Message, MessagePage, MessageQuery
from services.shared.actors import Actor


class NotificationsClient:
    """The face `Notifications`, answered by the notifications' service. Raises what it raises, and Unavailable."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def list_messages(self, query: MessageQuery, actor: Actor) -> MessagePage:
        """See `Notifications.list_messages`."""
        page: MessagePage = await self._caller.call("list_messages", query=query, actor=actor)
        return page

    async def messages_by_id(self, ids: Sequence[str], actor: Actor) -> tuple[Message, ...]:
        """See `Notifications.messages_by_id`."""
        messages: tuple[Message, ...] = await self._caller.call("messages_by_id", ids=ids, actor=actor)
        return messages

    async def list_lanes(self, actor: Actor) -> tuple[LanePause, ...]:
        """See `Notifications.list_lanes`."""
        pauses: tuple[LanePause, ...] = await self._caller.call("list_lanes", actor=actor)
        return pauses

    async def resume_lane(self, lane: Lane, actor: Actor) -> bool:
        """See `Notifications.resume_lane`."""
        resumed: bool = await self._caller.call("resume_lane", lane=lane, actor=actor)
        return resumed
