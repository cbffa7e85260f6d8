"""What can be chosen on the command line. Apart from all else, so that `caravan --help` loads nothing."""

from enum import StrEnum


class PortChoice(StrEnum):
    """DEFAULT: the contract's. FREE: any, so that several stacks run side by side."""

    DEFAULT = "default"
    FREE = "free"


class Only(StrEnum):
    """How much of the stack to start. SERVERS: the five servers and no process of ours, for work on those."""

    EVERYTHING = "everything"
    SERVERS = "servers"
