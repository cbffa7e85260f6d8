"""Events become workflows that tell people, and what is remembered of them; what failed becomes a dead letter."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from services.infra.contacts.seal import SecretSeal
from services.notifications.campaigns.models import CampaignAudience
from services.notifications.handlers import AccountNotices, FailedNotices, OrderNotices, ResentNotices
from services.notifications.mails import KIND_OF_EVENT
from services.notifications.models import NotificationCategory
from services.notifications.recipients.memory import MemoryRecipientStore
from services.notifications.recipients.service import RecipientBook
from services.shared.contacts import SealedContact
from services.shared.errors import Conflict, Invalid, Unavailable
from services.shared.events import Event
from services.shared.receipts import Delivery, Outcome, Receipt
from tests.notifications.makers import FACTS
from tests.notifications.recipients.makers import a_contact, news_of

NOW = datetime(2026, 11, 22, 21, 4, 5, tzinfo=UTC)
ACCOUNT = {"userId": "u1", "roles": ["CUSTOMER"]}
DECLINED = ACCOUNT | {"preferences": {"promotional": False, "recommendations": True}}
MESSAGE = {"notificationId": "m1", "userId": "u1", "reason": "GIVEN_UP"}
SEAL = SecretSeal(SecretStr("one"))


class MemoryFanOut:
    """Offers FanOut, and remembers what it was asked."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.sent_again: list[tuple[str, list[str]]] = []
        self.away = False

    async def tell_of(self, events: Sequence[Event]) -> None:
        self._check()
        self.told += [event.id for event in events]

    async def send_again(self, cause: str, message_ids: Sequence[str]) -> None:
        self._check()
        self.sent_again.append((cause, list(message_ids)))

    def _check(self) -> None:
        if self.away:
            raise Unavailable("temporal")


@pytest.fixture
def fan_out() -> MemoryFanOut:
    return MemoryFanOut()


@pytest.fixture
async def store() -> MemoryRecipientStore:
    store = MemoryRecipientStore()
    await RecipientBook(store, SEAL).learn(SealedContact(user_id="u1", sealed=SEAL.sealed([a_contact(version=0)])))
    return store


def told(kind: str, data: dict[str, Any] | Any, sequence: int = 1) -> Delivery:  # noqa: ANN401 (an event's data)
    event = Event(
        id=f"{kind} {sequence}", type=kind, subject=data.get("userId", "o1"), sequence=sequence, time=NOW, data=data
    )
    return Delivery(event=event, receipt=Receipt(consumer="notifications", event_id=event.id, at=NOW))


async def declined(store: MemoryRecipientStore) -> frozenset[NotificationCategory]:
    return (await store.by_ids(["u1"]))["u1"].declined


async def audience(store: MemoryRecipientStore, which: CampaignAudience) -> list[str]:
    return [person.user_id for person in await store.page(which, NOW, "", 10)]


class TestOrders:
    async def test_customers_are_told_of_what_there_is_a_mail_for(
        self, fan_out: MemoryFanOut, store: MemoryRecipientStore
    ) -> None:
        states = ["placed", "reserved", "confirmed", "shipped", "delivered", "rejected", "cancelled"]
        events = [told(f"order.{state}.v1", dict(FACTS)) for state in states]
        assert await OrderNotices(fan_out, store).handle(events) == [Outcome.APPLIED] * 7
        assert fan_out.told == [f"order.{state}.v1 1" for state in states[2:]]
        assert {name for name in KIND_OF_EVENT if name.startswith("order.")} == {each[:-2] for each in fan_out.told}

    async def test_a_confirmed_order_is_remembered_once(
        self, fan_out: MemoryFanOut, store: MemoryRecipientStore
    ) -> None:
        notices, confirmed = OrderNotices(fan_out, store), told("order.confirmed.v1", dict(FACTS))
        await store.note_news([news_of()])
        assert await notices.preview(confirmed) is Outcome.APPLIED
        assert await audience(store, CampaignAudience.RECENT_BUYERS) == []
        assert await notices.handle([confirmed]) == [Outcome.APPLIED]
        assert await notices.handle([confirmed]) == [Outcome.DUPLICATE]
        assert await notices.preview(confirmed) is Outcome.DUPLICATE
        assert await audience(store, CampaignAudience.RECENT_BUYERS) == ["u1"]

    async def test_that_it_is_told_is_asked_for_again_after_a_crash_between_the_two(
        self, fan_out: MemoryFanOut, store: MemoryRecipientStore
    ) -> None:
        notices, shipped = OrderNotices(fan_out, store), told("order.shipped.v1", dict(FACTS))
        fan_out.away = True
        with pytest.raises(Unavailable):
            await notices.handle([shipped])
        assert await notices.preview(shipped) is Outcome.APPLIED
        fan_out.away = False
        assert await notices.handle([shipped]) == [Outcome.APPLIED]
        assert fan_out.told == ["order.shipped.v1 1"]

    @pytest.mark.parametrize("data", [{}, {"customerId": 1}, {"lines": FACTS["lines"]}])
    async def test_what_is_no_order_is_refused_before_anybody_is_told(
        self, fan_out: MemoryFanOut, store: MemoryRecipientStore, data: dict[str, Any]
    ) -> None:
        good = told("order.shipped.v1", dict(FACTS))
        with pytest.raises(Invalid):
            await OrderNotices(fan_out, store).handle([good, told("order.confirmed.v1", data)])
        assert fan_out.told == []


