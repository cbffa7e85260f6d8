"""Contacts are learnt sealed, and audiences are taken page by page."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from services.infra.contacts.seal import SecretSeal
from services.notifications.campaigns.models import CampaignAudience
from services.notifications.models import Recipient
from services.notifications.recipients.memory import MemoryRecipientStore
from services.notifications.recipients.models import LearnContacts
from services.notifications.recipients.service import RecipientBook
from services.shared.contacts import Contact, ContactSeal, SealedContact, SealedContacts
from services.shared.errors import Invalid, Unavailable
from tests.notifications.recipients.makers import GONE, NOW, a_contact, a_purchase

SEAL = SecretSeal(SecretStr("one"))
OTHER_SEAL = SecretSeal(SecretStr("two"))


@pytest.fixture
def store() -> MemoryRecipientStore:
    return MemoryRecipientStore()


@pytest.fixture
def book(store: MemoryRecipientStore) -> RecipientBook:
    return RecipientBook(store, SEAL)


def sealed(contact: Contact, user_id: str = "u1", seal: ContactSeal = SEAL) -> SealedContact:
    return SealedContact(user_id=user_id, sealed=seal.sealed([contact]))


def page(*contacts: Contact) -> LearnContacts:
    last = contacts[-1].user_id if contacts else ""
    told = SealedContacts(sealed=SEAL.sealed(contacts), count=len(contacts), last=last, has_more=False)
    return LearnContacts(page=told)


async def test_a_contact_that_is_learnt_is_known_from_then_on(book: RecipientBook) -> None:
    mia = Recipient(user_id="u1", address="u1@example.org", name="Mia 1")
    assert await book.by_ids(["u1"]) == {}
    assert await book.learn(sealed(a_contact())) == mia
    assert await book.by_ids(["u1"]) == {"u1": mia}


async def test_there_is_nobody_where_users_know_nobody(book: RecipientBook) -> None:
    assert await book.learn(SealedContact(user_id="u1", sealed=None)) is None


async def test_the_contact_of_another_is_refused(book: RecipientBook) -> None:
    with pytest.raises(Invalid):
        await book.learn(sealed(a_contact("u2")))
    assert await book.by_ids(["u1", "u2"]) == {}


async def test_a_secret_that_is_not_known_here_is_waited_for(book: RecipientBook) -> None:
    with pytest.raises(Unavailable):
        await book.learn(sealed(a_contact(), seal=OTHER_SEAL))


async def test_an_address_is_suppressed_however_it_is_written(book: RecipientBook) -> None:
    await book.suppress({" U1@Example.org": GONE})
    mia = await book.learn(sealed(a_contact()))
    assert mia
    assert mia.suppression == GONE


async def test_pages_of_all_contacts_go_on_where_the_last_one_ended(book: RecipientBook) -> None:
    assert (await book.learn_contacts(LearnContacts())).up_to == ""
    assert (await book.learn_contacts(page(a_contact("u1"), a_contact("u2")))).up_to == "u2"
    assert (await book.learn_contacts(LearnContacts())).up_to == "u2"
    assert set(await book.by_ids(["u1", "u2"])) == {"u1", "u2"}
    await book.learn_contacts(page())
    assert (await book.learn_contacts(LearnContacts())).up_to == "u2"


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
async def test_an_audience_is_read_to_its_end_by_the_last_place_of_each_page(book: RecipientBook, limit: int) -> None:
    names = ["u1", "u2", "u3"]
    await book.learn_contacts(page(*(a_contact(name) for name in names)))
    read: list[str] = []
    after, has_more = "", True
    while has_more:
        found = await book.page(CampaignAudience.ALL_CUSTOMERS, NOW, after=after, limit=limit)
        read += [person.user_id for person in found.people]
        after, has_more = found.last, found.has_more
    assert sorted(read) == names
    beyond = await book.page(CampaignAudience.ALL_CUSTOMERS, NOW, after=after, limit=limit)
    assert (list(beyond.people), beyond.last, beyond.has_more) == ([], after, False)


async def test_who_is_a_recent_buyer_depends_on_the_moment_that_is_asked_about(
    book: RecipientBook, store: MemoryRecipientStore
) -> None:
    await book.learn_contacts(page(a_contact("u1")))
    await store.take_orders([a_purchase("u1")])

    async def recent(after_days: int) -> int:
        at = NOW + timedelta(days=after_days)
        return len((await book.page(CampaignAudience.RECENT_BUYERS, at, after="", limit=10)).people)

    assert [await recent(days) for days in (0, 90, 91)] == [1, 1, 0]
