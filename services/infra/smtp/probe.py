"""Whether a mail server takes mails from us, without sending one."""

from collections.abc import Sequence
from typing import Final

from services.infra.sections.mail import PLAIN, SmtpSettings
from services.infra.smtp.connection import Connection, route_to

WITHOUT: Final = "no TLS"


async def probe(settings: SmtpSettings, senders: Sequence[str]) -> str:
    """Connects, encrypts and signs in as the settings say, and asks for each sender whether it may send.

    Answers in a few words how the way there is. Raises NotTaken with what is wrong, and OSError for authorities that
    cannot be read.
    """
    connection = await Connection.open(route_to(settings))
    try:
        for sender in senders:
            await connection.try_sender(sender)
    finally:
        connection.close()
    way = WITHOUT if settings.scheme == PLAIN else "TLS"
    return f"{way}, signed in" if settings.username else way
