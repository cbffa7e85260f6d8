"""What users tell the world of accounts and sessions. No address, name or token in it."""

from collections.abc import Mapping
from typing import Any

from services.shared.clock import Clock
from services.shared.events import Event, Origin
from services.shared.ids import IdFactory
from services.users.models import User

REGISTERED = "user.registered.v1"
SIGNED_IN = "user.signed-in.v1"
PASSWORD_CHANGED = "user.password-changed.v1"  # noqa: S105 (an event's type)
SESSION_COMPROMISED = "user.session-compromised.v1"
PREFERENCES_CHANGED = "user.preferences-changed.v1"
ROLES_CHANGED = "user.roles-changed.v1"


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

    def password_changed(self, user: User, origin: Origin) -> Event:
        """Another password; all earlier sessions are over."""
        return self._event(PASSWORD_CHANGED, user, origin)

    def session_compromised(self, user: User, origin: Origin) -> Event:
        """A spent refresh token came back; the session that it belongs to is over."""
        return self._event(SESSION_COMPROMISED, user, origin)

    def preferences_changed(self, user: User, origin: Origin) -> Event:
        """Which optional messages the user wants from now on."""
        wanted = user.preferences
        chosen = {"promotional": wanted.promotional, "recommendations": wanted.recommendations}
        return self._event(PREFERENCES_CHANGED, user, origin, {"preferences": chosen})

    def roles_changed(self, user: User, origin: Origin) -> Event:
        """Other roles; all earlier sessions are over."""
        return self._event(ROLES_CHANGED, user, origin)

    def _event(self, kind: str, user: User, origin: Origin, more: Mapping[str, Any] | None = None) -> Event:
        return Event(
            id=self._ids.new(),
            type=kind,
            subject=user.id,
            sequence=user.version,
            time=self._clock.now(),
            data={"userId": user.id, "roles": [role.value for role in user.roles], **(more or {})},
            origin=origin,
        )
