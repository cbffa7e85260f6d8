"""People in memory, for tests and as the shortest description of what the port promises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.notifications.campaigns.models import CampaignAudience
from services.notifications.models import NotificationCategory, Recipient, Suppression
from services.notifications.recipients.models import AccountNews, OrderNews, address_key, place_of
from services.shared.actors import Role
from services.shared.contacts import Contact, OptionalCategory
from services.shared.receipts import Outcome, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """All that is known of one."""

    roles: tuple[Role, ...] = ()
    roles_version: int = 0
    declined: tuple[OptionalCategory, ...] = ()
    declined_version: int = 0
    contact: Contact | None = None
    bought_at: datetime | None = None


class MemoryRecipientStore:
    """Implements RecipientStore."""

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}
        self._suppressions: dict[str, Suppression] = {}
        self._learnt_up_to = ""
        self._receipts: set[str] = set()

    async def by_ids(self, user_ids: Sequence[str]) -> Mapping[str, Recipient]:
        found = {user_id: self._recipient(self._person(user_id)) for user_id in user_ids}
        return {user_id: each for user_id, each in found.items() if each}

    async def keep(self, contacts: Sequence[Contact]) -> None:
        for contact in contacts:
            self._note(contact.user_id, contact.version, contact.roles, contact.declined)
            known = self._person(contact.user_id)
            if known.contact is None or known.contact.version < contact.version:
                self._people[contact.user_id] = replace(known, contact=contact)

    async def note_news(self, news: Sequence[AccountNews]) -> None:
        for each in news:
            self._note(each.user_id, each.version, each.roles, each.declined)

    async def take_orders(self, news: Sequence[OrderNews]) -> Sequence[Outcome]:
        return [self._take(each) for each in news]

    async def had(self, receipt: Receipt) -> bool:
        return receipt.id in self._receipts

    async def suppress(self, suppressions: Mapping[str, Suppression]) -> None:
        self._suppressions = {**suppressions, **self._suppressions}

    async def lift(self, key: str) -> bool:
        return self._suppressions.pop(key, None) is not None

    async def page(
        self, audience: CampaignAudience, bought_since: datetime, after: str, limit: int
    ) -> Sequence[Recipient]:
        found = []
        for user_id in sorted(self._people, key=place_of):
            person = self._people[user_id]
            recipient = self._recipient(person)
            recently = person.bought_at is not None and person.bought_at >= bought_since
            belongs = audience is CampaignAudience.ALL_CUSTOMERS or recently is (
                audience is CampaignAudience.RECENT_BUYERS
            )
            if place_of(user_id) > after and recipient and Role.CUSTOMER in person.roles and belongs:
                found.append(recipient)
        return found[:limit]

    async def learnt_up_to(self) -> str:
        return self._learnt_up_to

    async def note_learnt(self, up_to: str) -> None:
        self._learnt_up_to = max(self._learnt_up_to, up_to)

    def _take(self, news: OrderNews) -> Outcome:
        if news.receipt.id in self._receipts:
            return Outcome.DUPLICATE
        self._receipts.add(news.receipt.id)
        if bought := news.purchase:
            known = self._person(bought.user_id)
            last = max(known.bought_at or bought.at, bought.at)
            self._people[bought.user_id] = replace(known, bought_at=last)
        return Outcome.APPLIED

    def _person(self, user_id: str) -> Person:
        return self._people.get(user_id, Person())

    def _note(
        self, user_id: str, version: int, roles: tuple[Role, ...], declined: tuple[OptionalCategory, ...] | None
    ) -> None:
        person = self._person(user_id)
        if person.roles_version < version:
            person = replace(person, roles=roles, roles_version=version)
        if declined is not None and person.declined_version < version:
            person = replace(person, declined=declined, declined_version=version)
        self._people[user_id] = person

    def _recipient(self, person: Person) -> Recipient | None:
        if person.contact is None:
            return None
        return Recipient(
            user_id=person.contact.user_id,
            address=person.contact.email,
            name=person.contact.name,
            declined=frozenset(NotificationCategory(each) for each in person.declined),
            suppression=self._suppressions.get(address_key(person.contact.email)),
        )
