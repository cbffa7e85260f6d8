"""What every AccountStore promises; run against the one in memory and the real one."""

import asyncio
import itertools
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pytest

from services.shared.actors import Role
from services.shared.errors import Conflict, NotFound
from services.users.errors import EmailTaken
from services.users.models import Account, Change, Family, Judgement, SessionEnd, Turn, User, Verdict
from services.users.ports import AccountStore, TurnStep
from tests.users.makers import a_family, a_new, a_user, an_account, an_event


class AccountStoreContract(ABC):
    """Subclasses offer a fixture `store` and say how to see what it stored."""

    @abstractmethod
    async def stored_events(self, store: AccountStore) -> Sequence[tuple[str, str, int]]:
        """Id, type and sequence of each event stored, by id."""

    async def test_an_inserted_account_is_found_by_address_and_id_as_it_was(self, store: AccountStore) -> None:
        await store.insert(a_new(an_account(), an_event()))
        assert await store.by_email("mia@example.org") == an_account()
        assert await store.by_id("u1") == an_account()
        assert await store.by_email("other@example.org") is None
        assert await store.by_id("u9") is None

    async def test_users_are_found_by_id_each_once_and_unknown_ones_left_out(self, store: AccountStore) -> None:
        await store.insert(a_new(an_account("u1", "one@example.org")))
        await store.insert(a_new(an_account("u2", "two@example.org")))
        found = await store.by_ids(["u2", "u1", "u2", "u9"])
        assert sorted(found, key=lambda user: user.id) == [
            a_user("u1", "one@example.org"),
            a_user("u2", "two@example.org"),
        ]
        assert await store.by_ids([]) == ()

    async def test_all_users_are_read_in_pages_by_id(self, store: AccountStore) -> None:
        for number in (3, 1, 2):
            await store.insert(a_new(an_account(f"u{number}", f"{number}@example.org")))
        first = await store.page("", 2)
        assert first == (a_user("u1", "1@example.org"), a_user("u2", "2@example.org"))
        assert await store.page("u2", 2) == (a_user("u3", "3@example.org"),)
        assert await store.page("u3", 2) == ()

    async def test_a_second_account_of_an_address_is_refused_and_stores_nothing(self, store: AccountStore) -> None:
        await store.insert(a_new(an_account("u1"), an_event("e1", "u1")))
        with pytest.raises(EmailTaken) as refused:
            await store.insert(a_new(an_account("u2"), an_event("e2", "u2"), opened=a_family("f2", "u2")))
        assert refused.value.problems[0].path == ("email",)
        assert await store.by_ids(["u2"]) == ()
        assert await store.turn("1" * 64, left_alone) is None
        assert await self.stored_events(store) == [("e1", "user.registered.v1", 1)]

    async def test_of_two_accounts_at_once_one_gets_the_address(self, store: AccountStore) -> None:
        accounts = [an_account(f"u{number}") for number in range(5)]
        outcomes = await asyncio.gather(
            *(store.insert(a_new(account, an_event(f"e-{account.user.id}"))) for account in accounts),
            return_exceptions=True,
        )
        assert [type(outcome) for outcome in outcomes].count(EmailTaken) == 4
        assert len(await store.by_ids([account.user.id for account in accounts])) == 1
        assert len(await self.stored_events(store)) == 1

    async def test_a_change_and_its_event_are_stored_together(self, store: AccountStore) -> None:
        await store.insert(a_new(an_account(), an_event("e1")))
        account = await store.change("u1", signed_in)
        assert account.user == a_user(version=2)
        assert await store.by_ids(["u1"]) == (account.user,)
        assert await self.stored_events(store) == [("e1", "user.registered.v1", 1), ("s2", "user.signed-in.v1", 2)]

    async def test_changes_at_once_have_a_version_each(self, store: AccountStore) -> None:
        await store.insert(a_new(an_account()))
        accounts = await asyncio.gather(*(store.change("u1", signed_in) for _ in range(5)))
        assert sorted(account.user.version for account in accounts) == [2, 3, 4, 5, 6]
        assert [sequence for _, _, sequence in await self.stored_events(store)] == [2, 3, 4, 5, 6]

    async def test_what_was_read_before_is_changed_unless_somebody_was_faster(self, store: AccountStore) -> None:
        await store.insert(a_new(an_account()))
        seen = await store.by_id("u1")
        numbers = itertools.count()

        def step(account: Account) -> Change:
            change = signed_in(account)
            return replace(change, events=tuple(replace(event, id=f"s{next(numbers)}") for event in change.events))

        accounts = await asyncio.gather(*(store.change("u1", step, seen) for _ in range(5)))
        assert sorted(account.user.version for account in accounts) == [2, 3, 4, 5, 6]
        assert sorted(sequence for _, _, sequence in await self.stored_events(store)) == [2, 3, 4, 5, 6]
        ending = await store.change("u1", lambda account: replace(step(account), ends_sessions=True), seen)
        assert ending.user.version == 7

    async def test_a_password_hash_is_replaced(self, store: AccountStore) -> None:
        await store.insert(a_new(an_account()))
        replaced = replace(an_account(), password_hash="$argon2id$other")
        assert await store.change("u1", lambda _: Change(account=replaced)) == replaced
        assert await store.by_id("u1") == replaced

    async def test_the_same_account_is_no_change(self, store: AccountStore) -> None:
        await store.insert(a_new(an_account()))
        assert await store.change("u1", lambda account: Change(account=account)) == an_account()
        assert await self.stored_events(store) == []

    async def test_nobody_changes_an_account_that_is_gone(self, store: AccountStore) -> None:
        with pytest.raises(NotFound):
            await store.change("u9", signed_in)
        with pytest.raises(NotFound):
            await store.change_roles("u9", lambda account, _: signed_in(account))
        assert await self.stored_events(store) == []

    async def test_what_a_step_refuses_is_not_stored(self, store: AccountStore) -> None:
        await store.insert(a_new(an_account(), an_event("e1")))

        def refuse(_account: Account) -> Change:
            raise Conflict("not now")

        with pytest.raises(Conflict, match="not now"):
            await store.change("u1", refuse)
        assert await store.by_id("u1") == an_account()

    async def test_a_change_of_roles_is_told_who_is_admin(self, store: AccountStore) -> None:
        await store.insert(a_new(an_account("u1", "one@example.org", (Role.ADMIN, Role.OPS))))
        await store.insert(a_new(an_account("u2", "two@example.org", (Role.OPS,))))
        told: list[frozenset[str]] = []

        def promote(account: Account, admins: frozenset[str]) -> Change:
            told.append(admins)
            return with_roles(account, Role.ADMIN)

        await store.change_roles("u2", promote)
        assert (await store.by_ids(["u2"]))[0].roles == (Role.ADMIN,)
        await store.change_roles("u2", promote)
        assert told[-2:] == [frozenset({"u1"}), frozenset({"u1", "u2"})]

    async def test_of_two_admins_who_dismiss_each_other_one_stays(self, store: AccountStore) -> None:
        await store.insert(a_new(an_account("u1", "one@example.org", (Role.ADMIN,))))
        await store.insert(a_new(an_account("u2", "two@example.org", (Role.ADMIN,))))

        def dismiss(account: Account, admins: frozenset[str]) -> Change:
            if admins == {account.user.id}:
                raise Conflict("the last one")
            return with_roles(account, Role.CUSTOMER)

        outcomes = await asyncio.gather(
            store.change_roles("u1", dismiss), store.change_roles("u2", dismiss), return_exceptions=True
        )
        assert [type(outcome) for outcome in outcomes].count(Conflict) == 1
        assert sorted(user.roles for user in await store.by_ids(["u1", "u2"])) == [(Role.ADMIN,), (Role.CUSTOMER,)]


