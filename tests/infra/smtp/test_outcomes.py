"""What comes of one mail, whatever the server does at whichever point; each against a server that does it."""

import asyncio
from datetime import timedelta

import pytest

from services.infra.smtp.lanes import Lane
from services.infra.smtp.pool import SmtpPool
from services.infra.smtp.replies import Stage
from services.infra.smtp.verdicts import Verdict
from tests.infra.smtp.conftest import MakePool
from tests.infra.smtp.mails import CONTENT, SENDER, mail_to
from tests.support.smtp_server import At, HangUp, Say, ScriptedSmtp, Stall

STANDARD = Lane.STANDARD


class TestTaken:
    async def test_a_mail_arrives_as_it_is(self, server: ScriptedSmtp, pool: SmtpPool) -> None:
        outcome = await pool.send(mail_to(), STANDARD)
        assert (outcome.verdict, outcome.text) == (Verdict.ACCEPTED, "2.0.0 kept")
        (taken,) = server.taken
        assert (taken.sender, taken.recipient, taken.content) == (SENDER, "anna@shop.test", CONTENT)

    async def test_a_line_that_is_a_dot_ends_no_mail(self, server: ScriptedSmtp, pool: SmtpPool) -> None:
        content = b".\r\n..\r\nRCPT TO:<eve@shop.test>\r\n.\r\n.x\r\n"
        await pool.send(mail_to(content=content), STANDARD)
        assert [taken.content for taken in server.taken] == [content]

    @pytest.mark.parametrize("end", [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r.\r\n"])
    async def test_no_odd_end_of_a_line_smuggles_a_second_mail_in(
        self, server: ScriptedSmtp, pool: SmtpPool, end: bytes
    ) -> None:
        await pool.send(mail_to(content=CONTENT + b"x" + end + b"MAIL FROM:<eve@shop.test>\r\n"), STANDARD)
        (taken,) = server.taken
        assert taken.content.endswith(b"x\r\n.\r\nMAIL FROM:<eve@shop.test>\r\n")

    async def test_a_large_mail_arrives_whole(self, server: ScriptedSmtp, pool: SmtpPool) -> None:
        content = CONTENT + b"twelve bytes\r\n" * 200_000
        assert (await pool.send(mail_to(content=content), STANDARD)).verdict is Verdict.ACCEPTED
        assert server.taken[0].content == content

    async def test_the_size_and_eight_bits_are_announced(self, server: ScriptedSmtp, pool: SmtpPool) -> None:
        content = CONTENT + "Grüße\r\n".encode()
        await pool.send(mail_to(content=content), STANDARD)
        assert f"MAIL FROM:<{SENDER}> SIZE={len(content)} BODY=8BITMIME" in server.commands

    async def test_a_domain_in_unicode_is_spelt_in_ascii(self, server: ScriptedSmtp, pool: SmtpPool) -> None:
        await pool.send(mail_to("anna@bücher.example"), STANDARD)
        assert server.taken[0].recipient == "anna@xn--bcher-kva.example"


class TestRefused:
    @pytest.mark.parametrize(
        ("at", "answer", "verdict"),
        [
            (At.GREETING, "421 4.3.2 too busy", Verdict.AWAY),
            (At.GREETING, "554 5.7.1 no mail from you", Verdict.BARRED),
            (At.HELLO, "421 4.7.0 later", Verdict.AWAY),
            (At.SENDER, "451 4.3.0 disk", Verdict.AWAY),
            (At.SENDER, "550 5.7.1 you may not send as this", Verdict.BARRED),
            (At.SENDER, "552 5.3.4 too large", Verdict.CONTENT),
            (At.RECIPIENT, "450 4.2.0 mailbox busy", Verdict.AGAIN),
            (At.RECIPIENT, "451 4.7.1 greylisted", Verdict.SLOWER),
            (At.RECIPIENT, "550 5.1.1 no such user", Verdict.ADDRESS),
            (At.RECIPIENT, "554 5.7.1 relay access denied", Verdict.BARRED),
            (At.RECIPIENT, "552 5.2.2 mailbox full", Verdict.AGAIN),
            (At.RECIPIENT, "421 4.7.0 too many", Verdict.AWAY),
            (At.DATA, "451 4.3.0 disk", Verdict.SLOWER),
            (At.DATA, "554 5.7.1 not today", Verdict.BARRED),
            (At.DOT, "451 4.3.0 disk", Verdict.SLOWER),
            (At.DOT, "550 5.1.1 no such user", Verdict.ADDRESS),
            (At.DOT, "554 5.6.0 unreadable", Verdict.CONTENT),
            (At.DOT, "554 5.7.1 sending quota exceeded", Verdict.BARRED),
        ],
    )
    async def test_an_answer_is_what_it_means(
        self, server: ScriptedSmtp, pool: SmtpPool, at: At, answer: str, verdict: Verdict
    ) -> None:
        server.on(at, answer)
        outcome = await pool.send(mail_to(), STANDARD)
        assert outcome.verdict is verdict
        assert answer.partition(" ")[0] in outcome.detail
        assert server.taken == []

    async def test_after_a_refusal_the_connection_is_used_again(self, server: ScriptedSmtp, pool: SmtpPool) -> None:
        server.on(At.RECIPIENT, "550 5.1.1 no such user", about="nobody@", times=1)
        for recipient in ("nobody@shop.test", "anna@shop.test"):
            await pool.send(mail_to(recipient), STANDARD)
        assert [(taken.recipient, taken.connection) for taken in server.taken] == [("anna@shop.test", 1)]

    async def test_of_many_only_those_whom_the_server_refuses_are(self, server: ScriptedSmtp, pool: SmtpPool) -> None:
        server.on(At.RECIPIENT, "550 5.1.1 no such user", about="no")
        server.on(At.RECIPIENT, "450 4.2.1 not now", about="later")
        people = [f"{name}-{number}@shop.test" for number in range(10) for name in ("anna", "no", "later")]
        outcomes = await asyncio.gather(*(pool.send(mail_to(person), STANDARD) for person in people))
        verdicts = {person: outcome.verdict for person, outcome in zip(people, outcomes, strict=True)}
        assert verdicts == {
            **{f"anna-{number}@shop.test": Verdict.ACCEPTED for number in range(10)},
            **{f"no-{number}@shop.test": Verdict.ADDRESS for number in range(10)},
            **{f"later-{number}@shop.test": Verdict.AGAIN for number in range(10)},
        }
        assert sorted(taken.recipient for taken in server.taken) == sorted(
            person for person in people if person.startswith("anna")
        )

    @pytest.mark.parametrize("at", [At.RECIPIENT, At.DOT])
    async def test_one_mail_against_a_policy_waits_alone_and_a_second_one_bars_the_lane(
        self, server: ScriptedSmtp, pool: SmtpPool, at: At
    ) -> None:
        server.on(at, "554 5.7.1 looks like spam", about="odd@")
        people = ["odd@shop.test", "anna@shop.test", "odd@shop.test", "odd@shop.test", "odd@shop.test"]
        verdicts = [(await pool.send(mail_to(person), STANDARD)).verdict for person in people]
        assert verdicts == [Verdict.BARRED, Verdict.ACCEPTED, Verdict.AGAIN, Verdict.BARRED, Verdict.BARRED]

    async def test_what_is_said_of_us_bars_the_lane_at_once(self, server: ScriptedSmtp, pool: SmtpPool) -> None:
        await pool.send(mail_to(), STANDARD)
        server.on(At.SENDER, "550 5.7.1 you may not send as this")
        assert (await pool.send(mail_to(), STANDARD)).verdict is Verdict.BARRED

    async def test_neither_address_nor_words_of_the_server_reach_a_person(
        self, server: ScriptedSmtp, pool: SmtpPool
    ) -> None:
        server.on(At.RECIPIENT, "550 5.1.1 <anna@shop.test>: not at mx7.shop.test")
        outcome = await pool.send(mail_to(), STANDARD)
        assert outcome.detail == "the mail server says that there is no such address (550 5.1.1 to RCPT)"
        assert "anna" not in repr(outcome)

    @pytest.mark.parametrize(
        ("words", "seconds"),
        [
            ("4.7.1 greylisted, try again in 90 seconds", 90),
            ("4.7.1 come back in 5 minutes", 300),
            ("4.2.1 later", None),
        ],
    )
    async def test_the_time_that_the_server_names_is_kept(
        self, server: ScriptedSmtp, pool: SmtpPool, words: str, seconds: int | None
    ) -> None:
        server.on(At.RECIPIENT, f"450 {words}")
        after = (await pool.send(mail_to(), STANDARD)).after
        assert after == (None if seconds is None else timedelta(seconds=seconds))

    async def test_a_mail_that_is_too_large_is_not_even_begun(self, server: ScriptedSmtp, pool: SmtpPool) -> None:
        server.extensions[:] = ["SIZE 20"]
        assert (await pool.send(mail_to(), STANDARD)).verdict is Verdict.CONTENT
        assert not [line for line in server.commands if line.startswith("MAIL")]


class TestLost:
    """The connection breaks, or the server says nothing more."""

    @pytest.mark.parametrize("act", [HangUp(), Stall()], ids=["hangs up", "stalls"])
    @pytest.mark.parametrize("at", [At.GREETING, At.HELLO, At.SENDER, At.RECIPIENT, At.DATA, At.BODY])
    async def test_before_the_final_dot_it_was_not_taken(
        self, server: ScriptedSmtp, make_pool: MakePool, at: At, act: HangUp | Stall
    ) -> None:
        server.on(at, act)
        # More than all buffers between us hold, so that a server which reads nothing keeps the dot from leaving.
        content = (b"x" * 998 + b"\r\n") * 15_000 if at is At.BODY else CONTENT
        assert (await make_pool().send(mail_to(content=content), STANDARD)).verdict is Verdict.AWAY

    @pytest.mark.parametrize("size", [200, 20_000])
    async def test_a_server_that_dies_of_a_small_mail_is_heard_before_the_final_dot(
        self, server: ScriptedSmtp, make_pool: MakePool, size: int
    ) -> None:
        server.on(At.BODY, HangUp())
        pool = make_pool(hear_out_seconds=1)
        assert (await pool.send(mail_to(content=CONTENT + b"x" * size), STANDARD)).verdict is Verdict.AWAY

    async def test_an_answer_in_the_middle_of_the_mail_is_an_answer(self, server: ScriptedSmtp, pool: SmtpPool) -> None:
        server.on(At.BODY, "552 5.3.4 enough", times=1)
        assert (await pool.send(mail_to(), STANDARD)).verdict is Verdict.CONTENT
        assert (await pool.send(mail_to(), STANDARD)).verdict is Verdict.ACCEPTED

    async def test_a_server_that_ends_at_once_has_not_taken_a_small_mail(
        self, server: ScriptedSmtp, pool: SmtpPool
    ) -> None:
        server.on(At.DATA, "421 4.3.2 going down")
        assert (await pool.send(mail_to(), STANDARD)).verdict is Verdict.AWAY

    @pytest.mark.parametrize("act", [HangUp(), HangUp(keeping=True), Stall()], ids=["hangs up", "took it", "stalls"])
    async def test_after_the_final_dot_nobody_knows(
        self, server: ScriptedSmtp, pool: SmtpPool, act: HangUp | Stall
    ) -> None:
        server.on(At.DOT, act)
        outcome = await pool.send(mail_to(), STANDARD)
        assert (outcome.verdict, outcome.stage) == (Verdict.UNKNOWN, Stage.CONTENT)

    @pytest.mark.parametrize("answer", ["what?", "250", "99 odd", "354 go on", "250-never\r\nending"])
    async def test_gibberish_after_the_final_dot_is_no_answer(
        self, server: ScriptedSmtp, pool: SmtpPool, answer: str
    ) -> None:
        server.on(At.DOT, answer)
        expected = Verdict.ACCEPTED if answer == "250" else Verdict.UNKNOWN
        assert (await pool.send(mail_to(), STANDARD)).verdict is expected

    async def test_a_slow_greeting_is_awaited(self, server: ScriptedSmtp, make_pool: MakePool) -> None:
        waited = asyncio.Event()
        server.on(At.GREETING, Say(line="220 at last", when=waited))
        sending = asyncio.create_task(make_pool(connect_seconds=10).send(mail_to(), STANDARD))
        await server.until(lambda: server.connections == 1)
        waited.set()
        assert (await sending).verdict is Verdict.ACCEPTED

    async def test_no_server_at_all(self, server: ScriptedSmtp, pool: SmtpPool) -> None:
        await server.stop()
        outcome = await pool.send(mail_to(), STANDARD)
        assert outcome.verdict is Verdict.AWAY
        assert str(server.port) not in outcome.detail

    async def test_whoever_gives_up_leaves_no_connection_in_the_middle_of_a_mail(
        self, server: ScriptedSmtp, make_pool: MakePool
    ) -> None:
        pool = make_pool(standard_connections=1, critical_connections=2, final_dot_seconds=30)
        server.on(At.DOT, Stall(), times=1)
        sending = asyncio.create_task(pool.send(mail_to(), STANDARD))
        await server.until(lambda: server.stalled == 1)
        sending.cancel()
        await asyncio.wait({sending})
        await server.until(lambda: server.open_now == 0)
        assert (await pool.send(mail_to(), STANDARD)).verdict is Verdict.ACCEPTED
        assert server.taken[0].connection == 2
