"""How often and how long: every duration of a relay, so that tests can have shorter ones. Decides nothing."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseTimes:
    """Seconds: how long a lease lasts that is not renewed, between renewals, between the looks of who waits for it.

    `margin` is how much earlier its holder believes it lost: longer than a clock may run slow meanwhile.
    """

    lasts: float = 6.0
    renew: float = 2.0
    look: float = 0.5
    margin: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayTimes:
    """Seconds.

    Attributes:
        look: between looks that nothing asked for.
        rest: from one look to the next that something asked for.
        mark: between marks of what was published, so that one command marks many.
        first_pause: after a failure; doubled up to `longest_pause`.
        one_moment: how long a look goes on before it is begun anew, and sees what has come since.
        count: between counts of what is parked.
        last_words: for the last publication when it ends, and again for its marks and its lease.
    """

    look: float = 2.0
    rest: float = 0.05
    mark: float = 1.0
    first_pause: float = 0.5
    longest_pause: float = 5.0
    one_moment: float = 120.0
    count: float = 30.0
    last_words: float = 1.0
    lease: LeaseTimes = field(default_factory=LeaseTimes)
