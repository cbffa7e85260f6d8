"""Mails for these tests, and a time that they move."""

from services.infra.smtp.envelope import Envelope

SENDER = "shop@caravan.example"
CONTENT = b"Subject: Your order\r\nTo: anna@shop.test\r\n\r\nIt is on its way.\r\n"


def mail_to(recipient: str = "anna@shop.test", content: bytes = CONTENT) -> Envelope:
    return Envelope(sender=SENDER, recipient=recipient, content=content)


class Time:
    """Seconds from somewhere; stands still unless moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now
