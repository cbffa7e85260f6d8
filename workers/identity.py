"""The door of a process: which callers its services know, and where they learn the keys of those who ask."""

from collections.abc import Sequence
from datetime import timedelta

import aiohttp

from services.infra.identity.access_tokens import AccessTokens, access_token_rules
from services.infra.identity.callers import KnownCallers
from services.infra.identity.entry import Entry
from services.infra.identity.jwks import JwksUrl
from services.infra.identity.key_ring import KeyRing, Source
from services.infra.settings import Settings
from services.shared.clock import Clock
from services.users.keys.service import SigningKeys


def build_entry(settings: Settings, keys: Source, clock: Clock) -> Entry:
    """The entry of all services of a process."""
    auth = settings.auth
    ring = KeyRing(keys, clock, timedelta(seconds=auth.keys_fresh_seconds))
    rules = access_token_rules(auth.issuer, auth.audience)
    return Entry(
        callers=KnownCallers(settings.identity.known, clock),
        actors=AccessTokens(ring, rules, clock),
    )


def keys_from(keys: SigningKeys | None, settings: Settings, session: aiohttp.ClientSession) -> Source:
    """The process's own keys where it hosts users; else those that are published."""
    return JwksUrl(session, settings.auth.jwks_url) if keys is None else local_keys(keys)


def local_keys(keys: SigningKeys) -> Source:
    """The keys of the users' service in the same process."""

    async def ask() -> Sequence[str]:
        return tuple(key.jwk for key in await keys.public_keys())

    return ask
