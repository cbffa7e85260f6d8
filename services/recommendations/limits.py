"""The bounds of what is counted, read and kept: what keeps the cost of an order, of a page and of a list the same."""

from typing import Final

MOST_ITEMS: Final = 50
"""Of a stored list."""

PAIRED_SKUS: Final = 24
"""Of one order that are counted in pairs, which makes 276 at most. Of a longer one these are drawn by a hash of the
order and the SKU, so that adding and subtracting draw the same, and each pair has the same chance."""

KEPT_WEEKS: Final = 104
"""Of a user's history that are read: with a half-life of eight weeks, an older purchase counts a ten-thousandth."""
