"""The sections of what services do: payments, stock, the outbox, consumers, and their log and metrics.

Rules get the single values that they need, never a section.
"""

from typing import Self

from pydantic import Field, model_validator

from services.infra.sections.section import Section


class PaymentsSettings(Section):
    """The payment provider, and how long one call to it may take (seconds)."""

    provider_url: str = "http://127.0.0.1:8200"
    provider_timeout: float = Field(default=10, gt=0, le=60)


class InventorySettings(Section):
    """How long a hold lasts unless committed (seconds): longer than all that may happen before the pivot."""

    hold_seconds: int = Field(default=900, ge=1, le=86400)


class OutboxSettings(Section):
    """How long a service keeps the events that it has published: longer than topics and consumers' inboxes do."""

    kept_days: int = Field(default=14, ge=11, le=400)


class ConsumersSettings(Section):
    """What listens to events. A consumer pauses for `flood_pause` seconds when it gives up too much of what it reads.

    That is `flood_letters` dead letters among its latest `flood_window` records, and at least the share `flood_share`.
    Its inbox keeps receipts for `inbox_days`: longer than the topics keep events, which is up to eight.
    """

    inbox_days: int = Field(default=10, ge=9, le=400)
    flood_share: float = Field(default=0.2, gt=0, le=1)
    flood_letters: int = Field(default=20, ge=1)
    flood_window: int = Field(default=100, ge=1, le=10_000)
    flood_pause: float = Field(default=60, gt=0, le=3600)

    @model_validator(mode="after")
    def refuse_what_never_opens(self) -> Self:
        """Raises ValueError where the window is too small to hold that many letters."""
        if self.flood_letters > self.flood_window:
            raise ValueError("flood_letters must be at most flood_window")
        return self


class RecommendationsSettings(Section):
    """How fresh recommendations are: a list is made anew `refresh_window` seconds after its user has bought something.

    Counts of the whole shop are read again once they are `counts_age` seconds old: what is trending, what is bought
    together. What somebody bought in the last `rest_hours` is not recommended to him.
    """

    refresh_window: float = Field(default=30, ge=0, le=86_400)
    counts_age: float = Field(default=30, ge=0, le=3600)
    rest_hours: float = Field(default=24, gt=0, le=8760)


class MetricsSettings(Section):
    """What is told at `/metrics` beside what services and the gateway count: what Temporal's SDK and workflows do."""

    temporal: bool = True


class LogSettings(Section):
    """JSON lines to standard error; level as in the standard library."""

    level: str = "INFO"
