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
        "Schedule",
        "SchedulePayload",
    }
)

FIELDS = frozenset(
    {
        "Mutation.cancelCampaign",
        "Mutation.createCampaign",
        "Mutation.pauseSchedule",
        "Mutation.triggerSchedule",
        "Product.boughtTogether",
        "Query.campaigns",
        "Query.notifications",
        "Query.recommendations",
        "Query.schedules",
    }
)
