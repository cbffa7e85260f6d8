"""What users tell the world: that somebody registered or signed in. No address, name or token in it."""

from services.shared.clock import Clock
from services.shared.events import Event, Origin
from services.shared.ids import IdFactory
from services.users.models import User

REGISTERED = "user.registered.v1"
SIGNED_IN = "user.signed-in.v1"


class UserEvents:
    """Makes the events of users."""

    def __init__(self, clock: Clock, ids: IdFactory) -> None:
        self._clock = clock
        self._ids = ids

    def registered(self, user: User, origin: Origin) -> Event:
        """A new account; the first event of its user."""
        return self._event(REGISTERED, user, origin)

    def signed_in(self, user: User, origin: Origin) -> Event:
        """A sign-in with the right password; `user` as it is after it."""
        return self._event(SIGNED_IN, user, origin)

    def _event(self, kind: str, user: User, origin: Origin) -> Event:
        return Event(
            id=self._ids.new(),
            type=kind,
            subject=user.id,
            sequence=user.version,
            time=self._clock.now(),
            data={"userId": user.id, "roles": [role.value for role in user.roles]},
            origin=origin,
        )
