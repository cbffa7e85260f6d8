"""The latest of what a process wrote or read, so that it need not be looked for again. Never the truth.

Another process may have changed it since: only for who finds out, such as a change that compares what it replaces.
"""

from collections.abc import Hashable
from typing import Final, Generic, TypeVar

Value = TypeVar("Value")

MOST: Final = 1000


class Recent(Generic[Value]):
    """A bounded memory; what was kept longest ago is forgotten first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: dict[Hashable, Value] = {}

    def keep(self, key: Hashable, value: Value) -> None:
        """Remembers it in the place of an earlier one."""
        self._kept.pop(key, None)
        self._kept[key] = value
        if len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]

    def look(self, key: Hashable) -> Value | None:
        """What is remembered; it stays so."""
        return self._kept.get(key)

    def take(self, key: Hashable) -> Value | None:
        """What is remembered, once: whoever changes it keeps the new one."""
        return self._kept.pop(key, None)
