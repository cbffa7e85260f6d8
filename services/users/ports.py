"""The face of users to others, and what they need: stores, a hasher and a token issuer. Protocols only."""

from collections.abc import Callable, Sequence
from typing import Protocol

from services.shared.actors import Actor
from services.shared.contacts import (
    ListContacts,
    LoadContact,
    OptionalCategory,
    SealedContact,
    SealedContacts,
    Unsubscription,
)
from services.shared.events import Origin
from services.shared.safety import safe
from services.users.models import (
    Account,
    Change,
    ChangePassword,
    Family,
    Judgement,
    Login,
    PreferencesPatch,
    PresentedToken,
    PublicKey,
    Register,
    Session,
    SessionEnd,
    SetRoles,
    Turn,
    User,
)

Step = Callable[[Account], Change]
"""Makes a change of an account as it is; may be run again, so it has no effect of its own."""

RolesStep = Callable[[Account, frozenset[str]], Change]
"""Likewise, told the ids of those who are ADMIN."""

TurnStep = Callable[[Family, User], Turn]
"""Likewise, for a family one of whose tokens came back."""

Judge = Callable[[Family], Judgement]
"""What becomes of a family whose token came back."""


class Users(Protocol):
    """What others may ask of users."""

    async def register(self, command: Register, origin: Origin) -> Session:
        """Raises Invalid, EmailTaken, WeakPassword."""
        ...

    async def login(self, command: Login, origin: Origin) -> Session:
        """Raises BadCredentials, after the same work for an unknown address as for a known one."""
        ...

    async def refresh_session(self, presented: PresentedToken, origin: Origin) -> Session:
        """Spends the token; its successor and a new access token. A spent one ends the session.

        Raises:
            BadCredentials: no token of ours.
            TokenExpired: its time is over, or the session was ended.
            TokenReused: it was spent before.
        """
        ...

    async def logout(self, presented: PresentedToken) -> str | None:
        """Ends the session that the token belongs to, if there is one. Answers whose it is; no client is told."""
        ...

    async def change_password(self, command: ChangePassword, actor: Actor, origin: Origin) -> Session:
        """Ends all sessions of the actor and begins a new one. Raises BadCredentials, Invalid, WeakPassword."""
        ...

    async def update_preferences(self, patch: PreferencesPatch, actor: Actor, origin: Origin) -> User:
        """The actor's own preferences. Raises NotFound."""
        ...

    async def set_roles(self, command: SetRoles, actor: Actor, origin: Origin) -> User:
        """Ends all sessions of the user whose roles change.

        Raises:
            Forbidden: the actor is no ADMIN, or not any more.
            Invalid: no role.
            NotFound: no such user.
            Conflict: nobody would be ADMIN afterwards.
        """
        ...

    @safe
    async def users_by_id(self, ids: Sequence[str]) -> tuple[User, ...]:
        """Those of the users that exist, in no order. Shows them to nobody itself."""
        ...

    @safe
    async def visible_users(self, ids: Sequence[str], actor: Actor) -> tuple[User, ...]:
        """Those of the users that exist and are open to the actor, in no order: oneself, all to OPS."""
        ...

    @safe
    async def public_keys(self) -> tuple[PublicKey, ...]:
        """The keys that check access tokens."""
        ...


class ContactBook(Protocol):
    """What workflows may ask of users: how they are reached, for the one service that writes to them."""

    async def load_contact(self, wish: LoadContact) -> SealedContact:
        """One user's, as it is now."""
        ...

    async def list_contacts(self, wish: ListContacts) -> SealedContacts:
        """A page of all users', by id; who registers later has a higher one."""
        ...


class Unsubscriptions(Protocol):
    """What somebody may do who holds the link of a mail, signed in or not."""

    @safe
    async def category_of(self, token: str) -> OptionalCategory:
        """What the link's holder would get no more. Raises NotFound for what is no link of ours."""
        ...

    async def unsubscribe(self, token: str, origin: Origin) -> Unsubscription:
        """The user gets no more of it from now on; who, and of what. Repeatable, without effect on the second time.

        Raises:
            NotFound: no link of ours, or no such account any more.
        """
        ...


class AccountStore(Protocol):
    """Where accounts and their sessions are kept. A method's writes and events are one transaction."""

    async def insert(self, new: Change) -> None:
        """Adds a new account, and the session that it opens. Raises EmailTaken."""
        ...

    async def change(self, user_id: str, step: Step, seen: Account | None = None) -> Account:
        """The account as the step made it. What the step raises is raised, and nothing is written.

        `seen` is the account as it was just read: it is not read again unless somebody changed it since.

        Raises:
            NotFound: no such account.
        """
        ...

    async def change_roles(self, user_id: str, step: RolesStep) -> Account:
        """As `change`, one at a time: no two of them decide on the same set of ADMINs."""
        ...

    async def turn(self, digest: str, step: TurnStep) -> Turn | None:
        """What the step made of the family that this token is or was of; None for an unknown one."""
        ...

    async def end_session(self, digest: str, end: SessionEnd) -> str | None:
        """Ends the family that this token is or was of, unless it is over. Answers whose it is; None: unknown."""
        ...

    async def by_email(self, email: str) -> Account | None: ...

    async def by_id(self, user_id: str) -> Account | None: ...

    async def by_ids(self, ids: Sequence[str]) -> tuple[User, ...]: ...

    async def page(self, after: str, limit: int) -> tuple[User, ...]:
        """At most so many users, by id, from behind `after`."""
        ...


class PasswordHasher(Protocol):
    """Argon2id with bounded concurrency."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Does the same work, and answers False, where there is no hash."""
        ...

    def outdated(self, password_hash: str) -> bool:
        """Whether it was made with other parameters than a new one would be."""
        ...


class TokenIssuer(Protocol):
    """Signs access tokens."""

    async def issue(self, user: User) -> str: ...

    async def public_keys(self) -> tuple[PublicKey, ...]: ...
