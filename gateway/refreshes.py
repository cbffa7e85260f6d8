"""What the gateway needs of the workflows that keep recommendations up to date: one Protocol. Knows no engine."""

from typing import Protocol


class Refreshes(Protocol):
    """Each answers with the id of the workflow once it is begun; one that is under way is that one. Every call raises
    Unavailable when there is no answer in time.
    """

    async def refresh(self, user_id: str | None) -> str:
        """The list of one user is made anew now, or as soon as a run that waits for more purchases does it; None: the
        lists of all.
        """
        ...

    async def rebuild(self) -> str:
        """All orders are counted anew."""
        ...
