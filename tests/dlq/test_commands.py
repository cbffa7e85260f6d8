"""`caravan dlq` shows what consumers gave up on, and does what a person wants done about it."""

import json

from services.shared.ids import SortableIds
from tests.dlq.conftest import Desk


async def test_what_failed_alike_is_counted_and_can_be_listed_one_by_one(desk: Desk) -> None:
    await desk.letters.park("stock-notes", "e1", "e2")
    await desk.letters.park("live-orders", "o1")
    shown = await desk.dlq("list")
    assert shown.exit_code == 0
    assert [line.split()[:3] for line in shown.stdout.splitlines()[1:]] == [
        ["2", "stock-notes", "stock.adjusted.v1"],
        ["1", "live-orders", "stock.adjusted.v1"],
    ]
    some = await desk.dlq("list", "--letters", "--where", "consumer=stock-notes", "--first", "1", "--json")
    assert [letter["eventId"] for letter in json.loads(some.stdout)] == ["e2"]
    none = await desk.dlq("list", "--where", "status=quarantined")
    assert (none.exit_code, none.stdout) == (0, "No dead letters.\n")


async def test_a_letter_is_shown_with_what_is_in_it_and_why(desk: Desk) -> None:
    await desk.letters.park("stock-notes", "e1")
    shown = await desk.dlq("show", await desk.letters.id_of("e1"))
    assert shown.exit_code == 0
    for words in ("PARKED", "tests.Refused", "ce_id: e1", "base64:"):
        assert words in shown.stdout
    missing = await desk.dlq("show", "no-such")
    assert (missing.exit_code, "There is no dead letter no-such." in missing.stderr) == (1, True)


async def test_ids_are_whole_however_narrow_the_terminal_is(desk: Desk) -> None:
    await desk.letters.park("stock-notes", "e1")
    shown = await desk.dlq("list", "--letters", COLUMNS="40")
    assert await desk.letters.id_of("e1") in shown.stdout.split()
    grouped = await desk.dlq("list", COLUMNS="40")
    assert (await desk.letters.all())["e1"].fingerprint in grouped.stdout.split()


async def test_a_terminal_is_told_nothing_by_what_stands_in_a_record(desk: Desk) -> None:
    odd = "\x1b]0;pwned\x07"
    await desk.letters.park(f"nobody{odd}", odd)
    listed = await desk.dlq("list", "--letters")
    shown = await desk.dlq("show", await desk.letters.id_of(odd))
    for answer in (listed, shown):
        assert "]0;pwned" in answer.stdout
        assert not {"\x1b", "\x07"} & set(answer.stdout)


async def test_a_dry_run_tells_of_each_letter_and_a_replay_of_what_failed(desk: Desk) -> None:
    await desk.letters.park("stock-notes", "e1", "bad")
    desk.world.consumer.fails = lambda event: event == "bad"
    bad = await desk.letters.id_of("bad")
    tried = await desk.dlq("replay", "--where", "consumer=stock-notes", "--dry-run")
    assert f"{bad}  WOULD_FAIL" in tried.stdout
    assert "DRY RUN: 2 of 2: 1 applied, 0 already applied, 0 superseded, 1 failed" in tried.stdout
    assert set((await desk.letters.statuses()).values()) == {"PARKED"}
    done = await desk.dlq("replay", "--where", "status=parked")
    assert (done.exit_code, f"{bad}  FAILED" in done.stdout) == (1, True)
    assert await desk.letters.statuses() == {"e1": "REPLAYED", "bad": "PARKED"}
    desk.world.consumer.fails = lambda _: False
    again = await desk.dlq("replay", bad, "--json")
    assert (again.exit_code, json.loads(again.stdout)["tally"]["applied"]) == (0, 1)
    assert set((await desk.letters.statuses()).values()) == {"REPLAYED"}


async def test_a_letter_shows_who_replayed_it_and_why(desk: Desk) -> None:
    await desk.letters.park("stock-notes", "e1")
    desk.world.consumer.fails = lambda _: True
    letter_id = await desk.letters.id_of("e1")
    for words in ((), ("--reason", "the shelf is back")):
        assert (await desk.dlq("replay", letter_id, *words)).exit_code == 1
    shown = (await desk.dlq("show", letter_id)).stdout.splitlines()
    silent, told = (line for line in shown if line.startswith("replayed"))
    ops = desk.world.ids["ops"]
    assert (f"by {ops}: FAILED" in silent, f"by {ops} (the shelf is back): FAILED" in told) == (True, True)
    refused = await desk.dlq("replay", letter_id, "--reason", "x" * 501)
    assert (refused.exit_code, "500 characters" in refused.stderr) == (1, True)


async def test_nothing_is_replayed_unless_it_was_said_what(desk: Desk) -> None:
    await desk.letters.park("stock-notes", "e1")
    for words in ((), ("e1", "--where", "status=parked")):
        answer = await desk.dlq("replay", *words)
        assert (answer.exit_code, "either ids, or --where" in answer.stderr) == (1, True)
    assert (await desk.dlq("replay", "--where", "colour=red")).exit_code == 2
    unknown = await desk.dlq("replay", "no-such-letter")
    assert (unknown.exit_code, "NOT_FOUND" in unknown.stderr) == (1, True)
    assert desk.world.redrives.journal == []


async def test_letters_are_discarded_with_who_and_why(desk: Desk) -> None:
    await desk.letters.park("stock-notes", "e1", "e2")
    ids = [await desk.letters.id_of(event) for event in ("e1", "e2")]
    done = await desk.dlq("discard", ids[0], "--reason", "the shelf is gone")
    assert (done.exit_code, done.stdout) == (0, "1 dead letters discarded\n")
    letter = (await desk.letters.all())["e1"]
    assert letter.note
    assert "the shelf is gone" in letter.note
    mixed = await desk.dlq("discard", *ids, "--reason", "the shelf is gone")
    assert (mixed.exit_code, "ids.0: " in mixed.stdout) == (1, True)
    assert await desk.letters.statuses() == {"e1": "DISCARDED", "e2": "DISCARDED"}


async def test_letters_are_exported_whole(desk: Desk) -> None:
    ids = SortableIds()
    events = sorted(ids.new() for _ in range(60))
    await desk.letters.park("stock-notes", *events)
    file = desk.folder / "letters.jsonl"
    assert (await desk.dlq("export", "--to", str(file))).exit_code == 0
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["eventId"] for line in reversed(lines)] == events
    assert {line["payload"].partition(":")[0] for line in lines} == {"base64"}
    assert {"name": "ce_id", "value": events[-1]} in lines[0]["headers"]
    printed = await desk.dlq("export", "--where", "status=all")
    assert len(printed.stdout.splitlines()) == 60


async def test_what_keeps_a_person_out_is_one_line(desk: Desk) -> None:
    wrong = await desk.dlq("list", CARAVAN_ACCOUNTS__OPS_PASSWORD="another-one-1")
    assert (wrong.exit_code, "CARAVAN_ACCOUNTS__OPS_PASSWORD do not sign in" in wrong.stderr) == (1, True)
    shopper = await desk.dlq("list", CARAVAN_ACCOUNTS__OPS_EMAIL="mia@example.org")
    assert (shopper.exit_code, "FORBIDDEN" in shopper.stderr) == (1, True)
    missing = await desk.dlq("list", "--ready", str(desk.folder / "none.json"))
    assert (missing.exit_code, "There is no ready file" in missing.stderr) == (1, True)
    for answer in (wrong, shopper, missing):
        assert answer.stderr.count("\n") == 1
