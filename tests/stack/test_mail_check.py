"""What `up` and the doctor say of a mail server: it is used as mails use it, and none is sent."""

import pytest

from cli.stack.checks import NotReady, SetOtherwise, check_mail
from services.infra.sections.mail import SmtpSettings
from tests.support.smtp_server import At, Stall, scripted_smtp

SENDERS = ("orders@caravan.example", "news@caravan.example")


def settings(port: int, **others: str) -> SmtpSettings:
    return SmtpSettings.model_validate({"url": f"smtp://127.0.0.1:{port}", **others})


async def test_a_server_that_takes_our_mails_is_well_and_gets_none() -> None:
    async with scripted_smtp() as server:
        assert await check_mail(settings(server.port), SENDERS) == "no TLS"
        await server.until(lambda: server.open_now == 0)
    verbs = [line.split(" ", maxsplit=1)[0] for line in server.commands]
    assert verbs == ["EHLO", "MAIL", "RSET", "MAIL", "RSET", "QUIT"]


async def test_a_login_is_tried() -> None:
    async with scripted_smtp(credentials=("shop", "right")) as server:
        right, wrong = (settings(server.port, username="shop", password=password) for password in ("right", "wr0ng"))
        assert await check_mail(right) == "no TLS, signed in"
        with pytest.raises(SetOtherwise, match=r"535 5\.7\.8 to AUTH\): 5\.7\.8 authentication credentials") as refused:
            await check_mail(wrong)
    assert "wr0ng" not in str(refused.value)


async def test_a_sender_that_is_refused_is_the_finding() -> None:
    async with scripted_smtp() as server:
        server.on(At.SENDER, "550 5.7.1 <news@caravan.example> is not yours", about="news@")
        with pytest.raises(SetOtherwise, match=r"refuses to take mail from us .*\(address\) is not yours"):
            await check_mail(settings(server.port), SENDERS)


async def test_one_that_is_busy_or_away_is_not_ready() -> None:
    async with scripted_smtp() as server:
        server.on(At.GREETING, "421 4.3.2 too busy", times=1)
        with pytest.raises(NotReady, match=r"421 4\.3\.2 to greeting"):
            await check_mail(settings(server.port))
    with pytest.raises(NotReady, match="was not reached"):
        await check_mail(settings(server.port))


async def test_a_silent_one_is_not_waited_for_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.stack.checks.SECONDS", 0.2)
    async with scripted_smtp() as server:
        server.on(At.HELLO, Stall())
        with pytest.raises(NotReady, match="did not answer in time"):
            await check_mail(settings(server.port))


@pytest.mark.parametrize(
    ("url", "address", "expected"),
    [
        ("smtps://relay.test", "relay.test:465", "smtps://relay.test"),
        ("smtps://relay.test", "127.0.0.1:1025", "smtp://127.0.0.1:1025"),
        ("smtp://[::1]:1025", "[::1]:1025", "smtp://[::1]:1025"),
    ],
)
def test_an_address_gets_the_settings_of_its_server_alone(url: str, address: str, expected: str) -> None:
    assert SmtpSettings(url=url).at(address).url == expected
