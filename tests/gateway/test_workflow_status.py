"""What the API shows of workflows: to the owner of an order, to OPS, and where the engine or its workers are away."""

from typing import Any

import pytest

from tests.gateway.world import World

ORDER = """query O($id: ID!) { order(id: $id) { id status workflow {
  id runId type status startedAt closedAt historyLength url steps { name state finishedAt } } } }"""
WORKFLOW = "query W($id: ID!) { workflow(id: $id) { id status url steps { name state } } }"
LIST = """query L($first: Int, $after: String, $type: String, $status: WorkflowStatus) {
  workflows(first: $first, after: $after, type: $type, status: $status) {
    edges { cursor node { id runId type status historyLength url steps { name } } }
    pageInfo { hasNextPage hasPreviousPage endCursor } } }"""


def codes(answer: dict[str, Any]) -> list[tuple[str, list[Any] | None]]:
    return [(error["extensions"]["code"], error.get("path")) for error in answer.get("errors", [])]


async def test_runs_are_listed_to_ops_page_by_page(world: World) -> None:
    orders = [await world.placed(idempotencyKey=f"k{number}") for number in range(3)]
    first = (await world.ask(LIST, {"first": 2}, "ops"))["data"]["workflows"]
    assert [edge["node"]["id"] for edge in first["edges"]] == [f"order/{orders[2]}", f"order/{orders[1]}"]
    assert first["pageInfo"]["hasNextPage"]
    assert first["edges"][0]["node"]["url"]
    assert first["edges"][0]["node"]["historyLength"] == 12
    assert len(first["edges"][0]["node"]["steps"]) == 7
    after = first["pageInfo"]["endCursor"]
    second = (await world.ask(LIST, {"first": 2, "after": after}, "ops"))["data"]["workflows"]
    assert [edge["node"]["id"] for edge in second["edges"]] == [f"order/{orders[0]}"]
    assert second["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": True,
        "endCursor": second["edges"][0]["cursor"],
    }


async def test_runs_are_narrowed_by_type_and_status(world: World) -> None:
    await world.placed()
    await world.place(lines=[{"sku": "ink", "quantity": 101}], idempotencyKey="k2")
    closed = (await world.ask(LIST, {"status": "COMPLETED", "type": "PlaceOrder"}, "ops"))["data"]["workflows"]
    assert [edge["node"]["status"] for edge in closed["edges"]] == ["COMPLETED"]
    assert (await world.ask(LIST, {"type": "LaunchProduct"}, "ops"))["data"]["workflows"]["edges"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"type": "' OR WorkflowType != '"}, ["type"]),
        ({"type": ""}, ["type"]),
        ({"type": "x" * 101}, ["type"]),
        ({"type": "PlaceOrder'--"}, ["type"]),
        ({"type": "PlaceOrder\n"}, ["type"]),
        ({"after": "' OR 1=1"}, ["after"]),
        ({"after": "bm90IG91cnM="}, ["after"]),
        ({"first": 101}, ["first"]),
        ({"first": 0}, ["first"]),
    ],
)
async def test_a_query_of_the_engine_is_not_written_by_clients(
    world: World, changes: dict[str, object], field: list[str]
) -> None:
    answer = await world.ask(LIST, changes, "ops")
    assert answer.get("data") is None
    assert [(error["extensions"]["code"], error["extensions"]["field"]) for error in answer["errors"]] == [
        ("BAD_USER_INPUT", field)
    ]


async def test_the_address_of_a_run_is_for_ops(world: World) -> None:
    order_id = await world.placed()
    assert (await world.ask(ORDER, {"id": order_id}, "mia"))["data"]["order"]["workflow"]["url"] is None
    assert (await world.ask(ORDER, {"id": order_id}, "ops"))["data"]["order"]["workflow"]["url"]


