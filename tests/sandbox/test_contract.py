"""What the sandbox answers: keys, methods, rules, the ledger, and calls that cannot be read."""

import asyncio
import re
import time

import aiohttp
import pytest

from tests.sandbox.calls import Calls

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


async def authorized(calls: Calls, key: str = "a", order: str = "o1", method: str = "pm_card_visa") -> str:
    status, answer = await calls.authorize(key, order, method)
    assert status == 201
    reference: str = answer["reference"]
    return reference


async def test_the_ledger_tells_what_was_done_with_money(calls: Calls) -> None:
    reference = await authorized(calls)
    assert (await calls.settle("/captures", "c", reference))[0] == 201
    assert (await calls.settle("/refunds", "r", reference))[0] == 201
    other = await authorized(calls, "b", "o2")
    assert (await calls.void("v", other, "o2"))[0] == 201
    rows = await calls.ledger()
    assert all(MOMENT.fullmatch(row.pop("at")) for row in rows)
    common = {"amount": "19.99", "currency": "EUR"}
    assert rows == [
        {"order": "o1", "kind": "authorization", "reference": reference, "idempotencyKey": "a", **common},
        {"order": "o1", "kind": "capture", "reference": reference, "idempotencyKey": "c", **common},
        {"order": "o1", "kind": "refund", "reference": reference, "idempotencyKey": "r", **common},
        {"order": "o2", "kind": "authorization", "reference": other, "idempotencyKey": "b", **common},
        {"order": "o2", "kind": "void", "reference": other, "idempotencyKey": "v", **common},
    ]
    assert await calls.kinds("o2") == ["authorization", "void"]
    assert await calls.ledger("o9") == []


@pytest.mark.parametrize(
    ("method", "code"), [("pm_card_chargeDeclined", "card_declined"), ("pm_no_such", "unknown_method")]
)
async def test_a_refusal_is_final(calls: Calls, method: str, code: str) -> None:
    for _ in range(2):
        status, answer = await calls.authorize("a", method=method)
        assert (status, answer["code"]) == (402, code)
    assert await calls.ledger() == []


async def test_a_key_with_another_body_or_another_path_is_refused(calls: Calls) -> None:
    reference = await authorized(calls)
    assert (await calls.authorize("a", amount="20.00"))[0] == 422
    assert (await calls.authorize("a", order="o2"))[0] == 422
    assert (await calls.void("a", reference))[0] == 422
    assert (await calls.authorize("a"))[0] == 201
    assert await calls.kinds() == ["authorization"]


async def test_the_same_key_at_once_is_answered_the_same(calls: Calls) -> None:
    answers = await asyncio.gather(*(calls.authorize("a") for _ in range(20)))
    assert {(status, answer["reference"]) for status, answer in answers} == {(201, await authorized(calls))}
    assert await calls.kinds() == ["authorization"]


async def test_many_keys_at_once_capture_once_and_refund_no_more_than_that(calls: Calls) -> None:
    reference = await authorized(calls)
    captures = await asyncio.gather(*(calls.settle("/captures", f"c{n}", reference) for n in range(10)))
    assert sorted(status for status, _ in captures) == [201] + [402] * 9
    part = {"amount": "6.66"}
    refunds = await asyncio.gather(*(calls.settle("/refunds", f"r{n}", reference, **part) for n in range(10)))
    assert sorted(status for status, _ in refunds) == [201] * 3 + [402] * 7
    assert await calls.kinds() == ["authorization", "capture", "refund", "refund", "refund"]


async def test_a_part_may_be_captured_and_no_more_than_that_refunded(calls: Calls) -> None:
    reference = await authorized(calls)
    assert (await calls.settle("/captures", "more", reference, amount="20"))[1]["code"] == "amount_too_large"
    assert (await calls.settle("/captures", "usd", reference, currency="USD"))[1]["code"] == "amount_too_large"
    assert (await calls.settle("/captures", "part", reference, amount="5"))[0] == 201
    assert (await calls.settle("/refunds", "more", reference, amount="5.01"))[0] == 422
    assert (await calls.settle("/refunds", "r", reference, amount="5.01"))[1]["code"] == "amount_too_large"


