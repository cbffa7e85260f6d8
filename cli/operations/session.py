"""Signs in as OPS over GraphQL and lets a command ask; failures become one line. Knows no field of the schema."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp

from cli.doctor.examine import addresses_of
from cli.errors import CommandFailed
from cli.graphql_client import GraphqlClient, GraphqlFailure
from cli.ready import read_ready
from cli.run import SEE_DOCTOR, settings_from_environment
from cli.shop_client import ShopClient
from cli.shop_views import ProblemView, Refusal
from services.shared.actors import Actor, Role

USUAL_READY: Final = Path(".caravan") / "ready.json"
UNAVAILABLE_FOR: Final = 15.0
"""Seconds that a system which is unavailable is asked again."""

RATE_LIMITED: Final = "RATE_LIMITED"
PATIENCE: Final = 120.0
PAUSE: Final = 2.0
"""Seconds: how long somebody who has asked for too much waits for a turn, and between two tries."""

PROBLEMS: Final = "errors { code message path }"
"""What a mutation's payload is asked for, so that its problems can be told."""

Json = dict[str, Any]
Ask = Callable[..., Awaitable[Json]]
"""Asks with a document and its variables, again where the gateway wants it slower. Raises GraphqlFailure."""


def as_ops(ready: Path | None, use: Callable[[Ask], Awaitable[bool]]) -> bool:
    """What `use` answers. Raises CommandFailed for whatever goes wrong on the way."""
    return _run(ready, lambda client: use(asking(client)))


def as_actor(ready: Path | None, use: Callable[[Actor], Awaitable[bool]]) -> bool:
    """The same, for calls of a service itself: OPS, with the access token that proves it. Raises CommandFailed."""
    roles = frozenset({Role.OPS})
    return _run(ready, lambda client: use(Actor(user_id="ops", roles=roles, proof=client.token or "")))


def _run(ready: Path | None, use: Callable[[GraphqlClient], Awaitable[bool]]) -> bool:
    async def run() -> bool:
        async with _signed_in(ready) as client:
            return await use(client)

    try:
        return asyncio.run(run())
    except GraphqlFailure as failure:
        raise CommandFailed(f"The gateway says no: {failure}. {SEE_DOCTOR}") from failure
    except Refusal as failure:
        raise CommandFailed(f"It was refused: {failure}.") from failure


def asking(client: GraphqlClient) -> Ask:
    """Asks as this caller."""

    async def ask(document: str, **variables: object) -> Json:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return await client.ask(document, **variables)
            except GraphqlFailure as failure:
                if failure.code != RATE_LIMITED or time.monotonic() > deadline:
                    raise
            await asyncio.sleep(PAUSE)

    return ask


def refusal_of(payload: Mapping[str, Any]) -> Refusal:
    """The problems of a payload, to be raised."""
    return Refusal(
        tuple(
            ProblemView(code=each["code"], message=each["message"], path=tuple(each["path"] or ()))
            for each in payload["errors"]
        )
    )


@asynccontextmanager
async def _signed_in(ready: Path | None) -> AsyncIterator[GraphqlClient]:
    settings = settings_from_environment()
    known = read_ready(ready or USUAL_READY) if ready or USUAL_READY.exists() else addresses_of(settings)
    accounts = settings.accounts
    async with aiohttp.ClientSession() as http:
        client = GraphqlClient(http, known.graphql, patience=UNAVAILABLE_FOR)
        try:
            ops = await ShopClient(client).login(accounts.ops_email, accounts.ops_password.get_secret_value())
        except Refusal as failure:
            raise CommandFailed(
                f"CARAVAN_ACCOUNTS__OPS_EMAIL and CARAVAN_ACCOUNTS__OPS_PASSWORD do not sign in: {failure}."
            ) from failure
        yield client.signed_in(ops.token or "")
