"""A token to unsubscribe is good for one user and one kind of message, and cannot be made without the secret."""

import jwt
import pytest
from pydantic import SecretStr

from services.infra.contacts.secrets import keys_of
from services.infra.contacts.unsubscribing import PURPOSE, SignedUnsubscribeTokens
from services.shared.contacts import OptionalCategory, Unsubscription
from services.shared.errors import NotFound

WISH = Unsubscription(user_id="u1", category=OptionalCategory.PROMOTIONAL)


def tokens(secrets: str = "one") -> SignedUnsubscribeTokens:
    return SignedUnsubscribeTokens(SecretStr(secrets))


def forged(key: bytes, claims: dict[str, object], kind: str = "unsubscribe+jwt") -> str:
    return jwt.encode(claims, key, algorithm="HS256", headers={"typ": kind})


def own_key() -> bytes:
    return keys_of(SecretStr("one"), PURPOSE)[0]


@pytest.mark.parametrize("category", OptionalCategory)
def test_a_token_says_who_wants_no_more_of_what(category: OptionalCategory) -> None:
    wish = Unsubscription(user_id="u1", category=category)
    assert tokens().wish(tokens().token(wish)) == wish


def test_it_fits_into_a_line_of_a_mail() -> None:
    wish = Unsubscription(user_id="0" * 32, category=OptionalCategory.RECOMMENDATION)
    assert len(tokens().token(wish)) < 256


def test_a_mail_of_an_earlier_secret_works_while_that_is_listed() -> None:
    old = tokens("one").token(WISH)
    assert tokens("two, one").wish(old) == WISH
    with pytest.raises(NotFound):
        tokens("two").wish(old)
    with pytest.raises(NotFound):
        tokens("one").wish(tokens("two, one").token(WISH))


def test_no_character_of_it_can_be_changed() -> None:
    token = tokens().token(WISH)
    for place, char in enumerate(token[:-1]):
        with pytest.raises(NotFound):
            tokens().wish(token[:place] + ("A" if char != "A" else "B") + token[place + 1 :])


@pytest.mark.parametrize(
    "odd",
    ["", ".", "..", "a.b.c", "ä.b.c", "x" * 100_000, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1MSJ9."],
    ids=["empty", "dot", "dots", "letters", "umlaut", "endless", "unsigned"],
)
def test_what_is_no_token_is_not_found(odd: str) -> None:
    with pytest.raises(NotFound):
        tokens().wish(odd)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "u1"},
        {"category": "PROMOTIONAL"},
        {"sub": "u1", "category": "SECURITY"},
        {"sub": 1, "category": "PROMOTIONAL"},
        {"sub": "u1", "category": ["PROMOTIONAL"]},
    ],
)
def test_what_is_signed_but_says_no_such_thing_is_not_found(claims: dict[str, object]) -> None:
    with pytest.raises(NotFound):
        tokens().wish(forged(own_key(), claims))


def test_a_token_for_another_purpose_is_not_found() -> None:
    claims = {"sub": "u1", "category": "PROMOTIONAL"}
    assert tokens().wish(forged(own_key(), dict(claims))) == WISH
    for odd in (
        forged(own_key(), dict(claims), kind="at+jwt"),
        forged(keys_of(SecretStr("one"), "another purpose")[0], dict(claims)),
        forged(b"one" * 16, dict(claims)),
    ):
        with pytest.raises(NotFound):
            tokens().wish(odd)
