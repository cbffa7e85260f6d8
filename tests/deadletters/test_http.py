"""Dead letters over the internal HTTP: client and API together answer as the service does, to OPS alone."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from services.deadletters.api import router
from services.deadletters.client import DeadLettersClient
from services.deadletters.memory import MemoryDeadLetterStore
from services.deadletters.models import DiscardLetters, LetterFilter, LetterQuery, LetterStatus, Selection
from services.deadletters.ports import DeadLetters
from services.deadletters.service import DeadLetterService
from services.infra.http import Caller
from services.shared.actors import Actor
from services.shared.errors import Forbidden, Invalid, Unauthenticated, Unavailable
from tests.deadletters.makers import CONSUMER, found
from tests.support.doubles import CountingIds, StandingClock
from tests.support.http import serving
from tests.support.identity import IDENTITY, NOBODY, OPS, OWNER, STRANGER, entry, line


@pytest.fixture
async def service() -> DeadLetterService:
    service = DeadLetterService(MemoryDeadLetterStore(), StandingClock(), CountingIds())
    await service.take_in([found(1), found(2, value=b"\xff", headers=())])
    return service


@pytest.fixture
async def address(service: DeadLetterService) -> AsyncIterator[str]:
    async with serving(router(service, entry())) as address:
        yield address


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def letters(session: aiohttp.ClientSession, address: str) -> DeadLetters:
    return DeadLettersClient(Caller(line(session, IDENTITY), address, "deadletters", DeadLetters))


async def test_letters_arrive_as_the_service_has_them(letters: DeadLetters, service: DeadLetterService) -> None:
    query, wanted = LetterQuery(first=1), LetterFilter(consumer=CONSUMER)
    page = await letters.list_letters(query, OPS)
    assert page == await service.list_letters(query, OPS)
    assert await letters.count_letters(wanted, OPS) == 2
    assert await letters.group_letters(wanted, OPS) == await service.group_letters(wanted, OPS)
    ids = [edge.node.id for edge in page.edges]
    assert await letters.letters_by_id(ids, OPS) == (page.edges[0].node,)
    assert await letters.contents_of(ids, OPS) == await service.contents_of(ids, OPS)
    selection = Selection(ids=(*ids, "nobody"))
    assert await letters.survey(selection, OPS) == await service.survey(selection, OPS)
    done = await letters.discard(DiscardLetters(ids=(*ids, "nobody"), reason="why"), OPS)
    assert (done.count, done.problems[0].code) == (1, "NOT_FOUND")
    assert (await service.letters_by_id(ids, OPS))[0].status is LetterStatus.DISCARDED


async def test_who_asks_is_verified_by_the_service(letters: DeadLetters) -> None:
    with pytest.raises(Forbidden):
        await letters.list_letters(LetterQuery(), OWNER)
    with pytest.raises(Unauthenticated):
        await letters.list_letters(LetterQuery(), NOBODY)
    pretender = Actor(user_id="ops", roles=OPS.roles, proof=OWNER.proof)
    with pytest.raises(Forbidden):
        await letters.discard(DiscardLetters(ids=("a",), reason="why"), pretender)


async def test_a_caller_that_is_not_known_is_not_let_in(session: aiohttp.ClientSession, address: str) -> None:
    stranger = DeadLettersClient(Caller(line(session, STRANGER), address, "deadletters", DeadLetters))
    with pytest.raises(Unavailable):
        await stranger.list_letters(LetterQuery(), OPS)


async def test_refusals_arrive_with_their_place(letters: DeadLetters) -> None:
    with pytest.raises(Invalid) as refused:
        await letters.list_letters(LetterQuery(first=101), OPS)
    assert refused.value.problems[0].path == ("first",)
