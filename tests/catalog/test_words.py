"""The words that products are found by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.words import LONGEST_WORD, distinct_words, held_prefixes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Reading lamp", ("reading", "lamp")),
        ("LAMP-RED_001.b", ("lamp", "red", "001", "b")),
        ("Crème brûlée", ("creme", "brulee")),
        ("Cre\u0300me", ("creme",)),
        ("Straße STRASSE", ("strasse",)),
        ("İstanbul", ("istanbul",)),
        ("Ångström", ("angstrom",)),
        ("ﬁne ② x²", ("fine", "2", "x2")),
        ("d'or, l\u2019eau\n50%", ("d", "or", "l", "eau", "50")),
        ("灯 лампа λάμπα", ("灯", "лампа", "λαμπα")),
        ("-- !\t…", ()),
        ("x" * 40, ("x" * LONGEST_WORD,)),
    ],
)
def test_words_have_no_case_and_no_diacritics(text: str, words: tuple[str, ...]) -> None:
    assert distinct_words((text,)) == words


@given(st.text())
def test_words_of_words_are_the_same(text: str) -> None:
    words = distinct_words((text,))
    assert distinct_words(words) == words


@given(st.text(min_size=1, max_size=40))
def test_what_an_index_holds_of_a_word_is_little_and_never_less_than_half(text: str) -> None:
    for word in distinct_words((text,)):
        prefixes = held_prefixes(word)
        assert len(prefixes) <= 5
        assert all(word.startswith(prefix) for prefix in prefixes)
        assert len(prefixes[0]) > len(word) / 2 or len(prefixes[0]) == LONGEST_WORD / 2
