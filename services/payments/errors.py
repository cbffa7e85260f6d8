"""What payments refuse beyond the shared tree."""

from services.shared.errors import Refused


class PaymentDeclined(Refused):
    """The provider said no, for good: to the authorisation, to the capture, or to the method itself."""

    code = "PAYMENT_DECLINED"
