"""The rules of who may see messages and lanes. Knows no database, and sends nothing: `sending` does."""

from collections.abc import Sequence

from services.notifications.models import Lane, LanePause, Message, MessagePage, MessageQuery, page_of, place_before
from services.notifications.ports import LaneStore, MessageStore
from services.shared.actors import Actor
from services.shared.errors import Forbidden
from services.shared.pages import checked_page_size


class NotificationService:
    """The face `Notifications`, on its stores."""

    def __init__(self, store: MessageStore, lanes: LaneStore) -> None:
        self._store = store
        self._lanes = lanes

    async def list_messages(self, query: MessageQuery, actor: Actor) -> MessagePage:
        """See `Notifications.list_messages`."""
        if not actor.may_see(query.user_id):
            raise Forbidden("only OPS sees the messages of others")
        checked_page_size(query.first)
        return page_of(await self._store.page(query.user_id, place_before(query), query.first + 1), query)

    async def messages_by_id(self, ids: Sequence[str], actor: Actor) -> tuple[Message, ...]:
        """See `Notifications.messages_by_id`."""
        return tuple(message for message in await self._store.by_ids(ids) if actor.may_see(message.user_id))

    async def list_lanes(self, actor: Actor) -> tuple[LanePause, ...]:
        """See `Notifications.list_lanes`."""
        _check_runs_the_shop(actor)
        return await self._lanes.pauses()

    async def resume_lane(self, lane: Lane, actor: Actor) -> bool:
        """See `Notifications.resume_lane`."""
        _check_runs_the_shop(actor)
        return await self._lanes.resume(lane)


def _check_runs_the_shop(actor: Actor) -> None:
    if not actor.runs_the_shop:
        raise Forbidden
