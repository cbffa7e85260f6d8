"""What every AccountStore and every KeyStore promises; run against the one in memory and the real one."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace

import pytest

from services.shared.errors import NotFound
from services.shared.events import Event
from services.users.errors import EmailTaken
from services.users.models import SealedKey, User
from services.users.ports import AccountStore, KeyStore
from tests.users.makers import MOMENT, a_user, an_account, an_event


class AccountStoreContract(ABC):
    """Subclasses offer a fixture `store` and say how to see what it stored."""

    @abstractmethod
    async def stored_events(self, store: AccountStore) -> Sequence[tuple[str, str, int]]:
        """Id, type and sequence of each event stored, by id."""

    async def test_an_inserted_account_is_found_by_its_address_as_it_was(self, store: AccountStore) -> None:
        await store.insert(an_account(), [an_event()])
        assert await store.by_email("mia@example.org") == an_account()
        assert await store.by_email("other@example.org") is None

    async def test_users_are_found_by_id_each_once_and_unknown_ones_left_out(self, store: AccountStore) -> None:
        await store.insert(an_account("u1", "one@example.org"), [])
        await store.insert(an_account("u2", "two@example.org"), [])
        found = await store.by_ids(["u2", "u1", "u2", "u9"])
        assert sorted(found, key=lambda user: user.id) == [
            a_user("u1", "one@example.org"),
            a_user("u2", "two@example.org"),
        ]
        assert await store.by_ids([]) == ()

    async def test_a_second_account_of_an_address_is_refused_and_stores_nothing(self, store: AccountStore) -> None:
        await store.insert(an_account("u1"), [an_event("e1", "u1")])
        with pytest.raises(EmailTaken) as refused:
            await store.insert(an_account("u2"), [an_event("e2", "u2")])
        assert refused.value.problems[0].path == ("email",)
        assert await store.by_ids(["u2"]) == ()
        assert await self.stored_events(store) == [("e1", "user.registered.v1", 1)]

    async def test_of_two_accounts_at_once_one_gets_the_address(self, store: AccountStore) -> None:
        accounts = [an_account(f"u{number}") for number in range(5)]
        outcomes = await asyncio.gather(
            *(store.insert(account, [an_event(f"e-{account.user.id}")]) for account in accounts), return_exceptions=True
        )
        assert [type(outcome) for outcome in outcomes].count(EmailTaken) == 4
        assert len(await store.by_ids([account.user.id for account in accounts])) == 1
        assert len(await self.stored_events(store)) == 1

    async def test_a_sign_in_is_the_next_version_and_its_event_is_stored(self, store: AccountStore) -> None:
        await store.insert(an_account(), [an_event("e1")])
        user = await store.note_sign_in("u1", self.signed_in)
        assert user == a_user(version=2)
        assert await store.by_ids(["u1"]) == (user,)
        assert await self.stored_events(store) == [("e1", "user.registered.v1", 1), ("s2", "user.signed-in.v1", 2)]

    async def test_sign_ins_at_once_have_a_version_each(self, store: AccountStore) -> None:
        await store.insert(an_account(), [])
        users = await asyncio.gather(*(store.note_sign_in("u1", self.signed_in) for _ in range(5)))
        assert sorted(user.version for user in users) == [2, 3, 4, 5, 6]
        assert [sequence for _, _, sequence in await self.stored_events(store)] == [2, 3, 4, 5, 6]

    async def test_nobody_signs_in_to_an_account_that_is_gone(self, store: AccountStore) -> None:
        with pytest.raises(NotFound):
            await store.note_sign_in("u9", self.signed_in)
        assert await self.stored_events(store) == []

    @staticmethod
    def signed_in(user: User) -> Event:
        return replace(an_event(f"s{user.version}", user.id, user.version), type="user.signed-in.v1")


class KeyStoreContract:
    """Subclasses offer a fixture `keys`."""

    async def test_there_is_no_key_at_first(self, keys: KeyStore) -> None:
        assert await keys.kept() is None

    async def test_the_first_key_stays(self, keys: KeyStore) -> None:
        first, second = (SealedKey(kid=kid, sealed=f"sealed {kid}", created_at=MOMENT) for kid in ("k1", "k2"))
        assert await keys.keep(first) == first
        assert await keys.keep(second) == first
        assert await keys.kept() == first
