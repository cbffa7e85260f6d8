"""The last look before a message is handed over: what its campaign says now, and the mark that its delivery begins.

Sends nothing. Without the mark nobody could tell, after a process was killed, what it had claimed and not begun.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from services.notifications.models import CampaignWords
from services.notifications.ports import Campaigns
from services.shared.errors import NotFound, Unavailable
from services.shared.recent import Recent

CAMPAIGNS: Final = 20
"""That are remembered."""

Mark = Callable[[Sequence[str]], Awaitable[Collection[str]]]
"""Marks that messages of these ids are begun; answers those whose claim is still held. Raises Unavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What was read, and when the reading began, by the loop's clock."""

    words: CampaignWords
    at: float


class LatestWords:
    """What campaigns say. Many who ask in the same moment share an answer.

    Args:
        heeded_within: seconds: so old what a message is begun by may be.
    """

    def __init__(self, campaigns: Campaigns, heeded_within: float) -> None:
        self._campaigns = campaigns
        self._heeded_within = heeded_within
        self._read: Recent[_Read] = Recent(CAMPAIGNS)
        self._turn = asyncio.Lock()

    async def now(self, campaign_id: str) -> CampaignWords:
        """As they are. Raises NotFound, Unavailable."""
        return await self._since(campaign_id, _now())

    async def lately(self, campaign_id: str) -> CampaignWords:
        """As they were a moment ago, which costs less. Raises NotFound, Unavailable."""
        return await self._since(campaign_id, _now() - self._heeded_within)

    async def _since(self, campaign_id: str, since: float) -> CampaignWords:
        async with self._turn:
            known = self._read.look(campaign_id)
            if known is not None and known.at >= since:
                return known.words
            now = _now()
            words = await self._campaigns.words_of(campaign_id)
            if words is None:
                raise NotFound("no such campaign", ("campaignId",))
            self._read.keep(campaign_id, _Read(words=words, at=now))
            return words


class Start:
    """Of the messages that one claim holds.

    Args:
        words: what their campaign said when they were claimed; None for messages of an event.
        mark: None where the claim itself says that all of them are begun.
    """

    def __init__(self, words: CampaignWords | None, latest: LatestWords, mark: Mark | None) -> None:
        self._words = words
        self._latest = latest
        self._mark = mark
        self._marking = asyncio.Lock()
        self._wanted: list[str] = []
        self._begun: set[str] = set()

    async def words(self) -> CampaignWords | None:
        """What the campaign says now, or said last where that cannot be found out."""
        if self._words is None:
            return None
        try:
            return await self._latest.lately(self._words.campaign_id)
        except Unavailable:
            return self._words

    async def begin(self, message_id: str) -> bool:
        """Whether it may be handed over: it is marked, and nobody else has it. Those who ask meanwhile share a mark."""
        if self._mark is None:
            return True
        self._wanted.append(message_id)
        # Those who are just as far come along.
        await asyncio.sleep(0)
        async with self._marking:
            if message_id in self._wanted:
                together, self._wanted = self._wanted, []
                try:
                    self._begun.update(await self._mark(together))
                except Unavailable:
                    return False
        return message_id in self._begun


def _now() -> float:
    return asyncio.get_running_loop().time()
