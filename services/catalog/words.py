"""The words that products are found by: folded, split, and the prefixes of them that an index holds. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

WORD = re.compile(r"[^\W_]+")
LONGEST_WORD = 32
"""Characters that count; longer words that begin with the same ones are the same word."""

MOST_WORDS = 100
"""Distinct words of a product that it can be found by; the first ones, in the order SKU, name, description."""

PREFIX_LENGTHS = (16, 8, 4, 2, 1)
"""Lengths of the prefixes that an index holds: powers of two, so few entries, and less than half of a word to check."""


def words_of(texts: Iterable[str]) -> Iterator[str]:
    """The words in their order, without case and diacritics, as often as they come."""
    for text in texts:
        bare = "".join(
            char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char)
        )
        for match in WORD.finditer(bare.casefold()):
            yield match[0][:LONGEST_WORD]


def distinct_words(texts: Iterable[str]) -> tuple[str, ...]:
    """Each word once, where it comes first."""
    return tuple(dict.fromkeys(words_of(texts)))


def search_words(search: str | None) -> tuple[str, ...]:
    """What is searched for: nothing where the text holds no word."""
    return () if search is None else distinct_words((search,))


def held_prefixes(word: str) -> tuple[str, ...]:
    """What the index holds of a word."""
    return tuple(word[:length] for length in PREFIX_LENGTHS if length <= len(word))
