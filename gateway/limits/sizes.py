"""How long the schema's lists can be, and what its fields cost beyond one point. A list without a row fails a test.

A page's length is its argument `first`; nothing of that kind stands here.
"""

from collections.abc import Mapping
from typing import Final

from services.shared.pages import MAX_PAGE

UNKNOWN: Final = MAX_PAGE
"""What a list without a row is taken for."""

SIZES: Final[Mapping[str, int]] = {
    # 100 may be ordered at once, and hardly anybody does: a page of orders must not be priced as if all had.
    "Order.lines": 10,
    "AuditRecord.arguments": 10,
    "AuditRecord.codes": 2,
    "Order.history": 10,
    "Product.categories": 20,
    "User.roles": 3,
    "UserError.path": 4,
    "OrderPayload.errors": 100,
    "Workflow.steps": 20,
    "Query.schedules": 20,
    "Query.deadLetterGroups": 100,
    "DeadLetter.headers": 20,
    "DeadLetter.replayHistory": 5,
    "DeadLettersPayload.verdicts": 100,
    "DeadLettersPayload.errors": 100,
    "Redrive.failures": 100,
    "Redrive.prospects": 100,
}
"""So many items, by type and field."""

SIZES_BY_ITEM: Final[Mapping[str, int]] = {"UserError": 20}
"""The same by the type of the items: what a payload's `errors` may name."""

ROOTS: Final[Mapping[str, int]] = {"Query": 5, "Mutation": 20, "Subscription": 20}
"""A root field is a call, or several."""

WEIGHTS: Final[Mapping[str, int]] = {
    # Argon2id
    "Mutation.register": 200,
    "Mutation.login": 200,
    "Mutation.changePassword": 400,
    # a workflow is started
    "Mutation.placeOrder": 100,
    "Mutation.createProduct": 100,
    "Mutation.createCampaign": 100,
    "Mutation.pauseCampaign": 50,
    "Mutation.cancelCampaign": 50,
    "Mutation.replayDeadLetters": 200,
    # a write for each of many
    "Mutation.discardDeadLetters": 100,
    # a page is a call of its own and a search in a database, however little of it is asked for
    "Query.products": 100,
    "Query.stockAdjustments": 100,
    "Query.orders": 100,
    "Query.workflows": 100,
    "Query.auditRecords": 100,
    "Query.deadLetters": 100,
    "Query.campaigns": 100,
    "Query.notifications": 100,
    # all that match are counted
    "ProductConnection.totalCount": 20,
    "DeadLetterConnection.totalCount": 20,
    "Query.deadLetterGroups": 200,
    # three calls, for more than is shown
    "Query.recommendations": 100,
    # up to a megabyte
    "DeadLetter.payload": 20,
    # a loader's share of a call
    "Product.stock": 3,
    "Product.boughtTogether": 5,
    "OrderLine.product": 3,
    "Order.customer": 3,
    "AuditRecord.actor": 3,
    "Order.payment": 3,
    "Campaign.workflow": 20,
    "Recommendation.product": 3,
    # the workflow engine is asked for one at a time
    "Order.workflow": 20,
    "DeadLetter.workflow": 20,
    "Query.redrive": 20,
    "Query.schedules": 50,
    "Mutation.triggerSchedule": 100,
    "Mutation.pauseSchedule": 50,
    "Mutation.refreshRecommendations": 50,
    "Mutation.rebuildRecommendations": 50,
    "Workflow.steps": 20,
    # the whole schema
    "Query.__schema": 1000,
    "Query.__type": 50,
}
"""What these fields cost, each time; any other costs one point."""

JUDGED_BY_THEIR_FIELD: Final = frozenset(
    {"PlaceOrderInput.lines", "ProductInput.categories", "ProductPatch.categories"}
)
"""Lists of the input that their own field refuses when they are too long, with INVALID and the path."""
