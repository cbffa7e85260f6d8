"""Figures of one measured run: latencies, throughput, CPU and memory of processes. Decides nothing."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Percentiles of latencies, in milliseconds."""

    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One load: how many clients, how many orders, how fast.

    Attributes:
        per_second: orders that came to their end, by the time from the first start to the last end.
        answered: from the request to the early answer.
        finished: from the request to CONFIRMED (the baseline: to the workflow's end).
    """

    clients: int
    orders: int
    per_second: float
    answered: Spread
    finished: Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopwatch:
    """The moments of one order, in seconds since the epoch."""

    started: float
    answered: float
    finished: float


def run_of(clients: int, orders: Sequence[Stopwatch]) -> Run:
    """Sums up one load."""
    took = max(order.finished for order in orders) - min(order.started for order in orders)
    return Run(
        clients=clients,
        orders=len(orders),
        per_second=len(orders) / took,
        answered=spread_of([order.answered - order.started for order in orders]),
        finished=spread_of([order.finished - order.started for order in orders]),
    )


def spread_of(seconds: Sequence[float]) -> Spread:
    """Percentiles of at least two durations."""
    cuts = [1000 * cut for cut in statistics.quantiles(seconds, n=100, method="inclusive")]
    return Spread(p50=cuts[49], p95=cuts[94], p99=cuts[98])


def cpu_seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """User and system time of each process with all of its children, so far."""
    return {name: sum(_cpu(process) for process in _family(pid)) for name, pid in pids.items()}


def resident_mebibytes(pids: Mapping[str, int]) -> dict[str, float]:
    """Resident memory of each process with all of its children, now."""
    return {name: sum(_resident(process) for process in _family(pid)) / 2**20 for name, pid in pids.items()}


def _family(pid: int) -> list[psutil.Process]:
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _resident(process: psutil.Process) -> float:
    return float(process.memory_info().rss)
