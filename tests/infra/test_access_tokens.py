"""The one verifier of access tokens, rule by rule (RFC 8725, RFC 9068): each token is right but for one thing."""

import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt import encode
from jwt.algorithms import ECAlgorithm

from services.infra.identity.access_tokens import AccessTokens, access_token_rules
from services.infra.identity.key_ring import KeyRing
from services.infra.identity.signed_tokens import LONGEST_TOKEN, verifying_key
from services.shared.actors import Actor, Role
from services.shared.errors import Unauthenticated, Unavailable
from tests.infra.forge import CLAIMS, HEADER, NOW, PRIVATE, part, public_jwk, token, written
from tests.support.doubles import StandingClock

RULES = access_token_rules("https://caravan.example", "caravan")
EC = generate_private_key(SECP256R1())
STRANGER = Ed25519PrivateKey.generate()
MIA = Actor(user_id="u1", roles=frozenset({Role.CUSTOMER}))


def ec_jwk() -> str:
    return json.dumps({**ECAlgorithm.to_jwk(EC.public_key(), as_dict=True), "kid": "k2", "use": "sig"})


async def known_keys() -> tuple[str, ...]:
    return public_jwk(), ec_jwk()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def tokens(clock: StandingClock) -> AccessTokens:
    return AccessTokens(KeyRing(known_keys, clock), RULES, clock)


async def test_a_good_token_says_who_asks(tokens: AccessTokens) -> None:
    good = token()
    verified = await tokens.verified(good)
    assert (verified.actor, verified.actor.proof) == (MIA, good)
    assert verified.expires_at == datetime.fromtimestamp(NOW + 900, UTC)


async def test_each_kind_of_key_has_its_algorithm(tokens: AccessTokens) -> None:
    signed = encode(CLAIMS, EC, algorithm="ES256", headers={"typ": "at+jwt", "kid": "k2"})
    assert await tokens.actor(signed) == MIA


def unsigned() -> str:
    return f"{part(json.dumps(HEADER | {'alg': 'none'}).encode())}.{part(json.dumps(CLAIMS).encode())}."


def with_the_public_key_as_a_secret() -> str:
    signed = f"{part(json.dumps(HEADER | {'alg': 'HS256'}).encode())}.{part(json.dumps(CLAIMS).encode())}"
    return f"{signed}.{part(hmac.digest(public_jwk().encode(), signed.encode(), 'sha256'))}"


def with_a_key_of_its_own() -> str:
    own = json.loads(public_jwk(STRANGER))
    return written(HEADER | {"jwk": own}, CLAIMS, STRANGER)


def with_a_member_twice(header: str, claims: str) -> str:
    return written(header.encode(), claims.encode())


