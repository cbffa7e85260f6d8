"""Signing up and in, by the rules, on the stores in memory."""

import asyncio
import logging
import unicodedata
from dataclasses import replace

import pytest

from services.shared.actors import Role
from services.shared.events import Origin
from services.users.errors import BadCredentials, EmailTaken, WeakPassword
from services.users.memory import MemoryAccountStore
from services.users.models import Account, Change, FirstAccount, Login, PublicKey, Register, Session, User
from services.users.service import UserService
from services.users.sessions import RefreshTokens
from tests.support.doubles import CountingIds, CountingSecrets, StandingClock
from tests.users.makers import GOOD_PASSWORD, a_register

ORIGIN = Origin(correlation_id="r1", causation_id="r1", traceparent="00-1-2-01")
FIRST = FirstAccount(email="Ops@caravan.example", password="caravan-ops-dev", name="Operations", roles=(Role.OPS,))


class PlainHasher:
    """Offers `PasswordHasher` and remembers what it was asked."""

    def __init__(self) -> None:
        self.verified: list[tuple[str | None, str]] = []

    async def hash(self, password: str) -> str:
        return f"hash of {password}"

    async def verify(self, password_hash: str | None, password: str) -> bool:
        self.verified.append((password_hash, password))
        return password_hash in {f"hash of {password}", f"old hash of {password}"}

    def outdated(self, password_hash: str) -> bool:
        return password_hash.startswith("old ")


class PlainTokens:
    """Offers `TokenIssuer`."""

    async def issue(self, user: User) -> str:
        return f"token of {user.id} v{user.version}"

    async def public_keys(self) -> tuple[PublicKey, ...]:
        return (PublicKey(kid="k1", jwk="{}"),)


@pytest.fixture
def store() -> MemoryAccountStore:
    return MemoryAccountStore()


@pytest.fixture
def hasher() -> PlainHasher:
    return PlainHasher()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def service(store: MemoryAccountStore, hasher: PlainHasher, clock: StandingClock) -> UserService:
    return service_on(store, hasher, clock)


def service_on(store: MemoryAccountStore, hasher: PlainHasher, clock: StandingClock) -> UserService:
    ids = CountingIds()
    return UserService(store, hasher, PlainTokens(), RefreshTokens(clock, ids, CountingSecrets()), clock, ids)


async def password_hash(store: MemoryAccountStore, user_id: str) -> str:
    account = await store.by_id(user_id)
    assert account
    return account.password_hash


async def registered(service: UserService, command: Register | None = None) -> Session:
    return await service.register(command or a_register(), ORIGIN)


class TestRegister:
    async def test_a_new_customer_is_signed_in(self, service: UserService, store: MemoryAccountStore) -> None:
        session = await registered(service, a_register(email=" Mia@Example.org ", name=" Mia "))
        user = session.user
        assert (user.email, user.name, user.roles, user.version) == ("mia@example.org", "Mia", (Role.CUSTOMER,), 1)
        assert user.created_at == StandingClock().now()
        assert session.access_token == f"token of {user.id} v1"
        assert await store.by_ids([user.id]) == (user,)

    async def test_the_event_tells_who_and_no_personal_data(
        self, service: UserService, store: MemoryAccountStore
    ) -> None:
        user = (await registered(service)).user
        (event,) = store.events
        assert (event.type, event.subject, event.sequence, event.topic) == (
            "user.registered.v1",
            user.id,
            1,
            "caravan.users",
        )
        assert event.data == {"userId": user.id, "roles": ["CUSTOMER"]}
        assert event.origin == ORIGIN
        assert event.id != user.id

    async def test_another_spelling_of_a_taken_address_is_taken(
        self, service: UserService, store: MemoryAccountStore
    ) -> None:
        await registered(service)
        with pytest.raises(EmailTaken):
            await registered(service, a_register(email="MIA@example.org"))
        assert len(store.events) == 1

    async def test_a_refused_command_stores_nothing(self, service: UserService, store: MemoryAccountStore) -> None:
        with pytest.raises(WeakPassword):
            await registered(service, a_register(password="password123"))
        assert (await store.by_email("mia@example.org"), store.events) == (None, [])