class TestAccounts:
    async def test_users_are_told_of_what_concerns_their_security(
        self, fan_out: MemoryFanOut, store: MemoryRecipientStore
    ) -> None:
        kinds = ["registered", "signed-in", "password-changed", "session-compromised", "roles-changed"]
        events = [told(f"user.{kind}.v1", ACCOUNT, number) for number, kind in enumerate(kinds, 1)]
        assert await AccountNotices(fan_out, store).handle(events) == [Outcome.APPLIED] * 5
        assert fan_out.told == ["user.registered.v1 1", "user.password-changed.v1 3", "user.session-compromised.v1 4"]

    async def test_what_was_declined_last_counts_in_whatever_order_it_is_heard(
        self, fan_out: MemoryFanOut, store: MemoryRecipientStore
    ) -> None:
        notices = AccountNotices(fan_out, store)
        none_declined = ACCOUNT | {"preferences": {"promotional": True, "recommendations": True}}
        await notices.handle([told("user.preferences-changed.v1", DECLINED, 3)])
        await notices.handle(
            [told("user.preferences-changed.v1", none_declined, 2), told("user.registered.v1", ACCOUNT)]
        )
        assert await declined(store) == {NotificationCategory.PROMOTIONAL}
        await notices.handle([told("user.preferences-changed.v1", none_declined, 4)])
        assert await declined(store) == frozenset()

    async def test_who_is_no_customer_any_more_is_in_no_audience(
        self, fan_out: MemoryFanOut, store: MemoryRecipientStore
    ) -> None:
        notices = AccountNotices(fan_out, store)
        assert await audience(store, CampaignAudience.ALL_CUSTOMERS) == []
        await notices.handle([told("user.registered.v1", ACCOUNT)])
        assert await audience(store, CampaignAudience.ALL_CUSTOMERS) == ["u1"]
        await notices.handle([told("user.roles-changed.v1", {"userId": "u1", "roles": ["OPS"]}, 2)])
        assert await audience(store, CampaignAudience.ALL_CUSTOMERS) == []

    async def test_other_data_is_refused(self, fan_out: MemoryFanOut, store: MemoryRecipientStore) -> None:
        notices, odd = AccountNotices(fan_out, store), told("user.registered.v1", {"userId": "u1", "roles": ["KING"]})
        for ask in (notices.handle([odd]), notices.preview(odd)):
            with pytest.raises(Invalid):
                await ask
        assert fan_out.told == []


class TestFailures:
    async def test_a_message_that_failed_is_given_up_and_others_are_not(self) -> None:
        notices, failed = FailedNotices(), told("notification.failed.v1", MESSAGE)
        others = [told(f"notification.{kind}.v1", MESSAGE) for kind in ("sent", "skipped")]
        assert await notices.handle(others) == [Outcome.APPLIED] * 2
        for ask in (notices.handle([*others, failed]), notices.preview(failed)):
            with pytest.raises(Conflict, match="the message was not sent: GIVEN_UP"):
                await ask

    async def test_its_replay_has_it_sent_again(self, fan_out: MemoryFanOut) -> None:
        notices, failed = ResentNotices(fan_out), told("notification.failed.v1", MESSAGE)
        assert await notices.preview(failed) is Outcome.APPLIED
        assert fan_out.sent_again == []
        assert await notices.handle([failed]) == [Outcome.APPLIED]
        assert fan_out.sent_again == [("notification.failed.v1 1", ["m1"])]

    async def test_what_did_not_fail_is_not_sent_again(self, fan_out: MemoryFanOut) -> None:
        sent = told("notification.sent.v1", MESSAGE)
        for odd in (sent, told("notification.failed.v1", {})):
            with pytest.raises(Invalid):
                await ResentNotices(fan_out).handle([odd])
        assert fan_out.sent_again == []
