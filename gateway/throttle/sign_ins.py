"""How often passwords, registrations and sessions may be tried: asked before any work is done. Checks no password.

A try is counted before it is made and taken back when it was right, so that many at once are no way around the count.
Whoever fails elsewhere cannot keep somebody out of an account where they have signed in before: those places count by
themselves.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from gateway.errors import RateLimited
from gateway.throttle.keys import Keys, network_of
from gateway.throttle.metrics import ThrottleMetrics
from gateway.throttle.ports import Bucket, Counters, Pace
from services.infra.settings import SignInSettings
from services.shared.addresses import known_email
from services.users.errors import BadCredentials

DAY: Final = 86400.0
KNOWN_FOR: Final = 30 * DAY
"""Seconds for which a place is remembered from which somebody signed in."""


class SignIns:
    """The limits of sign-ins, by account and by client address."""

    def __init__(self, counters: Counters, keys: Keys, settings: SignInSettings, metrics: ThrottleMetrics) -> None:
        self._counters = counters
        self._keys = keys
        self._metrics = metrics
        self._pace = Pace(free=settings.tries, longest=settings.longest_delay, remembered=DAY)
        self._failures = _an_hour(settings.failures_an_hour)
        self._registrations = _an_hour(settings.registrations_an_hour)
        self._refreshes = _an_hour(settings.refreshes_an_hour)

    @asynccontextmanager
    async def login(self, email: str, address: str) -> AsyncIterator[None]:
        """Around a sign-in with this mail address, whether it has an account or not. Raises RateLimited before it."""
        async with self._password(known_email(email) or email, address):
            yield

    @asynccontextmanager
    async def password_check(self, user_id: str, address: str) -> AsyncIterator[None]:
        """Around another check of the password of who is signed in. Raises RateLimited before it."""
        async with self._password(f"user {user_id}", address):
            yield

    async def registration(self, address: str) -> None:
        """Before each registration, whatever becomes of it. Raises RateLimited."""
        await self._pour("registration", address, self._registrations)

    async def refresh(self, address: str) -> None:
        """Before each refresh of a session, whatever becomes of it. Raises RateLimited."""
        await self._pour("refresh", address, self._refreshes)

    @asynccontextmanager
    async def _password(self, account: str, address: str) -> AsyncIterator[None]:
        network = network_of(address)
        place = self._keys.of("place", account, network)
        here = await self._counters.remembers(place)
        tries = self._keys.of("account", account, *([network] if here else []))
        self._refuse("account", await self._counters.count_try(tries, self._pace))
        try:
            await self._pour("login", address, self._failures)
        except RateLimited:
            await self._counters.uncount_try(tries)
            raise
        try:
            yield
        except BadCredentials:
            raise
        except Exception:
            await self._excuse(tries, network)
            raise
        await self._counters.forget(tries)
        await self._counters.draw(self._keys.of("login", network), 1, self._failures)
        await self._counters.remember(place, KNOWN_FOR)

    async def _excuse(self, tries: str, network: str) -> None:
        """No password was checked, or none was wrong."""
        await self._counters.uncount_try(tries)
        await self._counters.draw(self._keys.of("login", network), 1, self._failures)

    async def _pour(self, what: str, address: str, bucket: Bucket) -> None:
        key = self._keys.of(what, network_of(address))
        self._refuse(what, await self._counters.pour(key, 1, bucket))

    def _refuse(self, what: str, wait: float) -> None:
        """Raises RateLimited when there is something to wait for."""
        if wait:
            self._metrics.refused.labels(what).inc()
            raise RateLimited(wait, "too many tries; come again later")


def _an_hour(most: int) -> Bucket:
    return Bucket(size=most, leak=most / 3600)
