"""How often passwords may be tried: by account and by address, over Redis and over what stands in for it."""

from collections.abc import Callable

import pytest
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from redis.asyncio import Redis

from gateway.errors import RateLimited
from gateway.throttle.keys import Keys
from gateway.throttle.memory import MemoryCounters
from gateway.throttle.metrics import ThrottleMetrics
from gateway.throttle.ports import Counters
from gateway.throttle.redis_counters import RedisCounters
from gateway.throttle.sign_ins import SignIns
from services.infra.settings import SignInSettings
from services.shared.errors import Unavailable
from services.users.errors import BadCredentials

MIA, HOME, FAR = "mia@example.org", "192.0.2.1", "198.51.100.7"
KEYS = Keys(SecretStr("secret of the gateways"))
Made = Callable[..., SignIns]


@pytest.fixture(params=["redis", "memory"])
def counters(request: pytest.FixtureRequest) -> Counters:
    if request.param == "memory":
        return MemoryCounters()
    redis: Redis = request.getfixturevalue("redis")
    return RedisCounters(redis)


@pytest.fixture
def made(counters: Counters) -> Made:
    def make(**limits: float) -> SignIns:
        settings = SignInSettings.model_validate({"tries": 5} | limits)
        return SignIns(counters, KEYS, settings, ThrottleMetrics(CollectorRegistry()))

    return make


async def fail(sign_ins: SignIns, email: str = MIA, address: str = HOME) -> None:
    with pytest.raises(BadCredentials):
        async with sign_ins.login(email, address):
            raise BadCredentials("no")


async def succeed(sign_ins: SignIns, email: str = MIA, address: str = HOME) -> None:
    async with sign_ins.login(email, address):
        pass


async def is_refused(sign_ins: SignIns, email: str = MIA, address: str = HOME) -> float:
    with pytest.raises(RateLimited) as refusal:
        async with sign_ins.login(email, address):
            pytest.fail("work was done")
    return refusal.value.retry_after


async def test_five_wrong_passwords_are_free_and_the_sixth_waits_before_any_work(made: Made) -> None:
    sign_ins = made()
    for _ in range(5):
        await fail(sign_ins)
    assert await is_refused(sign_ins) == 1


async def test_the_right_password_waits_as_well_so_that_a_guess_learns_nothing(made: Made) -> None:
    sign_ins = made()
    for _ in range(5):
        await fail(sign_ins)
    with pytest.raises(RateLimited):
        await succeed(sign_ins)


async def test_an_account_is_counted_however_its_address_is_written_and_from_wherever(made: Made) -> None:
    sign_ins = made()
    for number, spelling in enumerate((MIA, " MIA@example.org", "Mia@EXAMPLE.org", MIA, MIA.upper())):
        await fail(sign_ins, spelling, f"192.0.2.{number}")
    await is_refused(sign_ins, MIA, FAR)
    await succeed(sign_ins, "ben@example.org", FAR)


@pytest.mark.parametrize("unknown", ["nobody@example.org", "no address", "", "\x00$ne", "\ud800", "x" * 5000])
async def test_an_address_without_an_account_is_answered_the_same(made: Made, unknown: str) -> None:
    sign_ins = made()
    for _ in range(5):
        await fail(sign_ins, unknown)
    assert await is_refused(sign_ins, unknown) == 1


async def test_a_success_begins_the_account_anew(made: Made) -> None:
    sign_ins = made()
    for _ in range(2):
        for _ in range(4):
            await fail(sign_ins)
        await succeed(sign_ins)
    for _ in range(5):
        await fail(sign_ins)


async def test_nobody_is_kept_out_from_where_they_have_signed_in_before(made: Made) -> None:
    sign_ins = made()
    await succeed(sign_ins, MIA, HOME)
    for _ in range(5):
        await fail(sign_ins, MIA, FAR)
    await is_refused(sign_ins, MIA, FAR)
    await is_refused(sign_ins, MIA, "203.0.113.5")
    await succeed(sign_ins, MIA, HOME)


