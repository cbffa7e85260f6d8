"""What came of handing over one mail, as a value, and as the way out of a conversation that ended early.

Its words are for people and may be kept and shown: no address, no host, nothing that a server said.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from services.infra.smtp.replies import Reply, Stage
from services.infra.smtp.verdicts import Verdict, verdict_of
from services.shared.errors import Unavailable

WORDS: Final = {
    Verdict.AGAIN: "the mail server wants this mail later",
    Verdict.SLOWER: "the mail server wants mail for this domain later",
    Verdict.AWAY: "the mail server takes no mail now",
    Verdict.ADDRESS: "the mail server says that there is no such address",
    Verdict.CONTENT: "the mail server refuses this mail for good",
    Verdict.BARRED: "the mail server refuses to take mail from us",
    Verdict.UNKNOWN: "the mail was handed over whole, and the mail server's answer was lost",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one attempt.

    Attributes:
        stage: how far it went; None where it never began.
        detail: for a person.
        text: what the server said, fit for a log and for nothing else.
        after: how long to wait at least before the next attempt, where that is known.
    """

    verdict: Verdict
    stage: Stage | None
    detail: str
    text: str = ""
    after: timedelta | None = None


class NotTaken(Unavailable):
    """The mail was not taken, or nobody knows; `outcome` says which."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__("mail", outcome.detail)
        self.outcome = outcome


def accepted(reply: Reply) -> Outcome:
    """By the answer to the final dot, which often names the mail in the server's own log."""
    return Outcome(verdict=Verdict.ACCEPTED, stage=reply.stage, detail="the mail server took it", text=reply.safe_text)


def refused(reply: Reply) -> NotTaken:
    """By what the server answered."""
    verdict = verdict_of(reply)
    detail = f"{WORDS[verdict]} ({reply.name} to {reply.stage})"
    return NotTaken(Outcome(verdict=verdict, stage=reply.stage, detail=detail, text=reply.safe_text, after=reply.hint))


def lost(stage: Stage, what: str) -> NotTaken:
    """Without an answer, before all was handed over."""
    return NotTaken(Outcome(verdict=Verdict.AWAY, stage=stage, detail=f"the mail server {what} ({stage})"))


def answer_lost(what: str) -> NotTaken:
    """Without an answer, after all was handed over."""
    detail = f"{WORDS[Verdict.UNKNOWN]}: it {what}"
    return NotTaken(Outcome(verdict=Verdict.UNKNOWN, stage=Stage.CONTENT, detail=detail))


def unusable(stage: Stage, why: str) -> NotTaken:
    """The server and our settings do not fit together."""
    return NotTaken(Outcome(verdict=Verdict.BARRED, stage=stage, detail=f"the mail server cannot be used: {why}"))


def unsendable(verdict: Verdict, why: str) -> NotTaken:
    """The mail cannot be handed over to this server, which was not asked."""
    return NotTaken(Outcome(verdict=verdict, stage=None, detail=why))


def waiting(verdict: Verdict, why: str, after: float | None = None) -> Outcome:
    """It was not tried; `after` in seconds."""
    return Outcome(verdict=verdict, stage=None, detail=why, after=None if after is None else timedelta(seconds=after))
