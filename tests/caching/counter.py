"""A gateway in memory that keeps answers, and what a client sees of them. Nobody tells of events here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.caching.engine import CachedResponses, EngineRules, Surroundings
from gateway.limits.ports import Budget
from services.infra.response_cache.memory import MemoryResponses
from services.infra.settings import Profile, Settings
from services.users.models import Login
from tests.gateway.shop import NOBODY
from tests.gateway.world import JSON, Response, World, build_world
from tests.users.makers import GOOD_PASSWORD

PAGE = "{ products(first: 5) { edges { node { sku name } } } }"
STOCK = "{ products(first: 5) { edges { node { sku stock { available } } } } }"
ME = "{ me { id roles } }"
ORDERS = "{ orders { edges { node { id status } } } }"


@dataclass(frozen=True, slots=True)
class Seen:
    """What came back, and where from: the first words of `Cache-Status` behind the name."""

    response: Response

    @property
    def data(self) -> Any:  # noqa: ANN401 (JSON)
        return self.response.json["data"]

    @property
    def errors(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.response.json.get("errors", [])
        return found

    @property
    def status(self) -> str:
        return self.response.headers["cache-status"].removeprefix("caravan; ")

    @property
    def is_hit(self) -> bool:
        return self.status.startswith("hit")

    @property
    def is_stored(self) -> bool:
        return "; stored" in self.status


class Counter:
    """Where answers are asked for. `seconds` is the store's time, which a test moves."""

    def __init__(self) -> None:
        self.world: World
        self.seconds = 1000.0
        self.store = MemoryResponses(now=lambda: self.seconds)
        self.cache = CachedResponses(self.store, Surroundings(chance=lambda: 0.0), EngineRules(jitter=0))

    async def ask(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        caller: str = "anonymous",
        headers: Mapping[str, str] | None = None,
    ) -> Seen:
        """One operation of one caller."""
        token = self.world.tokens.get(caller)
        signed = {"authorization": f"Bearer {token}"} if token else {}
        body = json.dumps({"query": query, "variables": variables}).encode()
        sent = await self.world.wire.send("POST", "/graphql", body, JSON | signed | dict(headers or {}))
        return Seen(sent)

    async def sign_in(self, caller: str) -> None:
        """Another session of the same account."""
        login = Login(email=f"{caller}@example.org", password=GOOD_PASSWORD)
        session = await self.world.shop.user_service.login(login, NOBODY)
        self.world.tokens[caller] = session.access_token


async def opened(
    profile: Profile = Profile.DEVELOPMENT,
    budget: Budget | None = None,
    **cache: Any,  # noqa: ANN401 (settings)
) -> Counter:
    """A counter; `cache` are settings of the cache."""
    counter = Counter()
    settings = Settings()
    kept = settings.cache.model_copy(update={"checked": 0.0, **cache})
    settings = settings.model_copy(update={"profile": profile, "cache": kept})
    counter.world = await build_world(settings=settings, budget=budget, responses=counter.cache)
    return counter
