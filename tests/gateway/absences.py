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
        "DeadLetter",
        "DeadLetterConnection",
        "DeadLetterEdge",
        "DeadLetterFilter",
        "DeadLetterStatus",
        "DeadLettersPayload",
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
        "Mutation.discardDeadLetters",
        "Mutation.pauseSchedule",
        "Mutation.replayDeadLetters",
        "Mutation.triggerSchedule",
        "Product.boughtTogether",
        "Query.campaigns",
        "Query.deadLetters",
        "Query.notifications",
        "Query.recommendations",
        "Query.schedules",
    }
)
