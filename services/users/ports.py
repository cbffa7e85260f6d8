"""The face of users to others, and what they need: stores, a hasher and a token issuer. Protocols only."""

from collections.abc import Callable, Sequence
from typing import Protocol

from services.shared.events import Event, Origin
from services.users.models import Account, Login, PublicKey, Register, SealedKey, Session, User


class Users(Protocol):
    """What others may ask of users."""

    async def register(self, command: Register, origin: Origin) -> Session:
        """Raises Invalid, EmailTaken, WeakPassword."""
        ...

    async def login(self, command: Login, origin: Origin) -> Session:
        """Raises BadCredentials, after the same work for an unknown address as for a known one."""
        ...

    async def users_by_id(self, ids: Sequence[str]) -> tuple[User, ...]:
        """Those of the users that exist, in no order."""
        ...

    async def public_keys(self) -> tuple[PublicKey, ...]:
        """The keys that check access tokens."""
        ...


class AccountStore(Protocol):
    """Where accounts are kept. Every write stores its events in the same transaction."""

    async def insert(self, account: Account, events: Sequence[Event]) -> None:
        """Raises EmailTaken."""
        ...

    async def note_sign_in(self, user_id: str, tell: Callable[[User], Event]) -> User:
        """Counts a sign-in as a change of the account and stores the event made of the changed user.

        Raises:
            NotFound: the account is gone.
        """
        ...

    async def by_email(self, email: str) -> Account | None: ...

    async def by_ids(self, ids: Sequence[str]) -> tuple[User, ...]: ...


class KeyStore(Protocol):
    """Where the signing key is kept."""

    async def keep(self, candidate: SealedKey) -> SealedKey:
        """Keeps the candidate if there is no key yet; answers the one that is kept."""
        ...

    async def kept(self) -> SealedKey | None: ...


class PasswordHasher(Protocol):
    """Argon2id with bounded concurrency."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Does the same work, and answers False, where there is no hash."""
        ...


class TokenIssuer(Protocol):
    """Signs access tokens."""

    async def issue(self, user: User) -> str: ...

    async def public_keys(self) -> tuple[PublicKey, ...]: ...
