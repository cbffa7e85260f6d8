"""Documents and variables that are made to cost much more than they weigh."""

import asyncio
import json

import pytest

from tests.gateway.attacks.target import Target, assert_answered

TIMES = 24
AT_ONCE = 8
BUDGET = 60.0
"""Seconds for all of them, on a busy machine with two cores."""


def fragments(count: int, spreads: int) -> str:
    """Each fragment spreads the next one several times: spreads^count fields."""
    parts = [f"fragment F{n} on Query {{ {f'...F{n + 1} ' * spreads} }}" for n in range(count)]
    return f"{{ ...F0 }} {' '.join(parts)} fragment F{count} on Query {{ me {{ id }} }}"


DOCUMENTS = {
    "deep": "{a" * 20_000 + "}" * 20_000,
    "deep and true": "{ __schema { types { fields { type " + "{ ofType " * 200 + "{ name }" + "}" * 200 + " } } } }",
    "deep lists": "{ products(first: " + "[" * 50_000 + "]" * 50_000 + ") { totalCount } }",
    "deep objects": "{ products(filter: " + "{a:" * 30_000 + "1" + "}" * 30_000 + ") { totalCount } }",
    "deep types": "query ($a: " + "[" * 50_000 + "Int" + "]" * 50_000 + ") { me { id } }",
    "deep inline fragments": "{" + "...{" * 20_000 + "me{id}" + "}" * 20_000 + "}",
    "wide": "{ me { " + "id " * 60_000 + "} }",
    "ten thousand aliases": "{ " + " ".join(f"a{n}: me {{ id }}" for n in range(10_000)) + " }",
    "cyclic fragments": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A me { id } }",
    "a fragment of itself": "{ ...A } fragment A on Query { ...A }",
    "exploding fragments": fragments(30, 8),
    "many fragments": "{ ...F0 } " + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(5000)),
    "directives": "{ me " + "@skip(if: false) " * 10_000 + "{ id } }",
    "unknown directives": "{ me " + " ".join(f"@d{n}" for n in range(10_000)) + " { id } }",
    "many operations": " ".join(f"query Q{n} {{ me {{ id }} }}" for n in range(5000)),
    "many variables": "query (" + " ".join(f"$v{n}: Int" for n in range(5000)) + ") { me { id } }",
    "batched logins": "mutation { "
    + " ".join(
        f'l{n}: login(input: {{email: "a@b.example", password: "{n}"}}) {{ errors {{ code }} }}' for n in range(2000)
    )
    + " }",
    "conflicting fields": "{ " + "products(first: 1) { totalCount } " * 1000 + " products(first: 2) { totalCount } }",
    "a huge number": "{ products(first: " + "9" * 200_000 + ") { totalCount } }",
    "a huge fraction": "{ products(first: 1e" + "9" * 200_000 + ") { totalCount } }",
    "a huge string": '{ product(sku: "' + "x" * 200_000 + '") { id } }',
    "a huge block string": '{ product(sku: """' + "\n  x" * 50_000 + '""") { id } }',
    "a huge name": "{ " + "x" * 200_000 + " }",
    "nothing but blanks": " ,\n" * 60_000 + "{ me { id } }",
    "nothing but comments": "#\n" * 100_000 + "{ me { id } }",
    "an open string": '{ product(sku: "' + "\\u0041" * 30_000,
    "all pages": "{ "
    + " ".join(f"p{n}: products(first: 100) {{ edges {{ node {{ id stock {{ available }} }} }} }}" for n in range(90))
    + " }",
    "introspection": "{ __schema { types { fields { args { type { ofType { fields { type { name } } } } } } } } }",
}


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_document_made_to_cost_is_answered_and_costs_others_little(target: Target, name: str) -> None:
    slots = asyncio.Semaphore(AT_ONCE)

    async def attack(number: int) -> None:
        async with slots:
            # Another one each time: what was parsed before is not remembered.
            assert_answered(await target.ask(f"{DOCUMENTS[name]}#{number}"))

    async with target.withstands(seconds=BUDGET):
        await asyncio.gather(*(attack(number) for number in range(TIMES)))


QUERY = "query ($filter: ProductFilter, $first: Int) { products(filter: $filter, first: $first) { totalCount } }"


def body_with(variables: str) -> bytes:
    return f'{{"query": {json.dumps(QUERY)}, "variables": {variables}}}'.encode()


BODIES = {
    "deep arrays": body_with("[" * 100_000 + "]" * 100_000),
    "deep objects": body_with('{"filter":' * 20_000 + "1" + "}" * 20_000),
    "open arrays": b"[" * 250_000,
    "thousands of variables": body_with(json.dumps({f"v{n}": n for n in range(15_000)})),
    "a repeated variable": body_with("{" + '"first": 1, ' * 15_000 + '"first": 2}'),
    "a long list": body_with('{"filter": [' + "1," * 100_000 + "1]}"),
    "a number of many digits": body_with('{"first": ' + "9" * 200_000 + "}"),
    "a number beyond all": body_with('{"first": 1e999999999}'),
    "not a number": body_with('{"first": NaN}'),
    "ten thousand operations": b"[" + b",".join([b'{"query":"{me{id}}"}'] * 10_000) + b"]",
    "keys that collide": body_with(json.dumps({str(n * (2**61 - 1)): 0 for n in range(9000)})),
    "no text": bytes(range(256)) * 900,
    "half a surrogate": body_with('{"filter": {"search": "\\ud800"}}'),
}


@pytest.mark.parametrize("name", BODIES)
async def test_json_made_to_cost_is_answered_and_costs_others_little(target: Target, name: str) -> None:
    slots = asyncio.Semaphore(AT_ONCE)

    async def attack() -> None:
        async with slots:
            assert_answered(await target.post(BODIES[name]))

    async with target.withstands(seconds=BUDGET):
        await asyncio.gather(*(attack() for _ in range(TIMES)))
