"""Mails to test with: one of every kind, as people would get them, and as strangers read them."""

from collections.abc import Mapping
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import MappingProxyType
from typing import Any, Final

from pydantic import SecretStr

from services.infra.contacts.unsubscribing import SignedUnsubscribeTokens
from services.notifications.mails import HAPPENED_AT, KIND_OF_TEMPLATE
from services.notifications.models import CampaignWords, Mail, Message, NotificationCategory, Recipient, Template
from services.notifications.rendering.facts import READERS
from services.notifications.rendering.letterhead import Letterhead
from services.notifications.rendering.renderer import MailRenderer
from services.notifications.rendering.trending_words import TrendingProduct, trending_words
from services.notifications.weekly.service import WORDS
from services.shared.money import Money
from tests.notifications.makers import FACTS, a_campaign_message, a_message

LETTERHEAD: Final = Letterhead(
    shop="Caravan",
    sender="orders@caravan.example",
    bulk_sender="news@caravan.example",
    reply_to="help@caravan.example",
    imprint="Caravan, 1 Example Street, Example Town",
    unsubscribe_url="https://shop.example/unsubscribe",
)
TOKENS: Final = SignedUnsubscribeTokens(SecretStr("a secret of tests that is long enough"))
ADA: Final = Recipient(user_id="u1", address="ada@shop.example", name="Ada Lövelace")

NO_FACTS: Final[Mapping[str, Any]] = MappingProxyType({})

ORDER: Final = {
    **FACTS,
    "orderId": "7ts4n2mcxkqp3wz6yh5d",
    "lines": [
        {"sku": "CUP-1", "name": "Cup & saucer", "quantity": 2, "unitPrice": {"amount": "19.99", "currency": "EUR"}},
        {"sku": "MILL-1", "name": "Coffee mill", "quantity": 1, "unitPrice": {"amount": "1234.50", "currency": "EUR"}},
    ],
    "total": {"amount": "1274.48", "currency": "EUR"},
}
REASONS: Final = {
    Template.ORDER_REJECTED: {"code": "PAYMENT_DECLINED", "message": "the provider said no"},
    Template.ORDER_CANCELLED: {"code": "CONFLICT", "message": "cancelled by its customer"},
}

BODY: Final = """\
# A new roast, {{ name }}

From a small farm: **nuts**, plums and a little *smoke*. [Look at it](https://shop.example/roast?from=mail&week=47).

| Size  | Grind | Price     |
|-------|-------|----------:|
| 250 g | whole | 12.00 EUR |
| 1 kg  | fine  | 39.00 EUR |

1. Choose
2. Order
   - until Friday, to have it on Monday

> The best cup of this year.

Not for you? [Unsubscribe]({{unsubscribe_url}}).
"""


def words_of(
    body: str = BODY,
    subject: str = "A new roast, {{name}}",
    category: NotificationCategory = NotificationCategory.PROMOTIONAL,
) -> CampaignWords:
    """A campaign's words; other words have another key."""
    key = f"{category}{subject}{body}"
    return CampaignWords(campaign_id="c1", key=key, name="roast", category=category, subject=subject, body=body)


def weekly_words() -> CampaignWords:
    """Those of the weekly campaign."""
    products = [
        TrendingProduct(name="Cup *blue* [x](https://else.example) {{name}}", price=Money(minor=1999, currency="EUR")),
        TrendingProduct(name="Coffee mill", price=Money(minor=123450, currency="EUR")),
    ]
    words = trending_words(products)
    return words_of(words.body, words.subject, NotificationCategory.RECOMMENDATION)


def personal_words() -> CampaignWords:
    """Those of the weekly campaign to readers who are offered different things."""
    return words_of(WORDS.body, WORDS.subject, NotificationCategory.RECOMMENDATION)


def offered(*names: str) -> dict[str, Any]:
    """The facts of a message that offers these, each dearer than the one before."""
    offers = [
        {"sku": f"s{number}", "name": name, "price": {"amount": f"{number}9.99", "currency": "EUR"}}
        for number, name in enumerate(names, 1)
    ]
    return {"offers": offers}


def renderer() -> MailRenderer:
    return MailRenderer(LETTERHEAD, TOKENS)


RENDERER: Final = renderer()


def event_message(template: Template) -> Message:
    """The message of an event, with its subject."""
    told = {"trackingNumber": "JD0123", "reason": REASONS.get(template, {}), HAPPENED_AT: "2026-11-22T20:59:00+00:00"}
    facts = {**ORDER, **told}
    category = KIND_OF_TEMPLATE[template].category
    message = a_message(template=template, category=category, facts=facts)
    return replace(message, subject=RENDERER.subject(message, ADA.name))


def campaign_mail(words: CampaignWords, recipient: Recipient = ADA, facts: Mapping[str, Any] = NO_FACTS) -> Mail:
    """What the recipient gets of the campaign."""
    message = replace(a_campaign_message(user=recipient.user_id), category=words.category, facts=facts)
    subject = RENDERER.campaign_subject(words, recipient.name)
    return RENDERER.render(replace(message, subject=subject), recipient, words)


def all_mails() -> dict[str, Mail]:
    """One mail of every kind."""
    mails = {template.value: RENDERER.render(event_message(template), ADA) for template in READERS}
    return {
        **mails,
        "campaign": campaign_mail(words_of()),
        "weekly-trending": campaign_mail(weekly_words()),
        "weekly-recommendations": campaign_mail(personal_words(), facts=offered("Cup & saucer", "Coffee mill")),
    }


def opened(mail: Mail) -> EmailMessage:
    """The mail as a mail program reads it."""
    return message_from_bytes(mail.content, policy=policy.default)


def text_of(mail: Mail) -> str:
    """What is read without HTML."""
    return _part(mail, "plain")


def html_of(mail: Mail) -> str:
    """The page."""
    return _part(mail, "html")


def _part(mail: Mail, kind: str) -> str:
    part = opened(mail).get_body((kind,))
    assert part is not None
    content: str = part.get_content()
    return content.replace("\r\n", "\n")
