"""What orders refuse beyond the shared tree."""

from services.shared.errors import Refused


class NotCancellable(Refused):
    """The order has been shipped, delivered, rejected or cancelled already."""

    code = "NOT_CANCELLABLE"
