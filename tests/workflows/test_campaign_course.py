"""Which messages of a campaign come next: every position is tried, what waits is tried again, the rate is kept."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from services.notifications.models import BatchResult
from workflows.campaign_course import HELD_UP, MOST_SPANS, REST, SLACK, Allotment, Course, Span, Waiting

NOW = datetime(2026, 11, 22, 21, 4, 5, tzinfo=UTC)
FAST = 1e9


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def taken(course: Course, size: int, now: datetime, per_second: float = FAST) -> tuple[Allotment, Course]:
    allotment, course = course.taken(size, per_second, now)
    assert allotment is not None
    return allotment, course


def test_all_positions_come_in_order_first() -> None:
    course, spans = Course(total=5), []
    while not course.is_over:
        allotment, course = taken(course, 2, NOW)
        spans.append((allotment.span.start, allotment.span.end, allotment.count))
    assert spans == [(0, 2, 2), (2, 4, 2), (4, 5, 1)]


def test_a_campaign_to_nobody_is_over_at_once() -> None:
    assert Course().is_over


def test_what_waits_comes_again_in_its_time() -> None:
    first, course = taken(Course(total=2), 2, NOW)
    course = course.after(first, BatchResult(sent=1, waiting=1, next_try_at=later(60)), NOW)
    assert not course.is_over
    assert course.taken(2, FAST, later(59))[0] is None
    assert course.due_at(NOW) == later(60)
    again, course = taken(course, 2, later(60))
    assert (again.span, again.count) == (Span(start=0, end=2), 1)
    assert course.after(again, BatchResult(sent=1), later(60)).is_over


def test_the_rate_is_kept() -> None:
    first, course = taken(Course(total=300), 100, NOW, per_second=50)
    course = course.after(first, BatchResult(sent=100), NOW)
    assert course.taken(100, 50, later(1.9))[0] is None
    _, course = taken(course, 100, later(2), per_second=50)
    assert course.due_at(later(2)) == later(4) - SLACK


def test_what_is_not_sent_counts_for_nothing_against_the_rate() -> None:
    first, course = taken(Course(total=300), 100, NOW, per_second=50)
    course = course.after(first, BatchResult(skipped=75, sent=25), NOW)
    assert course.due_at(NOW) == later(0.5) - SLACK


def test_where_nothing_is_taken_from_us_nothing_more_is_begun() -> None:
    first, course = taken(Course(total=1000), 100, NOW)
    paused = course.after(first, BatchResult(waiting=100, next_try_at=later(60)), NOW)
    assert paused.due_at(NOW) == later(60)
    assert paused.taken(100, FAST, later(59))[0] is None
    away = course.after(first, BatchResult(waiting=100, next_try_at=NOW), NOW)
    assert away.due_at(NOW) == NOW + REST


def test_a_few_that_wait_hold_nobody_up() -> None:
    first, course = taken(Course(total=1000), 100, NOW)
    stuck = BatchResult(waiting=HELD_UP - 1, next_try_at=later(60))
    assert course.after(first, stuck, NOW).due_at(NOW) == NOW
    many = BatchResult(sent=1, waiting=99, next_try_at=later(60))
    assert course.after(first, many, NOW).due_at(NOW) == NOW


def test_a_pause_is_no_reason_to_rest() -> None:
    first, course = taken(Course(total=100), 100, NOW)
    course = course.after(first, BatchResult(waiting=100, stopped=True), NOW)
    assert course.due_at(NOW) == NOW


def test_a_cancelled_campaign_has_everything_due() -> None:
    first, course = taken(Course(total=200), 100, NOW, per_second=1)
    course = course.after(first, BatchResult(waiting=100, next_try_at=later(3600)), NOW).hurried(NOW)
    assert course.due_at(NOW) == NOW
    second, course = taken(course, 100, NOW)
    assert second.span == Span(start=100, end=200)
    assert taken(course, 100, NOW)[0].span == Span(start=0, end=100)


def test_a_few_stragglers_of_many_spans_are_one_batch() -> None:
    waiting = tuple(
        Waiting(span=Span(start=index * 10, end=index * 10 + 10), count=1, not_before=NOW) for index in range(10)
    )
    again, course = taken(Course(total=100, next=100, waiting=waiting), 7, NOW)
    assert (again.span, again.count) == (Span(start=0, end=70), 7)
    assert [each.span.start for each in course.waiting] == [70, 80, 90]


def test_what_is_remembered_is_bounded() -> None:
    course = Course(total=10 * MOST_SPANS)
    while course.next < course.total:
        allotment, course = taken(course, 5, NOW)
        course = course.after(allotment, BatchResult(sent=4, waiting=1, next_try_at=later(course.next)), NOW)
    assert len(course.waiting) <= MOST_SPANS
    assert sum(each.count for each in course.waiting) == 2 * MOST_SPANS


@dataclass
class Post:
    """Messages that may have to be tried several times."""

    tries_left: list[int]

    def send(self, span: Span) -> BatchResult:
        """Tries each of the span that is not sent."""
        sent = waiting = 0
        for position in range(span.start, span.end):
            if self.tries_left[position] > 0:
                self.tries_left[position] -= 1
                sent += self.tries_left[position] == 0
                waiting += self.tries_left[position] > 0
        return BatchResult(sent=sent, waiting=waiting)


@given(
    tries=st.lists(st.integers(min_value=1, max_value=4), max_size=60),
    size=st.integers(min_value=1, max_value=20),
    at_once=st.integers(min_value=1, max_value=4),
    order=st.randoms(use_true_random=False),
)
def test_every_message_is_sent_whatever_ends_first(tries: list[int], size: int, at_once: int, order: Random) -> None:
    course, post, now = Course(total=len(tries)), Post(list(tries)), NOW
    under_way: list[Allotment] = []
    while under_way or not course.is_over:
        allotment, course = course.taken(size, FAST, now) if len(under_way) < at_once else (None, course)
        if allotment is not None:
            under_way.append(allotment)
        else:
            ended = under_way.pop(order.randrange(len(under_way))) if under_way else None
            if ended is not None:
                course = course.after(ended, post.send(ended.span), now)
            now += timedelta(seconds=1)
    assert not any(post.tries_left)
