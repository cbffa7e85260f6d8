"""The stores of users in memory, for tests and as the shortest description of what the ports promise."""

from collections.abc import Sequence
from dataclasses import replace

from services.shared.actors import Role
from services.shared.errors import NotFound
from services.shared.events import Event
from services.users.errors import EmailTaken
from services.users.models import Account, Change, Family, SessionEnd, Turn, User
from services.users.ports import RolesStep, Step, TurnStep


class MemoryAccountStore:
    """Offers `ports.AccountStore`. `events` holds what was stored with the writes, oldest first."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}
        self._families: dict[str, Family] = {}
        self._tokens: dict[str, str] = {}
        self.events: list[Event] = []

    async def insert(self, new: Change) -> None:
        if await self.by_email(new.account.user.email):
            raise EmailTaken("another account has this address", ("email",))
        self._store(new)

    async def change(self, user_id: str, step: Step, seen: Account | None = None) -> Account:  # noqa: ARG002 (a hint)
        return self._store(step(self._known(user_id)))

    async def change_roles(self, user_id: str, step: RolesStep) -> Account:
        admins = frozenset(account.user.id for account in self._accounts.values() if Role.ADMIN in account.user.roles)
        return self._store(step(self._known(user_id), admins))

    async def turn(self, digest: str, step: TurnStep) -> Turn | None:
        if digest not in self._tokens:
            return None
        family = self._families[self._tokens[digest]]
        turn = step(family, self._accounts[family.user_id].user)
        self._accounts[family.user_id] = replace(self._accounts[family.user_id], user=turn.user)
        self._keep(turn.judgement.family)
        self.events.extend(turn.events)
        return turn

    async def end_session(self, digest: str, end: SessionEnd) -> str | None:
        family = self._families.get(self._tokens.get(digest, ""))
        if family and family.ended is None:
            self._keep(replace(family, ended=end))
        return family.user_id if family else None

    async def by_email(self, email: str) -> Account | None:
        return next((account for account in self._accounts.values() if account.user.email == email), None)

    async def by_id(self, user_id: str) -> Account | None:
        return self._accounts.get(user_id)

    async def by_ids(self, ids: Sequence[str]) -> tuple[User, ...]:
        return tuple(self._accounts[user_id].user for user_id in dict.fromkeys(ids) if user_id in self._accounts)

    async def page(self, after: str, limit: int) -> tuple[User, ...]:
        return tuple(self._accounts[user_id].user for user_id in sorted(self._accounts) if user_id > after)[:limit]

    def _known(self, user_id: str) -> Account:
        if user_id not in self._accounts:
            raise NotFound("no such account")
        return self._accounts[user_id]

    def _store(self, change: Change) -> Account:
        user_id = change.account.user.id
        self._accounts[user_id] = change.account
        for family in list(self._families.values()) if change.ends_sessions else ():
            if family.user_id == user_id and family.ended is None:
                self._keep(replace(family, ended=SessionEnd.REVOKED))
        if change.opened:
            self._keep(change.opened)
        self.events.extend(change.events)
        return change.account

    def _keep(self, family: Family) -> None:
        self._families[family.id] = family
        self._tokens[family.newest] = family.id
