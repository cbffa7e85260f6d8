"""Both payment providers keep the provider's contract; the one over HTTP takes nothing for granted."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from services.infra.settings import PaymentsSettings
from services.payments.errors import PaymentDeclined
from services.payments.memory import CARD, DECLINED_CARD, SLOW, MemoryPaymentProvider
from services.payments.ports import PaymentProvider
from services.payments.provider import HttpPaymentProvider
from services.shared.errors import Unavailable
from tests.payments.provider_contract import AMOUNT, PaymentProviderContract, Row
from tests.support.mongo import free_port
from tests.support.payment_sandbox import SandboxProcess


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def provider_at(session: aiohttp.ClientSession, url: str, timeout: float = 10) -> HttpPaymentProvider:
    return HttpPaymentProvider(session, PaymentsSettings(provider_url=url, provider_timeout=timeout))


class TestMemoryPaymentProvider(PaymentProviderContract):
    slow = 0.05

    @pytest.fixture
    def provider(self) -> MemoryPaymentProvider:
        return MemoryPaymentProvider(slow=self.slow)

    async def ledger(self, provider: PaymentProvider, order: str) -> Sequence[Row]:
        assert isinstance(provider, MemoryPaymentProvider)
        return [(row.kind, row.amount.text(), row.key) for row in provider.ledger if row.order_id == order]


class TestHttpPaymentProvider(PaymentProviderContract):
    slow = 3.0

    @pytest.fixture
    def provider(self, session: aiohttp.ClientSession, payment_sandbox: SandboxProcess) -> HttpPaymentProvider:
        self._session, self._sandbox = session, payment_sandbox
        return provider_at(session, payment_sandbox.url)

    async def ledger(self, provider: PaymentProvider, order: str) -> Sequence[Row]:
        assert isinstance(provider, HttpPaymentProvider)
        async with self._session.get(f"{self._sandbox.url}/ledger", params={"order": order}) as answer:
            return [(row["kind"], row["amount"], row["idempotencyKey"]) for row in await answer.json()]

    async def test_an_answer_that_comes_too_late_is_found_by_asking_again(
        self, provider: HttpPaymentProvider, order: str
    ) -> None:
        hasty = provider_at(self._session, self._sandbox.url, timeout=0.2)
        with pytest.raises(Unavailable):
            await hasty.authorize(order, AMOUNT, SLOW, f"{order}/a")
        assert await provider.authorize(order, AMOUNT, SLOW, f"{order}/a")
        assert len(await self.ledger(provider, order)) == 1

    async def test_a_decline_is_said_in_our_own_words(self, provider: HttpPaymentProvider, order: str) -> None:
        with pytest.raises(PaymentDeclined, match=r"^the card was declined$"):
            await provider.authorize(order, AMOUNT, DECLINED_CARD, f"{order}/a")
        with pytest.raises(PaymentDeclined, match=r"^the payment method is not known to the provider$"):
            await provider.authorize(order, AMOUNT, "pm_no_such", f"{order}/b")


async def test_a_provider_that_is_away_is_unavailable(session: aiohttp.ClientSession) -> None:
    provider = provider_at(session, f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Unavailable) as away:
        await provider.authorize("o1", AMOUNT, CARD, "k")
    assert str(away.value) == "payments: did not answer"


async def answering(answer: web.Response) -> TestServer:
    """A provider that always answers so."""

    async def handle(_: web.Request) -> web.Response:
        return answer

    app = web.Application()
    app.router.add_post("/{path:.*}", handle)
    server = TestServer(app)
    await server.start_server()
    return server


@pytest.mark.parametrize("status", [204, 302, 400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504])
async def test_what_is_neither_done_nor_a_final_no_leaves_the_outcome_open(
    session: aiohttp.ClientSession, status: int
) -> None:
    server = await answering(web.Response(status=status, headers={"Location": "/elsewhere"}))
    with pytest.raises(Unavailable):
        await provider_at(session, str(server.make_url("/"))).capture("o1", "auth_1", AMOUNT, "k")
    await server.close()


@pytest.mark.parametrize("status", [400, 422])
async def test_only_a_400_in_the_providers_own_words_is_a_final_no(session: aiohttp.ClientSession, status: int) -> None:
    calls: dict[Callable[[HttpPaymentProvider], Awaitable[object]], bool] = {
        lambda provider: provider.authorize("o1", AMOUNT, CARD, "k"): status == 400,
        lambda provider: provider.capture("o1", "auth_1", AMOUNT, "k"): status == 400,
        lambda provider: provider.void("o1", "auth_1", "k"): False,
        lambda provider: provider.refund("o1", "auth_1", AMOUNT, "k"): False,
    }
    for call, final in calls.items():
        server = await answering(web.Response(status=status, body=b'{"code": "invalid", "message": "<b>secret"}'))
        with pytest.raises(PaymentDeclined if final else Unavailable) as raised:
            await call(provider_at(session, str(server.make_url("/"))))
        assert "secret" not in str(raised.value)
        await server.close()


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[]", b"{}", b'{"reference": 7}', b'{"reference": ""}', b"\xff"])
async def test_an_authorisation_without_a_reference_leaves_the_outcome_open(
    session: aiohttp.ClientSession, body: bytes
) -> None:
    server = await answering(web.Response(status=201, body=body))
    with pytest.raises(Unavailable):
        await provider_at(session, str(server.make_url("/"))).authorize("o1", AMOUNT, CARD, "k")
    await server.close()


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[]", b'{"code": {}}', b'{"code": "x", "message": "<b>secret"}'])
async def test_a_final_no_needs_no_reason_and_passes_on_no_foreign_text(
    session: aiohttp.ClientSession, body: bytes
) -> None:
    server = await answering(web.Response(status=402, body=body))
    with pytest.raises(PaymentDeclined, match=r"^the payment was declined$"):
        await provider_at(session, str(server.make_url("/"))).authorize("o1", AMOUNT, CARD, "k")
    await server.close()
