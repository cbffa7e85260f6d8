"""The rules about people, on a store: whose contact is learnt, who belongs to an audience. Sends nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from services.notifications.campaigns.models import CampaignAudience
from services.notifications.campaigns.ports import AudiencePage
from services.notifications.models import Recipient, Suppression
from services.notifications.recipients.models import ContactsLearnt, LearnContacts, address_key, place_of
from services.notifications.recipients.ports import RecipientStore
from services.shared.actors import Actor
from services.shared.contacts import ContactSeal, SealedContact
from services.shared.errors import Forbidden, Invalid, NotFound

RECENT: Final = timedelta(days=90)
"""The contract's: who has bought within it is a recent buyer, every other customer a lapsed one."""


class RecipientBook:
    """Offers `ports.Recipients`, `campaigns.ports.Audiences`, and of its own ports `ContactSteps`, `Suppressions`."""

    def __init__(self, store: RecipientStore, seal: ContactSeal) -> None:
        self._store = store
        self._seal = seal

    async def by_ids(self, user_ids: Sequence[str]) -> Mapping[str, Recipient]:
        """See `Recipients.by_ids`."""
        return await self._store.by_ids(user_ids)

    async def learn(self, contact: SealedContact) -> Recipient | None:
        """See `Recipients.learn`."""
        if contact.sealed is None:
            return None
        contacts = self._seal.opened(contact.sealed)
        if [each.user_id for each in contacts] != [contact.user_id]:
            raise Invalid("the contact of another user", ("contact",))
        await self._store.keep(contacts)
        return (await self._store.by_ids([contact.user_id])).get(contact.user_id)

    async def suppress(self, addresses: Mapping[str, Suppression]) -> None:
        """See `Recipients.suppress`."""
        if addresses:
            await self._store.suppress({address_key(address): why for address, why in addresses.items()})

    async def lift(self, user_id: str, actor: Actor) -> bool:
        """See `Suppressions.lift`."""
        if not actor.runs_the_shop:
            raise Forbidden
        person = (await self._store.by_ids([user_id])).get(user_id)
        if person is None:
            raise NotFound("nobody with this id has an address here", ("userId",))
        return await self._store.lift(address_key(person.address))

    async def learn_contacts(self, wish: LearnContacts) -> ContactsLearnt:
        """See `ContactSteps.learn_contacts`."""
        if wish.page is None:
            return ContactsLearnt(up_to=await self._store.learnt_up_to())
        if contacts := self._seal.opened(wish.page.sealed):
            await self._store.keep(contacts)
            await self._store.note_learnt(wish.page.last)
        return ContactsLearnt(up_to=wish.page.last)

    async def page(self, audience: CampaignAudience, at: datetime, *, after: str, limit: int) -> AudiencePage:
        """See `Audiences.page`."""
        found = await self._store.page(audience, at - RECENT, after, limit + 1)
        people = found[:limit]
        last = place_of(people[-1].user_id) if people else after
        return AudiencePage(people=people, last=last, has_more=len(found) > len(people))
