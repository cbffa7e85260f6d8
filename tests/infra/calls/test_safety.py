"""Which operations of the services' faces may be made twice by the caller itself: those that only read."""

from services.catalog.ports import Catalog
from services.infra.http_codec import operations_of
from services.inventory.ports import Inventory
from services.orders.ports import Orders
from services.payments.ports import Payments
from services.users.audit.ports import Audit
from services.users.keys.ports import Keys
from services.users.ports import Users

READS = {
    Catalog: {"products_by_id", "products_by_sku", "list_products", "count_products", "price_lines"},
    Inventory: {"stock_of", "stock_adjustments"},
    Orders: {"orders_by_id", "visible_orders", "list_orders"},
    Payments: {"payments_of", "visible_payments"},
    Users: {"users_by_id", "visible_users", "public_keys"},
    Audit: {"list_records"},
    Keys: {"list_keys"},
}


def test_reads_alone_are_marked_safe() -> None:
    marked = {face: {name for name, operation in operations_of(face).items() if operation.safe} for face in READS}
    assert marked == READS
