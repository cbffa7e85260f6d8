"""How connections are used: as few as can be, each for a while, and never one that is dead."""

import asyncio

import pytest

from services.infra.calls.circuits import PAUSE
from services.infra.smtp.lanes import Lane
from services.infra.smtp.pool import SmtpPool
from services.infra.smtp.verdicts import Verdict
from tests.infra.smtp.conftest import MakePool
from tests.infra.smtp.mails import Time, mail_to
from tests.support.smtp_server import At, HangUp, Say, ScriptedSmtp

CRITICAL, STANDARD = Lane.CRITICAL, Lane.STANDARD


async def send_many(pool: SmtpPool, count: int, lane: Lane) -> list[Verdict]:
    outcomes = await asyncio.gather(*(pool.send(mail_to(f"{n}@shop.test"), lane) for n in range(count)))
    return [outcome.verdict for outcome in outcomes]


class TestUse:
    async def test_one_mail_after_another_shares_a_connection(self, server: ScriptedSmtp, pool: SmtpPool) -> None:
        for _ in range(5):
            await pool.send(mail_to(), STANDARD)
        assert [taken.connection for taken in server.taken] == [1] * 5

    async def test_a_lane_has_no_more_connections_than_its_own(self, server: ScriptedSmtp, make_pool: MakePool) -> None:
        pool = make_pool(critical_connections=2, standard_connections=3)
        assert await send_many(pool, 60, STANDARD) == [Verdict.ACCEPTED] * 60
        assert (server.most_open, server.connections) == (3, 3)
        assert await send_many(pool, 60, CRITICAL) == [Verdict.ACCEPTED] * 60
        assert server.most_open == 5

    async def test_standard_borrows_all_but_two_of_criticals(self, server: ScriptedSmtp, make_pool: MakePool) -> None:
        pool = make_pool(critical_connections=5, standard_connections=1)
        await send_many(pool, 60, STANDARD)
        assert server.most_open == 4

    async def test_critical_borrows_none(self, server: ScriptedSmtp, make_pool: MakePool) -> None:
        pool = make_pool(critical_connections=2, standard_connections=5)
        await send_many(pool, 60, CRITICAL)
        assert server.most_open == 2

    async def test_a_connection_takes_so_many_mails(self, server: ScriptedSmtp, make_pool: MakePool) -> None:
        pool = make_pool(messages_a_connection=3)
        for _ in range(7):
            await pool.send(mail_to(), STANDARD)
        assert [taken.connection for taken in server.taken] == [1, 1, 1, 2, 2, 2, 3]
        assert server.commands.count("QUIT") == 2

    async def test_one_that_rests_too_long_is_closed(self, server: ScriptedSmtp, make_pool: MakePool) -> None:
        pool = make_pool(idle_seconds=0.05)
        await pool.send(mail_to(), STANDARD)
        await server.until(lambda: server.open_now == 0)
        assert server.commands[-1] == "QUIT"

    async def test_closing_the_pool_closes_what_rests_and_then_what_works(
        self, server: ScriptedSmtp, make_pool: MakePool
    ) -> None:
        pool, go_on = make_pool(answer_seconds=10), asyncio.Event()
        await send_many(pool, 3, STANDARD)
        server.on(At.SENDER, Say(line="250 ok", when=go_on), times=1)
        sending = asyncio.create_task(pool.send(mail_to(), STANDARD))
        await server.until(lambda: sum(line.startswith("MAIL") for line in server.commands) == 4)
        pool.close()
        await server.until(lambda: server.open_now == 1)
        go_on.set()
        assert (await sending).verdict is Verdict.ACCEPTED
        await server.until(lambda: server.open_now == 0)


