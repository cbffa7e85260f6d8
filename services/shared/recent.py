"""The latest of what a process wrote, so that its next change of the same need not read it. Never the truth.

Another process may have changed it since: only for a change that compares the version that it replaces.
"""

from typing import Final, Generic, TypeVar

Value = TypeVar("Value")

MOST: Final = 1000


class Recent(Generic[Value]):
    """A bounded memory by id; the oldest is forgotten first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: dict[str, Value] = {}

    def keep(self, key: str, value: Value) -> None:
        """Remembers it in the place of an earlier one."""
        self._kept.pop(key, None)
        self._kept[key] = value
        if len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]

    def take(self, key: str) -> Value | None:
        """What is remembered, once: whoever changes it keeps the new one."""
        return self._kept.pop(key, None)
