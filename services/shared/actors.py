"""Who asks, as a verified access token says. Values only: verifies nothing, decides only whose a thing is."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """The contract's roles."""

    CUSTOMER = "CUSTOMER"
    OPS = "OPS"
    ADMIN = "ADMIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A signed-in caller.

    Attributes:
        proof: the access token itself, with which the next process verifies the caller again; never shown or logged.
    """

    user_id: str
    roles: frozenset[Role]
    proof: str = field(default="", repr=False, compare=False)

    @property
    def runs_the_shop(self) -> bool:
        """OPS; an ADMIN is one too."""
        return not self.roles.isdisjoint({Role.OPS, Role.ADMIN})

    @property
    def administers(self) -> bool:
        """ADMIN."""
        return Role.ADMIN in self.roles

    def may_see(self, owner_id: str) -> bool:
        """Whether what this user owns is open to the caller: to its owner, and to OPS."""
        return self.user_id == owner_id or self.runs_the_shop
