"""Sessions that go on and end, and what one may change about an account, on the stores in memory."""

from datetime import timedelta

import pytest

from services.shared.actors import Actor, Role
from services.shared.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from services.users.errors import BadCredentials, TokenExpired, TokenReused, WeakPassword
from services.users.memory import MemoryAccountStore
from services.users.models import (
    ChangePassword,
    FirstAccount,
    Login,
    Preferences,
    PreferencesPatch,
    PresentedToken,
    Session,
    SetRoles,
)
from services.users.service import UserService
from tests.support.doubles import StandingClock
from tests.users.makers import GOOD_PASSWORD, a_register
from tests.users.test_service import ORIGIN, PlainHasher, service_on

OTHER_PASSWORD = "seven herons in a row"
LATE = timedelta(seconds=5, milliseconds=1)


class Accounts:
    """A service with one customer, mia, signed in, and one administrator."""

    def __init__(self) -> None:
        self.store = MemoryAccountStore()
        self.clock = StandingClock()
        self.service: UserService = service_on(self.store, PlainHasher(), self.clock)
        self.mia: Session
        self.admin: Session

    async def open(self) -> None:
        self.mia = await self.service.register(a_register(), ORIGIN)
        first = FirstAccount(email="a@example.org", password=GOOD_PASSWORD, name="A", roles=(Role.ADMIN, Role.OPS))
        await self.service.seed([first])
        self.admin = await self.login("a@example.org")
        self.store.events.clear()

    async def login(self, email: str = "mia@example.org", password: str = GOOD_PASSWORD) -> Session:
        return await self.service.login(Login(email=email, password=password), ORIGIN)

    async def refresh(self, token: str) -> Session:
        return await self.service.refresh_session(PresentedToken(refresh_token=token), ORIGIN)

    async def outcome(self, token: str) -> str:
        """The code of the refusal, empty for a new session."""
        try:
            await self.refresh(token)
        except Refused as refusal:
            return refusal.code
        return ""

    async def set_roles(self, user_id: str, *roles: Role, by: Session | None = None) -> tuple[Role, ...]:
        command = SetRoles(user_id=user_id, roles=roles)
        return (await self.service.set_roles(command, acting(by or self.admin), ORIGIN)).roles

    def told(self) -> list[tuple[str, str, int]]:
        return [(event.type, event.subject, event.sequence) for event in self.store.events]


def acting(session: Session) -> Actor:
    return Actor(user_id=session.user.id, roles=frozenset(session.user.roles))


@pytest.fixture
async def accounts() -> Accounts:
    accounts = Accounts()
    await accounts.open()
    return accounts


class TestRefresh:
    async def test_registering_and_signing_in_begin_a_session_each(self, accounts: Accounts) -> None:
        again = await accounts.login()
        assert again.refresh_token != accounts.mia.refresh_token
        for session in (again, accounts.mia):
            assert (await accounts.refresh(session.refresh_token)).user.id == accounts.mia.user.id

    async def test_a_token_is_spent_for_new_ones_and_nothing_is_told(self, accounts: Accounts) -> None:
        session = await accounts.refresh(accounts.mia.refresh_token)
        assert session.refresh_token != accounts.mia.refresh_token
        assert session.access_token == f"token of {accounts.mia.user.id} v1"
        assert accounts.told() == []
        accounts.clock.advance(timedelta(days=29))
        assert (await accounts.refresh(session.refresh_token)).user == accounts.mia.user

    async def test_a_lost_answer_is_given_again(self, accounts: Accounts) -> None:
        first = await accounts.refresh(accounts.mia.refresh_token)
        accounts.clock.advance(timedelta(seconds=5))
        assert (await accounts.refresh(accounts.mia.refresh_token)).refresh_token == first.refresh_token
        assert await accounts.outcome(first.refresh_token) == ""

    async def test_a_spent_token_that_returns_ends_the_session_and_is_told_once(self, accounts: Accounts) -> None:
        other = await accounts.login()
        thief = await accounts.refresh(accounts.mia.refresh_token)
        accounts.clock.advance(LATE)
        accounts.store.events.clear()
        with pytest.raises(TokenReused) as refused:
            await accounts.refresh(accounts.mia.refresh_token)
        assert refused.value.problems[0].path == ("refreshToken",)
        assert await accounts.outcome(thief.refresh_token) == "TOKEN_REUSED"
        assert await accounts.outcome(accounts.mia.refresh_token) == "TOKEN_REUSED"
        assert accounts.told() == [("user.session-compromised.v1", accounts.mia.user.id, 3)]
        assert await accounts.outcome(other.refresh_token) == ""

    async def test_after_thirty_days_it_is_expired(self, accounts: Accounts) -> None:
        accounts.clock.advance(timedelta(days=30))
        with pytest.raises(TokenExpired):
            await accounts.refresh(accounts.mia.refresh_token)

    @pytest.mark.parametrize("token", ["", "garbage", "A" * 43, "\ud800", "x" * 10**6])
    async def test_what_is_no_token_of_ours_is_refused(self, accounts: Accounts, token: str) -> None:
        with pytest.raises(BadCredentials) as refused:
            await accounts.refresh(token)
        assert refused.value.problems[0].message == "no such refresh token"


