"""`python -m bench.mails`: what it costs to make a mail, in CPU of one core. Needs no server."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from time import process_time
from typing import Final

from rich.console import Console
from rich.table import Table

from services.infra.settings import Settings
from services.notifications.models import (
    CampaignWords,
    Channel,
    Message,
    NotificationCategory,
    Recipient,
    Source,
    SourceKind,
    Status,
    Template,
)
from services.shared.events import Origin
from workers.mails import mail_renderer

MAILS: Final = 5000
AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
ADA: Final = Recipient(user_id="0" * 32, address="ada@shop.example", name="Ada Lovelace")
LINE: Final = {"name": "Coffee mill", "quantity": 2, "unitPrice": {"amount": "19.99", "currency": "EUR"}}
ORDER: Final = Message(
    id="a" * 26,
    source=Source(kind=SourceKind.EVENT, id="b" * 26),
    user_id=ADA.user_id,
    channel=Channel.EMAIL,
    template=Template.ORDER_CONFIRMED,
    category=NotificationCategory.TRANSACTIONAL,
    to=ADA.address,
    subject="Your order is confirmed",
    facts={
        "orderId": "c" * 26,
        "lines": [LINE] * 3,
        "total": {"amount": "119.94", "currency": "EUR"},
        "placedAt": AT.isoformat(),
    },
    position=0,
    origin=Origin(),
    status=Status.QUEUED,
    attempts=0,
    unknown_attempts=0,
    claim=None,
    reason=None,
    detail=None,
    queued_at=AT,
    next_try_at=AT,
    expires_at=AT,
    settled_at=None,
)
OFFER: Final = replace(ORDER, template=Template.CAMPAIGN, category=NotificationCategory.PROMOTIONAL, facts={})
PARAGRAPH: Final = "A paragraph of **words** for {{name}}, with [a link](https://shop.example/offer) in it.\n\n"
WORDS: Final = CampaignWords(
    campaign_id="d",
    key="d",
    name="offer",
    category=NotificationCategory.PROMOTIONAL,
    subject="News for {{name}}",
    body=f"# Hello {{{{name}}}}\n\n{PARAGRAPH * 12}",
)


def microseconds(work: Callable[[], object], times: int) -> float:
    """CPU of one call, on average."""
    started = process_time()
    for _ in range(times):
        work()
    return (process_time() - started) / times * 1_000_000


def main() -> None:
    settings = Settings()
    renderer = mail_renderer(settings)
    size = len(renderer.render(OFFER, ADA, WORDS).content)
    table = Table("what", "µs of CPU")
    for what, work, times in (
        ("compile all templates, once a process", lambda: mail_renderer(settings), 5),
        (f"a mail of a campaign ({size} bytes)", lambda: renderer.render(OFFER, ADA, WORDS), MAILS),
        ("its subject", lambda: renderer.campaign_subject(WORDS, ADA.name), MAILS),
        ("an order's confirmation", lambda: renderer.render(ORDER, ADA), MAILS),
    ):
        table.add_row(what, f"{microseconds(work, times):.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
