"""What each answer of a mail server means for a message, its address and its lane: one table. Does nothing about it.

By RFC 5321 (codes), RFC 3463 with IANA's registry (enhanced codes), RFC 7504 and 7505 (who takes no mail at all). 4yz
is for now, 5yz for good; but for good for whom is not always the address: a blocked sender, a missing login and
a refused relay are answered to RCPT as well. In doubt nobody's address is blamed.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final

from services.infra.smtp.replies import Reply, Stage


class Verdict(StrEnum):
    """What came of one attempt."""

    ACCEPTED = "accepted"
    AGAIN = "again"
    """Not now, for a reason of this mailbox or mail alone."""
    SLOWER = "slower"
    """Not now, and others of its domain had better wait as well."""
    AWAY = "away"
    """The server takes nothing now, or was not reached."""
    ADDRESS = "address"
    """There is no such address, for good."""
    CONTENT = "content"
    """This mail will never be taken."""
    BARRED = "barred"
    """Nothing is taken from us: login, policy, a server that we do not understand."""
    UNKNOWN = "unknown"
    """All was handed over, and the answer was lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What an answer means whose stage, code and enhanced code match (as file names do); `words`, if it has them too.

    An enhanced code of the form `?.0.*` says no more than the code, and is taken for none.
    """

    verdict: Verdict
    stages: frozenset[Stage]
    code: str = "???"
    enhanced: str = "*"
    words: re.Pattern[str] | None = None

    def matches(self, reply: Reply) -> bool:
        said = "" if fnmatchcase(reply.enhanced, "?.0.*") else reply.enhanced
        return (
            reply.stage in self.stages
            and fnmatchcase(str(reply.code), self.code)
            and fnmatchcase(said, self.enhanced)
            and (self.words is None or self.words.search(reply.text) is not None)
        )


EVERY: Final = frozenset(Stage)
BEFORE_MAILS: Final = frozenset({Stage.CONNECTION, Stage.GREETING, Stage.HELLO, Stage.STARTTLS, Stage.LOGIN})
OF_A_MAIL: Final = frozenset({Stage.RECIPIENT, Stage.DATA, Stage.CONTENT})
RCPT: Final = frozenset({Stage.RECIPIENT})
DOT: Final = frozenset({Stage.CONTENT})
SIZED: Final = frozenset({Stage.SENDER, Stage.RECIPIENT, Stage.DATA, Stage.CONTENT})

POLICY: Final = re.compile(
    r"relay|polic|spam|block|black ?list|denied|reputation|authenticat|quota|limit|\blog ?in\b|\brate\b|"
    r"not (permitted|allowed|verified)",
    re.IGNORECASE,
)
"""Words of refusals that are about us; asked only where there is no enhanced code."""

NONE: Final = ""

TABLE: Final = (
    # ---- for now
    Row(verdict=Verdict.AWAY, stages=EVERY, code="421"),
    Row(verdict=Verdict.AWAY, stages=BEFORE_MAILS, code="4??"),
    Row(verdict=Verdict.AWAY, stages=frozenset({Stage.SENDER}), code="4??"),
    Row(verdict=Verdict.AGAIN, stages=OF_A_MAIL, code="4??", enhanced="4.[12].*"),
    Row(verdict=Verdict.AGAIN, stages=OF_A_MAIL, code="4??", enhanced="4.5.3"),
    Row(verdict=Verdict.SLOWER, stages=OF_A_MAIL, code="4??"),
    # ---- for good, before there is a mail
    Row(verdict=Verdict.BARRED, stages=BEFORE_MAILS, code="5??"),
    # ---- too large, or in letters that cannot be carried
    Row(verdict=Verdict.CONTENT, stages=SIZED, code="5??", enhanced="5.2.3"),
    Row(verdict=Verdict.CONTENT, stages=SIZED, code="5??", enhanced="5.3.4"),
    Row(verdict=Verdict.CONTENT, stages=SIZED, code="5??", enhanced="5.6.*"),
    Row(verdict=Verdict.CONTENT, stages=frozenset({Stage.SENDER, Stage.CONTENT}), code="552", enhanced=NONE),
    # ---- our own address, or we ourselves
    Row(verdict=Verdict.BARRED, stages=frozenset({Stage.SENDER}), code="5??"),
    Row(verdict=Verdict.BARRED, stages=OF_A_MAIL, code="53?"),
    Row(verdict=Verdict.BARRED, stages=OF_A_MAIL, code="5??", enhanced="5.1.[78]"),
    # ---- the mailbox: disabled, or handed to somebody else
    Row(verdict=Verdict.ADDRESS, stages=OF_A_MAIL, code="5??", enhanced="5.7.13"),
    Row(verdict=Verdict.ADDRESS, stages=OF_A_MAIL, code="5??", enhanced="5.7.1[78]"),
    # ---- the mailbox: full is for now, whatever the code says (RFC 5321, 4.5.3.1.10)
    Row(verdict=Verdict.AGAIN, stages=OF_A_MAIL, code="5??", enhanced="5.2.2"),
    Row(verdict=Verdict.AGAIN, stages=OF_A_MAIL, code="5??", enhanced="5.5.3"),
    Row(verdict=Verdict.AGAIN, stages=RCPT, code="552", enhanced=NONE),
    # ---- the mailbox: there is none, and no way to its domain
    Row(verdict=Verdict.ADDRESS, stages=OF_A_MAIL, code="5??", enhanced="5.[124].*"),
    Row(verdict=Verdict.ADDRESS, stages=RCPT, code="501", enhanced="5.5.[24]"),
    # ---- policy, the server's own trouble, a protocol that it does not understand
    Row(verdict=Verdict.BARRED, stages=OF_A_MAIL, code="5??", enhanced="5.[37].*"),
    Row(verdict=Verdict.CONTENT, stages=DOT, code="5??", enhanced="5.5.*"),
    Row(verdict=Verdict.BARRED, stages=OF_A_MAIL, code="5??", enhanced="5.5.*"),
    # ---- no word but the code
    Row(verdict=Verdict.BARRED, stages=OF_A_MAIL, code="5??", enhanced=NONE, words=POLICY),
    Row(verdict=Verdict.ADDRESS, stages=RCPT, code="501", enhanced=NONE),
    Row(verdict=Verdict.ADDRESS, stages=RCPT, code="55[0136]", enhanced=NONE),
    Row(verdict=Verdict.CONTENT, stages=DOT, code="55?", enhanced=NONE),
    Row(verdict=Verdict.BARRED, stages=EVERY, code="5??"),
)
"""The first row that matches decides."""


def verdict_of(reply: Reply) -> Verdict:
    """What the refusal means. What is no answer of SMTP at all is a server out of order: AWAY."""
    return next((row.verdict for row in TABLE if row.matches(reply)), Verdict.AWAY)
