"""What of the contract is not served yet. The list may only shrink."""

TYPES = frozenset(
    {
        "Float",
        "Notification",
        "NotificationConnection",
        "NotificationEdge",
        "NotificationPriority",
        "NotificationStatus",
        "Recommendation",
        "RecommendationRule",
    }
)

FIELDS = frozenset(
    {
        "Product.boughtTogether",
        "Query.notifications",
        "Query.recommendations",
    }
)
