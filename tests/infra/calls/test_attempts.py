"""What may be tried again is, a few times and while it is paid for."""

import pytest

from services.infra.calls.attempts import ATTEMPTS, TOKENS, Miss, Purse, attempts


class Service:
    """Misses so many times, then answers."""

    def __init__(self, misses: int, *, again: bool = True) -> None:
        self.asked = 0
        self._misses = misses
        self._again = again

    async def ask(self) -> str:
        self.asked += 1
        if self.asked <= self._misses:
            raise Miss("shop", "broken", again=self._again, telling=True)
        return "answer"


async def test_it_is_asked_until_it_answers() -> None:
    service = Service(ATTEMPTS - 1)
    assert await attempts(Purse())(service.ask) == "answer"
    assert service.asked == ATTEMPTS


async def test_it_is_not_asked_for_ever() -> None:
    service = Service(1000)
    with pytest.raises(Miss):
        await attempts(Purse())(service.ask)
    assert service.asked == ATTEMPTS


async def test_what_could_do_harm_twice_is_asked_for_once() -> None:
    service = Service(1, again=False)
    with pytest.raises(Miss):
        await attempts(Purse())(service.ask)
    assert service.asked == 1


async def test_with_half_a_purse_nothing_is_tried_again_until_answers_have_filled_it() -> None:
    purse = Purse()
    for _ in range(int(TOKENS / 2)):
        purse.pay()
    service = Service(1)
    with pytest.raises(Miss):
        await attempts(purse)(service.ask)
    assert service.asked == 1
    purse.earn()
    assert await attempts(purse)(Service(1).ask) == "answer"


def test_a_purse_is_never_more_than_full_nor_less_than_empty() -> None:
    purse = Purse()
    for _ in range(100):
        purse.earn()
    for _ in range(int(TOKENS / 2)):
        assert purse.allows
        purse.pay()
    assert not purse.allows
    for _ in range(100):
        purse.pay()
    for _ in range(52):
        purse.earn()
    assert purse.allows
