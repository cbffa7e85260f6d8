"""Steps that hang: an attempt has an end, and the next one does the work. In real time, all at once."""

import asyncio

from tests.workflows.case import LOCAL, REMOTE, Case
from tests.workflows.faults import Fault
from tests.workflows.lab import Lab, laboratory, settled

WORDS = ("price", "record", "hold", "RESERVED", "authorize", "commit", "capture", "CONFIRMED")


async def hung(lab: Lab, word: str, places: tuple[str, ...]) -> Case:
    case = await lab.case(f"{word}-{'local' if places else 'remote'}")
    case.shop.script.plan(word, Fault(times=1, hangs=True))
    placing = case.place(colocated=places)
    await case.until_step("confirm", "DONE")
    await settled(placing)
    return case


async def test_every_step_that_hangs_is_tried_again_and_the_order_is_paid_once() -> None:
    async with laboratory() as lab:
        cases = await asyncio.gather(*(hung(lab, word, places) for word in WORDS for places in (REMOTE, LOCAL)))
        journals = [case.shop.script.journal for case in cases]
        whole = "price record hold RESERVED authorize commit capture CONFIRMED"
        assert journals == [whole.replace(word, f"{word}+") for word in WORDS for _ in (REMOTE, LOCAL)]
        assert {tuple(case.shop.movements()) for case in cases} == {("authorization", "capture")}
