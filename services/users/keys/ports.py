"""What operators may ask of the signing keys, and where these are kept. Protocols only."""

from typing import Protocol

from services.shared.safety import safe
from services.users.keys.models import KeyView, Ring


class Keys(Protocol):
    """What operators may ask of the signing keys."""

    @safe
    async def list_keys(self) -> tuple[KeyView, ...]:
        """All keys that are published, the oldest first."""
        ...

    async def rotate_keys(self) -> tuple[KeyView, ...]:
        """Publishes a new key, which signs after the time that it takes to become known everywhere.

        Raises:
            Conflict: the last new one does not sign yet.
        """
        ...


class KeyStore(Protocol):
    """Where the signing keys are kept."""

    async def load(self) -> Ring:
        """All keys; none of them, and version 0, before the first was saved."""
        ...

    async def save(self, ring: Ring) -> bool:
        """Writes it if the version before it is the stored one; False, and no effect, when another was first."""
        ...
