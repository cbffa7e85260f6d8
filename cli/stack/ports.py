"""Which ports a stack listens on: the contract's, or free ones. Refuses what is taken before anything starts."""

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

import psutil

from cli.errors import CommandFailed
from cli.stack.choices import PortChoice
from cli.stack.part import HOST

LOWEST = 12000
HIGHEST = 32000
"""Below the ports that systems give to outgoing connections, so that none is lost while a server restarts."""
STRIDE = 32
"""More than one stack needs; neighbouring process ids begin to look in different places."""


@dataclass(slots=True)
class PortBook:
    """The ports of one stack. `take` them all, then `refuse_taken`."""

    choice: PortChoice
    taken: dict[str, int] = field(default_factory=dict)
    _free: Iterator[int] = field(init=False)

    def __post_init__(self) -> None:
        self._free = free_ports()

    def take(self, what: str, default: int | None = None) -> int:
        """A port for this purpose: the default one, if there is one and default ports are wanted, else a free one."""
        if default is None or self.choice is PortChoice.FREE:
            return next(self._free)
        self.taken[what] = default
        return default

    def refuse_taken(self) -> None:
        """Raises CommandFailed that names each port somebody else listens on, and who that is if it can be known."""
        busy = [f"{port} ({what}){holder(port)}" for what, port in self.taken.items() if not is_free(port)]
        if busy:
            noun = "Port" if len(busy) == 1 else "Ports"
            raise CommandFailed(
                f"{noun} taken: {', '.join(busy)}. Stop what holds {'it' if len(busy) == 1 else 'them'},"
                " or use `--ports free`."
            )


def free_ports() -> Iterator[int]:
    """Free ports, each once. Two processes start in different places, so that they do not meet."""
    span = HIGHEST - LOWEST
    first = os.getpid() * STRIDE % span
    for step in range(span):
        port = LOWEST + (first + step) % span
        if is_free(port):
            yield port
    raise CommandFailed("No free port is left on this machine.")


def is_free(port: int) -> bool:
    """Whether a server could listen here now. Connections of an earlier server that fade away do not count."""
    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)) == 0:
            return False
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError:
            return False
    return True


def holder(port: int) -> str:
    """` by NAME, pid N` of who listens on a port; empty when the system does not say."""
    try:
        connections = psutil.net_connections("tcp")
        pids = {
            connection.pid
            for connection in connections
            if connection.status == psutil.CONN_LISTEN
            and connection.laddr
            and connection.laddr.port == port
            and connection.pid
        }
        return " by " + ", ".join(f"{psutil.Process(pid).name()}, pid {pid}" for pid in sorted(pids)) if pids else ""
    except psutil.Error:
        return ""
