"""What production keeps to itself: its schema, in introspection and in suggestions; and which documents it executes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from graphql import get_introspection_query

from gateway.web.trusted import TrustedDocuments, hash_of, listed
from services.infra.settings import GatewaySettings, Profile, Settings
from tests.gateway.edge.settings import production
from tests.gateway.world import JSON, World, build_world

TYPO = '{ product(sku: "ink") { nmae stock { avialable } } }'
TYPOS: list[tuple[str, dict[str, Any]]] = [
    (TYPO, {}),
    ("{ prodcts { totalCount } }", {}),
    ('{ product(skv: "ink") { id } }', {}),
    ("{ products(sort: NEWST) { totalCount } }", {}),
    ("{ me { ... on Usr { id } } }", {}),
    ("query($s: ProductSrt) { products(sort: $s) { totalCount } }", {}),
    ('{ products(filter: {categry: "x"}) { totalCount } }', {}),
    ("query($s: ProductSort) { products(sort: $s) { totalCount } }", {"s": "NEWST"}),
    ("query($f: ProductFilter) { products(filter: $f) { totalCount } }", {"f": {"categry": "x"}}),
]


@pytest.fixture
async def closed() -> World:
    return await build_world(settings=production())


@pytest.mark.parametrize(("query", "variables"), TYPOS)
async def test_production_suggests_nothing(closed: World, world: World, query: str, variables: dict[str, Any]) -> None:
    answer = await closed.ask(query, variables)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert "Did you mean" not in json.dumps(answer)
    assert "Did you mean" in json.dumps(await world.ask(query, variables))


@pytest.mark.parametrize(
    "query", [get_introspection_query(), '{ __type(name: "User") { name } }', "{ a: __schema { types { name } } }"]
)
async def test_production_does_not_tell_its_schema(closed: World, world: World, query: str) -> None:
    answer = await closed.ask(query)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert "data" not in answer
    assert "errors" not in await world.ask(query)


async def test_production_still_tells_types_of_answers(closed: World) -> None:
    assert (await closed.ask("{ __typename }"))["data"] == {"__typename": "Query"}


async def test_introspection_cannot_be_nested_without_end(world: World) -> None:
    query = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }"
    assert (await world.ask(query))["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


GOOD = "query Names { products(first: 5) { edges { node { name } } } }"
OTHER = "{ products { totalCount } }"


def trusting(folder: Path, *, only: bool, profile: Profile = Profile.PRODUCTION, text: str = GOOD) -> Settings:
    path = folder / "trusted.json"
    path.write_text(json.dumps({hash_of(text): text}))
    gateway = GatewaySettings(trusted_documents=str(path), trusted_only=only)
    return Settings().model_copy(update={"profile": profile, "gateway": gateway})


async def sent(world: World, **body: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON)
    answer: dict[str, Any] = (await world.wire.send("POST", "/graphql", json.dumps(body).encode(), JSON)).json
    return answer


def persisted(hashed: object) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": hashed}}


@pytest.mark.parametrize("only", [True, False])
@pytest.mark.parametrize("profile", list(Profile))
async def test_a_trusted_document_is_executed_by_its_hash(tmp_path: Path, only: bool, profile: Profile) -> None:  # noqa: FBT001
    world = await build_world(settings=trusting(tmp_path, only=only, profile=profile))
    bodies: list[dict[str, Any]] = [
        {"documentId": hash_of(GOOD)},
        {"documentId": f"sha256:{hash_of(GOOD)}"},
        {"extensions": persisted(hash_of(GOOD))},
        {"query": GOOD, "extensions": persisted(hash_of(GOOD))},
        {"query": GOOD},
    ]
    for body in bodies:
        assert len((await sent(world, **body))["data"]["products"]["edges"]) == 2


async def test_only_trusted_documents_are_executed_where_it_is_said(tmp_path: Path) -> None:
    world = await build_world(settings=trusting(tmp_path, only=True))
    refused: dict[str, list[dict[str, Any]]] = {
        "FORBIDDEN": [{"query": OTHER}, {"query": GOOD + " "}],
        "BAD_USER_INPUT": [
            {"documentId": hash_of(OTHER)},
            {"query": OTHER, "extensions": persisted(hash_of(OTHER))},
            {"query": OTHER, "extensions": persisted(hash_of(GOOD))},
        ],
    }
    for code, bodies in refused.items():
        for body in bodies:
            answer = await sent(world, **body)
            assert answer["errors"][0]["extensions"] == {"code": code}
    assert world.shop.counted() == {}


async def test_other_documents_are_executed_too_where_it_is_not_said(tmp_path: Path) -> None:
    world = await build_world(settings=trusting(tmp_path, only=False))
    assert "errors" not in await sent(world, query=OTHER)
    assert "errors" not in await sent(world, query=OTHER, extensions=persisted(hash_of(OTHER)))


@pytest.mark.parametrize(
    "body",
    [
        {"documentId": 1},
        {"documentId": ""},
        {"documentId": "nothing"},
        {"extensions": persisted(None)},
        {"extensions": persisted({"$ne": 1})},
        {"extensions": {"persistedQuery": []}},
        {"extensions": []},
        {"query": OTHER, "documentId": hash_of(GOOD)},
    ],
)
async def test_a_hash_that_is_none_of_a_trusted_document_is_bad_input(world: World, body: dict[str, Any]) -> None:
    assert (await sent(world, **body))["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize("text", ["{ nothing }", "{", "{ " + "__typename " * 2000 + "}"])
async def test_a_list_with_a_document_that_cannot_be_executed_stops_the_start(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match="cannot be executed"):
        await build_world(settings=trusting(tmp_path, only=True, text=text))


@pytest.mark.parametrize("content", ["[]", '{"0000": "{ __typename }"}', "{", '{"0000": 1}'])
def test_a_list_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "trusted.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r".+"):
        TrustedDocuments.read(str(path), only=True)


def test_the_list_is_written_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "names.graphql").write_text(GOOD)
    (tmp_path / "count.graphql").write_text(OTHER)
    expected = {hash_of(GOOD): GOOD, hash_of(OTHER): OTHER}
    assert listed(tmp_path) == expected
    command = [sys.executable, "-m", "gateway.web.trusted", str(tmp_path)]
    assert json.loads(subprocess.run(command, capture_output=True, check=True).stdout) == expected
