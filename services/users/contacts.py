"""How users are reached, sealed for the one service that writes to them, and the links by which they want no more mail.

Never says an address in the open.
"""

from services.shared.contacts import (
    Contact,
    ContactSeal,
    ListContacts,
    LoadContact,
    OptionalCategory,
    SealedContact,
    SealedContacts,
    UnsubscribeTokens,
    Unsubscription,
)
from services.shared.events import Origin
from services.users.changes import Changes
from services.users.models import Preferences, PreferencesPatch, User
from services.users.ports import AccountStore


class SealedContactBook:
    """Offers `ports.ContactBook`."""

    def __init__(self, store: AccountStore, seal: ContactSeal) -> None:
        self._store = store
        self._seal = seal

    async def load_contact(self, wish: LoadContact) -> SealedContact:
        """See `ContactBook.load_contact`."""
        found = await self._store.by_ids((wish.user_id,))
        contacts = [_contact(user) for user in found]
        return SealedContact(user_id=wish.user_id, sealed=self._seal.sealed(contacts) if contacts else None)

    async def list_contacts(self, wish: ListContacts) -> SealedContacts:
        """See `ContactBook.list_contacts`."""
        found = await self._store.page(wish.after, wish.first + 1)
        users = found[: wish.first]
        return SealedContacts(
            sealed=self._seal.sealed([_contact(user) for user in users]),
            count=len(users),
            last=users[-1].id if users else wish.after,
            has_more=len(found) > len(users),
        )


class LinkUnsubscriptions:
    """Offers `ports.Unsubscriptions`."""

    def __init__(self, store: AccountStore, tokens: UnsubscribeTokens, changes: Changes) -> None:
        self._store = store
        self._tokens = tokens
        self._changes = changes

    async def category_of(self, token: str) -> OptionalCategory:
        """See `Unsubscriptions.category_of`."""
        return self._tokens.wish(token).category

    async def unsubscribe(self, token: str, origin: Origin) -> Unsubscription:
        """See `Unsubscriptions.unsubscribe`."""
        wish = self._tokens.wish(token)
        await self._store.change(wish.user_id, self._changes.preferences_changed(_without(wish.category), origin))
        return wish


def _contact(user: User) -> Contact:
    return Contact(
        user_id=user.id,
        version=user.version,
        email=user.email,
        name=user.name,
        roles=user.roles,
        declined=tuple(category for category in OptionalCategory if not _wants(user.preferences, category)),
    )


def _wants(preferences: Preferences, category: OptionalCategory) -> bool:
    if category is OptionalCategory.PROMOTIONAL:
        return preferences.promotional
    return preferences.recommendations


def _without(category: OptionalCategory) -> PreferencesPatch:
    if category is OptionalCategory.PROMOTIONAL:
        return PreferencesPatch(promotional=False)
    return PreferencesPatch(recommendations=False)