class TestLogin:
    async def test_the_right_password_signs_in(self, service: UserService, store: MemoryAccountStore) -> None:
        user = (await registered(service)).user
        session = await service.login(Login(email=" MIA@example.org", password=GOOD_PASSWORD), ORIGIN)
        assert session.user.id == user.id
        assert session.access_token == f"token of {user.id} v2"
        assert [(event.type, event.sequence) for event in store.events] == [
            ("user.registered.v1", 1),
            ("user.signed-in.v1", 2),
        ]

    async def test_a_password_is_right_from_every_keyboard(self, service: UserService) -> None:
        composed = unicodedata.normalize("NFC", "drei Öttër im Boot")
        await registered(service, a_register(password=composed))
        decomposed = unicodedata.normalize("NFD", composed)
        await service.login(Login(email="mia@example.org", password=decomposed), ORIGIN)

    async def test_any_password_that_registers_signs_in(self, service: UserService) -> None:
        odd = "otters\u00a0\u200d\u3000 \U0001f9a6 " * 6
        await registered(service, a_register(password=odd))
        await service.login(Login(email="mia@example.org", password=odd), ORIGIN)

    @pytest.mark.parametrize(
        ("_case", "email", "password"),
        [
            ("wrong password", "mia@example.org", "three otters on a boat"),
            ("unknown address", "eva@example.org", GOOD_PASSWORD),
            ("no address", "", GOOD_PASSWORD),
            ("no password", "mia@example.org", ""),
            ("control character", "mia@example.org", GOOD_PASSWORD + "\x00"),
            ("lone surrogate", "mia@example.org\ud800", GOOD_PASSWORD + "\ud800"),
            ("endless", "mia@example.org" * 10**5, GOOD_PASSWORD * 10**5),
        ],
    )
    async def test_anything_else_is_refused_alike(
        self, service: UserService, store: MemoryAccountStore, _case: str, email: str, password: str
    ) -> None:
        await registered(service)
        with pytest.raises(BadCredentials) as refused:
            await service.login(Login(email=email, password=password), ORIGIN)
        assert [(problem.message, problem.path) for problem in refused.value.problems] == [
            ("no account with this address and password", None)
        ]
        assert len(store.events) == 1

    async def test_a_domain_is_known_by_both_of_its_spellings(self, service: UserService) -> None:
        await registered(service, a_register(email="mia@bücher.example"))
        await service.login(Login(email="Mia@XN--bcher-kva.example", password=GOOD_PASSWORD), ORIGIN)

    async def test_an_outdated_hash_is_renewed_and_a_current_one_stays(
        self, service: UserService, store: MemoryAccountStore
    ) -> None:
        user = (await registered(service)).user
        older = f"old hash of {GOOD_PASSWORD}"
        await store.change(user.id, lambda account: Change(account=replace(account, password_hash=older)))
        with pytest.raises(BadCredentials):
            await service.login(Login(email=user.email, password="three otters on a boat"), ORIGIN)
        assert await password_hash(store, user.id) == older
        for _ in range(2):
            await service.login(Login(email=user.email, password=GOOD_PASSWORD), ORIGIN)
            assert await password_hash(store, user.id) == f"hash of {GOOD_PASSWORD}"

    async def test_a_password_that_is_replaced_while_it_is_checked_is_checked_again(
        self, store: MemoryAccountStore, clock: StandingClock
    ) -> None:
        class Slow(PlainHasher):
            async def verify(self, password_hash: str | None, password: str) -> bool:
                right = await super().verify(password_hash, password)
                (user,) = await store.by_ids([user_id])
                kept = next(replacements, None)
                if kept:
                    await store.change(user.id, lambda _: Change(account=Account(user=user, password_hash=kept)))
                return right

        service = service_on(store, Slow(), clock)
        user_id = (await registered(service)).user.id
        replacements = iter([f"old hash of {GOOD_PASSWORD}"])
        session = await service.login(Login(email="mia@example.org", password=GOOD_PASSWORD), ORIGIN)
        assert session.user.id == user_id
        replacements = iter(["hash of another"])
        with pytest.raises(BadCredentials):
            await service.login(Login(email="mia@example.org", password=GOOD_PASSWORD), ORIGIN)

    async def test_an_unknown_address_costs_the_same_work(self, service: UserService, hasher: PlainHasher) -> None:
        for email in ("eva@example.org", "no address", "x" * 10**6):
            with pytest.raises(BadCredentials):
                await service.login(Login(email=email, password=GOOD_PASSWORD), ORIGIN)
        assert hasher.verified == [(None, GOOD_PASSWORD)] * 3

    async def test_a_stand_in_that_matches_by_chance_signs_nobody_in(self, store: MemoryAccountStore) -> None:
        class Agreeing(PlainHasher):
            async def verify(self, password_hash: str | None, password: str) -> bool:
                await super().verify(password_hash, password)
                return True

        service = service_on(store, Agreeing(), StandingClock())
        with pytest.raises(BadCredentials):
            await service.login(Login(email="eva@example.org", password=GOOD_PASSWORD), ORIGIN)


class TestSeed:
    async def test_the_first_accounts_can_sign_in_with_their_roles(self, service: UserService) -> None:
        await service.seed([FIRST])
        session = await service.login(Login(email="ops@caravan.example", password="caravan-ops-dev"), ORIGIN)
        assert (session.user.roles, session.user.name) == ((Role.OPS,), "Operations")

    async def test_seeding_again_or_from_two_processes_changes_nothing(
        self, service: UserService, store: MemoryAccountStore
    ) -> None:
        await asyncio.gather(service.seed([FIRST]), service.seed([FIRST]))
        before = await store.by_email("ops@caravan.example")
        await service.seed([FIRST])
        assert await store.by_email("ops@caravan.example") == before
        assert len(store.events) == 1

    async def test_a_first_account_needs_a_proper_password_too(self, service: UserService) -> None:
        with pytest.raises(WeakPassword):
            await service.seed([FirstAccount(email="ops@caravan.example", password="ops", name="Ops", roles=())])


async def test_users_are_read_by_id(service: UserService) -> None:
    user = (await registered(service)).user
    assert await service.users_by_id([user.id, "unknown"]) == (user,)


async def test_public_keys_are_the_issuers(service: UserService) -> None:
    assert await service.public_keys() == (PublicKey(kid="k1", jwk="{}"),)


async def test_no_secret_shows_in_a_repr(service: UserService, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        session = await registered(service)
    shown = " ".join(map(repr, (a_register(), Login(email="m", password=GOOD_PASSWORD), FIRST, session)))
    for secret in (GOOD_PASSWORD, "caravan-ops-dev", session.access_token, session.refresh_token):
        assert secret not in shown + caplog.text
