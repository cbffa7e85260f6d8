"""Which messages of a campaign are sent next: spans of their positions, first all of them in order, then what waits.
Values and pure rules; no field is ever removed or renamed, because running workflows hold old ones.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.notifications.models import BatchResult

MOST_SPANS: Final = 1000
"""Spans with messages that wait; with more of them neighbours become one, so that no mark outgrows a history."""

HELD_UP: Final = 10
"""Where a batch has brought so many messages nowhere at all, it is not them: the mail server is away, or its lane
pauses."""

REST: Final = timedelta(seconds=30)
"""So long nothing more is begun then, or each batch would find the same out, message by message."""


SLACK: Final = timedelta(milliseconds=50)
"""A batch may begin so much before the rate allows it: a timer for less costs more than it keeps. The rate stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Messages of a campaign by their positions: from `start` up to but without `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A span with `count` messages that are still to be sent, and when to try."""

    span: Span
    count: int
    not_before: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Allotment:
    """What one batch is given: a span with about `count` messages to try; the rate wants `pace` for them."""

    span: Span
    count: int
    pace: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How far a campaign is.

    Attributes:
        total: its messages, at positions from 0.
        next: the first position that was never given to a batch.
        waiting: what is to be tried again.
        paced_until: no batch begins before, or the rate would be exceeded.
        held_until: no batch begins before, since nothing is taken from us until then.
    """

    total: int = 0
    next: int = 0
    waiting: tuple[Waiting, ...] = ()
    paced_until: datetime | None = None
    held_until: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Nothing is left to be given to a batch; some may be under way."""
        return self.next >= self.total and not self.waiting

    def due_at(self, now: datetime) -> datetime:
        """When the next batch may begin, of a course that is not over."""
        fresh = self.next < self.total
        first = now if fresh else min(each.not_before for each in self.waiting)
        paced = self.paced_until - SLACK if self.paced_until else now
        return max(first, paced, self.held_until or now)

    def taken(self, size: int, per_second: float, now: datetime) -> "tuple[Allotment | None, Course]":
        """What the next batch is to try, and the course without it; None: nothing is due yet."""
        if self.is_over or now < self.due_at(now):
            return None, self
        if self.next < self.total:
            span, waiting = Span(start=self.next, end=min(self.next + size, self.total)), self.waiting
            count = span.end - span.start
        else:
            due = _together([each for each in self.waiting if each.not_before <= now], size)
            span, count = _span_of(due), sum(each.count for each in due)
            waiting = tuple(each for each in self.waiting if each not in due)
        taken = Allotment(span=span, count=count, pace=timedelta(seconds=count / per_second))
        course = dataclasses.replace(
            self,
            next=max(self.next, span.end),
            waiting=waiting,
            paced_until=max(self.paced_until or now, now) + taken.pace,
        )
        return taken, course

    def after(self, taken: Allotment, result: BatchResult, now: datetime) -> "Course":
        """With its batch done. What was not sent counts for nothing against the rate."""
        unsent = 1 - min(result.sent / taken.count, 1)
        course = dataclasses.replace(self, paced_until=self.paced_until and self.paced_until - taken.pace * unsent)
        if not result.waiting:
            return course
        try_at = result.next_try_at or now
        waiting = (*self.waiting, Waiting(span=taken.span, count=result.waiting, not_before=try_at))
        nowhere = not (result.sent or result.skipped or result.failed or result.stopped)
        held = nowhere and result.waiting >= HELD_UP
        held_until = max(try_at, now + REST, self.held_until or now) if held else self.held_until
        return dataclasses.replace(course, waiting=_bounded(waiting), held_until=held_until)

    def hurried(self, now: datetime) -> "Course":
        """With everything due at once: of a campaign that is cancelled, nothing is sent any more."""
        waiting = tuple(dataclasses.replace(each, not_before=min(each.not_before, now)) for each in self.waiting)
        return dataclasses.replace(self, waiting=waiting, paced_until=None, held_until=None)


def _together(due: Sequence[Waiting], size: int) -> Sequence[Waiting]:
    """Neighbours from the lowest on, with at most `size` messages that wait; the first one always."""
    ordered = sorted(due, key=lambda each: each.span.start)
    count = 0
    for index, each in enumerate(ordered):
        count += each.count
        if index and count > size:
            return ordered[:index]
    return ordered


def _span_of(neighbours: Sequence[Waiting]) -> Span:
    return Span(start=neighbours[0].span.start, end=max(each.span.end for each in neighbours))


def _bounded(waiting: tuple[Waiting, ...]) -> tuple[Waiting, ...]:
    if len(waiting) <= MOST_SPANS:
        return waiting
    ordered = sorted(waiting, key=lambda each: each.span.start)
    pairs = [ordered[index : index + 2] for index in range(0, len(ordered), 2)]
    return tuple(
        Waiting(
            span=_span_of(pair),
            count=sum(each.count for each in pair),
            not_before=max(each.not_before for each in pair),
        )
        for pair in pairs
    )
