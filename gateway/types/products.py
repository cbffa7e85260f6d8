"""Products and stock as the schema shows them, and the inputs and answers of changing them."""

from collections.abc import Sequence
from dataclasses import dataclass

import graphene

from gateway.context import Info, context_of
from gateway.types.common import DateTime, Money, MoneyInput, Node, PageInfo, UserError, listed
from gateway.types.enums import shown
from services.catalog.models import Product as ProductModel
from services.catalog.models import ProductEdge as ProductEdgeModel
from services.catalog.models import ProductPage, ProductQuery, ProductSort
from services.inventory.models import StockItem

ProductSortType = shown(ProductSort)


class Stock(graphene.ObjectType):
    """onHand = available + reserved, always"""  # noqa: D415 (the contract's words)

    sku = graphene.String(required=True)
    on_hand = graphene.Int(required=True)
    reserved = graphene.Int(required=True)
    available = graphene.Int(required=True)
    updated_at = graphene.Field(DateTime, required=True)


class Product(graphene.ObjectType):
    """Something for sale."""

    class Meta:
        """Graphene's options."""

        interfaces = (Node,)

    id = graphene.ID(required=True)
    sku = graphene.String(required=True)
    name = graphene.String(required=True)
    description = graphene.String(required=True)
    categories = listed(graphene.String)
    price = graphene.Field(Money, required=True)
    active = graphene.Boolean(required=True)
    stock = graphene.Field(Stock, required=True)
    created_at = graphene.Field(DateTime, required=True)
    updated_at = graphene.Field(DateTime, required=True)

    @staticmethod
    async def resolve_stock(product: ProductModel, info: Info) -> StockItem:
        """A product whose stock is not opened yet (it is being launched) has none of it."""
        item = await context_of(info).loaders.stock.load(product.sku)
        return item or StockItem(
            sku=product.sku, on_hand=0, reserved=0, available=0, version=0, updated_at=product.created_at
        )


class ProductFilter(graphene.InputObjectType):
    """Which products."""

    search = graphene.String(description="Words to find in name, description, SKU")
    category = graphene.String()
    in_stock = graphene.Boolean()
    include_inactive = graphene.Boolean(default_value=False, description="[OPS] archived products too")


class ProductEdge(graphene.ObjectType):
    """A product in its list."""

    cursor = graphene.String(required=True)
    node = graphene.Field(Product, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductListing:
    """A page, and what it is a page of."""

    query: ProductQuery
    page: ProductPage


class ProductConnection(graphene.ObjectType):
    """A page of products."""

    edges = listed(ProductEdge)
    page_info = graphene.Field(PageInfo, required=True)
    total_count = graphene.Int(required=True)

    @staticmethod
    def resolve_edges(listing: ProductListing, _info: Info) -> Sequence[ProductEdgeModel]:
        """What is on the page."""
        return listing.page.edges

    @staticmethod
    def resolve_page_info(listing: ProductListing, _info: Info) -> ProductPage:
        """The page knows where it stands."""
        return listing.page

    @staticmethod
    async def resolve_total_count(listing: ProductListing, info: Info) -> int:
        """All that match, not only this page's. Counted for who asks for it: it costs more than the page."""
        return await context_of(info).backends.catalog.count_products(listing.query)


class ProductInput(graphene.InputObjectType):
    """A new product."""

    sku = graphene.String(required=True)
    name = graphene.String(required=True)
    description = graphene.String(required=True, default_value="")
    categories = listed(graphene.String, default_value=[])
    price = graphene.Field(MoneyInput, required=True)
    initial_stock = graphene.Int(required=True, default_value=0)


class ProductPatch(graphene.InputObjectType):
    """What is to change of a product; what is left out stays."""

    name = graphene.String()
    description = graphene.String()
    categories = graphene.List(graphene.NonNull(graphene.String))
    price = graphene.InputField(MoneyInput)


class ProductPayload(graphene.ObjectType):
    """The product, or why not."""

    product = graphene.Field(Product)
    errors = listed(UserError)


class StockPayload(graphene.ObjectType):
    """The stock, or why not."""

    stock = graphene.Field(Stock)
    errors = listed(UserError)
