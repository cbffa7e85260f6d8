"""Reading, launching, changing and archiving products, and adjusting their stock."""

from collections.abc import Mapping
from typing import Any

import graphene

from gateway.answers import ProductAnswer, StockAnswer
from gateway.context import Info, RequestContext, context_of
from gateway.errors import BadInput
from gateway.inputs import checked_id
from gateway.resolvers.product_inputs import ProductWish, new_product, patch_of
from gateway.types.products import (
    Product,
    ProductConnection,
    ProductFilter,
    ProductInput,
    ProductListing,
    ProductPatch,
    ProductPayload,
    ProductSortType,
    StockPayload,
)
from gateway.types.stock_ledger import StockAdjustmentConnection
from services.catalog.models import Product as ProductModel
from services.catalog.models import ProductQuery, ProductSort
from services.inventory.models import AdjustmentPage, AdjustmentQuery, AdjustStock
from services.shared.errors import Forbidden
from workflows.messages import LaunchProductInput

DEFAULT_PAGE = 20


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
    stock_adjustments = graphene.Field(
        StockAdjustmentConnection,
        required=True,
        description="[OPS] the ledger of a SKU, newest first",
        sku=graphene.String(required=True),
        first=graphene.Int(default_value=DEFAULT_PAGE),
        after=graphene.String(),
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
        filters = wanted or {}
        query = ProductQuery(
            first=DEFAULT_PAGE if first is None else first,
            after=None if after is None else checked_id(after, "after"),
            sort=sort or ProductSort.NEWEST,
            category=filters.get("category"),
            search=filters.get("search"),
            in_stock=filters.get("in_stock"),
            include_inactive=_with_archived(context, filters),
        )
        return ProductListing(query=query, page=await context.backends.catalog.list_products(query))

    @staticmethod
    async def resolve_stock_adjustments(
        _root: object, info: Info, sku: str, first: int | None = None, after: str | None = None
    ) -> AdjustmentPage:
        """One page of a SKU's ledger."""
        context = context_of(info)
        query = AdjustmentQuery(
            sku=checked_id(sku, "sku"),
            first=DEFAULT_PAGE if first is None else first,
            after=None if after is None else checked_id(after, "after"),
        )
        return await context.backends.inventory.stock_adjustments(query, context.signed_in)


class ProductMutations(graphene.ObjectType):
    """Changes of the catalogue and of stock, for OPS."""

    create_product = graphene.Field(
        ProductPayload,
        required=True,
        description="[OPS]",
        wanted=graphene.Argument(ProductInput, name="input", required=True),
    )
    update_product = graphene.Field(
        ProductPayload,
        required=True,
        description="[OPS]",
        product_id=graphene.ID(name="id", required=True),
        wanted=graphene.Argument(ProductPatch, name="input", required=True),
    )
    archive_product = graphene.Field(
        ProductPayload,
        required=True,
        description="[OPS] sells no more; orders placed stay as they are",
        product_id=graphene.ID(name="id", required=True),
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
            product=new_product(wanted, backends.ids.new()),
            initial_stock=wanted.initial_stock,
            colocated=backends.places.products,
        )
        launched = await backends.sagas.launch_product(launch)
        return ProductAnswer(product=launched.product)

    @staticmethod
    async def resolve_update_product(
        _root: object, info: Info, product_id: str, wanted: Mapping[str, Any]
    ) -> ProductAnswer:
        """What is given, changed."""
        context = context_of(info)
        patch = patch_of(checked_id(product_id, "id"), wanted)
        return ProductAnswer(
            product=await context.backends.catalog.update_product(patch, context.signed_in, context.origin)
        )

    @staticmethod
    async def resolve_archive_product(_root: object, info: Info, product_id: str) -> ProductAnswer:
        """Off sale."""
        context = context_of(info)
        wanted = checked_id(product_id, "id")
        return ProductAnswer(
            product=await context.backends.catalog.archive_product(wanted, context.signed_in, context.origin)
        )

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
