"""The library's exceptions as what came of a mail. Knows one answer at a time, and no conversation."""

import ssl
from collections.abc import Awaitable
from typing import Final, TypeVar

from aiosmtplib import SMTPException, SMTPResponseException, SMTPServerDisconnected

from services.infra.smtp.outcomes import NotTaken, lost, refused, unusable
from services.infra.smtp.replies import Reply, Stage

Answer = TypeVar("Answer")

CLOSED: Final = "closed the connection"
SILENT: Final = "did not answer in time"
BROKE_OFF: Final = "broke off while the mail was handed over"
NOT_REACHED: Final = "was not reached"


async def answered(stage: Stage, asked: Awaitable[Answer]) -> Answer:
    """The answer, if it is a good one; NotTaken in all other cases."""
    try:
        return await asked
    except SMTPResponseException as answer:
        raise refused(Reply(stage=stage, code=answer.code, text=answer.message)) from None
    except OSError as failure:
        raise _broken(stage, failure) from None
    except SMTPException as failure:
        raise unusable(stage, failure.message) from None


def _broken(stage: Stage, failure: OSError) -> NotTaken:
    if isinstance(failure, ssl.SSLCertVerificationError) or isinstance(failure.__cause__, ssl.SSLCertVerificationError):
        return unusable(stage, "nobody whom we trust vouches for its certificate")
    if isinstance(failure, SMTPServerDisconnected):
        return lost(stage, CLOSED)
    if isinstance(failure, TimeoutError):
        return lost(stage, SILENT)
    return lost(Stage.CONNECTION if stage is Stage.GREETING else stage, NOT_REACHED)
