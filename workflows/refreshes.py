"""What goes into and comes out of `RefreshRecommendations` and `RebuildRecommendations`. Values only; a field may be
added with a default, never removed or renamed, because running workflows hold old ones.
"""

from dataclasses import dataclass

from activities.recommendations import RefreshedBatch


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshRules:
    """How often and how fast recommendations are refreshed.

    Attributes:
        window_seconds: so long after a purchase its user's list is refreshed, once for all purchases until then.
        batch: users of one step, of all.
        batches_a_run: after so many the workflow goes on as a new run, so that no history grows long.
        rounds_a_run: after so many windows likewise, for a user who buys without end.
    """

    window_seconds: float = 30.0
    batch: int = 1000
    batches_a_run: int = 200
    rounds_a_run: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshTally:
    """How far a refresh of all users is: behind the place `after`, with so many lists made, and so many changed."""

    users: int = 0
    changed: int = 0
    after: str = ""
    more: bool = True

    def with_batch(self, batch: RefreshedBatch) -> "RefreshTally":
        """With one more batch."""
        return RefreshTally(
            users=self.users + batch.users, changed=self.changed + batch.changed, after=batch.after, more=batch.more
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshInput:
    """Whose recommendations are to be refreshed.

    Attributes:
        user_id: of one user, after his purchases; None: of all.
        scheduled: of all, as the schedule wishes it: by a child of the one name, so that there is one such run at most.
        colocated: the services in the same process as the worker of the workflow's queue (see `placement`).
        so_far: how far earlier runs of the same refresh came.
    """

    user_id: str | None = None
    scheduled: bool = False
    rules: RefreshRules = RefreshRules()
    colocated: tuple[str, ...] = ()
    so_far: RefreshTally = RefreshTally()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshResult:
    """How many lists were made, and how many of them are not as before."""

    users: int = 0
    changed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildRules:
    """How a new count goes.

    Attributes:
        page: orders of one step, about.
        pages_a_run: after so many the workflow goes on as a new run.
    """

    page: int = 200
    pages_a_run: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildMark:
    """How far a new count is: behind this place in the orders that stand, of which it has seen and counted so many.

    Attributes:
        rebuild_id: its name, the id of its first run.
    """

    rebuild_id: str
    after: str = ""
    orders: int = 0
    counted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildInput:
    """The wish that all counts are made anew from the orders that stand.

    Attributes:
        refresh: how all lists are refreshed afterwards.
        so_far: how far earlier runs came; None for the first.
    """

    rules: RebuildRules = RebuildRules()
    refresh: RefreshRules = RefreshRules()
    colocated: tuple[str, ...] = ()
    so_far: RebuildMark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildResult:
    """How many orders stand, and how many of them were counted by this; events had counted the others first."""

    orders: int
    counted: int
