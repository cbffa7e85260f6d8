"""The ledger of deliveries and losses as the schema shows it, for OPS."""

import graphene

from gateway.context import Info, context_of
from gateway.types.common import DateTime, PageInfo, listed
from gateway.types.users import User
from services.inventory.models import Adjustment, AdjustmentPage
from services.users.models import User as UserModel


class StockAdjustment(graphene.ObjectType):
    """Goods delivered (+) or lost (-); never changed once written."""

    id = graphene.ID(required=True)
    sku = graphene.String(required=True)
    delta = graphene.Int(required=True)
    reason = graphene.String(required=True)
    adjusted_by = graphene.Field(User, description="Null for the opening stock, which comes with the product")
    at = graphene.Field(DateTime, required=True)
    on_hand = graphene.Int(required=True, description="How many there were after it")

    @staticmethod
    async def resolve_adjusted_by(entry: Adjustment, info: Info) -> UserModel | None:
        """Who entered it."""
        return await context_of(info).loaders.user.load(entry.actor_id) if entry.actor_id else None


class StockAdjustmentEdge(graphene.ObjectType):
    """An entry in its ledger."""

    cursor = graphene.String(required=True)
    node = graphene.Field(StockAdjustment, required=True)


class StockAdjustmentConnection(graphene.ObjectType):
    """A page of a ledger."""

    edges = listed(StockAdjustmentEdge)
    page_info = graphene.Field(PageInfo, required=True)

    @staticmethod
    def resolve_page_info(page: AdjustmentPage, _info: Info) -> AdjustmentPage:
        """The page knows where it stands."""
        return page
