"""The planted bugs of counts and lists, for `plants`. Values and small changes only."""

from collections.abc import Callable
from dataclasses import replace

from cli.invariants.records import Facts
from tests.invariants.healthy import BUYER

Plant = Callable[[Facts], Facts]


def _marks(**changed: str) -> Plant:
    def plant(facts: Facts) -> Facts:
        marks = {**facts.recommending.marks, **changed}
        return replace(facts, recommending=replace(facts.recommending, marks=marks))

    return plant


def _counts(*what: str, number: int) -> Plant:
    def plant(facts: Facts) -> Facts:
        counts = {**facts.recommending.counts, what: number}
        return replace(facts, recommending=replace(facts.recommending, counts=counts))

    return plant


def _offered(user: str, *skus: str) -> Plant:
    return lambda facts: replace(facts, recommending=replace(facts.recommending, offered={user: skus}))


def _never_heard_of(facts: Facts) -> Facts:
    marks = {name: mark for name, mark in facts.recommending.marks.items() if name != "confirmed"}
    return replace(facts, recommending=replace(facts.recommending, marks=marks))


COUNT_PLANTS: dict[str, dict[str, Plant]] = {
    "every standing order is counted": {
        "never heard of": _never_heard_of,
        "taken back though it stands": _marks(delivered="void"),
        "counted though it was called off": _marks(cancelled="counted"),
        "counted though it was rejected": _marks(declined="counted"),
        "counted, and no order at all": _marks(ghost="counted"),
    },
    "counts equal a recount": {
        "an order twice": _counts("orders", "LAMP", number=3),
        "a unit lost": _counts("units", "LAMP", "2", number=3),
        "in another week": _counts("orders", "LAMP", "3", number=1),
        "of another customer": _counts("purchases", "eve", "2", "LAMP", number=1),
        "a pair lost": _counts("pair", "LAMP", "ROPE", number=1),
        "a pair of nothing": _counts("pair", "LAMP", "SOAP", number=1),
        "taken back from the mark alone": _marks(delivered="void"),
    },
    "lists name what there is": {
        "an unknown product": _offered(BUYER, "SOAP"),
        "a product twice": _offered(BUYER, "LAMP", "LAMP"),
        "a list of nobody": _offered("ghost", "LAMP"),
    },
}
