"""What inventory refuses beyond the shared tree."""

from services.shared.errors import Refused


class OutOfStock(Refused):
    """Less is available than asked: a problem a line, path `("lines", i, "quantity")`; the message says how many."""

    code = "OUT_OF_STOCK"


class HoldExpired(Refused):
    """The hold outlived its deadline, was released, or was never taken: nothing is held for this order."""

    code = "RESERVATION_EXPIRED"
