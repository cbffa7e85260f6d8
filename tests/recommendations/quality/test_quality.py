"""The quality gate: the rules that serve, asked about real baskets that they have not seen."""

from collections.abc import Mapping

import pytest

from cli.recommendations.quality.baskets import read_history
from cli.recommendations.quality.counts import HistoryCounts
from cli.recommendations.quality.marks import Result, result_of
from cli.recommendations.quality.report import QUESTIONS, reached
from cli.recommendations.quality.split import exam_of
from cli.recommendations.quality.ways import ways_of

SAMPLE = 300
"""Users of the quick gate: every sixth or so. Three times as many baskets."""


def results(since_week: int, users: int, baskets: int) -> Mapping[str, Result]:
    """What is popular, and what serves."""
    exam = exam_of(read_history(since_week), baskets=baskets)
    step = max(1, len(exam.next) // users)
    asked = list(exam.next)[::step]
    ways = ways_of(counts := HistoryCounts(exam))
    assert counts.shop.sales
    return {name: result_of(exam, ways[name], asked, exam.hidden) for name in ("popularity", "all rules")}


@pytest.mark.timeout(600)
def test_of_half_a_year_the_rules_make_more_than_popularity_does() -> None:
    found = results(since_week=26, users=SAMPLE, baskets=3 * SAMPLE)
    for question, (_, marks) in QUESTIONS.items():
        popular, served = marks(found["popularity"]), marks(found["all rules"])
        assert served.mean > popular.mean, question
        if "new" not in question:  # of which a sample this small has too few for an interval
            assert served.low > popular.high, question


@pytest.mark.heavy
@pytest.mark.timeout(1800)
def test_of_the_whole_year_the_rules_reach_every_goal() -> None:
    found = results(since_week=1, users=10_000, baskets=6000)
    assert found["all rules"].next.count == 1941
    assert found["popularity"].next.mean == pytest.approx(0.138, abs=0.001)
    assert reached(found["all rules"]) == dict.fromkeys(QUESTIONS, True)