class TestLogout:
    async def test_it_ends_this_session_and_no_other(self, accounts: Accounts) -> None:
        other = await accounts.login()
        await accounts.service.logout(PresentedToken(refresh_token=accounts.mia.refresh_token))
        assert await accounts.outcome(accounts.mia.refresh_token) == "TOKEN_EXPIRED"
        assert await accounts.outcome(other.refresh_token) == ""

    async def test_any_token_of_the_session_ends_it(self, accounts: Accounts) -> None:
        newest = await accounts.refresh(accounts.mia.refresh_token)
        await accounts.service.logout(PresentedToken(refresh_token=accounts.mia.refresh_token))
        assert await accounts.outcome(newest.refresh_token) == "TOKEN_EXPIRED"

    async def test_it_knows_whose_it_is_and_no_event_tells_of_it(self, accounts: Accounts) -> None:
        tokens = (accounts.mia.refresh_token, accounts.mia.refresh_token, "garbage", "A" * 43)
        owners = [await accounts.service.logout(PresentedToken(refresh_token=token)) for token in tokens]
        assert owners == [accounts.mia.user.id, accounts.mia.user.id, None, None]
        assert accounts.told() == []


class TestPassword:
    async def test_it_ends_all_sessions_and_begins_one(self, accounts: Accounts) -> None:
        other = await accounts.login()
        accounts.store.events.clear()
        session = await self.change(accounts)
        assert accounts.told() == [("user.password-changed.v1", accounts.mia.user.id, 3)]
        for ended in (accounts.mia, other):
            assert await accounts.outcome(ended.refresh_token) == "TOKEN_EXPIRED"
        assert await accounts.outcome(session.refresh_token) == ""
        assert (await accounts.login(password=OTHER_PASSWORD)).user.id == accounts.mia.user.id
        with pytest.raises(BadCredentials):
            await accounts.login(password=GOOD_PASSWORD)

    async def test_it_takes_the_present_one(self, accounts: Accounts) -> None:
        with pytest.raises(BadCredentials) as refused:
            await self.change(accounts, current="three otters on a boat")
        assert refused.value.problems[0].path == ("currentPassword",)
        assert await accounts.outcome(accounts.mia.refresh_token) == ""

    @pytest.mark.parametrize(
        ("new", "refusal"), [("password123", WeakPassword), ("short", WeakPassword), (GOOD_PASSWORD, Invalid)]
    )
    async def test_the_new_one_must_be_new_and_good(self, accounts: Accounts, new: str, refusal: type[Refused]) -> None:
        with pytest.raises(refusal) as refused:
            await self.change(accounts, new=new)
        assert refused.value.problems[0].path == ("newPassword",)
        assert accounts.told() == []

    @staticmethod
    async def change(accounts: Accounts, current: str = GOOD_PASSWORD, new: str = OTHER_PASSWORD) -> Session:
        command = ChangePassword(current_password=current, new_password=new)
        return await accounts.service.change_password(command, acting(accounts.mia), ORIGIN)


