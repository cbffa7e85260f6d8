"""TLS and logins: what is set is insisted on, and nothing is said in the clear instead."""

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from services.infra.sections.mail import SmtpSettings
from services.infra.smtp.lanes import Lane
from services.infra.smtp.outcomes import Outcome
from services.infra.smtp.verdicts import Verdict
from tests.infra.smtp.certificates import Certificate, certificate_in
from tests.infra.smtp.conftest import MakePool
from tests.infra.smtp.mails import mail_to
from tests.support.smtp_server import At, HangUp, ScriptedSmtp, scripted_smtp

LOGIN = ("shop", "s3cret-of-the-shop")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate_in(tmp_path_factory.mktemp("certificate"))


async def sent(make_pool: MakePool, scheme: str, server: ScriptedSmtp, **settings: str) -> Outcome:
    pool = make_pool(url=f"{scheme}://127.0.0.1:{server.port}", answer_seconds=5, **settings)
    return await pool.send(mail_to(), Lane.STANDARD)


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
class TestTls:
    async def test_a_mail_goes_encrypted(self, make_pool: MakePool, certificate: Certificate, scheme: str) -> None:
        async with scripted_smtp(tls=certificate.server, implicit_tls=scheme == "smtps") as server:
            outcome = await sent(make_pool, scheme, server, ca_file=str(certificate.authority))
        assert outcome.verdict is Verdict.ACCEPTED
        assert ("STARTTLS" in server.commands) == (scheme == "smtp+starttls")

    async def test_a_server_that_nobody_vouches_for_gets_nothing(
        self, make_pool: MakePool, certificate: Certificate, scheme: str
    ) -> None:
        async with scripted_smtp(tls=certificate.server, implicit_tls=scheme == "smtps") as server:
            outcome = await sent(make_pool, scheme, server)
        assert outcome.verdict is Verdict.BARRED
        assert "certificate" in outcome.detail
        assert not [line for line in server.commands if line.startswith("MAIL")]

    async def test_a_crowd_goes_on_few_connections(
        self, make_pool: MakePool, certificate: Certificate, scheme: str
    ) -> None:
        async with scripted_smtp(tls=certificate.server, implicit_tls=scheme == "smtps") as server:
            pool = make_pool(
                url=f"{scheme}://127.0.0.1:{server.port}", ca_file=str(certificate.authority), answer_seconds=5
            )
            mails = [mail_to(f"{n}@shop.test", b"x" * 70_000) for n in range(60)]
            outcomes = await asyncio.gather(*(pool.send(mail, Lane.CRITICAL) for mail in mails))
        assert {outcome.verdict for outcome in outcomes} == {Verdict.ACCEPTED}
        assert server.connections == 4

    async def test_after_the_final_dot_nobody_knows(
        self, make_pool: MakePool, certificate: Certificate, scheme: str
    ) -> None:
        async with scripted_smtp(tls=certificate.server, implicit_tls=scheme == "smtps") as server:
            server.on(At.DOT, HangUp(keeping=True))
            outcome = await sent(make_pool, scheme, server, ca_file=str(certificate.authority))
        assert outcome.verdict is Verdict.UNKNOWN

    async def test_a_server_that_ends_in_the_middle_has_not_taken_it(
        self, make_pool: MakePool, certificate: Certificate, scheme: str
    ) -> None:
        async with scripted_smtp(tls=certificate.server, implicit_tls=scheme == "smtps") as server:
            server.on(At.DATA, HangUp())
            outcome = await sent(make_pool, scheme, server, ca_file=str(certificate.authority))
        assert outcome.verdict is Verdict.AWAY


class TestStartTls:
    async def test_a_server_that_offers_none_gets_nothing(self, make_pool: MakePool, certificate: Certificate) -> None:
        async with scripted_smtp() as server:
            outcome = await sent(make_pool, "smtp+starttls", server, ca_file=str(certificate.authority))
        assert outcome.verdict is Verdict.BARRED
        assert not [line for line in server.commands if line.startswith("MAIL")]

    async def test_a_refusal_for_now_is_for_now(self, make_pool: MakePool, certificate: Certificate) -> None:
        async with scripted_smtp(tls=certificate.server) as server:
            server.on(At.STARTTLS, "454 4.7.0 TLS not available due to local problem")
            outcome = await sent(make_pool, "smtp+starttls", server, ca_file=str(certificate.authority))
        assert outcome.verdict is Verdict.AWAY


class TestLogin:
    async def test_we_sign_in_once_a_connection(self, make_pool: MakePool, certificate: Certificate) -> None:
        async with scripted_smtp(tls=certificate.server, implicit_tls=True, credentials=LOGIN) as server:
            pool = make_pool(
                url=f"smtps://127.0.0.1:{server.port}",
                ca_file=str(certificate.authority),
                username=LOGIN[0],
                password=LOGIN[1],
                answer_seconds=5,
            )
            for _ in range(3):
                assert (await pool.send(mail_to(), Lane.STANDARD)).verdict is Verdict.ACCEPTED
        assert sum(line.startswith("AUTH") for line in server.commands) == 1

    async def test_a_wrong_password_is_no_fault_of_an_address(
        self, make_pool: MakePool, capsys: pytest.CaptureFixture[str]
    ) -> None:
        async with scripted_smtp(credentials=LOGIN) as server:
            outcome = await sent(make_pool, "smtp", server, username="shop", password="wr0ng-one")
        assert outcome.verdict is Verdict.BARRED
        assert "535 5.7.8" in outcome.detail
        assert "wr0ng-one" not in repr(outcome) + "".join(capsys.readouterr())

    async def test_a_server_without_logins(self, make_pool: MakePool) -> None:
        async with scripted_smtp() as server:
            outcome = await sent(make_pool, "smtp", server, username="shop", password=LOGIN[1])
        assert outcome.verdict is Verdict.BARRED


class TestSettings:
    @pytest.mark.parametrize(
        ("url", "port"),
        [("smtp://relay.test", 25), ("smtp+starttls://relay.test", 587), ("smtps://relay.test", 465)],
    )
    def test_each_way_has_its_port(self, url: str, port: int) -> None:
        assert SmtpSettings(url=url).port == port
        assert SmtpSettings(url=f"{url}:2525").port == 2525

    @pytest.mark.parametrize(
        "url",
        [
            "http://relay.test",
            "relay.test:25",
            "smtp://",
            "smtp://:25",
            "smtp://relay.test:0",
            "smtp://relay.test:99999",
            "smtps://shop:s3cret@relay.test",
            "smtp://relay.test/queue",
            "smtp://relay.test?x=1",
        ],
    )
    def test_what_is_no_mail_server_is_refused(self, url: str) -> None:
        with pytest.raises(ValidationError):
            SmtpSettings(url=url)

    def test_no_password_leaves_this_machine_in_the_clear(self) -> None:
        with pytest.raises(ValidationError, match="a login needs"):
            SmtpSettings(url="smtp://relay.test", username="shop", password=SecretStr("s3cret"))
        assert (
            SmtpSettings(url="smtp://127.0.0.1:1025", username="shop", password=SecretStr("s3cret")).host == "127.0.0.1"
        )

    def test_authorities_that_cannot_be_read_stop_the_start(self, make_pool: MakePool, tmp_path: Path) -> None:
        with pytest.raises(OSError, match="No such file"):
            make_pool(url="smtps://relay.test", ca_file=str(tmp_path / "none.pem"))
