"""Who may what: one table of every served field. Decides nothing itself: `gateway/guard.py` puts it around the schema.

A field without a row is not served: the schema cannot be built. Whose a thing is, its service asks once more.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final


class Access(Enum):
    """To whom a field answers. OPS are all who run the shop, so ADMIN too.

    Attributes:
        ANYBODY: to everybody, an anonymous caller too.
        REACHED: to whoever has come to its object; the fields that lead there have rows of their own.
        SIGNED_IN: to every user.
        OWNER: to the owner and to OPS. On a root field: to every user; whose the thing is, its resolver asks.
        OPS: to OPS.
        OPS_OR_NULL: to OPS; null to others.
        ADMIN: to ADMIN.
    """

    ANYBODY = auto()
    REACHED = auto()
    SIGNED_IN = auto()
    OWNER = auto()
    OPS = auto()
    OPS_OR_NULL = auto()
    ADMIN = auto()


def _rows(name: str, access: Access, fields: str) -> dict[str, Access]:
    return {f"{name}.{field}": access for field in fields.split()}


ROOTS: Final[Mapping[str, Access]] = {
    "Query.me": Access.ANYBODY,
    "Query.product": Access.ANYBODY,
    "Query.products": Access.ANYBODY,
    "Query.recommendations": Access.ANYBODY,
    "Query.stockAdjustments": Access.OPS,
    "Query.order": Access.OWNER,
    "Query.orders": Access.SIGNED_IN,
    "Query.workflow": Access.OPS,
    "Query.workflows": Access.OPS,
    "Query.auditRecords": Access.ADMIN,
    "Query.deadLetter": Access.OPS,
    "Query.deadLetters": Access.OPS,
    "Query.deadLetterGroups": Access.OPS,
    "Query.redrive": Access.OPS,
    "Query.schedules": Access.OPS,
    "Query.notifications": Access.SIGNED_IN,
    "Query.campaign": Access.OPS,
    "Query.campaigns": Access.OPS,
    "Mutation.register": Access.ANYBODY,
    "Mutation.login": Access.ANYBODY,
    "Mutation.refreshSession": Access.ANYBODY,
    "Mutation.logout": Access.ANYBODY,
    "Mutation.updatePreferences": Access.SIGNED_IN,
    "Mutation.changePassword": Access.SIGNED_IN,
    "Mutation.setRoles": Access.ADMIN,
    "Mutation.createProduct": Access.OPS,
    "Mutation.updateProduct": Access.OPS,
    "Mutation.archiveProduct": Access.OPS,
    "Mutation.adjustStock": Access.OPS,
    "Mutation.placeOrder": Access.SIGNED_IN,
    "Mutation.cancelOrder": Access.OWNER,
    "Mutation.shipOrder": Access.OPS,
    "Mutation.deliverOrder": Access.OPS,
    "Mutation.resolveStep": Access.OPS,
    "Mutation.replayDeadLetters": Access.OPS,
    "Mutation.discardDeadLetters": Access.OPS,
    "Mutation.createCampaign": Access.OPS,
    "Mutation.pauseCampaign": Access.OPS,
    "Mutation.cancelCampaign": Access.OPS,
    "Mutation.triggerSchedule": Access.OPS,
    "Mutation.pauseSchedule": Access.OPS,
    "Mutation.refreshRecommendations": Access.OPS,
    "Mutation.rebuildRecommendations": Access.OPS,
    "Subscription.orderUpdated": Access.OWNER,
    "Subscription.stockChanged": Access.ANYBODY,
}
"""What a caller can ask for, and do."""

FIELDS: Final[Mapping[str, Access]] = {
    **_rows("User", Access.OWNER, "id email name roles preferences createdAt"),
    **_rows("NotificationPreferences", Access.REACHED, "promotional recommendations"),
    **_rows("Product", Access.ANYBODY, "id sku name description categories price active stock boughtTogether"),
    **_rows("Product", Access.ANYBODY, "createdAt updatedAt"),
    **_rows("ProductConnection", Access.ANYBODY, "edges pageInfo totalCount"),
    **_rows("ProductEdge", Access.ANYBODY, "cursor node"),
    **_rows("Stock", Access.ANYBODY, "sku onHand reserved available updatedAt"),
    **_rows("Recommendation", Access.ANYBODY, "product score rule reason"),
    **_rows("StockAdjustment", Access.REACHED, "id sku delta reason adjustedBy at onHand"),
    **_rows("StockAdjustmentConnection", Access.REACHED, "edges pageInfo"),
    **_rows("StockAdjustmentEdge", Access.REACHED, "cursor node"),
    **_rows("Order", Access.OWNER, "id customer lines total status history reason payment workflow placedAt"),
    **_rows("OrderConnection", Access.REACHED, "edges pageInfo"),
    **_rows("OrderEdge", Access.REACHED, "cursor node"),
    **_rows("OrderLine", Access.REACHED, "sku name quantity unitPrice total product"),
    **_rows("OrderStatusChange", Access.REACHED, "status at"),
    **_rows("Payment", Access.REACHED, "status amount reference"),
    **_rows("Workflow", Access.REACHED, "id runId type status taskQueue startedAt closedAt historyLength steps"),
    **_rows("Workflow", Access.OPS_OR_NULL, "url"),
    **_rows("WorkflowConnection", Access.REACHED, "edges pageInfo"),
    **_rows("WorkflowEdge", Access.REACHED, "cursor node"),
    **_rows("WorkflowStep", Access.REACHED, "name state startedAt finishedAt detail"),
    **_rows("AuthPayload", Access.REACHED, "user accessToken refreshToken errors"),
    **_rows("LogoutPayload", Access.REACHED, "errors"),
    **_rows("UserPayload", Access.REACHED, "user errors"),
    **_rows("ProductPayload", Access.REACHED, "product errors"),
    **_rows("StockPayload", Access.REACHED, "stock errors"),
    **_rows("OrderPayload", Access.REACHED, "order errors"),
    **_rows("WorkflowPayload", Access.REACHED, "workflow errors"),
    **_rows("AuditRecordConnection", Access.REACHED, "edges pageInfo"),
    **_rows("AuditRecordEdge", Access.REACHED, "cursor node"),
    **_rows("AuditRecord", Access.REACHED, "id action arguments actorId actor address requestId outcome codes"),
    **_rows("AuditRecord", Access.REACHED, "startedAt finishedAt"),
    **_rows("AuditArgument", Access.REACHED, "name value"),
    **_rows("DeadLetter", Access.REACHED, "id topic partition offset key consumer eventId eventType payload errorType"),
    **_rows(
        "DeadLetter", Access.REACHED, "errorMessage attempts replays status note firstFailedAt lastFailedAt headers"
    ),
    **_rows("DeadLetter", Access.REACHED, "fingerprint disposition correlationId replayHistory workflow"),
    **_rows("DeadLetterHeader", Access.REACHED, "name value"),
    **_rows("DeadLetterReplay", Access.REACHED, "workflow actorId at verdict detail reason"),
    **_rows("DeadLetterConnection", Access.REACHED, "edges pageInfo totalCount"),
    **_rows("DeadLetterEdge", Access.REACHED, "cursor node"),
    **_rows(
        "DeadLetterGroup", Access.REACHED, "consumer eventType errorType errorMessage fingerprint count oldest newest"
    ),
    **_rows("DeadLettersPayload", Access.REACHED, "count workflow verdicts errors"),
    **_rows("DeadLetterProspect", Access.REACHED, "id prospect errorType errorMessage"),
    **_rows("DeadLetterFailure", Access.REACHED, "id errorType errorMessage"),
    **_rows("Redrive", Access.REACHED, "id workflow state dryRun total canary tally quarantined failures prospects"),
    **_rows("RedriveTally", Access.REACHED, "done applied alreadyApplied superseded failed"),
    **_rows("Schedule", Access.REACHED, "id cadence workflowType paused note lastRunAt nextRunAt"),
    **_rows("SchedulePayload", Access.REACHED, "schedule errors"),
    **_rows("Notification", Access.OWNER, "id category priority status to subject template attempts reason detail"),
    **_rows("Notification", Access.OWNER, "queuedAt expiresAt sentAt"),
    **_rows("NotificationConnection", Access.REACHED, "edges pageInfo"),
    **_rows("NotificationEdge", Access.REACHED, "cursor node"),
    **_rows("Campaign", Access.REACHED, "id name category status audience paused recipients sent skipped failed"),
    **_rows("Campaign", Access.REACHED, "scheduledFor startedAt finishedAt workflow"),
    **_rows("CampaignConnection", Access.REACHED, "edges pageInfo"),
    **_rows("CampaignEdge", Access.REACHED, "cursor node"),
    **_rows("CampaignPayload", Access.REACHED, "campaign errors"),
    **_rows("Money", Access.ANYBODY, "amount currency"),
    **_rows("PageInfo", Access.ANYBODY, "hasNextPage hasPreviousPage startCursor endCursor"),
    **_rows("UserError", Access.ANYBODY, "code message path"),
}
"""What a caller sees of what was answered."""

PERMISSIONS: Final[Mapping[str, Access]] = {**ROOTS, **FIELDS}
"""The whole table."""
