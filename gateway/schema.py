"""The table of contents of the API: every area's queries and mutations, in one schema. Nothing is decided here.

Graphene lists the fields of the last base first.
"""

import sys

import graphene
from graphql import GraphQLSchema, print_schema

from gateway.caching.changes import note_changes
from gateway.caching.shown import tell_what_is_shown
from gateway.guard import guard
from gateway.resolvers.audit import AuditQueries
from gateway.resolvers.campaigns import CampaignMutations, CampaignQueries
from gateway.resolvers.dead_letters import DeadLetterMutations, DeadLetterQueries
from gateway.resolvers.notifications import NotificationQueries
from gateway.resolvers.orders import OrderMutations, OrderQueries
from gateway.resolvers.placement import PlacementMutations
from gateway.resolvers.products import ProductMutations, ProductQueries
from gateway.resolvers.recommendations import RecommendationQueries
from gateway.resolvers.refreshes import RefreshMutations
from gateway.resolvers.schedules import ScheduleMutations, ScheduleQueries
from gateway.resolvers.subscriptions import Subscriptions
from gateway.resolvers.users import AccountMutations, SessionMutations, UserQueries
from gateway.resolvers.workflows import WorkflowMutations, WorkflowQueries
from gateway.standins import answer_lists_in_part


class Query(
    NotificationQueries,
    RecommendationQueries,
    CampaignQueries,
    ScheduleQueries,
    DeadLetterQueries,
    AuditQueries,
    WorkflowQueries,
    OrderQueries,
    ProductQueries,
    UserQueries,
    graphene.ObjectType,
):
    """Reads."""


class Mutation(
    CampaignMutations,
    DeadLetterMutations,
    ScheduleMutations,
    RefreshMutations,
    WorkflowMutations,
    OrderMutations,
    PlacementMutations,
    ProductMutations,
    AccountMutations,
    SessionMutations,
    graphene.ObjectType,
):
    """Changes."""


class Subscription(Subscriptions, graphene.ObjectType):
    """The present state first, then each later one."""


def build_schema() -> GraphQLSchema:
    """The guarded schema, ready to be served, whichever services are away."""
    schema = graphene.Schema(query=Query, mutation=Mutation, subscription=Subscription).graphql_schema
    return note_changes(tell_what_is_shown(answer_lists_in_part(guard(schema))))


def printed() -> str:
    """The schema as text. `python -m gateway.schema > gateway/schema.graphql` brings the copy up to date."""
    return print_schema(build_schema()) + "\n"


if __name__ == "__main__":
    sys.stdout.write(printed())