FORGERIES: dict[str, Callable[[], str]] = {
    "no signature": unsigned,
    "an empty signature": lambda: token().rpartition(".")[0] + ".",
    "the public key as a secret": with_the_public_key_as_a_secret,
    "another's signature": lambda: written(HEADER, CLAIMS, STRANGER),
    "another algorithm than the key's": lambda: token(alg="ES256"),
    "the algorithm in lower case": lambda: token(alg="eddsa"),
    "no algorithm": lambda: token(alg=None),
    "a key of its own": with_a_key_of_its_own,
    "a key embedded, though ours": lambda: token(jwk=json.loads(public_jwk())),
    "where to get the key": lambda: token(jku="https://attacker.example/jwks.json"),
    "where to get the certificate": lambda: token(x5u="https://attacker.example/cert.pem"),
    "a certificate": lambda: token(x5c=["MIIB"]),
    "an extension that must be understood": lambda: token(crit=["exp"], exp=NOW + 900),
    "an unencoded payload": lambda: token(b64=False, crit=["b64"]),
    "an unknown member": lambda: token(cty="JWT"),
    "an unknown key": lambda: token(kid="k9"),
    "the other key": lambda: token(kid="k2"),
    "a key id that is no text": lambda: token(kid=7),
    "no key id": lambda: token(kid=None),
    "another type": lambda: token(typ="JWT"),
    "no type": lambda: token(typ=None),
    "a caller's type": lambda: token(typ="caller+jwt"),
    "a header member twice": lambda: with_a_member_twice(
        '{"alg": "none", "alg": "EdDSA", "typ": "at+jwt", "kid": "k1"}', json.dumps(CLAIMS)
    ),
    "a claim twice": lambda: with_a_member_twice(json.dumps(HEADER), json.dumps(CLAIMS)[:-1] + ', "sub": "u2"}'),
    "a header that is no object": lambda: written(b'["EdDSA"]', CLAIMS),
    "claims that are no object": lambda: written(HEADER, b'"u1"'),
    "claims that are no JSON": lambda: written(HEADER, b"{"),
    "a header deeper than any": lambda: written(b'{"a":' * 2000, b"{}"),
    "too long": lambda: token({"note": "x" * LONGEST_TOKEN}),
    "two parts": lambda: token().rpartition(".")[0],
    "four parts": lambda: token() + ".e30",
    "five parts": lambda: token() + ".e30.e30",
    "letters that are none": lambda: token()[:-2] + "é=",
    "nothing": lambda: "",
    "dots": lambda: "..",
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
async def test_what_is_no_token_of_ours_is_refused(tokens: AccessTokens, forge: Callable[[], str]) -> None:
    with pytest.raises(Unauthenticated):
        await tokens.actor(forge())


CLAIMS_REFUSED: list[dict[str, Any]] = [
    {"iss": "https://elsewhere.example"},
    {"iss": "https://caravan.example/"},
    {"iss": ["https://caravan.example"]},
    {"iss": None},
    {"aud": "another"},
    {"aud": ["caravan"]},
    {"aud": ["caravan", "another"]},
    {"aud": None},
    {"sub": None},
    {"sub": ""},
    {"sub": 7},
    {"sub": "u" * 201},
    {"exp": None},
    {"exp": NOW - 6},
    {"exp": str(NOW + 900)},
    {"exp": True},
    {"exp": float("nan")},
    {"exp": float("inf")},
    {"exp": NOW},
    {"iat": None},
    {"iat": NOW + 60},
    {"iat": "now"},
    {"iat": NOW - 7200, "exp": NOW + 900},
    {"nbf": NOW + 60},
    {"nbf": "now"},
    {"roles": None},
    {"roles": "ADMIN"},
    {"roles": {"ADMIN": True}},
]


@pytest.mark.parametrize("claims", CLAIMS_REFUSED, ids=str)
async def test_a_claim_that_is_not_as_it_must_be_refuses_the_token(
    tokens: AccessTokens, claims: dict[str, Any]
) -> None:
    with pytest.raises(Unauthenticated):
        await tokens.actor(token(claims))


async def test_a_role_that_we_do_not_know_gives_nothing(tokens: AccessTokens) -> None:
    assert (await tokens.actor(token({"roles": ["OWNER", "CUSTOMER", 7]}))).roles == {Role.CUSTOMER}


async def test_a_token_begins_and_ends_with_its_times_and_a_little_leeway(
    tokens: AccessTokens, clock: StandingClock
) -> None:
    good = token({"nbf": NOW + 5})
    assert await tokens.actor(good) == MIA
    clock.advance(timedelta(seconds=904))
    assert await tokens.actor(good) == MIA
    clock.advance(timedelta(seconds=1))
    with pytest.raises(Unauthenticated, match="expired"):
        await tokens.actor(good)


async def test_a_key_that_was_withdrawn_takes_its_tokens_with_it(clock: StandingClock) -> None:
    known = [public_jwk()]

    async def source() -> tuple[str, ...]:
        return tuple(known)

    ring = KeyRing(source, clock)
    tokens = AccessTokens(ring, RULES, clock)
    assert await tokens.actor(token()) == MIA
    known.clear()
    clock.advance(timedelta(seconds=61))
    await ring.keys()
    with pytest.raises(Unauthenticated):
        await tokens.actor(token())


async def test_without_keys_nobody_is_recognised(clock: StandingClock) -> None:
    async def away() -> tuple[str, ...]:
        raise Unavailable("users")

    with pytest.raises(Unavailable):
        await AccessTokens(KeyRing(away, clock), RULES, clock).actor(token())


NO_KEYS = [
    "[]",
    "{",
    json.dumps({"kty": "oct", "k": "c2VjcmV0", "kid": "k1"}),
    public_jwk(kid=""),
    public_jwk(kid=7),
    public_jwk(use="enc"),
    public_jwk(alg="HS256"),
    public_jwk(crv="X25519"),
    public_jwk(x="AAAA"),
    public_jwk(d=part(PRIVATE.private_bytes_raw())),
]


@pytest.mark.parametrize("text", NO_KEYS)
def test_only_public_keys_of_known_kinds_are_keys(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        verifying_key(text)
