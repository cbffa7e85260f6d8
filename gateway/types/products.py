"""Products and stock as the schema shows them, and the inputs and answers of changing them."""

from asyncio import Future, gather
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

import graphene

from gateway.context import Info, context_of
from gateway.lookahead import asks_for
from gateway.offers import Offer
from gateway.standins import NoPage, no_stock
from gateway.types.common import DateTime, Money, MoneyInput, Node, PageInfo, UserError, listed
from gateway.types.enums import shown
from gateway.types.recommendations import Recommendation, bought_together
from services.catalog.models import Product as ProductModel
from services.catalog.models import ProductPage, ProductQuery, ProductSort
from services.inventory.models import StockItem
from services.shared.errors import Unavailable
from services.shared.pages import Edge

ProductSortType = shown(ProductSort)
DEFAULT_COMPANY = 5


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
    bought_together = listed(
        Recommendation,
        description="What is bought together with this product, best first",
        first=graphene.Int(default_value=DEFAULT_COMPANY),
    )
    created_at = graphene.Field(DateTime, required=True)
    updated_at = graphene.Field(DateTime, required=True)

    @staticmethod
    async def resolve_bought_together(product: ProductModel, info: Info, first: int | None = None) -> list[Offer]:
        """Of any number of products by the same calls."""
        return await bought_together(product.sku, info, DEFAULT_COMPANY if first is None else first)

    @staticmethod
    def resolve_stock(product: ProductModel, info: Info) -> StockItem | Awaitable[StockItem]:
        """A product whose stock is not opened yet (it is being launched) has none of it."""
        loading = context_of(info).loaders.stock.load(product.sku)
        if loading.done() and not loading.cancelled() and loading.exception() is None:
            return loading.result() or no_stock(product)
        return Product._stock_later(product, info, loading)

    @staticmethod
    async def _stock_later(product: ProductModel, info: Info, loading: "Future[StockItem | None]") -> StockItem:
        context = context_of(info)
        try:
            item = await loading
        except Unavailable as absence:
            context.note_gap(info.path, absence)
            item = None
        return item or no_stock(product)


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


async def _with_stock(edges: Sequence[Edge[ProductModel]], info: Info) -> Sequence[Edge[ProductModel]]:
    """The same, once the stock of all is read, or known not to be."""
    stock = context_of(info).loaders.stock
    # What fails is told by the fields: an error that nobody looks at here would be told in plain text.
    await gather(*(stock.load(edge.node.sku) for edge in edges), return_exceptions=True)
    return edges


class ProductConnection(graphene.ObjectType):
    """A page of products."""

    edges = listed(ProductEdge)
    page_info = graphene.Field(PageInfo, required=True)
    total_count = graphene.Int(required=True)

    @staticmethod
    def resolve_edges(
        listing: ProductListing, info: Info
    ) -> Sequence[Edge[ProductModel]] | Awaitable[Sequence[Edge[ProductModel]]]:
        """What is on the page."""
        edges = listing.page.edges
        return _with_stock(edges, info) if edges and asks_for(info, "node", "stock") else edges

    @staticmethod
    def resolve_page_info(listing: ProductListing, _info: Info) -> ProductPage:
        """The page knows where it stands."""
        return listing.page

    @staticmethod
    async def resolve_total_count(listing: ProductListing | NoPage, info: Info) -> int:
        """All that match, not only this page's. Counted for who asks for it: it costs more than the page."""
        if isinstance(listing, NoPage):
            return listing.total
        context = context_of(info)
        try:
            return await context.backends.catalog.count_products(listing.query)
        except Unavailable as absence:
            context.note_gap(info.path, absence)
            return len(listing.page.edges)


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
