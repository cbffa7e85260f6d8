"""What a command tells a person who must do something: one clear line, exit 1, no traceback. Holds no rule."""

from services.shared.errors import CaravanError


class CommandFailed(CaravanError):
    """A command cannot go on. The message is one line that says what is wrong and what to do."""
