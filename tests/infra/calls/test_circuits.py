"""A service that keeps failing is left alone, then tried by one call."""

from services.infra.calls.circuits import FAILURES, PAUSE, Circuit


class Watch:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def opened(watch: Watch) -> Circuit:
    """One that has just opened."""
    circuit = Circuit(watch)
    for _ in range(FAILURES):
        assert circuit.admits()
        circuit.failed()
    assert circuit.is_open
    return circuit


def test_it_opens_after_failures_in_a_row_only() -> None:
    circuit = Circuit(Watch())
    for _ in range(FAILURES - 1):
        circuit.failed()
    circuit.answered()
    for _ in range(FAILURES - 1):
        circuit.failed()
    assert not circuit.is_open
    circuit.failed()
    assert circuit.is_open


def test_open_it_lets_nobody_in_before_the_pause_is_over_and_then_one() -> None:
    watch = Watch()
    circuit = opened(watch)
    watch.now += PAUSE * 0.9
    assert not circuit.admits()
    watch.now += PAUSE * 0.2
    assert [circuit.admits() for _ in range(3)] == [True, False, False]


def test_one_answer_closes_it() -> None:
    watch = Watch()
    circuit = opened(watch)
    watch.now += PAUSE
    assert circuit.admits()
    circuit.answered()
    assert not circuit.is_open
    assert all(circuit.admits() for _ in range(3))


def test_a_failed_trial_begins_the_pause_anew() -> None:
    watch = Watch()
    circuit = opened(watch)
    watch.now += PAUSE
    assert circuit.admits()
    circuit.failed()
    assert not circuit.admits()
    watch.now += PAUSE
    assert circuit.admits()


def test_a_trial_that_was_broken_off_leaves_its_place_to_the_next() -> None:
    watch = Watch()
    circuit = opened(watch)
    watch.now += PAUSE
    assert circuit.admits()
    circuit.left_open()
    assert circuit.is_open
    assert circuit.admits()