class SessionStoreContract(ABC):
    """Subclasses offer a fixture `store` and say how to see what it stored."""

    @abstractmethod
    async def stored_events(self, store: AccountStore) -> Sequence[tuple[str, str, int]]:
        """Id, type and sequence of each event stored, by id."""

    async def test_a_session_opened_with_an_account_is_found_by_its_token(self, store: AccountStore) -> None:
        await store.insert(a_new(an_account(), opened=a_family()))
        turn = await store.turn("1" * 64, left_alone)
        assert turn is not None
        assert (turn.judgement.family, turn.user) == (a_family(), a_user())
        assert await store.turn("9" * 64, left_alone) is None

    async def test_a_session_opened_by_a_change_is_found_too(self, store: AccountStore) -> None:
        await store.insert(a_new(an_account()))
        await store.change("u1", lambda account: replace(signed_in(account), opened=a_family()))
        turn = await store.turn("1" * 64, left_alone)
        assert turn is not None
        assert turn.judgement.family == a_family()

    async def test_a_turned_family_is_found_by_each_token_it_ever_had(self, store: AccountStore) -> None:
        await store.insert(a_new(an_account(), opened=a_family()))
        for newest in ("2", "3"):
            await store.turn("1" * 64, turning_to(newest * 64))
        for digest in ("1", "2", "3"):
            turn = await store.turn(digest * 64, left_alone)
            assert turn is not None
            assert (turn.judgement.family.newest, turn.judgement.family.predecessor) == ("3" * 64, "2" * 64)
        assert await self.stored_events(store) == []

    async def test_of_many_turns_at_once_each_sees_the_one_before(self, store: AccountStore) -> None:
        await store.insert(a_new(an_account(), opened=a_family()))
        seen: list[str] = []

        def once(family: Family, user: User) -> Turn:
            if family.newest != "1" * 64:
                return left_alone(family, user)
            seen.append(family.newest)
            return turning_to("2" * 64)(family, user)

        turns = await asyncio.gather(*(store.turn("1" * 64, once) for _ in range(20)))
        verdicts = [turn.judgement.verdict for turn in turns if turn]
        assert (verdicts.count(Verdict.TURNED), verdicts.count(Verdict.FORGIVEN)) == (1, 19)
        assert {turn.judgement.family.newest for turn in turns if turn} == {"2" * 64}

    async def test_a_compromise_is_stored_with_its_event_and_the_users_version(self, store: AccountStore) -> None:
        await store.insert(a_new(an_account(), opened=a_family()))

        def compromised(family: Family, user: User) -> Turn:
            user = replace(user, version=user.version + 1)
            judgement = Judgement(verdict=Verdict.REUSED, family=replace(family, ended=SessionEnd.REUSED))
            event = replace(an_event("c2", user.id, user.version), type="user.session-compromised.v1")
            return Turn(judgement=judgement, user=user, events=(event,))

        await store.turn("1" * 64, compromised)
        turn = await store.turn("1" * 64, left_alone)
        assert turn is not None
        assert turn.judgement.family.ended is SessionEnd.REUSED
        assert await store.by_id("u1") == replace(an_account(), user=a_user(version=2))
        assert await self.stored_events(store) == [("c2", "user.session-compromised.v1", 2)]

    async def test_a_session_is_ended_once_and_the_first_reason_stays(self, store: AccountStore) -> None:
        await store.insert(a_new(an_account(), opened=a_family()))
        await store.turn("1" * 64, turning_to("2" * 64))
        ends = {"1": SessionEnd.SIGNED_OUT, "2": SessionEnd.REVOKED, "9": SessionEnd.REVOKED}
        owners = [await store.end_session(digit * 64, end) for digit, end in ends.items()]
        assert owners == ["u1", "u1", None]
        assert await self.ends(store, "2") == [SessionEnd.SIGNED_OUT]

    async def test_a_change_can_end_all_of_a_users_sessions_but_the_new_one(self, store: AccountStore) -> None:
        await store.insert(a_new(an_account("u1", "one@example.org"), opened=a_family("f1", "u1", "1" * 64)))
        await store.insert(a_new(an_account("u2", "two@example.org"), opened=a_family("f2", "u2", "2" * 64)))
        for digit in ("3", "4"):
            opened = a_family(f"f{digit}", "u1", digit * 64)
            await store.change("u1", partial(opening, opened, ends_sessions=digit == "4"))
        assert await self.ends(store, "1", "2", "3", "4") == [SessionEnd.REVOKED, None, SessionEnd.REVOKED, None]

    async def test_a_turn_beside_the_end_of_all_sessions_leaves_none_alive(self, store: AccountStore) -> None:
        await store.insert(a_new(an_account(), opened=a_family()))
        await asyncio.gather(
            store.turn("1" * 64, turning_to("2" * 64)),
            store.change("u1", lambda account: replace(signed_in(account), ends_sessions=True)),
        )
        assert await self.ends(store, "1") == [SessionEnd.REVOKED]

    @staticmethod
    async def ends(store: AccountStore, *digits: str) -> list[SessionEnd | None]:
        turns = [await store.turn(digit * 64, left_alone) for digit in digits]
        return [turn.judgement.family.ended for turn in turns if turn]


def signed_in(account: Account) -> Change:
    user = replace(account.user, version=account.user.version + 1)
    event = replace(an_event(f"s{user.version}", user.id, user.version), type="user.signed-in.v1")
    return Change(account=replace(account, user=user), events=(event,))


def opening(opened: Family, account: Account, *, ends_sessions: bool) -> Change:
    return replace(signed_in(account), opened=opened, ends_sessions=ends_sessions)


def with_roles(account: Account, *roles: Role) -> Change:
    return Change(account=replace(account, user=replace(account.user, roles=roles)))


def left_alone(family: Family, user: User) -> Turn:
    return Turn(judgement=Judgement(verdict=Verdict.FORGIVEN, family=family), user=user)


def turning_to(newest: str) -> TurnStep:
    def step(family: Family, user: User) -> Turn:
        after = family if family.ended else replace(family, newest=newest, predecessor=family.newest, salt="5a")
        return Turn(judgement=Judgement(verdict=Verdict.TURNED, family=after), user=user)

    return step
