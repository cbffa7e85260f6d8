"""Pages of a SKU's ledger of deliveries and losses, newest first. Pure.

The stock's version is the place: every entry is another version's, so no two share one and a page begins where the last
one ended.
"""

from services.inventory.models import Adjustment, AdjustmentQuery
from services.shared.errors import Invalid
from services.shared.pages import decode_cursor, encode_cursor


def version_before(query: AdjustmentQuery) -> int | None:
    """The version that the page's entries are older than. Raises Invalid at `after` for no cursor of this ledger."""
    if query.after is None:
        return None
    sku, version = decode_cursor(query.after, str, int)
    if sku != query.sku:
        raise Invalid("not a cursor of this list", ("after",))
    return int(version)


def cursor_of(entry: Adjustment) -> str:
    """Where the entry stands, as an opaque text."""
    return encode_cursor(entry.sku, entry.version)
