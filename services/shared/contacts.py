"""How the one service that knows people's addresses tells them to the one that writes to them. Ports and values only.

Between the two they are sealed: whoever carries them, and the history of a workflow, cannot read them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from services.shared.actors import Role

UNSUBSCRIBE_PATH: Final = "/unsubscribe"
"""Of the gateway; a token follows, behind a slash."""


class OptionalCategory(StrEnum):
    """The kinds of messages that one may do without."""

    PROMOTIONAL = "PROMOTIONAL"
    RECOMMENDATION = "RECOMMENDATION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How somebody is reached, and what they want to get.

    Attributes:
        version: of the account; of two contacts of a user the one with the higher version is the newer.
        declined: the optional messages that are not wanted.
    """

    user_id: str
    version: int
    email: str = field(repr=False)
    name: str = field(repr=False)
    roles: tuple[Role, ...]
    declined: tuple[OptionalCategory, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadContact:
    """The wish for one user's contact."""

    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedContact:
    """The contact of a user; `sealed` is None where there is no such account."""

    user_id: str
    sealed: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListContacts:
    """The wish for the contacts of users whose ids come after `after` (empty: from the first on), at most `first`."""

    after: str = ""
    first: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedContacts:
    """A page of contacts by user id.

    Attributes:
        last: the id of its last user, where the next page begins; that of the wish where it is empty.
        has_more: there are users after it.
    """

    sealed: str
    count: int
    last: str
    has_more: bool


class ContactSeal(Protocol):
    """Makes contacts unreadable to all but those who share its secret."""

    def sealed(self, contacts: Sequence[Contact]) -> str:
        """Text that tells nothing of them but how many they may be."""
        ...

    def opened(self, sealed: str) -> tuple[Contact, ...]:
        """The contacts. Raises Unavailable where it was sealed with a secret that is not known here."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscription:
    """That a user wants no more messages of a kind."""

    user_id: str
    category: OptionalCategory


class UnsubscribeTokens(Protocol):
    """Makes the tokens of links to unsubscribe, and knows them again. None expires: a mail is kept for years."""

    def token(self, wish: Unsubscription) -> str:
        """Text for a URL, that nobody can make without the secret. It names no address."""
        ...

    def wish(self, token: str) -> Unsubscription:
        """What the token is for. Raises NotFound for what is no token of ours."""
        ...
