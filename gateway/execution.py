"""Executes documents as graphql-core does, and leaves no resolver behind that was prepared and then dropped.

When a field fails at once, graphql-core forgets the coroutines of its neighbours; Python warns of each, in plain text.
Decides nothing about the answer.
"""

from collections.abc import Coroutine
from inspect import CORO_CREATED, getcoroutinestate, iscoroutine
from typing import Any

from graphql import ExecutionContext
from graphql.pyutils import is_awaitable


class TidyExecution(ExecutionContext):
    """Notes every coroutine in the request's `prepared`, for `close_dropped` at the request's end."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 (graphql-core's signature)
        super().__init__(*args, **options)
        self.is_awaitable = self._noted

    def execute_field(self, *args: Any) -> Any:  # noqa: ANN401 (graphql-core's signature)
        """A field's value, or a coroutine of it: in a mutation nobody looks at that before its turn."""
        value = super().execute_field(*args)
        self._noted(value)
        return value

    def _noted(self, value: object) -> bool:
        if iscoroutine(value):
            self.context_value.prepared.append(value)
            return True
        return is_awaitable(value)


def close_dropped(prepared: list[Coroutine[Any, Any, Any]]) -> None:
    """Closes what nobody began to await, and forgets the rest."""
    for coroutine in prepared:
        if getcoroutinestate(coroutine) == CORO_CREATED:
            coroutine.close()
    prepared.clear()