class TestPreferences:
    async def test_what_is_named_changes_and_is_told(self, accounts: Accounts) -> None:
        patch = PreferencesPatch(promotional=False)
        user = await accounts.service.update_preferences(patch, acting(accounts.mia), ORIGIN)
        assert user.preferences == Preferences(promotional=False, recommendations=True)
        (event,) = accounts.store.events
        assert (event.type, event.sequence) == ("user.preferences-changed.v1", 2)
        assert event.data["preferences"] == {"promotional": False, "recommendations": True}

    async def test_what_is_so_already_changes_nothing(self, accounts: Accounts) -> None:
        for patch in (PreferencesPatch(), PreferencesPatch(promotional=True)):
            user = await accounts.service.update_preferences(patch, acting(accounts.mia), ORIGIN)
            assert user == accounts.mia.user
        assert accounts.told() == []


class TestRoles:
    async def test_an_admin_sets_them_and_the_users_sessions_end(self, accounts: Accounts) -> None:
        user_id = accounts.mia.user.id
        assert await accounts.set_roles(user_id, Role.OPS, Role.CUSTOMER, Role.OPS) == (Role.CUSTOMER, Role.OPS)
        assert accounts.told() == [("user.roles-changed.v1", user_id, 2)]
        assert accounts.store.events[0].data == {"userId": user_id, "roles": ["CUSTOMER", "OPS"]}
        assert await accounts.outcome(accounts.mia.refresh_token) == "TOKEN_EXPIRED"
        assert await accounts.outcome(accounts.admin.refresh_token) == ""

    async def test_the_same_roles_change_nothing(self, accounts: Accounts) -> None:
        assert await accounts.set_roles(accounts.mia.user.id, Role.CUSTOMER) == (Role.CUSTOMER,)
        assert accounts.told() == []
        assert await accounts.outcome(accounts.mia.refresh_token) == ""

    async def test_the_last_admin_stays(self, accounts: Accounts) -> None:
        with pytest.raises(Conflict) as refused:
            await accounts.set_roles(accounts.admin.user.id, Role.OPS)
        assert refused.value.problems[0].path == ("roles",)
        await accounts.set_roles(accounts.mia.user.id, Role.ADMIN)
        assert await accounts.set_roles(accounts.admin.user.id, Role.OPS) == (Role.OPS,)

    async def test_nobody_else_may_not_even_with_an_access_token_of_before(self, accounts: Accounts) -> None:
        await accounts.set_roles(accounts.mia.user.id, Role.ADMIN)
        former, user_id = accounts.admin, accounts.admin.user.id
        mia = await accounts.login()
        await accounts.set_roles(user_id, Role.CUSTOMER, by=mia)
        for by in (former, accounts.mia):
            with pytest.raises(Forbidden):
                await accounts.set_roles(user_id, Role.ADMIN, by=by)

    async def test_no_role_and_no_such_user_are_refused(self, accounts: Accounts) -> None:
        with pytest.raises(Invalid) as none:
            await accounts.set_roles(accounts.mia.user.id)
        with pytest.raises(NotFound) as unknown:
            await accounts.set_roles("nobody", Role.OPS)
        assert [refused.value.problems[0].path for refused in (none, unknown)] == [("roles",), ("userId",)]


def test_no_secret_shows_in_a_repr() -> None:
    shown = repr(
        (
            PresentedToken(refresh_token="the token"),
            ChangePassword(current_password="the old one", new_password="the new one"),
        )
    )
    for secret in ("the token", "the old one", "the new one"):
        assert secret not in shown
