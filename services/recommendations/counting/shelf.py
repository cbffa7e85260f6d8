"""Products in MongoDB as the catalogue told of them. Decides only which of two versions is the newer one."""

from collections.abc import Mapping, Sequence

from services.infra.mongo import Database, Document
from services.infra.transaction import Overtaken, Reads, Transaction, added, replaced
from services.recommendations.counting.documents import SHELF, SHELF_VALIDATOR, product_from, shelf_document
from services.recommendations.counting.versions import outcome_of
from services.recommendations.models import ShelfProduct
from services.shared.receipts import Outcome


class MongoShelf:
    """Implements Shelf."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepare(self) -> None:
        """Makes the collection. Idempotent."""
        await self._database.ensure_collection(SHELF, SHELF_VALIDATOR)

    async def note(self, products: Sequence[ShelfProduct]) -> Sequence[Outcome]:
        """See `Shelf.note`."""
        while True:
            try:
                return await self._database.transact_at_once(lambda transaction: _note(transaction, products))
            except Overtaken:
                continue

    async def preview(self, product: ShelfProduct) -> Outcome:
        """See `Shelf.preview`."""
        known = await self._database.read(lambda reads: _known(reads, [product]))
        return outcome_of(product, known.get(product.sku))


def _note(transaction: Transaction, products: Sequence[ShelfProduct]) -> list[Outcome]:
    known = _known(transaction, products)
    outcomes = []
    newest: dict[str, ShelfProduct] = {}
    for product in products:
        was = newest.get(product.sku) or known.get(product.sku)
        outcomes.append(outcome_of(product, was))
        if outcomes[-1] is Outcome.APPLIED:
            newest[product.sku] = product
    transaction.write(
        [
            replaced(SHELF, {"_id": sku, "version": known[sku].version}, shelf_document(product))
            if sku in known
            else added(SHELF, shelf_document(product))
            for sku, product in newest.items()
        ]
    )
    return outcomes


def _known(reads: Reads, products: Sequence[ShelfProduct]) -> Mapping[str, ShelfProduct]:
    wanted: Document = {"_id": {"$in": sorted({product.sku for product in products})}}
    return {product.sku: product for product in map(product_from, reads.found(SHELF, wanted))}
