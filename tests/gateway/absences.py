"""What of the contract is not served yet. The list may only shrink."""

TYPES = frozenset(
    {
        "Float",
        "Recommendation",
        "RecommendationRule",
    }
)

FIELDS = frozenset(
    {
        "Product.boughtTogether",
        "Query.recommendations",
    }
)
