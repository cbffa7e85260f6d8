"""A scripted mail server, and pools to it, closed in the end."""

from collections.abc import AsyncIterator, Callable, Iterator
from time import monotonic
from typing import Any

import pytest

from services.infra.sections.mail import SmtpSettings
from services.infra.smtp.pool import SmtpPool
from tests.support.smtp_server import ScriptedSmtp, scripted_smtp

MakePool = Callable[..., SmtpPool]

QUICK = {"connect_seconds": 0.4, "answer_seconds": 0.4, "final_dot_seconds": 0.4, "handover_seconds": 5}
"""Seconds that these tests want to wait for a server that says nothing."""


@pytest.fixture
async def server() -> AsyncIterator[ScriptedSmtp]:
    async with scripted_smtp() as running:
        yield running


@pytest.fixture
def make_pool(server: ScriptedSmtp) -> Iterator[MakePool]:
    """Makes a pool with these settings; its waits are short unless they say otherwise. `now` is its time."""
    made: list[SmtpPool] = []

    def make(**settings: Any) -> SmtpPool:  # noqa: ANN401 - as the settings take them
        url = settings.pop("url", f"smtp://127.0.0.1:{server.port}")
        now = settings.pop("now", monotonic)
        made.append(SmtpPool(SmtpSettings(url=url, **{**QUICK, **settings}), now=now))
        return made[-1]

    yield make
    for pool in made:
        pool.close()


@pytest.fixture
def pool(make_pool: MakePool) -> SmtpPool:
    return make_pool()