async def test_what_was_captured_or_voided_is_not_voided(calls: Calls) -> None:
    for settled in ("/captures", "/voids"):
        reference = await authorized(calls, f"a{settled}")
        if settled == "/captures":
            await calls.settle(settled, "c", reference)
        else:
            await calls.void("v", reference)
        status, answer = await calls.void(f"again{settled}", reference)
        assert (status, answer["code"]) == (402, "not_voidable")
    assert await calls.kinds() == ["authorization", "capture", "authorization", "void"]


async def test_a_flaky_call_works_at_the_third_try_each(calls: Calls) -> None:
    tries = [await calls.authorize("a", method="pm_sandbox_flaky") for _ in range(4)]
    assert [status for status, _ in tries] == [503, 503, 201, 201]
    reference = tries[-1][1]["reference"]
    captures = [await calls.settle("/captures", "c", reference) for _ in range(3)]
    assert [status for status, _ in captures] == [503, 503, 201]
    assert await calls.kinds() == ["authorization", "capture"]


async def test_a_lost_answer_is_lost_once_and_its_work_is_done(calls: Calls) -> None:
    with pytest.raises(aiohttp.ClientConnectionError):
        await calls.authorize("a", method="pm_sandbox_lostAnswer")
    assert await calls.kinds() == ["authorization"]
    status, answer = await calls.authorize("a", method="pm_sandbox_lostAnswer")
    assert status == 201
    with pytest.raises(aiohttp.ClientConnectionError):
        await calls.void("v", answer["reference"])
    assert (await calls.void("v", answer["reference"]))[0] == 201
    assert await calls.kinds() == ["authorization", "void"]


async def test_slow_calls_take_three_seconds_and_hold_nobody_up(calls: Calls) -> None:
    started = time.perf_counter()
    slow = asyncio.gather(*(calls.authorize("a", method="pm_sandbox_slow") for _ in range(3)))
    assert (await calls.authorize("b"))[0] == 201
    assert not slow.done()
    assert {status for status, _ in await slow} == {201}
    assert time.perf_counter() - started >= 3
    assert await calls.kinds() == ["authorization", "authorization"]


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": ""}, {"Idempotency-Key": "k" * 256}])
async def test_without_a_key_of_good_length_nothing_is_done(calls: Calls, headers: dict[str, str]) -> None:
    body = {"order": f"{calls.scope}o1", "amount": "19.99", "currency": "EUR", "method": "pm_card_visa"}
    async with calls.session.post("/authorizations", json=body, headers=headers) as answer:
        assert answer.status == 400
    assert await calls.ledger() == []


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "-1"},
        {"amount": "1e3"},
        {"amount": "NaN"},
        {"amount": 19.99},
        {"amount": "1" * 40},
        {"amount": "\N{ARABIC-INDIC DIGIT ONE}"},
        {"currency": "eur"},
        {"currency": "EURO"},
        {"order": ""},
        {"order": "o\0"},
        {"order": ["o1"]},
        {"method": None},
        {"method": "m" * 256},
        {"unknown": "field"},
    ],
)
async def test_a_body_that_cannot_be_is_refused(calls: Calls, change: dict[str, object]) -> None:
    body = {"order": f"{calls.scope}o1", "amount": "19.99", "currency": "EUR", "method": "pm_card_visa", **change}
    assert (await calls.post("/authorizations", body, "a"))[0] == 400
    assert await calls.ledger() == []
    assert (await calls.authorize("a"))[0] == 201


@pytest.mark.parametrize("body", [[], "text", None, 7, {}])
async def test_what_is_no_authorisation_is_refused(calls: Calls, body: object) -> None:
    assert (await calls.post("/authorizations", body, "a"))[0] == 400


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 400), (b"{", 400), (b"\xff", 400), (b"[" * 9000, 400), (b"x" * 20000, 413)]
)
async def test_what_is_no_json_is_refused(calls: Calls, body: bytes, status: int) -> None:
    async with calls.session.post("/authorizations", data=body, headers={"Idempotency-Key": "a"}) as answer:
        assert answer.status == status


async def test_it_says_that_it_is_healthy(calls: Calls) -> None:
    async with calls.session.get("/healthz") as answer:
        assert answer.status == 200
