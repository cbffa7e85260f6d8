"""The table of answers: whom each blames. A wrong row here suppresses somebody's address, or stops a whole lane."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.infra.smtp.replies import Reply, Stage
from services.infra.smtp.verdicts import TABLE, Verdict, verdict_of

RCPT, DOT = Stage.RECIPIENT, Stage.CONTENT


def judged(stage: Stage, answer: str) -> Verdict:
    code, _, text = answer.partition(" ")
    return verdict_of(Reply(stage=stage, code=int(code), text=text))


@pytest.mark.parametrize(
    ("stage", "answer", "verdict"),
    [
        # As Postfix, Exim, Exchange, Gmail, SES and others say it.
        (RCPT, "550 5.1.1 <anna@shop.test>: Recipient address rejected: User unknown", Verdict.ADDRESS),
        (RCPT, "550 5.1.1 The email account that you tried to reach does not exist", Verdict.ADDRESS),
        (RCPT, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", Verdict.ADDRESS),
        (RCPT, "550 No such user here", Verdict.ADDRESS),
        (RCPT, "550 Unrouteable address", Verdict.ADDRESS),
        (RCPT, "551 User not local; please try elsewhere", Verdict.ADDRESS),
        (RCPT, "553 sorry, no mailbox here by that name", Verdict.ADDRESS),
        (RCPT, "556 5.1.10 Recipient domain has null MX", Verdict.ADDRESS),
        (RCPT, "550 5.2.1 The email account is disabled", Verdict.ADDRESS),
        (RCPT, "550 5.4.1 Recipient address rejected: Access denied", Verdict.ADDRESS),
        (RCPT, "512 5.1.2 Host or domain name not found", Verdict.ADDRESS),
        (RCPT, "501 5.1.3 Bad recipient address syntax", Verdict.ADDRESS),
        (RCPT, "501 5.5.4 Syntax: RCPT TO:<address>", Verdict.ADDRESS),
        (RCPT, "525 5.7.13 User account disabled", Verdict.ADDRESS),
        (RCPT, "550 5.0.0 no such user", Verdict.ADDRESS),
        (RCPT, "552 5.2.2 The recipient's inbox is full", Verdict.AGAIN),
        (RCPT, "552 mailbox full", Verdict.AGAIN),
        (RCPT, "452 4.2.2 Over quota", Verdict.AGAIN),
        (RCPT, "450 4.2.0 Mailbox busy", Verdict.AGAIN),
        (RCPT, "452 4.5.3 Too many recipients", Verdict.AGAIN),
        (RCPT, "450 4.7.1 Greylisted", Verdict.SLOWER),
        (RCPT, "451 Temporary local problem", Verdict.SLOWER),
        (RCPT, "421 4.7.28 unusual rate of mail from your IP", Verdict.AWAY),
        (RCPT, "554 5.7.1 <anna@shop.test>: Relay access denied", Verdict.BARRED),
        (RCPT, "550 relay not permitted", Verdict.BARRED),
        (RCPT, "550 5.7.1 Service unavailable; client host blocked using a list", Verdict.BARRED),
        (RCPT, "550 Blocked: your address is on our blacklist", Verdict.BARRED),
        (RCPT, "530 5.7.0 Must issue a STARTTLS command first", Verdict.BARRED),
        (RCPT, "550 5.1.8 Sender address rejected: Domain not found", Verdict.BARRED),
        (RCPT, "550 5.1.7 bad sender's address", Verdict.BARRED),
        (RCPT, "554 5.3.2 system not accepting network messages", Verdict.BARRED),
        (RCPT, "503 5.5.1 bad sequence of commands", Verdict.BARRED),
        (RCPT, "554 transaction failed", Verdict.BARRED),
        (RCPT, "552 5.2.3 message too large for this mailbox", Verdict.CONTENT),
        (RCPT, "553 5.6.7 address not in ASCII", Verdict.CONTENT),
        (Stage.SENDER, "552 5.3.4 message size exceeds fixed limit", Verdict.CONTENT),
        (Stage.SENDER, "552 too large", Verdict.CONTENT),
        (Stage.SENDER, "553 5.7.1 not owned by user", Verdict.BARRED),
        (Stage.SENDER, "555 parameters not recognised", Verdict.BARRED),
        (Stage.SENDER, "452 4.3.1 Insufficient system storage", Verdict.AWAY),
        (Stage.LOGIN, "535 5.7.8 Username and Password not accepted", Verdict.BARRED),
        (Stage.LOGIN, "454 4.7.0 Temporary authentication failure", Verdict.AWAY),
        (Stage.STARTTLS, "454 4.7.0 TLS not available due to local problem", Verdict.AWAY),
        (Stage.GREETING, "521 5.3.2 does not accept mail", Verdict.BARRED),
        (Stage.GREETING, "450 4.3.2 busy", Verdict.AWAY),
        (DOT, "452 4.3.1 out of storage", Verdict.SLOWER),
        (DOT, "451 4.2.1 mailbox", Verdict.AGAIN),
        (DOT, "550 5.1.1 no such user", Verdict.ADDRESS),
        (DOT, "554 5.7.1 Message rejected under suspicion of spam", Verdict.BARRED),
        (DOT, "554 Message rejected: Email address is not verified.", Verdict.BARRED),
        (DOT, "554 Throttling failure: Daily message quota exceeded.", Verdict.BARRED),
        (DOT, "554 5.6.0 Invalid message content", Verdict.CONTENT),
        (DOT, "550 5.5.2 bare newline", Verdict.CONTENT),
        (DOT, "552 5.3.4 too big", Verdict.CONTENT),
        (DOT, "554 Transaction failed", Verdict.CONTENT),
        (DOT, "550 5.2.2 mailbox full", Verdict.AGAIN),
        (Stage.HELLO, "999 what", Verdict.AWAY),
        (RCPT, "199 what", Verdict.AWAY),
    ],
)
def test_what_servers_say_blames_the_right_one(stage: Stage, answer: str, verdict: Verdict) -> None:
    assert judged(stage, answer) is verdict


@given(
    stage=st.sampled_from(list(Stage)),
    code=st.integers(400, 499),
    rest=st.tuples(st.integers(0, 9), st.integers(0, 99)),
    text=st.text(),
)
def test_what_is_for_now_blames_nobody_for_good(stage: Stage, code: int, rest: tuple[int, int], text: str) -> None:
    verdict = verdict_of(Reply(stage=stage, code=code, text=f"4.{rest[0]}.{rest[1]} {text}"))
    assert verdict in {Verdict.AGAIN, Verdict.SLOWER, Verdict.AWAY}


@given(
    stage=st.sampled_from([Stage.CONNECTION, Stage.GREETING, Stage.HELLO, Stage.STARTTLS, Stage.LOGIN, Stage.SENDER]),
    code=st.integers(400, 599),
    text=st.from_regex(r"\A([45]\.[0-9]\.[0-9]{1,2} )?[a-z ]{0,20}\Z"),
)
def test_no_address_is_blamed_before_it_was_named(stage: Stage, code: int, text: str) -> None:
    assert verdict_of(Reply(stage=stage, code=code, text=text)) is not Verdict.ADDRESS


@given(subject=st.sampled_from(["3", "5", "7"]), detail=st.integers(0, 99), code=st.integers(500, 599))
def test_policy_and_trouble_of_the_server_suppress_nobody(subject: str, detail: int, code: int) -> None:
    about_the_mailbox = {"7.13", "7.17", "7.18", "5.2", "5.4"}
    verdict = verdict_of(Reply(stage=RCPT, code=code, text=f"5.{subject}.{detail} no"))
    assert (verdict is Verdict.ADDRESS) <= (f"{subject}.{detail}" in about_the_mailbox)


def test_every_row_decides_something() -> None:
    """A row that another one hides is not there."""
    enhanced = ("1.1", "1.7", "2.2", "2.3", "3.4", "3.5", "5.2", "5.3", "5.5", "6.1", "7.1", "7.13", "7.17")
    texts = ["", "relay", *(f"{kind}.{rest}" for kind in "45" for rest in enhanced)]
    replies = [
        Reply(stage=stage, code=code, text=text)
        for stage in Stage
        for code in (421, 450, 451, 501, 530, 550, 552, 554)
        for text in texts
    ]
    deciding = {next((number for number, row in enumerate(TABLE) if row.matches(reply)), None) for reply in replies}
    assert deciding >= set(range(len(TABLE)))


@given(st.text())
def test_any_words_can_be_read(text: str) -> None:
    reply = Reply(stage=RCPT, code=550, text=text)
    assert verdict_of(reply) in Verdict
    assert "@" not in reply.safe_text
    assert "\n" not in reply.safe_text
    assert reply.hint is None or reply.hint.total_seconds() >= 0
