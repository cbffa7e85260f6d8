"""What the endpoint needs of whoever counts over many requests. Knows neither HTTP nor Redis."""

from typing import Protocol


class Budget(Protocol):
    """How much each caller may still ask for."""

    async def spend(self, identity: str, cost: int) -> None:
        """Takes `cost` points from what this identity has left, before anything is executed.

        `identity` is `user:<id>` for who is signed in, `address:<ip>` for others.
        Never fails because its store is away. Raises RateLimited.
        """
        ...


class Unlimited(Budget):
    """No budget: nothing is ever refused."""

    async def spend(self, identity: str, cost: int) -> None:
        """Takes nothing."""
