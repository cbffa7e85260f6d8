"""People in MongoDB: the collections `recipients`, `suppressions`, and `progress` (of contacts). Holds no rule.

All is written by commands of which each can be repeated. A suppression is kept for its address, and with everybody who
has it, so that one read tells all that sending needs to know of a person.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.infra.inbox import Effects, Inbox
from services.infra.mongo import Database, Document, unavailable_when_away
from services.infra.transaction import Reads
from services.notifications.campaigns.models import CampaignAudience
from services.notifications.models import Recipient, Suppression
from services.notifications.recipients.documents import (
    BY_PLACE,
    CONTACTS,
    OF_ADDRESS,
    PROGRESS,
    RECIPIENTS,
    SUPPRESSIONS,
    VALIDATOR,
    Update,
    buying,
    contact_document,
    contact_updates,
    news_document,
    news_updates,
    recipient_from,
    suppression_document,
    suppression_update,
)
from services.notifications.recipients.models import AccountNews, OrderNews, address_key
from services.shared.contacts import Contact
from services.shared.receipts import Outcome, Receipt
from services.shared.spans import FIRST, end_of_span, next_parts

KNOWN: Document = {"email": {"$gt": ""}}


class MongoRecipientStore:
    """Implements RecipientStore."""

    def __init__(self, database: Database, inbox: Inbox) -> None:
        self._database = database
        self._inbox = inbox
        self._recipients = database.collection(RECIPIENTS)
        self._suppressions = database.collection(SUPPRESSIONS)
        self._progress = database.collection(PROGRESS)

    async def prepare(self) -> None:
        """Makes the collections, the validator and the indexes, or brings them up to date. Idempotent."""
        with unavailable_when_away():
            await self._database.ensure_collection(RECIPIENTS, VALIDATOR)
            await self._database.ensure_index(RECIPIENTS, "by_place", BY_PLACE)
            await self._database.ensure_index(RECIPIENTS, "of_address", OF_ADDRESS)
            await self._database.ensure_collection(SUPPRESSIONS)
            await self._database.ensure_collection(PROGRESS)
            await self._inbox.prepare()

    async def by_ids(self, user_ids: Sequence[str]) -> Mapping[str, Recipient]:
        if not user_ids:
            return {}
        with unavailable_when_away():
            found = await self._recipients.find({"_id": {"$in": list(user_ids)}, **KNOWN}).to_list(None)
        return {document["_id"]: recipient_from(document) for document in found}

    async def keep(self, contacts: Sequence[Contact]) -> None:
        if not contacts:
            return
        known = await self._known([contact.user_id for contact in contacts])
        new = [contact for contact in contacts if contact.user_id not in known]
        # Somebody may have come between the two.
        were_new = await self._database.insert_missing(self._recipients, [contact_document(each) for each in new])
        changed = [each for each in contacts if each.user_id in known] if were_new == len(new) else contacts
        await self._update([update for each in changed for update in contact_updates(each)])
        await self._tell_of_suppressions([address_key(contact.email) for contact in contacts])

    async def note_news(self, news: Sequence[AccountNews]) -> None:
        # Most are of somebody who is new.
        were_new = await self._database.insert_missing(self._recipients, [news_document(each) for each in news])
        if were_new < len(news):
            await self._update([update for each in news for update in news_updates(each)])

    async def take_orders(self, news: Sequence[OrderNews]) -> Sequence[Outcome]:
        return await self._inbox.take_once(news, _effects)

    async def had(self, receipt: Receipt) -> bool:
        return await self._inbox.has(receipt)

    async def suppress(self, suppressions: Mapping[str, Suppression]) -> None:
        documents = [{"_id": key, **suppression_document(why)} for key, why in suppressions.items()]
        await self._database.insert_missing(self._suppressions, documents)
        # After it, as who learns an address looks for suppressions after that: one of the two sees the other.
        await self._tell_of_suppressions(list(suppressions))

    async def lift(self, key: str) -> bool:
        with unavailable_when_away():
            result = await self._suppressions.delete_one({"_id": key})
            holders = await self._recipients.find({"address_key": key}, {"_id": 1}).to_list(None)
        await self._update([suppression_update(each["_id"], None) for each in holders])
        return bool(result.deleted_count)

    async def page(
        self, audience: CampaignAudience, bought_since: datetime, after: str, limit: int
    ) -> Sequence[Recipient]:
        found: list[Recipient] = []
        parts, end = FIRST, end_of_span(after, FIRST)
        while True:
            wanted = span_filter(audience, bought_since, after, end)
            some = await self._span(wanted, limit - len(found))
            found += some
            if end is None or len(found) == limit:
                return found
            parts, after = next_parts(parts, len(some), limit - len(found)), end
            end = end_of_span(after, parts)

    async def _span(self, wanted: Document, limit: int) -> list[Recipient]:
        with unavailable_when_away():
            found = await self._recipients.find(wanted).sort(BY_PLACE).limit(limit).to_list(None)
        return [recipient_from(document) for document in found]

    async def _known(self, user_ids: Sequence[str]) -> set[str]:
        with unavailable_when_away():
            found = await self._recipients.find({"_id": {"$in": list(user_ids)}}, {"_id": 1}).to_list(None)
        return {document["_id"] for document in found}

    async def learnt_up_to(self) -> str:
        with unavailable_when_away():
            found = await self._progress.find_one({"_id": CONTACTS})
        return str(found["up_to"]) if found else ""

    async def note_learnt(self, up_to: str) -> None:
        with unavailable_when_away():
            await self._progress.update_one({"_id": CONTACTS}, {"$max": {"up_to": up_to}}, upsert=True)

    async def _tell_of_suppressions(self, keys: Sequence[str]) -> None:
        """Has everybody with one of these addresses know whether it is suppressed."""
        with unavailable_when_away():
            found = await self._suppressions.find({"_id": {"$in": list(keys)}}).to_list(None)
            why = {each.pop("_id"): each for each in found}
            holders = self._recipients.find({"address_key": {"$in": list(why)}}, {"address_key": 1}) if why else None
            known = await holders.to_list(None) if holders else []
        # One by one: the embedded server never gets out of one command for many beside a transaction that counts.
        await self._update([suppression_update(each["_id"], why[each["address_key"]]) for each in known])

    async def _update(self, updates: Sequence[Update]) -> None:
        if updates:
            with unavailable_when_away():
                await self._recipients.bulk_write(updates)


def _effects(_: Reads, news: Sequence[OrderNews]) -> Effects:
    purchases = [each.purchase for each in news if each.purchase]
    return Effects(writes=buying(purchases), outcomes=[Outcome.APPLIED] * len(news))


def span_filter(audience: CampaignAudience, bought_since: datetime, after: str, end: str | None) -> Document:
    """The query of the part of an audience that stands behind the one place and before the other."""
    wanted: Document = {"place": {"$gt": after} | ({} if end is None else {"$lt": end}), "is_customer": True}
    if audience is CampaignAudience.RECENT_BUYERS:
        return wanted | {"bought_at": {"$gte": bought_since}}
    if audience is CampaignAudience.LAPSED_BUYERS:
        return wanted | {"bought_at": {"$not": {"$gte": bought_since}}}
    return wanted
