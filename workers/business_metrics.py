"""What services count of stock and money, for the metrics of the process. No id in a label.

Decides nothing: a service tells what it has stored.
"""

from prometheus_client import Counter

from services.inventory.models import ReservationState
from services.shared.money import Money

RESERVATIONS = Counter("caravan_inventory_reservations", "Reservations, by the states that they came into", ["outcome"])
CAPTURED = Counter("caravan_payments_captured_minor", "Money taken, in the currency's smallest unit", ["currency"])
REFUNDED = Counter("caravan_payments_refunded_minor", "Money given back, in the currency's smallest unit", ["currency"])


class ReservationMetrics:
    """Offers `ReservationWatch`."""

    def __init__(self) -> None:
        for state in ReservationState:
            RESERVATIONS.labels(state.lower())

    def came_into(self, state: ReservationState) -> None:
        """See `ReservationWatch.came_into`."""
        RESERVATIONS.labels(state.lower()).inc()


class MoneyMetrics:
    """Offers `MoneyWatch`."""

    def captured(self, amount: Money) -> None:
        """See `MoneyWatch.captured`."""
        CAPTURED.labels(amount.currency).inc(amount.minor)

    def refunded(self, amount: Money) -> None:
        """See `MoneyWatch.refunded`."""
        REFUNDED.labels(amount.currency).inc(amount.minor)
