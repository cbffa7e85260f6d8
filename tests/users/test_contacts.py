"""How users are reached is told sealed, and a mail's link takes back one kind of message, without signing in."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from pydantic import SecretStr

from services.infra.contacts.seal import SecretSeal
from services.infra.contacts.unsubscribing import SignedUnsubscribeTokens
from services.infra.http import Caller
from services.shared.actors import Role
from services.shared.contacts import Contact, ListContacts, LoadContact, OptionalCategory, Unsubscription
from services.shared.errors import NotFound
from services.shared.events import Origin
from services.users.api import unsubscriptions_router
from services.users.changes import Changes
from services.users.client import UnsubscriptionsClient
from services.users.contacts import LinkUnsubscriptions, SealedContactBook
from services.users.events import UserEvents
from services.users.memory import MemoryAccountStore
from services.users.models import Preferences
from services.users.ports import Unsubscriptions
from tests.support.doubles import CountingIds, StandingClock
from tests.support.http import serving
from tests.support.identity import entry, line
from tests.users.makers import a_new, an_account

SEAL = SecretSeal(SecretStr("one"))
TOKENS = SignedUnsubscribeTokens(SecretStr("one"))
ORIGIN = Origin(correlation_id="r1")
RECOMMENDATIONS = TOKENS.token(Unsubscription(user_id="u1", category=OptionalCategory.RECOMMENDATION))


@pytest.fixture
async def store() -> MemoryAccountStore:
    store = MemoryAccountStore()
    for number in (1, 2, 3):
        await store.insert(a_new(an_account(f"u{number}", f"{number}@example.org", roles=(Role.CUSTOMER,))))
    return store


@pytest.fixture
async def unsubscriptions(store: MemoryAccountStore) -> AsyncIterator[Unsubscriptions]:
    """As the gateway has it, over HTTP."""
    face = LinkUnsubscriptions(store, TOKENS, Changes(UserEvents(StandingClock(), CountingIds())))
    async with aiohttp.ClientSession() as session, serving(unsubscriptions_router(face, entry())) as address:
        yield UnsubscriptionsClient(Caller(line(session), address, "unsubscriptions", Unsubscriptions))


async def preferences(store: MemoryAccountStore, user_id: str = "u1") -> Preferences:
    (user,) = await store.by_ids([user_id])
    return user.preferences


async def test_a_contact_says_all_that_is_needed_to_write_to_somebody(store: MemoryAccountStore) -> None:
    told = await SealedContactBook(store, SEAL).load_contact(LoadContact(user_id="u2"))
    assert told.user_id == "u2"
    assert SEAL.opened(told.sealed or "") == (
        Contact(
            user_id="u2",
            version=1,
            email="2@example.org",
            name="Mia",
            roles=(Role.CUSTOMER,),
            declined=(OptionalCategory.PROMOTIONAL,),
        ),
    )


async def test_nobody_has_no_contact(store: MemoryAccountStore) -> None:
    assert (await SealedContactBook(store, SEAL).load_contact(LoadContact(user_id="u9"))).sealed is None


async def test_all_contacts_come_in_pages_that_go_on_where_the_last_one_ended(store: MemoryAccountStore) -> None:
    book = SealedContactBook(store, SEAL)
    first = await book.list_contacts(ListContacts(first=2))
    second = await book.list_contacts(ListContacts(after=first.last, first=2))
    third = await book.list_contacts(ListContacts(after=second.last, first=2))
    assert [page.has_more for page in (first, second, third)] == [True, False, False]
    assert [page.count for page in (first, second, third)] == [2, 1, 0]
    assert third.last == second.last == "u3"
    pages = [[contact.user_id for contact in SEAL.opened(page.sealed)] for page in (first, second, third)]
    assert pages == [["u1", "u2"], ["u3"], []]


async def test_a_link_takes_back_its_kind_of_message_and_no_other(
    store: MemoryAccountStore, unsubscriptions: Unsubscriptions
) -> None:
    promotional = TOKENS.token(Unsubscription(user_id="u2", category=OptionalCategory.PROMOTIONAL))
    wish = Unsubscription(user_id="u1", category=OptionalCategory.RECOMMENDATION)
    assert await unsubscriptions.unsubscribe(RECOMMENDATIONS, ORIGIN) == wish
    assert await preferences(store) == Preferences(promotional=False, recommendations=False)
    assert await preferences(store, "u2") == Preferences(promotional=False, recommendations=True)
    await unsubscriptions.unsubscribe(promotional, ORIGIN)
    assert await preferences(store, "u2") == Preferences(promotional=False, recommendations=True)


async def test_it_is_told_once_however_often_the_link_is_used(
    store: MemoryAccountStore, unsubscriptions: Unsubscriptions
) -> None:
    for _ in range(3):
        await unsubscriptions.unsubscribe(RECOMMENDATIONS, ORIGIN)
    assert [(event.type, event.data["preferences"]) for event in store.events] == [
        ("user.preferences-changed.v1", {"promotional": False, "recommendations": False})
    ]


async def test_to_ask_what_a_link_is_for_changes_nothing(
    store: MemoryAccountStore, unsubscriptions: Unsubscriptions
) -> None:
    assert await unsubscriptions.category_of(RECOMMENDATIONS) is OptionalCategory.RECOMMENDATION
    assert (await preferences(store)).recommendations
    assert store.events == []


@pytest.mark.parametrize(
    "token",
    [
        "no-token",
        RECOMMENDATIONS[:-4],
        SignedUnsubscribeTokens(SecretStr("two")).token(
            Unsubscription(user_id="u1", category=OptionalCategory.RECOMMENDATION)
        ),
        TOKENS.token(Unsubscription(user_id="u9", category=OptionalCategory.RECOMMENDATION)),
    ],
    ids=["no token", "cut", "other secret", "nobody"],
)
async def test_other_links_change_nothing(
    store: MemoryAccountStore, unsubscriptions: Unsubscriptions, token: str
) -> None:
    with pytest.raises(NotFound):
        await unsubscriptions.unsubscribe(token, ORIGIN)
    assert (await preferences(store)).recommendations
