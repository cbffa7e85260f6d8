"""Each payment method of the sandbox, from the order to the provider's own ledger."""

import pytest

from tests.integration.shop import Shop, ended, state_of

OUTCOMES = {
    "pm_card_visa": ("CONFIRMED", ["authorization", "capture"]),
    "pm_card_chargeDeclined": ("REJECTED PAYMENT_DECLINED", []),
    "pm_sandbox_captureDeclined": ("REJECTED PAYMENT_DECLINED", ["authorization", "void"]),
    "pm_sandbox_slow": ("CONFIRMED", ["authorization", "capture"]),
    "pm_sandbox_flaky": ("CONFIRMED", ["authorization", "capture"]),
    "pm_sandbox_lostAnswer": ("CONFIRMED", ["authorization", "capture"]),
    "pm_of_another_planet": ("REJECTED PAYMENT_DECLINED", []),
}


@pytest.mark.parametrize(("method", "outcome"), OUTCOMES.items(), ids=OUTCOMES.keys())
async def test_a_payment_method_has_its_outcome(shop: Shop, method: str, outcome: tuple[str, list[str]]) -> None:
    (sku,) = await shop.products(1, stock=5)
    buyer = await shop.customer()

    order = await ended(buyer, await buyer.place(shop.wish({sku: 2}, method)))

    assert (state_of(order), await shop.done_by_provider(order.id)) == outcome
    assert await shop.ops.available(sku) == (3 if order.status == "CONFIRMED" else 5)
