"""What is written of a product and of its stock, where nothing has changed meanwhile. Reads nothing."""

from services.catalog.documents import (
    NOTES,
    PRODUCTS,
    SEARCH_ENTRIES,
    product_document,
    product_from,
    search_entry,
)
from services.catalog.models import Product, StockNote
from services.infra.mongo import Document
from services.infra.transaction import Write, added, changed, put, replaced


def replacing(product: Product, wanted: Document, *, in_stock: bool) -> list[Write]:
    """Where its document is still what is wanted."""
    document = product_document(product, in_stock=in_stock)
    return [replaced(PRODUCTS, {"_id": product.id} | wanted, document), entering(product, in_stock=in_stock)]


def moving(document: Document, *, in_stock: bool) -> list[Write]:
    """To the lists of what is in stock, or out of it, where it is still this version."""
    return replacing(product_from(document), {"version": document["version"]}, in_stock=in_stock)


def entering(product: Product, *, in_stock: bool) -> Write:
    """For searches; of what was written before they had a collection, there is no entry yet."""
    return put(SEARCH_ENTRIES, {"_id": product.id}, search_entry(product, in_stock=in_stock))


def linking(note: Document | None, product: Product) -> Write:
    """Tells the note of its product, also where nothing was noted: whoever notes something meanwhile looks again."""
    if note is None:
        return added(NOTES, {"_id": product.sku, "available": 0, "version": 0, "product": product.id})
    return changed(NOTES, _unchanged(note), {"$set": {"product": product.id}})


def noting(known: Document | None, note: StockNote) -> Write:
    """In the place of what is known."""
    noted = {"available": note.available, "version": note.version}
    if known is None:
        return added(NOTES, {"_id": note.sku, **noted})
    return changed(NOTES, _unchanged(known), {"$set": noted})


def _unchanged(note: Document) -> Document:
    return {"_id": note["_id"], "version": note["version"], "product": note.get("product")}
