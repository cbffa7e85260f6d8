"""Scenes of one order each: paid, refused, declined, cancelled, delivered. Each says what it expects in its end."""

from cli.demo.narrator import Outcome
from cli.demo.stage import PAID, Teller, spoken, state_of
from cli.shop_client import ShopClient


async def confirmed(on: Teller) -> Outcome:
    """The happy path."""
    ada = on.stage.people.shoppers["Ada"]
    on.tell("Ada buys two hurricane lanterns and a flint. The stock is held, the card charged, the order confirmed.")
    answer = await on.place(ada, on.wish({"LAMP-HURRICANE": 2, "FIRE-STRIKER": 1}))
    order = await on.ended(ada, answer.accepted().id, PAID)
    got = f"{state_of(order)}; provider: {await on.charges(order.id)}"
    return Outcome(scene=on.scene, expected="CONFIRMED; provider: authorization, capture", got=got, order_id=order.id)


async def out_of_stock(on: Teller) -> Outcome:
    """More than there are."""
    bilal = on.stage.people.shoppers["Bilal"]
    on.tell("Bilal wants fifty pocket sextants and a star chart. There are two sextants, so he gets neither.")
    answer = await on.place(bilal, on.wish({"MAP-STARS-NORTH": 1, "SEXTANT-POCKET": 50}))
    if answer.order:
        await on.ended(bilal, answer.order.id, ("order.rejected.v1",))
    status = answer.order.status if answer.order else "no order"
    where = ".".join(answer.errors[0].path or ()) if answer.errors else "nowhere"
    got = f"{status}; {', '.join(answer.codes)} at {where}"
    return Outcome(scene=on.scene, expected="REJECTED; OUT_OF_STOCK at lines.1.quantity", got=got)


async def declined(on: Teller) -> Outcome:
    """The bank says no at once."""
    chiara = on.stage.people.shoppers["Chiara"]
    on.tell("Chiara's card is declined. The boots that were held for her go back on the shelf.")
    answer = await on.place(chiara, on.wish({"BOOT-TRAIL-HIGH": 1}, "pm_card_chargeDeclined"))
    order = await on.ended(chiara, answer.accepted().id, ("stock.released.v1", "order.rejected.v1"))
    got = f"{state_of(order)}; provider: {await on.charges(order.id)}"
    return Outcome(scene=on.scene, expected="REJECTED (PAYMENT_DECLINED); provider: nothing", got=got)


async def declined_at_capture(on: Teller) -> Outcome:
    """The bank says yes, then no."""
    chiara = on.stage.people.shoppers["Chiara"]
    on.tell("Her other card is authorised, but declined when the money is taken: stock returned, authorisation voided.")
    answer = await on.place(chiara, on.wish({"BOOT-TRAIL-HIGH": 1}, "pm_sandbox_captureDeclined"))
    order = await on.ended(
        chiara, answer.accepted().id, ("payment.voided.v1", "stock.released.v1", "order.rejected.v1")
    )
    got = f"{state_of(order)}; provider: {await on.charges(order.id)}"
    return Outcome(scene=on.scene, expected="REJECTED (PAYMENT_DECLINED); provider: authorization, void", got=got)


async def cancelled_before_payment(on: Teller) -> Outcome:
    """A change of mind while a slow bank thinks."""
    dawit = on.stage.people.shoppers["Dawit"]
    on.tell("Dawit's bank takes three seconds for every answer. He cancels while it thinks.")
    answer = await on.place(dawit, on.wish({"CLOAK-RAIN-WAX": 1}, "pm_sandbox_slow"))
    order = await _cancelled(on, dawit, answer.accepted().id)
    captured = "capture" in await on.charges(order)
    got = f"{(await dawit.order(order)).status}; {'charged' if captured else 'never charged'}"
    return Outcome(scene=on.scene, expected="CANCELLED; never charged", got=got)


async def cancelled_after_payment(on: Teller) -> Outcome:
    """A change of mind after the money was taken."""
    esi = on.stage.people.shoppers["Esi"]
    on.tell("Esi pays for a tent, then cancels. She gets her money back, the shop its tent.")
    answer = await on.place(esi, on.wish({"TENT-OASIS-2": 1}))
    await on.ended(esi, answer.accepted().id, PAID)
    order = await _cancelled(on, esi, answer.accepted().id)
    got = f"{(await esi.order(order)).status}; provider: {await on.charges(order)}"
    expected = "CANCELLED; provider: authorization, capture, refund"
    return Outcome(scene=on.scene, expected=expected, got=got, order_id=order)


async def delivered(on: Teller) -> Outcome:
    """All the way to the door."""
    farid, ops = on.stage.people.shoppers["Farid"], on.stage.people.ops
    on.tell("Farid buys a saddlebag pair. The shop ships it and reports it delivered; then it is too late to cancel.")
    answer = await on.place(farid, on.wish({"PACK-SADDLE-PAIR": 1}))
    order_id = (await on.ended(farid, answer.accepted().id, PAID)).id
    on.tell(f"shipOrder answered: {spoken(await ops.ship(order_id))}")
    on.tell(f"deliverOrder answered: {spoken(await ops.deliver(order_id))}")
    refusal = await farid.cancel(order_id)
    on.tell(f"cancelOrder answered: {spoken(refusal)}")
    order = await on.ended(farid, order_id, ("order.shipped.v1", "order.delivered.v1"))
    got = f"{state_of(order)}; then cancel: {', '.join(refusal.codes)}"
    return Outcome(scene=on.scene, expected="DELIVERED; then cancel: NOT_CANCELLABLE", got=got)


async def _cancelled(on: Teller, shopper: ShopClient, order_id: str) -> str:
    on.tell("The shopper cancels.")
    on.tell(f"cancelOrder answered: {spoken(await shopper.cancel(order_id))}")
    await shopper.order_in(order_id, ("CANCELLED", "REJECTED"))
    await on.stage.feed.wait_for(order_id, ("order.cancelled.v1",))
    return order_id
