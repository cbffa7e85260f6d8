"""Sealed contacts are read by who shares a secret, and by nobody else."""

import pytest
from pydantic import SecretStr

from services.infra.contacts.seal import SecretSeal
from services.shared.actors import Role
from services.shared.contacts import Contact, OptionalCategory
from services.shared.errors import Unavailable

MIA = Contact(
    user_id="u1",
    version=3,
    email="mia@example.org",
    name="Mia Müller",
    roles=(Role.CUSTOMER,),
    declined=(OptionalCategory.PROMOTIONAL,),
)


def seal(secrets: str) -> SecretSeal:
    return SecretSeal(SecretStr(secrets))


def test_contacts_come_out_as_they_went_in_and_cannot_be_read_between() -> None:
    sealed = seal("one").sealed([MIA])
    assert seal("one").opened(sealed) == (MIA,)
    assert "mia" not in sealed.lower()
    assert seal("one").opened(seal("one").sealed([])) == ()


def test_the_same_contacts_do_not_look_the_same_twice() -> None:
    assert seal("one").sealed([MIA]) != seal("one").sealed([MIA])


def test_what_an_earlier_secret_sealed_is_opened_while_it_is_listed() -> None:
    sealed = seal("one").sealed([MIA])
    assert seal("two, one").opened(sealed) == (MIA,)
    with pytest.raises(Unavailable):
        seal("two").opened(sealed)
    with pytest.raises(Unavailable):
        seal("one").opened(seal("two, one").sealed([MIA]))


@pytest.mark.parametrize("odd", ["", "gAAAAA", "mia@example.org", "ä"])
def test_what_was_never_sealed_is_not_opened_and_not_quoted(odd: str) -> None:
    with pytest.raises(Unavailable) as failure:
        seal("one").opened(odd)
    assert str(failure.value) == "contacts: sealed with a secret that is not known here"


def test_a_page_takes_less_than_what_is_in_it() -> None:
    many = [
        Contact(
            user_id=f"{number:032x}", version=1, email=f"user{number}@example.org", name="Mia", roles=(Role.CUSTOMER,)
        )
        for number in range(500)
    ]
    assert len(seal("one").sealed(many)) < 100 * len(many)


def test_an_address_is_in_no_text_of_a_contact() -> None:
    assert "mia" not in repr(MIA).lower()


@pytest.mark.parametrize("none", ["", " , "])
def test_without_a_secret_there_is_no_seal(none: str) -> None:
    with pytest.raises(ValueError, match="no secret"):
        seal(none)
