"""Reading and launching products, and adjusting their stock."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import graphene

from gateway.answers import ProductAnswer, StockAnswer
from gateway.context import Info, RequestContext, context_of
from gateway.errors import BadInput
from gateway.inputs import Problems, checked_id
from gateway.types.products import (
    Product,
    ProductConnection,
    ProductFilter,
    ProductInput,
    ProductListing,
    ProductPayload,
    ProductSortType,
    StockPayload,
)
from services.catalog.models import CreateProduct, ProductQuery, ProductSort
from services.catalog.models import Product as ProductModel
from services.inventory.models import AdjustStock
from services.shared.errors import Forbidden
from services.shared.money import money_of
from services.shared.text import checked_sku, checked_text
from workflows.messages import LaunchProductInput

DEFAULT_PAGE = 20
LONGEST_NAME = 200
LONGEST_DESCRIPTION = 5000
LONGEST_CATEGORY = 60
MOST_CATEGORIES = 20
MOST_STOCK = 1_000_000


class PriceWish(Protocol):
    """The contract's `MoneyInput`."""

    amount: str
    currency: str


class ProductWish(Protocol):
    """The contract's `ProductInput`."""

    sku: str
    name: str
    description: str
    categories: Sequence[str]
    price: PriceWish
    initial_stock: int


class ProductQueries(graphene.ObjectType):
    """Reads of the catalogue, open to everybody."""

    product = graphene.Field(Product, product_id=graphene.ID(name="id"), sku=graphene.String())
    products = graphene.Field(
        ProductConnection,
        required=True,
        first=graphene.Int(default_value=DEFAULT_PAGE),
        after=graphene.String(),
        wanted=graphene.Argument(ProductFilter, name="filter"),
        sort=graphene.Argument(ProductSortType, default_value=ProductSort.NEWEST),
    )

    @staticmethod
    async def resolve_product(
        _root: object, info: Info, product_id: str | None = None, sku: str | None = None
    ) -> ProductModel | None:
        """One product, by id or by SKU; null when there is none."""
        loaders = context_of(info).loaders
        if product_id is not None and sku is None:
            return await loaders.product.load(checked_id(product_id, "id"))
        if sku is not None and product_id is None:
            return await loaders.product_by_sku.load(checked_id(sku, "sku"))
        raise BadInput("give either id or sku", ("id",))

    @staticmethod
    async def resolve_products(
        _root: object,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        wanted: Mapping[str, Any] | None = None,
        sort: ProductSort | None = None,
    ) -> ProductListing:
        """One page."""
        context = context_of(info)
        category = (wanted or {}).get("category")
        query = ProductQuery(
            first=DEFAULT_PAGE if first is None else first,
            after=None if after is None else checked_id(after, "after"),
            sort=sort or ProductSort.NEWEST,
            category=None if category is None else checked_id(category, "filter", "category"),
            include_inactive=_with_archived(context, wanted or {}),
        )
        return ProductListing(query=query, page=await context.backends.catalog.list_products(query))


class ProductMutations(graphene.ObjectType):
    """Changes of the catalogue and of stock, for OPS."""

    create_product = graphene.Field(
        ProductPayload,
        required=True,
        description="[OPS]",
        wanted=graphene.Argument(ProductInput, name="input", required=True),
    )
    adjust_stock = graphene.Field(
        StockPayload,
        required=True,
        description="[OPS] delivery (+) or loss (-); never below what is reserved",
        sku=graphene.String(required=True),
        delta=graphene.Int(required=True),
        reason=graphene.String(required=True),
    )

    @staticmethod
    async def resolve_create_product(_root: object, info: Info, wanted: ProductWish) -> ProductAnswer:
        """A product and its first stock, in two services: hence a workflow."""
        backends = context_of(info).backends
        launch = LaunchProductInput(
            product=_product_of(wanted, backends.ids.new()),
            initial_stock=wanted.initial_stock,
            colocated=backends.places.products,
        )
        launched = await backends.sagas.launch_product(launch)
        return ProductAnswer(product=launched.product)

    @staticmethod
    async def resolve_adjust_stock(_root: object, info: Info, sku: str, delta: int, reason: str) -> StockAnswer:
        """More or less of a SKU."""
        context = context_of(info)
        command = AdjustStock(adjustment_id=context.backends.ids.new(), sku=sku, delta=delta, reason=reason)
        return StockAnswer(
            stock=await context.backends.inventory.adjust_stock(command, context.signed_in, context.origin)
        )


def _with_archived(context: RequestContext, wanted: Mapping[str, Any]) -> bool:
    """Raises Forbidden."""
    if not wanted.get("include_inactive"):
        return False
    if context.viewer is None or not context.viewer.runs_the_shop:
        raise Forbidden("archived products are shown to OPS only")
    return True


def _product_of(wanted: ProductWish, product_id: str) -> CreateProduct:
    problems = Problems()
    _note_texts(wanted, problems)
    if not 0 <= wanted.initial_stock <= MOST_STOCK:
        problems.note(f"must be 0 to {MOST_STOCK}", "initialStock")
    with problems.noted():
        price = money_of(wanted.price.amount, wanted.price.currency, ("price",))
    problems.refuse()
    return CreateProduct(
        product_id=product_id,
        sku=wanted.sku,
        name=wanted.name,
        description=wanted.description,
        categories=tuple(wanted.categories),
        price=price,
    )


def _note_texts(wanted: ProductWish, problems: Problems) -> None:
    with problems.noted():
        checked_sku(wanted.sku, ("sku",))
    with problems.noted():
        checked_text(wanted.name, ("name",), most=LONGEST_NAME)
    with problems.noted():
        checked_text(wanted.description, ("description",), least=0, most=LONGEST_DESCRIPTION, lines=True)
    if len(wanted.categories) > MOST_CATEGORIES:
        problems.note(f"at most {MOST_CATEGORIES}", "categories")
        return
    for index, category in enumerate(wanted.categories):
        place = ("categories", str(index))
        with problems.noted():
            checked_text(category, place, most=LONGEST_CATEGORY)
        if category in wanted.categories[:index]:
            problems.note("this category is there already", *place)
