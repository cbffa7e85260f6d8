"""Writes into messages what they offer. What that is, and whether it can be had, others know."""

from typing import Any

from services.notifications.models import Channel, Source, SourceKind, Status, message_id_of
from services.notifications.offers.models import GiveOffers, ListUntold, Untold
from services.notifications.ports import MessageStore
from services.notifications.rendering.offered import OFFERS
from services.notifications.weekly.models import Offer
from services.shared.events import money_data


class OfferService:
    """Offers OfferSteps."""

    def __init__(self, messages: MessageStore) -> None:
        self._messages = messages

    async def list_untold(self, wish: ListUntold) -> Untold:
        """See `OfferSteps.list_untold`."""
        found = await self._messages.of_positions(wish.campaign_id, wish.first, wish.until)
        return Untold(user_ids=tuple(each.user_id for each in found if each.status is Status.QUEUED))

    async def give_offers(self, command: GiveOffers) -> None:
        """See `OfferSteps.give_offers`."""
        source = Source(kind=SourceKind.CAMPAIGN, id=command.campaign_id)
        told = [_told(offer) for offer in command.offers]
        await self._messages.give_facts(
            {
                message_id_of(source, user_id, Channel.EMAIL): {OFFERS: [told[number] for number in numbers]}
                for user_id, numbers in command.chosen.items()
            }
        )


def _told(offer: Offer) -> dict[str, Any]:
    """As the mail reads it: money as events have it."""
    return {"sku": offer.sku, "name": offer.name, "price": money_data(offer.price)}
