"""The typed client of the signing keys' internal HTTP API, for the command line. Adds nothing to what is answered."""

from services.infra.http import Caller
from services.users.keys.models import KeyView


class KeysClient:
    """Offers `ports.Keys`, from another process. Every call may raise Unavailable."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def list_keys(self) -> tuple[KeyView, ...]:
        keys: tuple[KeyView, ...] = await self._caller.call("list_keys")
        return keys

    async def rotate_keys(self) -> tuple[KeyView, ...]:
        keys: tuple[KeyView, ...] = await self._caller.call("rotate_keys")
        return keys