async def test_an_order_is_answered_while_the_engine_is_away(world: World) -> None:
    """What the order knows of its workflow itself is told, and that the rest could not be asked for."""
    order_id = await world.placed()
    world.sagas.away = True
    answer = await world.ask(ORDER, {"id": order_id}, "mia")
    order = answer["data"]["order"]
    assert (order["id"], order["status"]) == (order_id, "CONFIRMED")
    assert (order["workflow"]["id"], order["workflow"]["type"]) == (f"order/{order_id}", "PlaceOrder")
    assert (order["workflow"]["status"], order["workflow"]["steps"]) == ("RUNNING", None)
    assert codes(answer) == [
        ("UNAVAILABLE", ["order", "workflow", "steps"]),
        ("UNAVAILABLE", ["order", "workflow"]),
    ]
    own = await world.ask("query O($id: ID!) { order(id: $id) { id workflow { id } } }", {"id": order_id}, "mia")
    assert "errors" not in own


async def test_a_workflow_is_unavailable_while_the_engine_is_away(world: World) -> None:
    order_id = await world.placed()
    world.sagas.away = True
    answer = await world.ask(
        "query Q($id: ID!) { workflow(id: $id) { id } products { edges { node { sku } } } }",
        {"id": f"order/{order_id}"},
        "ops",
    )
    assert answer["data"]["workflow"] is None
    assert len(answer["data"]["products"]["edges"]) == 2
    assert codes(answer) == [("UNAVAILABLE", ["workflow"])]
    assert codes(await world.ask(LIST, {}, "ops")) == [("UNAVAILABLE", ["workflows"])]


async def test_an_order_whose_run_is_forgotten_tells_of_it_by_itself(world: World) -> None:
    payload = await world.place(lines=[{"sku": "ink", "quantity": 101}])
    order_id = payload["order"]["id"]
    world.sagas.forgotten.add(order_id)
    answer = await world.ask(ORDER, {"id": order_id}, "ops")
    assert "errors" not in answer
    workflow = answer["data"]["order"]["workflow"]
    assert (workflow["runId"], workflow["status"], workflow["historyLength"]) == ("", "COMPLETED", 0)
    assert (workflow["url"], workflow["closedAt"]) == (None, "2026-11-22T21:04:05.123Z")
    states = {step["name"]: step["state"] for step in workflow["steps"]}
    assert (states["record"], states["reserve"], states["capture"]) == ("DONE", "FAILED", "PENDING")
    assert (await world.ask(WORKFLOW, {"id": f"order/{order_id}"}, "ops"))["data"] == {"workflow": None}


async def test_a_run_that_is_gone_before_its_order_is_final_is_not_said_to_go_on(world: World) -> None:
    order_id = await world.placed()
    world.sagas.forgotten.add(order_id)
    answer = await world.ask(ORDER, {"id": order_id}, "mia")
    assert answer["data"]["order"]["workflow"]["status"] == "TERMINATED"


async def test_the_steps_of_a_closed_run_are_told_without_workers(world: World) -> None:
    payload = await world.place(paymentMethod="pm_card_chargeDeclined")
    order_id = payload["order"]["id"]
    world.sagas.workers_away = True
    for answer in (
        (await world.ask(ORDER, {"id": order_id}, "mia"))["data"]["order"]["workflow"],
        (await world.ask(WORKFLOW, {"id": f"order/{order_id}"}, "ops"))["data"]["workflow"],
    ):
        states = {step["name"]: step["state"] for step in answer["steps"]}
        assert (states["reserve"], states["authorize"]) == ("COMPENSATED", "FAILED")


async def test_the_steps_of_a_run_that_goes_on_are_not_guessed(world: World) -> None:
    order_id = await world.placed()
    world.sagas.workers_away = True
    answer = await world.ask(ORDER, {"id": order_id}, "mia")
    workflow = answer["data"]["order"]["workflow"]
    assert (workflow["status"], workflow["steps"]) == ("RUNNING", None)
    assert codes(answer) == [("UNAVAILABLE", ["order", "workflow", "steps"])]
