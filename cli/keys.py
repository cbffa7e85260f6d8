"""`caravan keys`: shows and changes the keys that sign access tokens, and makes the pair by which callers are known.

Knows no key itself: it asks the users' service, as a caller that services know.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from rich.console import Console

from cli.operations.calling import answered
from services.infra.http import Caller
from services.infra.identity.callers import new_pair
from services.infra.settings import Settings
from services.users.keys.client import KeysClient
from services.users.keys.models import KeyState, KeyView
from services.users.keys.ports import Keys


async def show_keys(url: str, settings: Settings, console: Console) -> bool:
    """Prints the keys that are published. Raises CommandFailed."""
    _print(await _asked(url, settings, lambda keys: keys.list_keys()), console)
    return True


async def rotate(url: str, settings: Settings, console: Console) -> bool:
    """Brings in a new key and prints what is published now. Raises CommandFailed."""
    known = await _asked(url, settings, lambda keys: keys.rotate_keys())
    _print(known, console)
    signs_from = next(key.signs_from for key in known if key.state is KeyState.NEXT)
    told = f"\nThe new key is published, and signs from {_moment(signs_from)}. There is nothing more to do."
    console.print(told, highlight=False, soft_wrap=True)
    return True


def show_new_pair(console: Console) -> bool:
    """Prints a new pair for the settings; keeps it nowhere."""
    pair = new_pair()
    for half, value in (("PRIVATE_KEY", pair.private), ("PUBLIC_KEYS", pair.public)):
        console.print(f"CARAVAN_IDENTITY__{half}={value}", markup=False, highlight=False, soft_wrap=True)
    return True


async def _asked(
    url: str, settings: Settings, ask: Callable[[Keys], Awaitable[Sequence[KeyView]]]
) -> Sequence[KeyView]:
    return await answered(url, settings, lambda line: ask(KeysClient(Caller(line, url, "keys", Keys))))


def _print(keys: Sequence[KeyView], console: Console) -> None:
    # No table: it would cut the ids of keys where the window is narrow.
    for key in keys:
        ends = f", until {_moment(key.signs_until)}" if key.signs_until else ""
        gone = f"; published until {_moment(key.published_until)}" if key.published_until else ""
        line = f"{key.kid}  {key.state.value:8}signs from {_moment(key.signs_from)}{ends}{gone}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _moment(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="seconds")
