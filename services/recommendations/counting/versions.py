"""Which of two tellings of a product is the newer one. Pure."""

from services.recommendations.models import ShelfProduct
from services.shared.receipts import Outcome


def outcome_of(told: ShelfProduct, known: ShelfProduct | None) -> Outcome:
    """What becomes of a product that is told of, beside what is known of it."""
    if known is None or known.version < told.version:
        return Outcome.APPLIED
    return Outcome.DUPLICATE if known.version == told.version else Outcome.SUPERSEDED
