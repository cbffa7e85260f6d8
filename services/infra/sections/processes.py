"""The services that there are, and where each of them listens.

Which steps run where follows from it, in workers.
"""

from pydantic import Field

from services.infra.sections.section import Section

CONTEXTS = ("catalog", "deadletters", "inventory", "notifications", "orders", "payments", "recommendations", "users")
"""The services that there are, in the order in which they start."""


class ServicesSettings(Section):
    """Where this process listens, and where each service's internal API is.

    Services with the same URL run in one process; their steps of a workflow run there too.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=8100, ge=0, le=65535)
    catalog: str = "http://127.0.0.1:8100"
    deadletters: str = "http://127.0.0.1:8100"
    inventory: str = "http://127.0.0.1:8100"
    notifications: str = "http://127.0.0.1:8100"
    orders: str = "http://127.0.0.1:8100"
    payments: str = "http://127.0.0.1:8100"
    recommendations: str = "http://127.0.0.1:8100"
    users: str = "http://127.0.0.1:8100"

    def url_of(self, context: str) -> str:
        """The internal API's address of one of CONTEXTS."""
        url: str = getattr(self, context)
        return url

    def together_with(self, context: str) -> tuple[str, ...]:
        """The services in the same process as this one, itself included, sorted."""
        here = self.url_of(context)
        return tuple(sorted(other for other in CONTEXTS if self.url_of(other) == here))
