"""What text from outside may hold. Pure checks; says no with the field's path."""

import unicodedata

from services.shared.errors import Invalid

ALLOWED_CONTROLS = frozenset("\n\t")


def checked_text(value: str, path: tuple[str, ...], *, least: int = 1, most: int, lines: bool = False) -> str:
    """The value, if it is `least` to `most` characters without control characters or lone surrogates.

    With `lines`, line feeds and tabs are allowed. Raises Invalid at `path`.
    """
    if not least <= len(value) <= most:
        raise Invalid(f"must be {least} to {most} characters", path)
    allowed = ALLOWED_CONTROLS if lines else frozenset[str]()
    if any(unicodedata.category(char) in {"Cc", "Cs"} and char not in allowed for char in value):
        raise Invalid("must not hold control characters", path)
    return value
