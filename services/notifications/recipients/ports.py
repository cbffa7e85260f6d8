"""What workflows and OPS may ask of people beside `ports.Recipients`, and what all need of a store. Protocols only."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from services.notifications.campaigns.models import CampaignAudience
from services.notifications.models import Recipient, Suppression
from services.notifications.recipients.models import AccountNews, ContactsLearnt, LearnContacts, OrderNews
from services.shared.actors import Actor
from services.shared.contacts import Contact
from services.shared.receipts import Outcome, Receipt


class ContactSteps(Protocol):
    """What workflows may ask, so that people are known who had an account before there were notifications."""

    async def learn_contacts(self, wish: LearnContacts) -> ContactsLearnt:
        """Keeps a page. Repeatable.

        Raises:
            Unavailable: it was sealed with a secret that is not known here, or the database is away.
        """
        ...


class Suppressions(Protocol):
    """What OPS may ask. Raises Forbidden for an actor who does not run the shop."""

    async def lift(self, user_id: str, actor: Actor) -> bool:
        """Mail goes again to the person's address, and to whoever else has it; whether it was suppressed.

        Raises:
            NotFound: nobody knows an address of the person.
        """
        ...


class RecipientStore(Protocol):
    """Where people are kept. All of it is repeatable, in any order: versions, moments and receipts decide.

    Raises Unavailable.
    """

    async def by_ids(self, user_ids: Sequence[str]) -> Mapping[str, Recipient]:
        """Those whose contact is known."""
        ...

    async def keep(self, contacts: Sequence[Contact]) -> None:
        """How people are reached; where something newer is known, that stays."""
        ...

    async def note_news(self, news: Sequence[AccountNews]) -> None:
        """What events told; where something newer is known, that stays."""
        ...

    async def take_orders(self, news: Sequence[OrderNews]) -> Sequence[Outcome]:
        """Remembers each person's last purchase and how many there were, together with the receipts: each once, however
        often it is told. An outcome for each.
        """
        ...

    async def had(self, receipt: Receipt) -> bool:
        """Whether it was taken."""
        ...

    async def suppress(self, suppressions: Mapping[str, Suppression]) -> None:
        """Nothing goes any more to the addresses of these keys, whoever has them or will; the first reason stays."""
        ...

    async def lift(self, key: str) -> bool:
        """Takes the suppression of the address with this key back, for everybody who has it; whether there was one."""
        ...

    async def page(
        self, audience: CampaignAudience, bought_since: datetime, after: str, limit: int
    ) -> Sequence[Recipient]:
        """Customers whose contact is known, by `place_of`, from behind `after`; RECENT_BUYERS have bought since that
        moment, LAPSED_BUYERS have not.
        """
        ...

    async def learnt_up_to(self) -> str:
        """See `ContactsLearnt`."""
        ...

    async def note_learnt(self, up_to: str) -> None:
        """Only ever moves on."""
        ...
