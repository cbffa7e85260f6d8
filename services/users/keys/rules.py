"""Which key signs, which are published, and how the next one comes in. Decided by the ring and the time alone.

So processes that have read the same ring agree without a word, and one that read it a while ago is still right.
"""

from collections.abc import Iterator
from datetime import datetime

from services.shared.errors import Conflict
from services.users.keys.models import KeyState, KeyTimes, KeyView, Ring, SealedKey


def active(ring: Ring, now: datetime) -> SealedKey:
    """The key that signs; the first one even where the clock is before its time."""
    begun = [key for key in ring.keys if key.signs_from <= now]
    return begun[-1] if begun else ring.keys[0]


def views(ring: Ring, now: datetime, times: KeyTimes) -> tuple[KeyView, ...]:
    """What is to be published, the oldest first."""
    return tuple(
        view for view in _all_views(ring, now, times) if view.published_until is None or now < view.published_until
    )


def with_next(ring: Ring, key: SealedKey, now: datetime, times: KeyTimes) -> Ring:
    """The ring with this key after its last one, and without those that are published no more.

    Raises:
        Conflict: the last one does not sign yet.
    """
    last = ring.keys[-1]
    if last.signs_from > now:
        raise Conflict(f"the key {last.kid} is published and signs from {last.signs_from.isoformat()}; wait for it")
    kept = {view.kid for view in views(ring, now, times)}
    return Ring(version=ring.version + 1, keys=(*(old for old in ring.keys if old.kid in kept), key))


def _all_views(ring: Ring, now: datetime, times: KeyTimes) -> Iterator[KeyView]:
    signing = active(ring, now)
    for key, follower in zip(ring.keys, (*ring.keys[1:], None), strict=True):
        until = follower.signs_from if follower else None
        state = KeyState.NEXT if key.signs_from > now else KeyState.RETIRED
        yield KeyView(
            kid=key.kid,
            state=KeyState.ACTIVE if key == signing else state,
            created_at=key.created_at,
            signs_from=key.signs_from,
            signs_until=until,
            published_until=until + times.kept if until else None,
        )
