"""The signing keys of a process: reads them now and then, makes the first, brings in the next. Signs nothing itself."""

import asyncio
from datetime import datetime

from services.shared.clock import Clock
from services.shared.errors import Conflict, Unavailable
from services.users.keys.models import KeyTimes, KeyView, Ring, SealedKey
from services.users.keys.ports import KeyStore
from services.users.keys.rules import active, views, with_next
from services.users.keys.seal import Signer, new_key, unsealed
from services.users.models import PublicKey


class SigningKeys:
    """Offers `ports.Keys`. All calls raise Unavailable when keys were never read, or cannot be unsealed."""

    def __init__(self, store: KeyStore, passphrase: str, times: KeyTimes, clock: Clock) -> None:
        self._store = store
        self._passphrase = passphrase.encode()
        self._times = times
        self._clock = clock
        self._ring: Ring | None = None
        self._read_at = clock.now()
        self._signers: dict[str, Signer] = {}
        self._once = asyncio.Lock()

    async def prepare(self) -> None:
        """Reads the keys, or makes the first one."""
        await self.signer()

    async def signer(self) -> Signer:
        """The key that signs now."""
        async with self._once:
            return await self._signer(active(await self._known(), self._clock.now()))

    async def public_keys(self) -> tuple[PublicKey, ...]:
        """The public halves of all that are published."""
        async with self._once:
            ring = await self._known()
            published = {view.kid for view in views(ring, self._clock.now(), self._times)}
            return tuple([(await self._signer(key)).public for key in ring.keys if key.kid in published])

    async def list_keys(self) -> tuple[KeyView, ...]:
        """All keys that are published, the oldest first."""
        async with self._once:
            return views(await self._read(), self._clock.now(), self._times)

    async def rotate_keys(self) -> tuple[KeyView, ...]:
        """Publishes a new key, which signs after the propagation time. Raises Conflict."""
        async with self._once:
            ring, now = await self._read(), self._clock.now()
            key = await self._new(now, now + self._times.propagation)
            following = with_next(ring, key, now, self._times)
            if not await self._store.save(following):
                raise Conflict("the keys were changed at the same moment by somebody else")
            return views(await self._read(), now, self._times)

    async def _known(self) -> Ring:
        """What was read, unless it is too old. A store that is away is no reason to forget it."""
        ring = self._ring
        if ring is not None and self._clock.now() - self._read_at < self._times.reread:
            return ring
        try:
            return await self._read()
        except Unavailable:
            if ring is None:
                raise
            self._read_at = self._clock.now()
            return ring

    async def _read(self) -> Ring:
        now = self._clock.now()
        ring = await self._store.load()
        if not ring.keys:
            await self._store.save(Ring(version=1, keys=(await self._new(now, now),)))
            # Ours, or that of a process that was first.
            ring = await self._store.load()
        self._ring, self._read_at = ring, now
        self._signers = {key.kid: self._signers[key.kid] for key in ring.keys if key.kid in self._signers}
        return ring

    async def _new(self, now: datetime, signs_from: datetime) -> SealedKey:
        # Sealing takes the time that makes guessing a passphrase slow.
        return await asyncio.to_thread(new_key, self._passphrase, now, signs_from)

    async def _signer(self, key: SealedKey) -> Signer:
        if key.kid not in self._signers:
            self._signers[key.kid] = await asyncio.to_thread(unsealed, key, self._passphrase)
        return self._signers[key.kid]
