"""Access tokens, along RFC 8725 and RFC 9068: what they say, what checks them, how the key is kept."""

import asyncio
import json
from datetime import timedelta

import jwt
import pytest
from jwt.types import Options

from services.shared.errors import Unavailable
from services.users.keys.memory import MemoryKeyStore
from services.users.models import PublicKey
from services.users.tokens import Ed25519Tokens, TokenRules
from tests.support.doubles import CountingIds, StandingClock
from tests.users.makers import a_user, signing_keys

RULES = TokenRules(issuer="https://caravan.example", audience="caravan", lifetime=timedelta(minutes=15))
NO_CLOCK: Options = {"verify_exp": False, "verify_iat": False}


def issuer_on(keys: MemoryKeyStore, passphrase: str = "seal") -> Ed25519Tokens:
    clock = StandingClock()
    return Ed25519Tokens(signing_keys(clock, keys, passphrase), RULES, clock, CountingIds("jti"))


@pytest.fixture
def keys() -> MemoryKeyStore:
    return MemoryKeyStore()


@pytest.fixture
def tokens(keys: MemoryKeyStore) -> Ed25519Tokens:
    return issuer_on(keys)


def decoded(token: str, key: PublicKey) -> dict[str, object]:
    claims: dict[str, object] = jwt.decode(
        token,
        jwt.PyJWK(json.loads(key.jwk)),
        algorithms=["EdDSA"],
        audience=RULES.audience,
        issuer=RULES.issuer,
        options=NO_CLOCK,
    )
    return claims


async def test_a_token_says_who_for_whom_and_until_when(tokens: Ed25519Tokens) -> None:
    claims = decoded(await tokens.issue(a_user()), (await tokens.public_keys())[0])
    now = int(StandingClock().now().timestamp())
    assert claims == {
        "iss": "https://caravan.example",
        "aud": "caravan",
        "sub": "u1",
        "roles": ["CUSTOMER"],
        "iat": now,
        "exp": now + 15 * 60,
        "jti": "jti-000001",
    }


async def test_the_header_names_type_algorithm_and_key(tokens: Ed25519Tokens) -> None:
    (key,) = await tokens.public_keys()
    header = jwt.get_unverified_header(await tokens.issue(a_user()))
    assert header == {"alg": "EdDSA", "typ": "at+jwt", "kid": key.kid}


async def test_each_token_has_an_id_of_its_own(tokens: Ed25519Tokens) -> None:
    (key,) = await tokens.public_keys()
    ids = {decoded(await tokens.issue(a_user()), key)["jti"] for _ in range(3)}
    assert len(ids) == 3


async def test_a_token_holds_no_personal_data(tokens: Ed25519Tokens) -> None:
    claims = decoded(await tokens.issue(a_user()), (await tokens.public_keys())[0])
    assert "mia" not in json.dumps(claims).lower()


async def test_a_changed_token_and_another_key_do_not_pass(tokens: Ed25519Tokens) -> None:
    (key,) = await tokens.public_keys()
    header, payload, signature = (await tokens.issue(a_user())).split(".")
    middle = len(payload) // 2
    changed = payload[:middle] + ("A" if payload[middle] != "A" else "B") + payload[middle + 1 :]
    with pytest.raises(jwt.InvalidTokenError):
        decoded(f"{header}.{changed}.{signature}", key)
    stranger = issuer_on(MemoryKeyStore())
    with pytest.raises(jwt.InvalidSignatureError):
        decoded(await stranger.issue(a_user()), key)


async def test_the_public_key_is_a_jwk_without_the_private_half(tokens: Ed25519Tokens) -> None:
    (key,) = await tokens.public_keys()
    jwk = json.loads(key.jwk)
    assert set(jwk) == {"kty", "crv", "x", "kid", "use", "alg"}
    assert (jwk["kty"], jwk["crv"], jwk["kid"], jwk["use"]) == ("OKP", "Ed25519", key.kid, "sig")


async def test_the_key_outlives_the_process_that_made_it(keys: MemoryKeyStore) -> None:
    token = await issuer_on(keys).issue(a_user())
    (key,) = await issuer_on(keys).public_keys()
    assert decoded(token, key)["sub"] == "u1"


async def test_of_two_first_starts_at_once_both_use_one_key(keys: MemoryKeyStore) -> None:
    one, other = issuer_on(keys), issuer_on(keys)
    await asyncio.gather(one.prepare(), other.prepare())
    assert await one.public_keys() == await other.public_keys()


async def test_the_key_is_kept_sealed(keys: MemoryKeyStore, tokens: Ed25519Tokens) -> None:
    await tokens.prepare()
    (kept,) = (await keys.load()).keys
    assert kept.sealed.startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert kept.sealed not in repr(kept)


async def test_another_passphrase_does_not_unseal_it(keys: MemoryKeyStore, tokens: Ed25519Tokens) -> None:
    await tokens.prepare()
    with pytest.raises(Unavailable, match="passphrase"):
        await issuer_on(keys, passphrase="other").prepare()
