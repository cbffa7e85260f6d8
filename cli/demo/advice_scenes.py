"""Scenes of what is recommended: it follows from what others bought, says why, and never shows what is sold out."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from cli.demo.narrator import Outcome
from cli.demo.stage import FINAL, Teller
from cli.shop_client import ShopClient
from cli.shop_views import OfferView

LANTERN: Final = "LAMP-HURRICANE"
CANDLES: Final = "CANDLE-BEES-6"
BUYERS: Final = 6
SHOWN: Final = 20
TOLD: Final = 4
REFRESH: Final = "refresh-recommendations"
PATIENCE: Final = 40.0
LOOK_EVERY: Final = 0.25
"""Seconds: how long events may take to become advice, and how often the demo looks."""

Found = TypeVar("Found")


async def bought_together(on: Teller) -> Outcome:
    """What Ada's neighbours buy."""
    on.tell(f"{BUYERS} buyers take beeswax candles with their hurricane lantern.")
    crowd = on.stage.people.crowd[:BUYERS]
    answers = await asyncio.gather(*(buyer.place(on.wish({LANTERN: 1, CANDLES: 1})) for buyer in crowd))
    ends = (buyer.order_in(answer.accepted().id, FINAL) for buyer, answer in zip(crowd, answers, strict=True))
    confirmed = [order for order in await asyncio.gather(*ends) if order.status == "CONFIRMED"]
    return Outcome(scene=on.scene, expected=f"{BUYERS} CONFIRMED", got=f"{len(confirmed)} CONFIRMED")


async def recommended(on: Teller) -> Outcome:
    """What follows from it."""
    ada = on.stage.people.shoppers["Ada"]
    on.tell("Ada has a lantern, and no candles. The nightly job that looks at what she may like is run now.")
    await on.stage.people.ops.trigger_schedule(REFRESH)
    offers = await _until("candles for Ada", lambda: ada.recommendations(SHOWN), _go_with_the_lantern)
    for offer in offers[:TOLD]:
        on.tell(f"recommendations answered: {offer.name}: {offer.reason} ({offer.rule})")
    shown = await _while_sold_out(on, ada)
    gone = not any(offer.sku == CANDLES for offer in shown)
    got = f"candles by BOUGHT_TOGETHER; sold out: {'gone at once' if gone else 'still shown'}"
    return Outcome(scene=on.scene, expected="candles by BOUGHT_TOGETHER; sold out: gone at once", got=got)


async def _while_sold_out(on: Teller, shopper: ShopClient) -> Sequence[OfferView]:
    """What a shopper is shown in the moment in which there are no candles; then they are delivered again."""
    ops = on.stage.people.ops
    on.tell("Then the candles sell out, and she looks again.")
    left = await ops.available(CANDLES)
    await ops.adjust_stock(CANDLES, -left, "sold out for the demo")
    try:
        return await shopper.recommendations(SHOWN)
    finally:
        await ops.adjust_stock(CANDLES, left, "delivered again for the demo")


async def _until(what: str, ask: Callable[[], Awaitable[Found]], is_so: Callable[[Found], bool]) -> Found:
    """The first answer that is so. Raises TimeoutError, which names what did not come."""
    give_up = time.monotonic() + PATIENCE
    while not is_so(found := await ask()):
        if time.monotonic() > give_up:
            raise TimeoutError(f"no {what} within {PATIENCE:.0f} s")
        await asyncio.sleep(LOOK_EVERY)
    return found


def _go_with_the_lantern(offers: Sequence[OfferView]) -> bool:
    return any(offer.sku == CANDLES and offer.rule == "BOUGHT_TOGETHER" for offer in offers)
