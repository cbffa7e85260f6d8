"""What a dashboard of ours consists of, in our words. Knows nothing of Grafana's JSON."""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """Grafana's names of units."""

    NUMBER = "short"
    SECONDS = "s"
    PER_SECOND = "ops"
    SHARE = "percentunit"
    BYTES = "bytes"
    TRUTH = "bool_yes_no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One PromQL expression, and what its lines are called: text with `{{label}}` in it."""

    expression: str
    legend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One picture.

    Attributes:
        advice: a sentence that says what to do when it looks wrong.
        amber: from this value on it is drawn so, red from `red` on; None: there is no such value.
        alerts: those that watch the same thing; their sections in the runbooks are named below the advice.
        single: one large number instead of lines over time.
    """

    title: str
    advice: str
    unit: Unit
    queries: tuple[Query, ...]
    amber: float | None = None
    red: float | None = None
    alerts: tuple[str, ...] = ()
    single: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Panels under one heading."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One dashboard. `uid` is its name in addresses and of its file, for good."""

    uid: str
    title: str
    about: str
    sections: tuple[Section, ...]


def line(expression: str, legend: str) -> tuple[Query, ...]:
    """The one query of most panels."""
    return (Query(expression=expression, legend=legend),)


def quantiles(histogram: str, by: str, where: str = "") -> tuple[Query, ...]:
    """The median and the slowest hundredth of a histogram in seconds, a line for each value of the label `by`."""
    rate = f"sum by (le, {by}) (rate({histogram}_bucket{{{where}}}[$__rate_interval]))"
    return tuple(
        Query(expression=f"histogram_quantile({share}, {rate})", legend=f"{{{{{by}}}}} {name}")
        for share, name in ((0.5, "p50"), (0.99, "p99"))
    )
