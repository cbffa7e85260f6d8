"""What is heard of people from events, and where their contacts are known up to. Values only."""

from dataclasses import dataclass
from datetime import datetime

from services.shared.actors import Role
from services.shared.contacts import OptionalCategory, SealedContacts
from services.shared.ids import derived_id
from services.shared.receipts import Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNews:
    """What an event tells of an account.

    Attributes:
        version: the account's, after the event.
        declined: the optional messages that are not wanted; None where the event says nothing of it.
    """

    user_id: str
    version: int
    roles: tuple[Role, ...]
    declined: tuple[OptionalCategory, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """That somebody bought something: when their order was confirmed."""

    user_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderNews:
    """What an event of an order tells, beside what people are told of it.

    Attributes:
        purchase: None unless the order was confirmed.
    """

    receipt: Receipt
    purchase: Purchase | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnContacts:
    """The wish to keep a page of the contacts of all users; without one, only to say where the next page begins."""

    page: SealedContacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsLearnt:
    """The contacts of all users are known up to this id; empty: of none."""

    up_to: str


def place_of(user_id: str) -> str:
    """Where somebody stands among all: scattered evenly, so that a span of places holds a known share of the people."""
    return derived_id("recipient", user_id)


def address_key(address: str) -> str:
    """What an address is called where it is suppressed: the same for each way to write it, and no address itself."""
    return derived_id("address", address.strip().lower())
