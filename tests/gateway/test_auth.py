"""Tokens: only current access tokens of the users' own keys are believed; anything else refuses the whole request."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.shared.errors import Unavailable
from tests.gateway.world import JSON, World

ME = "{ me { name } products { totalCount } }"


async def with_header(world: World, authorization: str) -> dict[str, Any]:
    """The answer to a query with this header."""
    body = json.dumps({"query": ME}).encode()
    answer: dict[str, Any] = (
        await world.wire.send("POST", "/graphql", body, JSON | {"authorization": authorization})
    ).json
    return answer


async def forged(world: World, *, secret: bytes = b"", **changes: object) -> str:
    """A token like mia's, signed by somebody else or changed; `header_` changes go into the header."""
    genuine = world.tokens["mia"]
    header = jwt.get_unverified_header(genuine) | _of_header(changes)
    claims = jwt.decode(genuine, options={"verify_signature": False}) | _of_claims(changes)
    head, body = _part(header), _part(claims)
    private = Ed25519PrivateKey.generate()
    signed = head + b"." + body
    signature = hmac.digest(secret, signed, "sha256") if secret else private.sign(signed)
    return (signed + b"." + urlsafe_b64encode(signature).rstrip(b"=")).decode()


async def with_public_key(world: World) -> str:
    """The old trick: the public key, used as the secret of another algorithm."""
    (public,) = await world.shop.tokens.public_keys()
    return await forged(world, secret=public.jwk.encode(), header_alg="HS256", roles=["ADMIN"])


async def unsigned(world: World) -> str:
    """A token that says that it needs no signature."""
    return (await forged(world, header_alg="none", roles=["ADMIN"])).rpartition(".")[0] + "."


def _of_header(changes: Mapping[str, object]) -> dict[str, object]:
    return {name.removeprefix("header_"): value for name, value in changes.items() if name.startswith("header_")}


def _of_claims(changes: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in changes.items() if not name.startswith("header_")}


def _part(values: Mapping[str, object]) -> bytes:
    return urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=")


async def resigned(world: World, **changes: object) -> str:
    """A token with the right signature and other claims; None leaves a claim out."""
    signer = await world.shop.keys.signer()
    claims = jwt.decode(world.tokens["mia"], options={"verify_signature": False}) | _of_claims(changes)
    header = {"typ": "at+jwt", "kid": signer.kid} | _of_header(changes)
    left = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(left, signer.private, algorithm="EdDSA", headers=header)


async def test_a_token_of_ours_is_believed(world: World) -> None:
    answer = await with_header(world, f"bearer {world.tokens['mia']}")
    assert answer["data"]["me"] == {"name": "Mia"}
    assert (await with_header(world, f"Bearer {await resigned(world)}"))["data"]["me"] == {"name": "Mia"}


FORGERIES: dict[str, Callable[[World], Awaitable[str]]] = {
    "another key": forged,
    "no signature": unsigned,
    "the public key as a secret": with_public_key,
    "an unknown key id": lambda world: forged(world, header_kid="other"),
    "a key id that is no text": lambda world: forged(world, header_kid=7),
    "more roles": lambda world: forged(world, roles=["ADMIN"]),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
async def test_a_forged_token_refuses_the_whole_request(world: World, forge: Callable[[World], Awaitable[str]]) -> None:
    await refused(world, f"Bearer {await forge(world)}")


CLAIMS: list[dict[str, Any]] = [
    {"iss": "https://elsewhere.example"},
    {"aud": "another"},
    {"sub": None},
    {"sub": ""},
    {"exp": None},
    {"iat": None},
    {"roles": None},
    {"roles": "ADMIN"},
    {"header_typ": "JWT"},
]


@pytest.mark.parametrize("changes", CLAIMS, ids=[str(changes) for changes in CLAIMS])
async def test_a_token_of_ours_that_is_no_access_token_is_refused(world: World, changes: dict[str, Any]) -> None:
    await refused(world, f"Bearer {await resigned(world, **changes)}")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer x.y.z", "Basic bWlhOng=", "Bearer a b", "\x00"])
async def test_a_header_that_is_no_token_is_refused(world: World, header: str) -> None:
    await refused(world, header)


async def test_a_token_is_good_for_its_time_and_not_longer(world: World) -> None:
    header = f"Bearer {world.tokens['mia']}"
    world.shop.clock.advance(timedelta(minutes=14, seconds=59))
    assert (await with_header(world, header))["data"]["me"] == {"name": "Mia"}
    world.shop.clock.advance(timedelta(seconds=10))
    await refused(world, header)


async def refused(world: World, header: str) -> None:
    world.shop.counted()
    answer = await with_header(world, header)
    assert answer.get("data") is None
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "UNAUTHENTICATED"}]
    assert set(world.shop.counted()) <= {"users.public_keys"}


async def test_keys_are_asked_for_once_and_for_unknown_ids_now_and_then(world: World) -> None:
    for _ in range(5):
        await with_header(world, f"Bearer {world.tokens['mia']}")
    assert world.shop.counted()["users.public_keys"] == 1
    unknown = f"Bearer {await forged(world, header_kid='other')}"
    for _ in range(5):
        await with_header(world, unknown)
    assert "users.public_keys" not in world.shop.counted()
    world.shop.clock.advance(timedelta(seconds=5))
    for _ in range(5):
        await with_header(world, unknown)
    assert world.shop.counted()["users.public_keys"] == 1


async def test_without_keys_nobody_can_be_recognised(world: World) -> None:
    world.shop.watched["users"].faults["public_keys"] = Unavailable("users")
    answer = await with_header(world, f"Bearer {world.tokens['mia']}")
    assert answer["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}
    assert (await world.ask("{ products { totalCount } }"))["data"]["products"] == {"totalCount": 2}
