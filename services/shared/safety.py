"""Marks the operations of a face that change nothing. What is not marked is taken for a change."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

Method = TypeVar("Method", bound=Callable[..., Any])

MARK: Final = "_caravan_safe"


def safe(method: Method) -> Method:
    """Says that a method of a Protocol only reads: asked twice, or given up half-way, it has done nothing."""
    setattr(method, MARK, True)
    return method


def is_safe(method: object) -> bool:
    """Whether it was marked."""
    return getattr(method, MARK, False) is True
