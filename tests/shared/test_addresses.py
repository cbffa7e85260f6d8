"""Which text can be a mail address, and the one spelling of each."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.shared.addresses import checked_email, known_email
from services.shared.errors import Invalid

COMPOSED = unicodedata.normalize("NFC", "zoë@example.org")
FULL_WIDTH = "mia@" + "".join(chr(ord(letter) + 0xFEE0) for letter in "example") + ".org"
DECOMPOSED = unicodedata.normalize("NFD", "zoë@example.org")


@pytest.mark.parametrize(
    ("_case", "given_address", "kept"),
    [
        ("as it is", "mia@example.org", "mia@example.org"),
        ("spaces around and capitals", "  Mia@Example.ORG ", "mia@example.org"),
        ("decomposed letters", DECOMPOSED, COMPOSED),
        ("tags and dots", "mia.e+shop@mail.example.co.uk", "mia.e+shop@mail.example.co.uk"),
        ("an international domain", "mia@bücher.example", "mia@bücher.example"),
        ("the same as name servers know it", "mia@xn--bcher-kva.example", "mia@bücher.example"),
        ("the same in capitals", "MIA@BÜCHER.example", "mia@bücher.example"),
        ("the same decomposed", unicodedata.normalize("NFD", "mia@bücher.example"), "mia@bücher.example"),
        ("letters of full width in the domain", FULL_WIDTH, "mia@example.org"),
        ("a domain of tests", "mia@shop.test", "mia@shop.test"),
    ],
)
def test_an_address_has_one_spelling(_case: str, given_address: str, kept: str) -> None:
    assert checked_email(given_address) == kept


@pytest.mark.parametrize(
    "address",
    [
        "",
        "mia",
        "@example.org",
        "mia@",
        "mia@example",
        "mia@@example.org",
        "mia@exa mple.org",
        "mi a@example.org",
        "mia@-example.org",
        "mia@example..org",
        "mia@example.org.",
        "mia@127.0.0.1",
        "mia,eva@example.org",
        "<mia@example.org>",
        "mia@example.org\n",
        "mia@example.org\x00",
        "mia@exam\u200bple.org",
        "m\u202eia@example.org",
        '"mia"@example.org',
        "Mia <mia@example.org>",
        "mia\ud800@example.org",
        "m" * 65 + "@example.org",
        "mia@" + "e" * 64 + ".org",
        "mia@" + ".".join(["example"] * 40) + ".org",
    ],
)
def test_what_is_no_address_is_refused_by_its_path(address: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_email(address)
    assert refused.value.problems[0].path == ("email",)


@given(st.text(), st.sampled_from(["example.org", "bücher.example", "ΣΑΣ.example"]))
def test_a_spelling_that_is_kept_is_kept_as_it_is(text: str, domain: str) -> None:
    once = known_email(f"{text}@{domain}")
    assert once is None or known_email(once) == once


def test_an_address_that_nobody_can_have_registered_with_is_not_known() -> None:
    assert known_email(" MIA@example.org") == "mia@example.org"
    assert known_email("mia@") is None
    assert known_email("mia@example.org" * 10**5) is None
