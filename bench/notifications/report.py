"""What was measured of notifications, as tables for people and a JSON file for programs. Measures nothing."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.notifications.campaign import Measured
from bench.notifications.critical import Lateness
from bench.notifications.handing_over import HandingOver
from bench.notifications.lanes import Delay


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One bench. What was not measured is empty."""

    handing_over: Sequence[HandingOver] = ()
    critical_delays: Sequence[Delay] = ()
    critical: Sequence[Lateness] = ()
    campaigns: Sequence[Measured] = ()


def show(report: Report, console: Console) -> None:
    """Prints what there is."""
    if report.handing_over:
        table = Table("connections", "KiB a mail", "lane/s", "bare aiosmtplib/s", "share", "CPU ms lane", "bare")
        for pair in report.handing_over:
            table.add_row(
                str(pair.connections),
                f"{pair.bytes_a_mail / 1024:.0f}",
                f"{pair.lane.a_second:.0f}",
                f"{pair.bare.a_second:.0f}",
                f"{pair.lane.a_second / pair.bare.a_second:.0%}",
                f"{pair.lane.cpu_milliseconds:.2f}",
                f"{pair.bare.cpu_milliseconds:.2f}",
            )
        console.print(table)
    for delay in report.critical_delays:
        spread = delay.critical
        console.print(
            f"a critical mail beside {delay.waiting} standard ones that wait in its process:"
            f" {spread.p50:.0f} / {spread.p95:.0f} / {spread.p99:.0f} ms (p50/p95/p99)"
        )
    for late in report.critical:
        spread = late.event_to_answer
        console.print(
            f"a critical mail with {late.queued} standard ones queued ({late.left} at the end), from event to answer:"
            f" {spread.p50:.0f} / {spread.p95:.0f} / {spread.p99:.0f} ms (p50/p95/p99 of {late.mails})"
        )
    for campaign in report.campaigns:
        _show_campaign(campaign, console)


def _show_campaign(campaign: Measured, console: Console) -> None:
    bare = campaign.bare.a_second
    console.print(
        f"a campaign to {campaign.recipients}: {campaign.sent} sent, {campaign.skipped} skipped,"
        f" {campaign.failed} failed; audience {campaign.audience:.1f} s, sending {campaign.sending:.1f} s,"
        f" events {campaign.telling:.1f} s more; {campaign.a_second:.0f}/s,"
        f" {campaign.a_second / bare:.0%} of a bare pool ({bare:.0f}/s); events of its runs: {campaign.runs}"
    )
    table = Table("process", "CPU ms a recipient", "of it the audience", "MiB at rest", "peak", "after")
    for name, cost in campaign.cost.items():
        memory = (campaign.resting[name], campaign.peak[name], campaign.after[name])
        table.add_row(
            name,
            f"{cost + campaign.telling_cost[name]:.2f}",
            f"{campaign.audience_cost[name]:.2f}",
            *(f"{each:.0f}" for each in memory),
        )
    console.print(table)


def save(report: Report, path: Path) -> None:
    """Writes the figures; of what was not measured this time the file keeps what it had."""
    path.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(path.read_text()) if path.exists() else {}
    measured = {name: figures for name, figures in asdict(report).items() if figures}
    path.write_text(json.dumps({**known, **measured}, indent=2) + "\n")
