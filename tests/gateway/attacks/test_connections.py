"""Connections, heads and bodies that are slow, endless, huge or ambiguous."""

import asyncio
import gzip
import json
from contextlib import suppress
from io import BytesIO

import pytest

from gateway.web.transport.connections import HEAD_WITHIN
from services.infra.settings import LimitsSettings
from tests.gateway.attacks.target import PLAIN, Target, assert_answered

BODY = json.dumps(PLAIN).encode()
HEAD = b"POST /graphql HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\n"
SLACK = 20.0
"""Seconds more than the gateway's own limit that a busy machine may take."""

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def until_hung_up(connection: Connection, drip: bytes = b"") -> bytes:
    """What came back until the end of the connection, on which something is sent now and then."""
    reader, writer = connection
    answer = bytearray()
    with suppress(ConnectionError):
        while True:
            with suppress(TimeoutError):
                piece = await asyncio.wait_for(reader.read(65536), 0.5)
                if not piece:
                    break
                answer += piece
            writer.write(drip)
            await writer.drain()
    writer.close()
    return bytes(answer)


SILENT: dict[str, tuple[bytes, bytes]] = {
    "nothing": (b"", b""),
    "a letter": (b"P", b""),
    "a header now and then": (b"POST /graphql HTTP/1.1\r\n", b"x: y\r\n"),
    "a byte now and then": (b"POST /graphql HTTP/1.1\r\nx-slow: ", b"."),
    "one request": (b"GET /healthz HTTP/1.1\r\nhost: shop\r\n\r\n", b""),
    "another, slowly": (b"GET /healthz HTTP/1.1\r\nhost: shop\r\n\r\n", b"G"),
}
"""What is sent, and what follows now and then."""


async def test_who_connects_and_does_not_ask_is_hung_up_on(target: Target) -> None:
    async def connected(sent: bytes, drip: bytes) -> bytes:
        connection = await target.connect()
        connection[1].write(sent)
        return await until_hung_up(connection, drip)

    async with target.withstands(seconds=HEAD_WITHIN + SLACK):
        answers = await asyncio.gather(*(connected(*kind) for kind in SILENT.values() for _ in range(100)))
    assert len(answers) == 600
    assert not any(b" 500 " in answer for answer in answers)


async def test_a_body_that_comes_slowly_is_not_waited_for(target: Target) -> None:
    async with target.withstands(seconds=LimitsSettings().body_within + SLACK):
        connections = [await target.connect() for _ in range(200)]
        for _, writer in connections:
            writer.write(HEAD + b'content-length: 1000\r\nconnection: close\r\n\r\n{"query": "')
        answers = await asyncio.gather(*(until_hung_up(connection, b"x") for connection in connections))
    assert all(answer.startswith(b"HTTP/1.1 408 ") for answer in answers)


async def test_bodies_of_ten_megabytes_are_refused_and_not_kept(target: Target) -> None:
    async with target.withstands(seconds=60):
        replies = await asyncio.gather(*(target.post(BytesIO(b"x" * 10_000_000)) for _ in range(20)))
    assert {reply.status for reply in replies} == {413}


async def test_a_body_without_an_end_is_refused(target: Target) -> None:
    async def endless() -> bytes:
        connection = await target.connect()
        connection[1].write(HEAD + b"transfer-encoding: chunked\r\n\r\n")
        return await until_hung_up(connection, b"10000\r\n" + b"x" * 0x10000 + b"\r\n")

    async with target.withstands(seconds=60):
        answers = await asyncio.gather(*(endless() for _ in range(20)))
    assert all(answer.startswith((b"HTTP/1.1 413 ", b"HTTP/1.1 408 ")) for answer in answers)


async def test_a_compressed_body_is_not_unpacked(target: Target) -> None:
    bomb = gzip.compress(b" " * 100_000_000)
    async with target.withstands(seconds=30):
        replies = await asyncio.gather(*(target.post(bomb, {"content-encoding": "gzip"}) for _ in range(10)))
    for reply in replies:
        assert_answered(reply)
        assert reply.codes == ["BAD_USER_INPUT"]


