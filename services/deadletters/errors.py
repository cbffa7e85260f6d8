"""What dead letters refuse beyond the shared tree."""

from services.shared.errors import Refused


class AlreadyHandled(Refused):
    """The letter was replayed or discarded before: a problem a letter, path `("ids", i)`."""

    code = "ALREADY_HANDLED"
