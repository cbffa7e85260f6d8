"""Commands that have more options than a function has room for: they take them as one value.

Knows no option and no command.
"""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar, get_type_hints

Chosen = TypeVar("Chosen")


def taking(chosen: type[Chosen]) -> Callable[[Callable[[Chosen], None]], Callable[..., None]]:
    """Makes a function of one dataclass a command: the dataclass's fields, annotated for Typer, are its options."""

    def decorate(command: Callable[[Chosen], None]) -> Callable[..., None]:
        def called(**options: object) -> None:
            command(chosen(**options))

        told: Any = called
        told.__name__, told.__doc__ = command.__name__, command.__doc__
        told.__signature__ = inspect.signature(chosen)
        told.__annotations__ = get_type_hints(chosen, include_extras=True)
        return called

    return decorate
