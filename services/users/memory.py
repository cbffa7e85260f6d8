"""The stores of users in memory, for tests and as the shortest description of what the ports promise."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from services.shared.errors import NotFound
from services.shared.events import Event
from services.users.errors import EmailTaken
from services.users.models import Account, SealedKey, User


class MemoryAccountStore:
    """Offers `ports.AccountStore`. `events` holds what was stored with the writes, oldest first."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}
        self.events: list[Event] = []

    async def insert(self, account: Account, events: Sequence[Event]) -> None:
        if await self.by_email(account.user.email):
            raise EmailTaken("another account has this address", ("email",))
        self._accounts[account.user.id] = account
        self.events.extend(events)

    async def note_sign_in(self, user_id: str, tell: Callable[[User], Event]) -> User:
        account = self._accounts.get(user_id)
        if account is None:
            raise NotFound("no such account")
        user = replace(account.user, version=account.user.version + 1)
        self._accounts[user_id] = replace(account, user=user)
        self.events.append(tell(user))
        return user

    async def by_email(self, email: str) -> Account | None:
        return next((account for account in self._accounts.values() if account.user.email == email), None)

    async def by_ids(self, ids: Sequence[str]) -> tuple[User, ...]:
        return tuple(self._accounts[user_id].user for user_id in dict.fromkeys(ids) if user_id in self._accounts)


class MemoryKeyStore:
    """Offers `ports.KeyStore`."""

    def __init__(self) -> None:
        self._key: SealedKey | None = None

    async def keep(self, candidate: SealedKey) -> SealedKey:
        self._key = self._key or candidate
        return self._key

    async def kept(self) -> SealedKey | None:
        return self._key
