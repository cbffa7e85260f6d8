"""The steps of users. No rule here: unwrap, call the service."""

from temporalio import activity

from services.shared.contacts import ListContacts, LoadContact, SealedContact, SealedContacts
from services.users.ports import ContactBook


class UsersActivities:
    """What workflows may ask of users; runs on queue `users`. What it answers is sealed: histories are read by many."""

    def __init__(self, contacts: ContactBook) -> None:
        self._contacts = contacts

    @activity.defn(name="users.load_contact")
    async def load_contact(self, wish: LoadContact) -> SealedContact:
        """How one user is reached."""
        return await self._contacts.load_contact(wish)

    @activity.defn(name="users.list_contacts")
    async def list_contacts(self, wish: ListContacts) -> SealedContacts:
        """How a page of all users is reached."""
        return await self._contacts.list_contacts(wish)
