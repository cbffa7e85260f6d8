"""What every RecipientStore promises; run against the one in memory and the real one."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from services.notifications.campaigns.models import CampaignAudience
from services.notifications.models import NotificationCategory, Recipient, Suppression
from services.notifications.recipients.models import address_key, place_of
from services.notifications.recipients.ports import RecipientStore
from services.shared.actors import Role
from services.shared.receipts import Outcome
from tests.notifications.recipients.makers import (
    GONE,
    NOW,
    PROMOTIONAL,
    RECOMMENDATION,
    a_contact,
    a_purchase,
    news_of,
)

SINCE = NOW - timedelta(days=90)
ALL = CampaignAudience.ALL_CUSTOMERS


async def the_one(store: RecipientStore, user_id: str = "u1") -> Recipient:
    return (await store.by_ids([user_id]))[user_id]


async def ids_of(store: RecipientStore, audience: CampaignAudience = ALL) -> set[str]:
    return {person.user_id for person in await store.page(audience, SINCE, "", 100)}


class RecipientStoreContract:
    """Subclasses offer a fixture `store`."""

    async def test_a_person_is_known_once_their_contact_is(self, store: RecipientStore) -> None:
        await store.note_news([news_of("u1"), news_of("u2")])
        await store.take_orders([a_purchase("u3")])
        assert await store.by_ids(["u1", "u2", "u3", "u4"]) == {}
        await store.keep([a_contact("u1"), a_contact("u3")])
        assert await store.by_ids(["u1", "u2", "u3"]) == {
            user_id: Recipient(user_id=user_id, address=f"{user_id}@example.org", name="Mia 1")
            for user_id in ("u1", "u3")
        }
        assert await store.by_ids([]) == {}

    async def test_nothing_at_all_may_be_told(self, store: RecipientStore) -> None:
        await store.keep([])
        await store.note_news([])
        assert await store.take_orders([]) == []
        await store.suppress({})
        assert await ids_of(store) == set()

    @pytest.mark.parametrize("order", list(permutations(range(4))))
    async def test_the_newest_of_each_is_known_in_whatever_order_it_was_heard(
        self, store: RecipientStore, order: tuple[int, ...]
    ) -> None:
        heard = [
            lambda: store.note_news([news_of("u1", 1, declined=())]),
            lambda: store.keep([a_contact("u1", 2, declined=(RECOMMENDATION,))]),
            lambda: store.note_news([news_of("u1", 3, declined=(PROMOTIONAL,))]),
            lambda: store.note_news([news_of("u1", 4, roles=(Role.OPS,))]),
        ]
        for number in (*order, *order):
            await heard[number]()
        assert await the_one(store) == Recipient(
            user_id="u1",
            address="u1@example.org",
            name="Mia 2",
            declined=frozenset({NotificationCategory.PROMOTIONAL}),
        )
        assert await ids_of(store) == set()

    async def test_several_news_of_one_at_once_are_taken_in_their_order(self, store: RecipientStore) -> None:
        told = [news_of("u1", 1, declined=()), news_of("u1", 2, declined=(PROMOTIONAL,)), news_of("u2", 1)]
        await store.note_news(told)
        await store.keep([a_contact("u1", 1), a_contact("u2", 1), a_contact("u1", 3, declined=(RECOMMENDATION,))])
        assert (await the_one(store)).declined == {NotificationCategory.RECOMMENDATION}
        assert (await the_one(store)).name == "Mia 3"

    async def test_what_is_heard_at_the_same_moment_is_all_known(self, store: RecipientStore) -> None:
        await asyncio.gather(
            store.keep([a_contact("u1", 2)]),
            store.note_news([news_of("u1", 3, declined=(PROMOTIONAL,))]),
            store.take_orders([a_purchase("u1")]),
        )
        assert (await the_one(store)).declined == {NotificationCategory.PROMOTIONAL}
        assert await ids_of(store, CampaignAudience.RECENT_BUYERS) == {"u1"}

    async def test_customers_are_who_has_the_role_and_can_be_reached(self, store: RecipientStore) -> None:
        await store.keep([a_contact("mia"), a_contact("ops", roles=(Role.OPS,))])
        await store.keep([a_contact("ben", roles=(Role.CUSTOMER, Role.OPS))])
        await store.note_news([news_of("unreached")])
        assert await ids_of(store) == {"mia", "ben"}

    async def test_recent_and_lapsed_buyers_are_all_customers_and_nobody_is_both(self, store: RecipientStore) -> None:
        await store.keep([a_contact(name) for name in ("new", "edge", "old", "back", "never")])
        await store.keep([a_contact("ops", roles=(Role.OPS,))])
        await store.take_orders([a_purchase("new", 1), a_purchase("edge", 90), a_purchase("old", 90.01)])
        await store.take_orders([a_purchase("back", 2), a_purchase("ops", 1)])
        await store.take_orders([a_purchase("back", 200), a_purchase("back", 2)])
        assert await ids_of(store, CampaignAudience.RECENT_BUYERS) == {"new", "edge", "back"}
        assert await ids_of(store, CampaignAudience.LAPSED_BUYERS) == {"old", "never"}
        assert await ids_of(store) == {"new", "edge", "back", "old", "never"}

    async def test_an_order_is_counted_once_however_often_it_is_told(self, store: RecipientStore) -> None:
        told = a_purchase("u1", order="e1")
        first = [told, a_purchase("u1", order="e2"), told]
        assert await store.take_orders(first) == [Outcome.APPLIED, Outcome.APPLIED, Outcome.DUPLICATE]
        assert await store.take_orders([told]) == [Outcome.DUPLICATE]
        assert await store.had(told.receipt)
        assert not await store.had(a_purchase("u1", order="e3").receipt)

    async def test_an_order_that_was_not_confirmed_is_no_purchase(self, store: RecipientStore) -> None:
        await store.keep([a_contact("u1")])
        told = replace(a_purchase("u1"), purchase=None)
        assert await store.take_orders([told]) == [Outcome.APPLIED]
        assert await ids_of(store, CampaignAudience.RECENT_BUYERS) == set()
        assert await store.had(told.receipt)

    @pytest.mark.parametrize("limit", [1, 7, 50, 51, 100])
    async def test_pages_hold_everybody_once_in_the_order_of_places(self, store: RecipientStore, limit: int) -> None:
        names = [f"u{number}" for number in range(50)]
        await store.keep([a_contact(name) for name in names])
        read: list[str] = []
        while page := await store.page(ALL, SINCE, place_of(read[-1]) if read else "", limit):
            assert len(page) <= limit
            read += [person.user_id for person in page]
        assert read == sorted(names, key=place_of)

    async def test_a_suppressed_address_is_so_for_everybody_who_has_or_will_have_it(
        self, store: RecipientStore
    ) -> None:
        await store.keep([a_contact("u1", email="a@example.org"), a_contact("u2")])
        later = Suppression(since=NOW + timedelta(days=1), detail="again")
        await store.suppress({address_key("A@Example.org "): GONE})
        await store.suppress({address_key("a@example.org"): later})
        await store.keep([a_contact("u3", email="a@example.org")])
        people = await store.by_ids(["u1", "u2", "u3"])
        assert {user_id: person.suppression for user_id, person in people.items()} == {
            "u1": GONE,
            "u2": None,
            "u3": GONE,
        }
        assert await ids_of(store) == {"u1", "u2", "u3"}

    async def test_another_address_is_not_suppressed(self, store: RecipientStore) -> None:
        await store.keep([a_contact("u1", 1)])
        await store.suppress({address_key("u1@example.org"): GONE})
        await store.keep([a_contact("u1", 2, email="new@example.org")])
        assert (await the_one(store)).suppression is None

    async def test_an_address_that_is_learnt_while_it_is_suppressed_is_suppressed(self, store: RecipientStore) -> None:
        for number in range(20):
            user_id = f"u{number}"
            await asyncio.gather(
                store.keep([a_contact(user_id)]), store.suppress({address_key(f"{user_id}@example.org"): GONE})
            )
            assert (await the_one(store, user_id)).suppression == GONE

    async def test_a_suppression_that_is_lifted_is_so_for_everybody_who_has_or_will_have_the_address(
        self, store: RecipientStore
    ) -> None:
        key = address_key("a@example.org")
        await store.keep(
            [a_contact("u1", email="a@example.org"), a_contact("u2", email="a@example.org"), a_contact("u3")]
        )
        await store.suppress({key: GONE, address_key("u3@example.org"): GONE})
        assert await store.lift(key)
        assert not await store.lift(key)
        await store.keep([a_contact("u4", email="a@example.org")])
        people = await store.by_ids(["u1", "u2", "u3", "u4"])
        assert {user_id for user_id, person in people.items() if person.suppression} == {"u3"}
        await store.suppress({key: GONE})
        assert (await the_one(store)).suppression == GONE

    async def test_up_to_where_contacts_are_learnt_only_moves_on(self, store: RecipientStore) -> None:
        assert await store.learnt_up_to() == ""
        for user_id in ("u2", "u1"):
            await store.note_learnt(user_id)
        assert await store.learnt_up_to() == "u2"
