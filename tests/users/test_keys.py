"""Signing keys: published before they sign and while their tokens live; every process of one mind; kept sealed."""

import asyncio
from datetime import datetime, timedelta

import pytest

from services.infra.mongo import Database
from services.shared.errors import Conflict, Unavailable
from services.users.keys.memory import MemoryKeyStore
from services.users.keys.models import KeyState, Ring, SealedKey
from services.users.keys.ports import KeyStore
from services.users.keys.seal import new_key
from services.users.keys.service import SigningKeys
from services.users.keys.store import SIGNING_KEYS, MongoKeyStore
from tests.support.doubles import StandingClock
from tests.users.makers import KEY_TIMES, MOMENT, signing_keys


def a_key(kid: str, signs_from: datetime = MOMENT) -> SealedKey:
    return SealedKey(kid=kid, sealed=f"sealed {kid}", created_at=MOMENT, signs_from=signs_from)


class KeyStoreContract:
    """Subclasses offer a fixture `store`."""

    async def test_there_is_no_key_at_first(self, store: KeyStore) -> None:
        assert await store.load() == Ring(version=0, keys=())

    async def test_what_was_saved_is_loaded(self, store: KeyStore) -> None:
        first = Ring(version=1, keys=(a_key("k1"),))
        second = Ring(version=2, keys=(a_key("k1"), a_key("k2", MOMENT + timedelta(minutes=5))))
        assert await store.save(first)
        assert await store.load() == first
        assert await store.save(second)
        assert await store.load() == second

    async def test_of_two_who_save_at_once_one_does(self, store: KeyStore) -> None:
        for version in (1, 2):
            rings = [Ring(version=version, keys=(a_key(f"k{version}{number}"),)) for number in range(5)]
            saved = await asyncio.gather(*(store.save(ring) for ring in rings))
            assert saved.count(True) == 1
            assert await store.load() == rings[saved.index(True)]

    async def test_who_read_before_another_wrote_saves_nothing(self, store: KeyStore) -> None:
        ring = Ring(version=1, keys=(a_key("k1"),))
        assert not await store.save(Ring(version=2, keys=(a_key("k9"),)))
        assert await store.save(ring)
        assert not await store.save(Ring(version=1, keys=(a_key("k9"),)))
        assert not await store.save(Ring(version=3, keys=(a_key("k9"),)))
        assert await store.load() == ring


class TestMemoryKeyStore(KeyStoreContract):
    @pytest.fixture
    def store(self) -> MemoryKeyStore:
        return MemoryKeyStore()


class TestMongoKeyStore(KeyStoreContract):
    @pytest.fixture
    def store(self, database: Database) -> MongoKeyStore:
        return MongoKeyStore(database)

    async def test_the_one_key_of_an_older_release_goes_on_signing_until_the_first_rotation(
        self, store: MongoKeyStore, database: Database
    ) -> None:
        old = new_key(b"seal", MOMENT, MOMENT)
        document = {"_id": "current", "kid": old.kid, "sealed": old.sealed, "created_at": MOMENT}
        await database.insert_new(database.collection(SIGNING_KEYS), document)
        clock = StandingClock(MOMENT)
        keys = signing_keys(clock, store)
        assert (await keys.signer()).kid == old.kid
        _, following = await keys.rotate_keys()
        clock.advance(KEY_TIMES.propagation)
        again = signing_keys(clock, store)
        assert ((await keys.signer()).kid, (await again.signer()).kid) == (following.kid, following.kid)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def store() -> MemoryKeyStore:
    return MemoryKeyStore()


@pytest.fixture
def keys(clock: StandingClock, store: MemoryKeyStore) -> SigningKeys:
    return signing_keys(clock, store)


async def states(keys: SigningKeys) -> list[KeyState]:
    return [view.state for view in await keys.list_keys()]


async def published(keys: SigningKeys) -> list[str]:
    return [key.kid for key in await keys.public_keys()]


async def test_a_new_key_is_published_at_once_signs_later_and_the_old_one_stays_while_its_tokens_live(
    keys: SigningKeys, clock: StandingClock
) -> None:
    old = (await keys.signer()).kid
    assert await states(keys) == [KeyState.ACTIVE]
    new = (await keys.rotate_keys())[-1].kid
    assert await states(keys) == [KeyState.ACTIVE, KeyState.NEXT]
    assert await published(keys) == [old, new]
    clock.advance(timedelta(minutes=4, seconds=59))
    assert (await keys.signer()).kid == old
    clock.advance(timedelta(seconds=1))
    assert (await keys.signer()).kid == new
    assert await states(keys) == [KeyState.RETIRED, KeyState.ACTIVE]
    clock.advance(timedelta(minutes=15, seconds=59))
    assert await published(keys) == [old, new]
    clock.advance(timedelta(seconds=1))
    assert await published(keys) == [new]
    assert await states(keys) == [KeyState.ACTIVE]


async def test_one_rotation_at_a_time(keys: SigningKeys, clock: StandingClock) -> None:
    await keys.rotate_keys()
    with pytest.raises(Conflict, match="signs from"):
        await keys.rotate_keys()
    clock.advance(KEY_TIMES.propagation)
    assert len(await keys.rotate_keys()) == 3


async def test_of_processes_that_rotate_at_once_one_does(clock: StandingClock, store: MemoryKeyStore) -> None:
    processes = [signing_keys(clock, store) for _ in range(5)]
    await asyncio.gather(*(process.prepare() for process in processes))
    answers = await asyncio.gather(*(process.rotate_keys() for process in processes), return_exceptions=True)
    assert sum(isinstance(answer, Conflict) for answer in answers) == 4
    assert len((await store.load()).keys) == 2


async def test_another_process_signs_with_the_new_key_from_the_same_moment(
    keys: SigningKeys, clock: StandingClock, store: MemoryKeyStore
) -> None:
    other = signing_keys(clock, store)
    await other.prepare()
    await keys.rotate_keys()
    for _ in range(6):
        assert (await other.signer()).kid == (await keys.signer()).kid
        clock.advance(timedelta(minutes=1))
    assert await published(other) == await published(keys)


async def test_what_is_published_no_more_is_not_kept_either(
    keys: SigningKeys, clock: StandingClock, store: MemoryKeyStore
) -> None:
    for _ in range(4):
        await keys.rotate_keys()
        clock.advance(timedelta(hours=1))
    assert len((await store.load()).keys) == 2


class Away(MemoryKeyStore):
    """A store that can be away."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False

    async def load(self) -> Ring:
        if self.away:
            raise Unavailable("database")
        return await super().load()


async def test_a_database_that_is_away_stops_nobody_who_has_read_the_keys(clock: StandingClock) -> None:
    store = Away()
    keys = signing_keys(clock, store)
    kid = (await keys.signer()).kid
    store.away = True
    clock.advance(timedelta(hours=1))
    assert (await keys.signer()).kid == kid
    assert await published(keys) == [kid]
    with pytest.raises(Unavailable):
        await signing_keys(clock, store).signer()
    with pytest.raises(Unavailable):
        await keys.rotate_keys()


async def test_no_private_half_is_shown(keys: SigningKeys, store: MemoryKeyStore) -> None:
    signer = await keys.signer()
    (kept,) = (await store.load()).keys
    for shown in (repr(signer), repr(kept), repr(await keys.list_keys())):
        assert "PRIVATE" not in shown
        assert "Ed25519PrivateKey" not in shown