class TestDead:
    async def test_one_that_the_server_closed_at_rest_costs_no_mail(self, server: ScriptedSmtp, pool: SmtpPool) -> None:
        await pool.send(mail_to(), STANDARD)
        await server.stop()
        await server.start()
        assert (await pool.send(mail_to(), STANDARD)).verdict is Verdict.ACCEPTED

    async def test_one_that_turns_out_to_be_dead_costs_no_mail(self, server: ScriptedSmtp, pool: SmtpPool) -> None:
        for act in (HangUp(), Say(line="421 4.4.2 idle for too long")):
            await pool.send(mail_to(), STANDARD)
            server.on(At.SENDER, act, times=1)
            assert (await pool.send(mail_to(), STANDARD)).verdict is Verdict.ACCEPTED
        assert len(server.taken) == 4

    async def test_a_new_one_that_dies_is_not_replaced(self, server: ScriptedSmtp, pool: SmtpPool) -> None:
        server.on(At.SENDER, HangUp())
        assert (await pool.send(mail_to(), STANDARD)).verdict is Verdict.AWAY
        assert server.connections == 1

    @pytest.mark.parametrize(("at", "verdict"), [(At.GREETING, Verdict.AWAY), (At.DOT, Verdict.UNKNOWN)])
    async def test_a_server_that_keeps_failing_is_left_alone_for_a_moment_then_tried_by_one(
        self, server: ScriptedSmtp, make_pool: MakePool, at: At, verdict: Verdict
    ) -> None:
        time = Time()
        pool = make_pool(standard_connections=2, critical_connections=2, now=time)
        server.on(at, HangUp())
        verdicts = await send_many(pool, 20, STANDARD)
        assert (verdicts.count(verdict), verdicts.count(Verdict.AWAY)) in {(20, 20), (5, 15), (6, 14)}
        assert server.connections in {5, 6}
        time.now += PAUSE
        await send_many(pool, 20, STANDARD)
        assert server.connections in {6, 7}
        server.forgive()
        assert (await pool.send(mail_to(), CRITICAL)).verdict is Verdict.ACCEPTED
        time.now += PAUSE
        assert (await pool.send(mail_to(), STANDARD)).verdict is Verdict.ACCEPTED
        assert await send_many(pool, 20, STANDARD) == [Verdict.ACCEPTED] * 20


class TestPriority:
    async def test_a_critical_mail_passes_a_crowd_of_standard_ones(
        self, server: ScriptedSmtp, make_pool: MakePool
    ) -> None:
        go_on = asyncio.Event()
        pool = make_pool(critical_connections=3, standard_connections=2, answer_seconds=10, handover_seconds=30)
        server.on(At.RECIPIENT, Say(line="250 ok", when=go_on), about="@shop.test")
        crowd = asyncio.create_task(send_many(pool, 50, STANDARD))
        await server.until(lambda: sum(line.startswith("RCPT") for line in server.commands) == 3)
        outcomes = await asyncio.gather(*(pool.send(mail_to(f"{n}@first.test"), CRITICAL) for n in range(10)))
        assert {outcome.verdict for outcome in outcomes} == {Verdict.ACCEPTED}
        assert len(server.taken) == 10
        go_on.set()
        assert await crowd == [Verdict.ACCEPTED] * 50

    async def test_what_standard_has_borrowed_goes_to_critical_next(
        self, server: ScriptedSmtp, make_pool: MakePool
    ) -> None:
        go_on = asyncio.Event()
        pool = make_pool(critical_connections=3, standard_connections=1, answer_seconds=10, handover_seconds=30)
        server.on(At.RECIPIENT, Say(line="250 ok", when=go_on))
        crowd = asyncio.create_task(send_many(pool, 20, STANDARD))
        await server.until(lambda: sum(line.startswith("RCPT") for line in server.commands) == 2)
        first = asyncio.create_task(
            asyncio.wait([asyncio.create_task(pool.send(mail_to(f"{n}@first.test"), CRITICAL)) for n in range(6)])
        )
        await server.until(lambda: sum(line.startswith("RCPT") for line in server.commands) == 4)
        go_on.set()
        await asyncio.gather(first, crowd)
        order = [taken.recipient.endswith("@first.test") for taken in server.taken]
        assert not any(order[12:]), "a critical mail waited for more than the mails that were under way"
