"""What is served beside the contract: types, fields and arguments by their path. What hangs below one is added too."""

ADDITIONS = frozenset(
    {
        "AuditArgument",
        "AuditOutcome",
        "AuditRecord",
        "AuditRecordConnection",
        "AuditRecordEdge",
        "Query.auditRecords",
        "DeadLetter.correlationId",
        "DeadLetter.disposition",
        "DeadLetter.fingerprint",
        "DeadLetter.headers",
        "DeadLetter.replayHistory",
        "DeadLetter.workflow",
        "DeadLetterDisposition",
        "DeadLetterFailure",
        "DeadLetterFilter.fingerprint",
        "DeadLetterGroup",
        "DeadLetterHeader",
        "DeadLetterProspect",
        "DeadLetterReplay",
        "Mutation.replayDeadLetters(reason)",
        "DeadLettersPayload.verdicts",
        "DeadLettersPayload.workflow",
        "Query.deadLetter",
        "Query.deadLetterGroups",
        "Query.redrive",
        "Redrive",
        "RedriveState",
        "RedriveTally",
        "ReplayProspect",
        "ReplayVerdict",
        "Campaign.paused",
        "Mutation.pauseCampaign",
        "Mutation.rebuildRecommendations",
        "Mutation.refreshRecommendations",
        "Query.campaign",
        "ChangePasswordInput",
        "Mutation.changePassword",
        "Query.stockAdjustments",
        "Notification.expiresAt",
        "Notification.reason",
        "Notification.template",
        "NotificationReason",
        "Schedule.note",
        "StockAdjustment",
        "StockAdjustmentConnection",
        "StockAdjustmentEdge",
    }
)


def is_added(place: str) -> bool:
    """Whether the place is an addition, or below one."""
    return any(place == added or place.startswith((f"{added}.", f"{added}(", f"{added} ")) for added in ADDITIONS)
