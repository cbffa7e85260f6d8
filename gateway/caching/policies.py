"""Which answers may be given again, for how long and to whom: one table of fields. Decides about no operation itself.

What has no row is not cached, and neither is an answer in which it was asked for. An answer is as young and as private
as the strictest row of what it holds. A row says no more than: while nothing that it tags is dropped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from math import inf
from typing import Final


class Scope(IntEnum):
    """To whom an answer may be given again: PUBLIC to all who do not run the shop, PRIVATE to who asked. The greater
    is the stricter.
    """

    PUBLIC = 0
    PRIVATE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What may be done with an answer.

    Attributes:
        max_age: seconds for which it may be given at most, whatever became of the events that drop it.
        moving: it differs a little at each computation, by the time alone.
    """

    max_age: float
    scope: Scope = Scope.PUBLIC
    moving: bool = False

    def beside(self, other: "Policy") -> "Policy":
        """Of both in one answer: the strictest wins."""
        return Policy(
            max_age=min(self.max_age, other.max_age),
            scope=max(self.scope, other.scope),
            moving=self.moving or other.moving,
        )


AS_ITS_PARENT: Final = Policy(max_age=inf)
"""Of values that say nothing by themselves: they are as young and as private as what they stand in."""

CATALOGUE: Final = Policy(max_age=60)
STOCK: Final = Policy(max_age=10)
COMPANY: Final = Policy(max_age=60, moving=True)
RECOMMENDED: Final = Policy(max_age=60, scope=Scope.PRIVATE, moving=True)
ACCOUNT: Final = Policy(max_age=30, scope=Scope.PRIVATE)
ORDER: Final = Policy(max_age=10, scope=Scope.PRIVATE)


def _rows(name: str, policy: Policy, fields: str) -> dict[str, Policy]:
    return {f"{name}.{field}": policy for field in fields.split()}


POLICIES: Final[Mapping[str, Policy]] = {
    **_rows("Query", CATALOGUE, "product products"),
    **_rows("Product", CATALOGUE, "id sku name description categories price active createdAt updatedAt"),
    **_rows("Product", STOCK, "stock"),
    **_rows("Product", COMPANY, "boughtTogether"),
    **_rows("ProductConnection", CATALOGUE, "edges pageInfo totalCount"),
    **_rows("ProductEdge", CATALOGUE, "cursor node"),
    **_rows("Stock", STOCK, "sku onHand reserved available updatedAt"),
    **_rows("Query", RECOMMENDED, "recommendations"),
    **_rows("Recommendation", AS_ITS_PARENT, "product score rule reason"),
    **_rows("Query", ACCOUNT, "me"),
    **_rows("User", ACCOUNT, "id email name roles preferences createdAt"),
    **_rows("NotificationPreferences", ACCOUNT, "promotional recommendations"),
    **_rows("Query", ORDER, "order orders"),
    **_rows("Order", ORDER, "id customer lines total status history reason payment placedAt"),
    **_rows("OrderConnection", ORDER, "edges pageInfo"),
    **_rows("OrderEdge", ORDER, "cursor node"),
    **_rows("OrderLine", ORDER, "sku name quantity unitPrice total product"),
    **_rows("OrderStatusChange", ORDER, "status at"),
    **_rows("Payment", ORDER, "status amount reference"),
    **_rows("Money", AS_ITS_PARENT, "amount currency"),
    **_rows("PageInfo", AS_ITS_PARENT, "hasNextPage hasPreviousPage startCursor endCursor"),
    **_rows("UserError", AS_ITS_PARENT, "code message path"),
}
"""The whole table, by `Type.field`."""

NEVER: Final = frozenset(
    {
        # the engine is asked for what happens at this moment, and tells nobody when it has happened
        *("Order.workflow", "Query.workflow", "Query.workflows"),
        # a message that is queued is told of by no event
        "Query.notifications",
        # what only those see who run the shop, and must see as it is
        *("Query.auditRecords", "Query.campaign", "Query.campaigns", "Query.deadLetter", "Query.deadLetters"),
        *("Query.deadLetterGroups", "Query.redrive", "Query.schedules", "Query.stockAdjustments"),
    }
)
"""Fields that are never cached, on purpose."""

NEVER_TYPES: Final = frozenset(
    {
        # deeds, and what tells of each change by itself
        *("Mutation", "Subscription"),
        *("AuthPayload", "CampaignPayload", "DeadLettersPayload", "LogoutPayload", "OrderPayload", "ProductPayload"),
        *("SchedulePayload", "StockPayload", "UserPayload", "WorkflowPayload"),
        # found below the fields above only
        *("AuditArgument", "AuditRecord", "AuditRecordConnection", "AuditRecordEdge", "Campaign", "CampaignConnection"),
        *("CampaignEdge", "DeadLetter", "DeadLetterConnection", "DeadLetterEdge", "DeadLetterFailure"),
        *("DeadLetterGroup", "DeadLetterHeader", "DeadLetterProspect", "DeadLetterReplay", "Notification"),
        *("NotificationConnection", "NotificationEdge", "Redrive", "RedriveTally", "Schedule", "StockAdjustment"),
        *("StockAdjustmentConnection", "StockAdjustmentEdge", "Workflow", "WorkflowConnection", "WorkflowEdge"),
        "WorkflowStep",
    }
)
"""Types of which no field is cached."""
