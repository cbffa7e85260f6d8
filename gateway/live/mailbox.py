"""A watcher's mailbox: the latest state of each thing that it watches and has not taken yet. Never holds an older one.

So a slow watcher costs no more than a fast one: what it has not taken is replaced, not queued.
"""

import asyncio
from collections.abc import Callable

from gateway.live.states import State, Versions, is_newer, latest


class Mailbox:
    """Filled by a Channel, emptied by one watcher: iterate, and `aclose` in the end.

    `over` says of a state whether none can follow it; the iteration then ends.
    """

    def __init__(
        self,
        ids: frozenset[str],
        leave: "Callable[[Mailbox], None]",
        replaced: Callable[[], None],
        over: Callable[[State], bool],
    ) -> None:
        self.ids = ids
        self._leave = leave
        self._replaced = replaced
        self._over = over
        self._ended = False
        self._seen: dict[str, Versions] = {}
        self._waiting: dict[str, State] = {}
        self._filled = asyncio.Event()

    def offer(self, state: State) -> None:
        """Takes the state in, if it is newer than all that was taken in before."""
        seen = self._seen.get(state.id)
        if seen is not None and not is_newer(state.versions, seen):
            return
        self._seen[state.id] = latest(state.versions, seen) if seen else state.versions
        if state.id in self._waiting:
            self._replaced()
        self._waiting[state.id] = state
        self._filled.set()

    def waiting(self, thing: str) -> State | None:
        """The thing's state, if there is one to be taken."""
        return self._waiting.get(thing)

    def __aiter__(self) -> "Mailbox":
        return self

    async def __anext__(self) -> State:
        if self._ended:
            raise StopAsyncIteration
        while not self._waiting:
            self._filled.clear()
            await self._filled.wait()
        state = self._waiting.pop(next(iter(self._waiting)))
        self._ended = self._over(state)
        return state

    async def aclose(self) -> None:
        """Nothing is put in any more."""
        self._leave(self)
