"""The public keys at their well-known place: all that check tokens, to be cached, and no way to wear the users out."""

import json
from datetime import timedelta

from services.infra.identity.signed_tokens import verifying_key
from services.shared.errors import Unavailable
from tests.gateway.world import World

PLACE = "/.well-known/jwks.json"


async def test_everybody_may_read_the_keys_and_keep_them_for_a_while(world: World) -> None:
    answer = await world.wire.send("GET", PLACE)
    (key,) = await world.shop.tokens.public_keys()
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/jwk-set+json"
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert answer.json == {"keys": [json.loads(key.jwk)]}
    assert verifying_key(json.dumps(answer.json["keys"][0])).kid == key.kid


async def test_many_questions_are_one_to_the_users(world: World) -> None:
    world.forget()
    for _ in range(20):
        await world.wire.send("GET", PLACE)
    assert world.shop.counted() == {"users.public_keys": 1}


async def test_without_users_the_last_answer_serves_for_a_while_and_none_is_not_kept(world: World) -> None:
    world.shop.watched["users"].faults["public_keys"] = Unavailable("users")
    answer = await world.wire.send("GET", PLACE)
    assert (answer.status, answer.headers["cache-control"]) == (503, "no-store")
    world.shop.watched["users"].faults.clear()
    world.shop.clock.advance(timedelta(seconds=1))
    assert (await world.wire.send("GET", PLACE)).status == 200
    world.shop.watched["users"].faults["public_keys"] = Unavailable("users")
    world.shop.clock.advance(timedelta(minutes=10))
    assert (await world.wire.send("GET", PLACE)).status == 200
