"""Suppressions for another process: their face to OPS over internal HTTP. Adds no rule."""

from services.infra.http import Caller
from services.shared.actors import Actor


class SuppressionsClient:
    """The face `Suppressions`, answered by the notifications' service. Raises what it raises, and Unavailable."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def lift(self, user_id: str, actor: Actor) -> bool:
        """See `Suppressions.lift`."""
        lifted: bool = await self._caller.call("lift", user_id=user_id, actor=actor)
        return lifted
