"""The mail around its two bodies: headers by category, MIME. Knows no template and no Markdown."""

from dataclasses import dataclass
from typing import Final

from services.notifications.models import Mail, Message, NotificationCategory, Recipient
from services.notifications.rendering.letterhead import Letterhead
from services.notifications.rendering.salutation import fit_name
from services.notifications.rendering.wire.headers import CRLF, mailbox, moment, unstructured
from services.shared.addresses import wire_address

BOUNDARY: Final = "=_caravan"
"""Never a part of quoted-printable text, in which "=" is followed by two digits or the end of the line."""

PART: Final = f"Content-Transfer-Encoding: quoted-printable{CRLF}{CRLF}"
TEXT_PART: Final = f"{CRLF}--{BOUNDARY}{CRLF}Content-Type: text/plain; charset=utf-8{CRLF}{PART}".encode()
HTML_PART: Final = f"{CRLF}--{BOUNDARY}{CRLF}Content-Type: text/html; charset=utf-8{CRLF}{PART}".encode()
END: Final = f"{CRLF}--{BOUNDARY}--{CRLF}".encode()

MACHINE_MADE: Final = f"Auto-Submitted: auto-generated{CRLF}X-Auto-Response-Suppress: All{CRLF}"
"""RFC 3834 and what Exchange reads: nobody's note of absence comes back."""

MIME: Final = f'MIME-Version: 1.0{CRLF}Content-Type: multipart/alternative; boundary="{BOUNDARY}"{CRLF}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """The parts of a mail, in quoted-printable."""

    text: bytes
    html: bytes


class Envelopes:
    """Puts mails of one letterhead together."""

    def __init__(self, letterhead: Letterhead) -> None:
        self._letterhead = letterhead
        self._of_category = {category: self._of_all(category) for category in NotificationCategory}

    def mail(self, message: Message, recipient: Recipient, bodies: Bodies, unsubscribe_url: str | None = None) -> Mail:
        """The whole of it. Raises Invalid for an address that is none."""
        address = wire_address(recipient.address)
        message_id = f"<{message.id}@{self._letterhead.domain}>"
        head = (
            self._of_category[message.category]
            + mailbox("To", fit_name(recipient.name), address)
            + unstructured("Subject", message.subject)
            + moment("Date", message.queued_at)
            + f"Message-ID: {message_id}{CRLF}"
            + self._of_list(message, unsubscribe_url)
            + MIME
        )
        content = b"".join((head.encode(), TEXT_PART, bodies.text, HTML_PART, bodies.html, END))
        return Mail(message_id=message_id, sender=self._sender(message.category), to=address, content=content)

    def _of_all(self, category: NotificationCategory) -> str:
        shop = self._letterhead.shop
        return (
            mailbox("From", shop, self._sender(category))
            + mailbox("Reply-To", shop, self._letterhead.reply_to)
            + MACHINE_MADE
        )

    def _of_list(self, message: Message, unsubscribe_url: str | None) -> str:
        """RFC 8058 and RFC 2919: what lets a mail program offer one button to unsubscribe, and mailboxes tell apart."""
        if unsubscribe_url is None:
            return ""
        kind, domain = message.category.lower(), self._letterhead.domain
        return (
            f"List-Unsubscribe: <{unsubscribe_url}>{CRLF}"
            f"List-Unsubscribe-Post: List-Unsubscribe=One-Click{CRLF}"
            f"List-Id: <{kind}.{domain}>{CRLF}"
            f"Feedback-ID: {message.source.id}:{kind}:{domain}{CRLF}"
        )

    def _sender(self, category: NotificationCategory) -> str:
        return self._letterhead.bulk_sender if category.is_optional else self._letterhead.sender
