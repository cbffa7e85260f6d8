"""A port that somebody holds is refused by name before anything starts; free ones are free and meet nobody's."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from cli.errors import CommandFailed
from cli.stack.choices import PortChoice
from cli.stack.part import HOST
from cli.stack.ports import PortBook, free_ports, is_free


@pytest.fixture
def held() -> Iterator[int]:
    """A port that this process listens on."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, next(free_ports())))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_default_port_is_refused_with_its_holder(held: int) -> None:
    book = PortBook(choice=PortChoice.DEFAULT)
    assert book.take("Kafka", held) == held
    with pytest.raises(CommandFailed, match=rf"Port taken: {held} \(Kafka\) by .*pid {os.getpid()}\. .*--ports free"):
        book.refuse_taken()


def test_a_free_default_port_is_taken(held: int) -> None:
    free = next(port for port in free_ports() if port != held)
    book = PortBook(choice=PortChoice.DEFAULT)
    assert book.take("Kafka", free) == free
    book.refuse_taken()


def test_free_ports_differ_and_leave_out_what_is_held(held: int) -> None:
    ports = list(islice(free_ports(), 20))
    assert len(set(ports)) == 20
    assert held not in ports
    assert not is_free(held)


def test_a_port_whose_last_connection_fades_away_is_free() -> None:
    port = next(free_ports())
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen()
        with socket.create_connection((HOST, port)) as client:
            server, _ = listener.accept()
            # Who closes first keeps the connection in TIME_WAIT.
            server.close()
            assert client.recv(1) == b""
    assert is_free(port)


def test_up_refuses_a_taken_port_and_leaves_nothing(held: int, tmp_path: Path) -> None:
    data = tmp_path / "data"
    answer = subprocess.run(
        [sys.executable, "-m", "cli", "up", "--data", data],
        env={**os.environ, "CARAVAN_GATEWAY__PORT": str(held)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 1
    assert f"{held} (gateway)" in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert sorted(path.name for path in data.iterdir()) == ["lock"]
