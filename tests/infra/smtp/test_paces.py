"""How fast mail goes to a domain, in a time that the tests move."""

from services.infra.smtp.lanes import Lane
from services.infra.smtp.paces import FIRST_PAUSE, LONGEST_PAUSE, MOST_DOMAINS, DomainPaces
from services.infra.smtp.verdicts import Verdict
from tests.infra.smtp.conftest import MakePool
from tests.infra.smtp.mails import Time, mail_to
from tests.support.smtp_server import At, ScriptedSmtp


class TestSlowDown:
    def test_a_domain_that_was_asked_to_wait_waits_and_the_others_do_not(self) -> None:
        time = Time()
        paces = DomainPaces(now=time)
        assert paces.asked_to_wait("slow.test", None) == FIRST_PAUSE
        assert paces.seconds_to_wait("slow.test") == FIRST_PAUSE
        assert paces.seconds_to_wait("other.test") == 0

    def test_the_pause_doubles_to_a_limit(self) -> None:
        paces = DomainPaces(now=Time())
        pauses = [paces.asked_to_wait("slow.test", None) for _ in range(12)]
        assert pauses[:4] == [2, 4, 8, 16]
        assert pauses[-1] == LONGEST_PAUSE

    def test_after_the_pause_one_mail_tries(self) -> None:
        time = Time()
        paces = DomainPaces(now=time)
        paces.asked_to_wait("slow.test", None)
        time.now += FIRST_PAUSE
        assert paces.seconds_to_wait("slow.test") == 0
        assert paces.seconds_to_wait("slow.test") > 0

    def test_what_goes_well_frees_the_domain_step_by_step(self) -> None:
        time = Time()
        paces = DomainPaces(now=time)
        for _ in range(3):
            paces.asked_to_wait("slow.test", None)
        waits = []
        while paces.slowed:
            time.now += LONGEST_PAUSE
            assert paces.seconds_to_wait("slow.test") == 0
            paces.went_well("slow.test")
            waits.append(paces.seconds_to_wait("slow.test"))
        assert waits == [4, 2, 0]

    def test_a_trial_that_says_nothing_leaves_room_for_the_next(self) -> None:
        time = Time()
        paces = DomainPaces(now=time)
        paces.asked_to_wait("slow.test", None)
        time.now += FIRST_PAUSE
        paces.seconds_to_wait("slow.test")
        paces.left_open("slow.test")
        assert paces.seconds_to_wait("slow.test") == 0

    def test_the_servers_own_time_is_kept_within_reason(self) -> None:
        paces = DomainPaces(now=Time())
        assert paces.asked_to_wait("slow.test", 60) == 60
        assert paces.asked_to_wait("slower.test", 1e6) == LONGEST_PAUSE

    def test_a_memory_of_many_domains_has_an_end(self) -> None:
        paces = DomainPaces(now=Time())
        for number in range(MOST_DOMAINS + 10):
            paces.asked_to_wait(f"{number}.test", None)
        assert paces.slowed == MOST_DOMAINS
        assert paces.seconds_to_wait("0.test") == 0

    async def test_the_pool_leaves_a_slow_domain_alone(self, server: ScriptedSmtp, make_pool: MakePool) -> None:
        pool = make_pool()
        server.on(At.RECIPIENT, "451 4.7.1 greylisted", about="@slow.test")
        first, second = [await pool.send(mail_to("anna@slow.test"), Lane.STANDARD) for _ in range(2)]
        assert (first.verdict, second.verdict) == (Verdict.SLOWER, Verdict.SLOWER)
        assert first.after is not None
        assert second.after is not None
        assert sum("slow.test" in line for line in server.commands) == 1
        assert (await pool.send(mail_to("anna@shop.test"), Lane.STANDARD)).verdict is Verdict.ACCEPTED

    async def test_a_campaigns_slow_domain_holds_no_critical_mail(
        self, server: ScriptedSmtp, make_pool: MakePool
    ) -> None:
        pool = make_pool()
        server.on(At.RECIPIENT, "451 4.7.1 too fast", times=1)
        await pool.send(mail_to(), Lane.STANDARD)
        assert (await pool.send(mail_to(), Lane.CRITICAL)).verdict is Verdict.ACCEPTED


class TestRate:
    def test_mails_to_a_domain_are_so_far_apart(self) -> None:
        time = Time()
        paces = DomainPaces(rate=10, now=time)
        turns = [paces.seconds_until_turn("shop.test", 5) for _ in range(3)]
        assert [round(turn or 0, 6) for turn in turns] == [0, 0.1, 0.2]
        assert paces.seconds_until_turn("other.test", 5) == 0
        time.now += 10
        assert paces.seconds_until_turn("shop.test", 5) == 0

    def test_whoever_would_wait_too_long_takes_no_place(self) -> None:
        time = Time()
        paces = DomainPaces(rate=1, now=time)
        assert [paces.seconds_until_turn("shop.test", 2) for _ in range(4)] == [0, 1, 2, None]
        time.now += 1
        assert paces.seconds_until_turn("shop.test", 2) == 2

    def test_without_a_rate_all_go_at_once(self) -> None:
        paces = DomainPaces(now=Time())
        assert [paces.seconds_until_turn("shop.test", 0) for _ in range(100)] == [0] * 100

    async def test_critical_mail_knows_no_rate(self, server: ScriptedSmtp, make_pool: MakePool) -> None:
        pool = make_pool(domain_rate=0.01)
        for _ in range(3):
            assert (await pool.send(mail_to(), Lane.CRITICAL)).verdict is Verdict.ACCEPTED
        outcomes = [await pool.send(mail_to(), Lane.STANDARD) for _ in range(2)]
        assert [outcome.verdict for outcome in outcomes] == [Verdict.ACCEPTED, Verdict.AGAIN]
        assert len(server.taken) == 4
