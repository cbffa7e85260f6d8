"""What the doctor looks at behind the mail server: whether a lane of messages is paused, and why. Mends nothing."""

from typing import TYPE_CHECKING

from cli.stack.checks import SetOtherwise, Waits

if TYPE_CHECKING:
    from services.infra.settings import MongoSettings

CONTEXT = "notifications"


async def check_lanes(settings: "MongoSettings") -> str:
    """No lane is paused."""
    from services.infra.mongo import Database, close, connect, unavailable_when_away
    from services.shared.errors import Unavailable

    client = connect(settings)
    try:
        lanes = Database(client, settings.database_prefix + CONTEXT).collection("lanes")
        with unavailable_when_away():
            paused = await lanes.find({}).sort([("_id", 1)]).to_list(None)
    except Unavailable:
        raise Waits(("mongo",)) from None
    finally:
        await close(client)
    if paused:
        told = "; ".join(
            f"{each['_id'].lower()} is paused since {each['since']:%Y-%m-%d %H:%M} UTC: {each['detail']}"
            for each in paused
        )
        raise SetOtherwise(
            f"{told}. Set right what the mail server refuses; a lane is tried again by itself, or at once by "
            f"`caravan notifications resume {paused[0]['_id'].lower()}`"
        )
    return "both send"
