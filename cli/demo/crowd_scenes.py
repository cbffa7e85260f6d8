"""Scenes of trouble and of crowds: repeated requests, lost answers, a flash sale, a crash."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Sequence

from cli.demo.narrator import Outcome
from cli.demo.stage import FINAL, PAID, Teller, state_of
from cli.shop_client import ShopClient
from cli.shop_views import OrderAnswer

RARE = "LAMP-DJINN"
UNITS = 10
REPEATS = 5
ORDERS_AT_THE_CRASH = 20
RECOVERY_SECONDS = 60.0


async def same_key(on: Teller) -> Outcome:
    """An impatient client."""
    gita = on.stage.people.shoppers["Gita"]
    on.tell(f"Gita's telephone sends the same order {REPEATS} times at once, under one key. She gets one order, once.")
    wish = on.wish({"KETTLE-COPPER-1L": 1})
    answers = await asyncio.gather(*(gita.place(wish) for _ in range(REPEATS)))
    ids = {answer.accepted().id for answer in answers}
    on.tell(f"{len(answers)} answers name {len(ids)} order.")
    order_id = min(ids)
    on.follow(order_id)
    order = await on.ended(gita, order_id, PAID)
    got = f"{len(ids)} order, {state_of(order)}; provider: {await on.charges(order_id)}"
    return Outcome(scene=on.scene, expected="1 order, CONFIRMED; provider: authorization, capture", got=got)


async def lost_answer(on: Teller) -> Outcome:
    """A provider that does the work and hangs up."""
    hugo = on.stage.people.shoppers["Hugo"]
    on.tell("The provider charges Hugo's card and drops the line before it answers. It is asked, not charged again.")
    answer = await on.place(hugo, on.wish({"GLASS-SPY-12X": 1}, "pm_sandbox_lostAnswer"))
    order = await on.ended(hugo, answer.accepted().id, PAID)
    got = f"{state_of(order)}; provider: {await on.charges(order.id)}"
    return Outcome(scene=on.scene, expected="CONFIRMED; provider: authorization, capture", got=got)


async def flash_sale(on: Teller) -> Outcome:
    """Many buyers, few goods."""
    ops, crowd = on.stage.people.ops, on.stage.people.crowd
    on.tell(f"{len(crowd)} buyers want the numbered brass lamp in the same moment. There are {UNITS}.")
    if missing := UNITS - await ops.available(RARE):
        await ops.adjust_stock(RARE, missing, "set up the flash sale")
    started = time.monotonic()
    answers = await asyncio.gather(*(buyer.place(on.wish({RARE: 1})) for buyer in crowd))
    on.tell(f"All {len(crowd)} have their answer after {time.monotonic() - started:.1f} s.")
    states = await _ends(crowd, answers)
    got = f"{_counted(states)}; {await ops.available(RARE)} left"
    expected = _counted(Counter({"CONFIRMED": UNITS, "REJECTED (OUT_OF_STOCK)": len(crowd) - UNITS}))
    return Outcome(scene=on.scene, expected=f"{expected}; 0 left", got=got)


async def crash(on: Teller) -> Outcome:
    """A process dies in the middle."""
    crowd = on.stage.people.crowd[:ORDERS_AT_THE_CRASH]
    on.tell(f"{len(crowd)} orders are placed. After the first answer the services' process is killed with kill -9.")
    placing = [asyncio.create_task(buyer.place(on.wish({"CUP-ENAMEL": 1, "CANDLE-BEES-6": 2}))) for buyer in crowd]
    await asyncio.wait(placing, return_when=asyncio.FIRST_COMPLETED)
    pid = on.stage.addresses.pids["services"]
    os.kill(pid, signal.SIGKILL)
    killed = time.monotonic()
    on.tell(f"Process {pid} is dead; {sum(task.done() for task in placing)} of {len(placing)} answers had come.")
    answers = await asyncio.gather(*placing)
    on.tell(
        f"All answers have come {time.monotonic() - killed:.1f} s after the crash. Nobody had to ask twice by hand."
    )
    states = await _ends(crowd, answers)
    on.tell(f"All orders are at their end {time.monotonic() - killed:.1f} s after the crash.")
    return Outcome(scene=on.scene, expected=_counted(Counter({"CONFIRMED": len(crowd)})), got=_counted(states))


async def _ends(buyers: Sequence[ShopClient], answers: Sequence[OrderAnswer]) -> Counter[str]:
    """How many orders ended how. Asks for each: a repeated request is answered with the order alone, without errors."""
    waiting = (
        buyer.order_in(answer.order.id, FINAL, RECOVERY_SECONDS)
        for buyer, answer in zip(buyers, answers, strict=True)
        if answer.order
    )
    return Counter(state_of(order) for order in await asyncio.gather(*waiting))


def _counted(states: Counter[str]) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