async def test_clients_that_do_not_read_their_answers_cost_little(target: Target) -> None:
    query = json.dumps({"query": "{ __schema { types { name description fields { name description } } } }"}).encode()
    request = HEAD + f"content-length: {len(query)}\r\n\r\n".encode() + query
    async with target.withstands(seconds=60):
        connections = [await target.connect() for _ in range(100)]
        for _, writer in connections:
            writer.write(request * 5)
        await asyncio.gather(*(reader.readuntil(b" 200 ") for reader, _ in connections))
        for _, writer in connections:
            writer.transport.abort()


async def test_a_thousand_open_connections_leave_others_served(target: Target) -> None:
    request = HEAD + f"content-length: {len(BODY)}\r\n\r\n".encode() + BODY
    async with target.withstands(seconds=60):
        connections = [await target.connect() for _ in range(1000)]
        for _, writer in connections:
            writer.write(request)
        await asyncio.gather(*(reader.readuntil(b" 200 ") for reader, _ in connections))
        for _, writer in connections:
            writer.close()


HEADS = {
    "a giant header": HEAD + b"x-giant: " + b"x" * 1_000_000 + b"\r\n\r\n",
    "a giant target": b"GET /graphql?query=" + b"x" * 1_000_000 + b" HTTP/1.1\r\nhost: shop\r\n\r\n",
    "thousands of headers": HEAD + b"".join(b"x-%d: y\r\n" % n for n in range(10_000)) + b"\r\n",
    "a line break in a value": HEAD + b"x-id: a\rset-cookie: b=c\r\n\r\n",
    "a zero byte in a value": HEAD + b"x-id: a\x00b\r\n\r\n",
    "a name with a blank": HEAD + b"content-length : 5\r\n\r\nabcde",
    "a folded line": HEAD + b"x-id: a\r\n set-cookie: b=c\r\n\r\n",
    "two lengths": HEAD + b"content-length: 5\r\ncontent-length: 6\r\n\r\nabcdef",
    "a negative length": HEAD + b"content-length: -1\r\n\r\n",
    "an endless length": HEAD + b"content-length: " + b"9" * 5000 + b"\r\n\r\n",
    "an unknown coding": HEAD + b"transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a chunk of nonsense": HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\nx\r\n0\r\n\r\n",
    "two hosts": b"GET /healthz HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "a header behind the body": HEAD + b"transfer-encoding: chunked\r\n\r\n0\r\nx-late: y\r\n\r\n",
    "a hundred requests at once": b"GET /healthz HTTP/1.1\r\nhost: shop\r\n\r\n" * 100,
    "another protocol": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
    "noise": bytes(range(256)) * 200,
}


@pytest.mark.parametrize("name", HEADS)
async def test_a_head_that_is_none_is_refused(target: Target, name: str) -> None:
    async with target.withstands(seconds=HEAD_WITHIN + SLACK):
        answers = await asyncio.gather(*(target.raw(HEADS[name]) for _ in range(10)))
    for answer in answers:
        head = answer.partition(b"\r\n\r\n")[0].lower()
        assert not answer or head.startswith(b"http/1.1 4")
        assert b"set-cookie" not in head


async def test_no_second_request_is_smuggled_in_the_body_of_the_first(target: Target) -> None:
    inner = b"GET /metrics HTTP/1.1\r\nhost: shop\r\n\r\n"
    both = HEAD + b"transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n" + inner
    answer = await target.raw(both)
    assert b"caravan_gateway" not in answer


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer " + "x" * 10_000},
        {"authorization": "Bearer \u00e9\u00ff"},
        {"authorization": "Bearer " + ".".join(["e30"] * 3)},
        {"authorization": "Bearer " + ".".join(["W10"] * 3)},
        {"authorization": "Basic Og=="},
        {"accept": ",".join(["application/json;q=nan"] * 500)},
        {"content-type": "application/json; charset=utf-7"},
        {"x-forwarded-for": "', $ne: 1"},
        {"traceparent": "00-" + "z" * 2000},
        {"cookie": "a=b; " * 1000},
        {"content-encoding": "br, gzip, " * 500},
        {"expect": "100-continue"},
        {"upgrade": "h2c", "connection": "upgrade"},
        {"upgrade": "websocket", "connection": "upgrade"},
    ],
    ids=str,
)
async def test_a_header_made_to_hurt_changes_nothing(target: Target, headers: dict[str, str]) -> None:
    async with target.withstands(seconds=SLACK):
        reply = await target.post(BODY, {name: value[:14_000] for name, value in headers.items()})
    assert_answered(reply)
