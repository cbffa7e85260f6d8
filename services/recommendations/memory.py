"""Lists kept in memory: the store's double for tests, held to the same contract suite. Lost with the process."""

from collections.abc import Mapping, Sequence

from services.recommendations.models import ListChange, UserList
from services.shared.events import Event


class MemoryLists:
    """Implements ListStore. `lists` by user, `events` as they were told."""

    def __init__(self) -> None:
        self.lists: dict[str, UserList] = {}
        self.events: list[Event] = []

    async def lists_of(self, user_ids: Sequence[str]) -> Mapping[str, UserList]:
        """See `ListStore.lists_of`."""
        return {user_id: self.lists[user_id] for user_id in user_ids if user_id in self.lists}

    async def keep(self, changes: Sequence[ListChange], events: Sequence[Event]) -> bool:
        """See `ListStore.keep`."""
        if any(self.lists.get(change.now.user_id) != change.was for change in changes):
            return False
        self.lists |= {change.now.user_id: change.now for change in changes}
        self.events.extend(events)
        return True
