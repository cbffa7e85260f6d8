"""Reads what recommendations have counted, of the generation that is read, at one moment. Judges nothing."""

from collections import Counter
from collections.abc import Iterable

from cli.invariants.recommending.records import Recommending
from services.infra.mongo import Document
from services.infra.transaction import Transaction
from services.shared.weeks import week_of


def recommending(moment: Transaction) -> Recommending:
    """All of it, as the database has it."""
    generations = moment.found("generations", {})
    generation = generations[0]["serving"] if generations else 0
    counts: Counter[tuple[str, ...]] = Counter()
    for document in moment.found(f"sales_{generation}", {}):
        counts.update(_sales(document))
    orders = moment.found(f"orders_{generation}", {})
    for document in orders:
        # One that was called off has none any more.
        for sku in document.get("skus", ()):
            counts["purchases", document["user"], str(week_of(document["at"])), sku] += 1
    for document in moment.found(f"pairs_{generation}", {}):
        counts["pair", *document["skus"]] += document["orders"]
    return Recommending(
        marks=_marks(orders),
        counts={what: number for what, number in counts.items() if number},
        offered={
            document["_id"]: tuple(item["sku"] for item in document["items"])
            for document in moment.found("lists", {}, kept={"items.sku": 1})
        },
    )


def _sales(document: Document) -> Counter[tuple[str, ...]]:
    sku = document["_id"]
    counts: Counter[tuple[str, ...]] = Counter({("orders", sku): document["orders"], ("units", sku): document["units"]})
    for week, sold in document["weeks"].items():
        counts["orders", sku, week] += sold["orders"]
        counts["units", sku, week] += sold["units"]
    return counts


def _marks(documents: Iterable[Document]) -> dict[str, str]:
    return {document["_id"]: document["mark"] for document in documents}
