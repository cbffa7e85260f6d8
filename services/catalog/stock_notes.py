"""What notes of stock change: the notes, and the lists of products that come into stock or go out. Only decides."""

from collections.abc import Iterable, Sequence

from services.catalog.documents import NOTES, PRODUCTS
from services.catalog.models import StockNote
from services.catalog.writes import moving, noting
from services.infra.inbox import Effects
from services.infra.mongo import Document
from services.infra.transaction import Reads, Write
from services.shared.receipts import Outcome

Known = dict[str, Document]


def effects_of(reads: Reads, notes: Sequence[StockNote]) -> Effects:
    """Of several notes of a SKU, the last is written. A product moves only when its stock comes or goes: seldom."""
    known = _by(reads, NOTES, "_id", {note.sku for note in notes})
    versions = {sku: document["version"] for sku, document in known.items()}
    latest: dict[str, StockNote] = {}
    outcomes = []
    for note in notes:
        if versions.get(note.sku, 0) < note.version:
            versions[note.sku], latest[note.sku] = note.version, note
            outcomes.append(Outcome.APPLIED)
        else:
            outcomes.append(Outcome.SUPERSEDED)
    writes = [noting(known.get(note.sku), note) for note in latest.values()]
    return Effects(writes=[*writes, *_moves(reads, known, latest.values())], outcomes=outcomes)


def _moves(reads: Reads, known: Known, notes: Iterable[StockNote]) -> list[Write]:
    turned = {note.sku: note.available > 0 for note in notes if _turns(known.get(note.sku), note)}
    products = _by(reads, PRODUCTS, "sku", turned.keys())
    writes = [write for sku, found in products.items() for write in moving(found, in_stock=turned[sku])]
    # One command for each collection: that is what a transaction costs.
    return sorted(writes, key=lambda write: write.collection)


def _turns(known: Document | None, note: StockNote) -> bool:
    return known is None or (known["available"] > 0) != (note.available > 0)


def _by(reads: Reads, collection: str, field: str, values: Iterable[str]) -> Known:
    wanted = sorted(values)
    found = reads.found(collection, {field: {"$in": wanted}}) if wanted else []
    return {document[field]: document for document in found}
