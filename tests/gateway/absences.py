"""What of the contract is not served yet. The list may only shrink."""

TYPES = frozenset(
    {
        "Campaign",
        "CampaignAudience",
        "CampaignConnection",
        "CampaignEdge",
        "CampaignInput",
        "CampaignPayload",
        "CampaignStatus",
        "Float",
        "Notification",
        "NotificationCategory",
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
        "Mutation.cancelCampaign",
        "Mutation.createCampaign",
        "Product.boughtTogether",
        "Query.campaigns",
        "Query.notifications",
        "Query.recommendations",
    }
)
