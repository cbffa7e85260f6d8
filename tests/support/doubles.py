"""Doubles of what everything takes: a clock that stands still, identifiers and secrets that count."""

from datetime import UTC, datetime, timedelta


class StandingClock:
    """Offers `Clock`; moves only when told to."""

    def __init__(self, moment: datetime = datetime(2026, 11, 22, 21, 4, 5, 123000, tzinfo=UTC)) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment

    def advance(self, step: timedelta) -> None:
        self._moment += step


class CountingIds:
    """Offers `IdFactory`: id-1, id-2, ..."""

    def __init__(self, prefix: str = "id") -> None:
        self._prefix = prefix
        self._count = 0

    def new(self) -> str:
        self._count += 1
        return f"{self._prefix}-{self._count:06d}"


class CountingSecrets:
    """Offers `SecretFactory`: 1, 2, ... in 32 bytes."""

    def __init__(self) -> None:
        self._count = 0

    def new(self) -> bytes:
        self._count += 1
        return self._count.to_bytes(32)