async def test_a_known_place_has_its_own_tries_and_no_more(made: Made) -> None:
    sign_ins = made()
    await succeed(sign_ins, MIA, HOME)
    for _ in range(5):
        await fail(sign_ins, MIA, HOME)
    await is_refused(sign_ins, MIA, HOME)


async def test_an_address_that_tries_many_accounts_is_refused_for_all(made: Made) -> None:
    sign_ins = made(failures_an_hour=10)
    for number in range(10):
        await fail(sign_ins, f"c{number}@example.org")
    assert await is_refused(sign_ins, "another@example.org") > 300
    await succeed(sign_ins, "another@example.org", FAR)


async def test_an_address_from_which_people_sign_in_rightly_uses_nothing_up(made: Made) -> None:
    sign_ins = made(failures_an_hour=3)
    for number in range(20):
        await succeed(sign_ins, f"c{number}@example.org")


async def test_own_successes_do_not_give_an_address_more_guesses(made: Made) -> None:
    sign_ins = made(failures_an_hour=6)
    for number in range(6):
        await fail(sign_ins, f"c{number}@example.org")
        if number < 5:
            await succeed(sign_ins, "own@example.org")
    await is_refused(sign_ins, "another@example.org")


async def test_an_ipv6_subscriber_is_one_address(made: Made) -> None:
    sign_ins = made(failures_an_hour=4)
    for number in range(4):
        await fail(sign_ins, f"c{number}@example.org", f"2001:db8:1:2::{number}")
    await is_refused(sign_ins, "another@example.org", "2001:db8:1:2:ffff::9")
    await succeed(sign_ins, "another@example.org", "2001:db8:1:3::1")


async def test_users_away_is_no_wrong_password(made: Made) -> None:
    sign_ins = made(failures_an_hour=6)
    for _ in range(20):
        with pytest.raises(Unavailable):
            async with sign_ins.login(MIA, HOME):
                raise Unavailable("users")
    await succeed(sign_ins)


async def test_a_refused_address_does_not_use_up_an_accounts_tries(made: Made) -> None:
    sign_ins = made(failures_an_hour=5)
    for number in range(5):
        await fail(sign_ins, f"c{number}@example.org", FAR)
    for _ in range(10):
        await is_refused(sign_ins, MIA, FAR)
    for _ in range(5):
        await fail(sign_ins, MIA, HOME)


async def test_the_present_password_is_guessed_no_oftener_when_it_is_changed(made: Made) -> None:
    sign_ins = made()
    for _ in range(5):
        with pytest.raises(BadCredentials):
            async with sign_ins.password_check("u1", HOME):
                raise BadCredentials("no")
    with pytest.raises(RateLimited):
        async with sign_ins.password_check("u1", FAR):
            pytest.fail("work was done")
    async with sign_ins.password_check("u2", HOME):
        pass


async def test_registrations_and_refreshes_are_counted_by_address(made: Made) -> None:
    sign_ins = made(registrations_an_hour=3, refreshes_an_hour=4)
    for _ in range(3):
        await sign_ins.registration(HOME)
    with pytest.raises(RateLimited):
        await sign_ins.registration(HOME)
    await sign_ins.registration(FAR)
    for _ in range(4):
        await sign_ins.refresh(HOME)
    with pytest.raises(RateLimited):
        await sign_ins.refresh(HOME)
    await sign_ins.refresh(FAR)


async def test_redis_holds_no_mail_address_no_user_and_no_network_address(redis: Redis) -> None:
    sign_ins = SignIns(RedisCounters(redis), KEYS, SignInSettings(), ThrottleMetrics(CollectorRegistry()))
    await succeed(sign_ins)
    await fail(sign_ins, "ben@example.org")
    async with sign_ins.password_check("user-4711", HOME):
        pass
    await sign_ins.registration(HOME)
    keys = [str(key) for key in await redis.keys("*")]
    assert len(keys) >= 4
    for secret in ("mia", "ben", "example", "4711", HOME):
        assert not any(secret in key for key in keys)
    other = Keys(SecretStr("another secret"))
    assert other.of("account", MIA) != KEYS.of("account", MIA)
