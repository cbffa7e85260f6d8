"""Makes mails of messages: offers `Renderer`. Keeps compiled templates, and the campaigns that it saw last."""

from typing import Any, Final

from services.notifications.models import CampaignWords, Mail, Message, Recipient, Template
from services.notifications.rendering.campaign_mails import CampaignMail
from services.notifications.rendering.event_mails import EventMail
from services.notifications.rendering.facts import READERS, told_of
from services.notifications.rendering.letterhead import Letterhead
from services.notifications.rendering.offered import offers_of
from services.notifications.rendering.salutation import salutation
from services.notifications.rendering.wire.envelopes import Envelopes
from services.shared.contacts import OptionalCategory, UnsubscribeTokens, Unsubscription

CAMPAIGNS_KEPT: Final = 16


class MailRenderer:
    """Renders mails of one letterhead; the tokens let their readers unsubscribe. One a process."""

    def __init__(self, letterhead: Letterhead, tokens: UnsubscribeTokens) -> None:
        self._letterhead = letterhead
        self._tokens = tokens
        self._envelopes = Envelopes(letterhead)
        self._events: dict[Template, EventMail] = {kind: EventMail(kind) for kind in Template if kind in READERS}
        self._campaigns: dict[str, CampaignMail] = {}

    def subject(self, message: Message, name: str) -> str:
        """See `Renderer`."""
        return self._events[message.template].subject(self._told(message, name))

    def campaign_subject(self, words: CampaignWords, name: str) -> str:
        """See `Renderer`."""
        return self._campaign(words).subject(salutation(name))

    def render(self, message: Message, recipient: Recipient, words: CampaignWords | None = None) -> Mail:
        """See `Renderer`."""
        if words is not None:
            return self._campaign_mail(message, recipient, words)
        bodies = self._events[message.template].bodies(self._told(message, recipient.name))
        return self._envelopes.mail(message, recipient, bodies)

    def _campaign_mail(self, message: Message, recipient: Recipient, words: CampaignWords) -> Mail:
        link = self._unsubscribe_url(message)
        values = {**self._always(message, recipient.name), "unsubscribe_url": link}
        bodies = self._campaign(words).bodies(values, offers_of(message.facts))
        return self._envelopes.mail(message, recipient, bodies, link)

    def _told(self, message: Message, name: str) -> dict[str, Any]:
        return {**told_of(message), **self._always(message, name)}

    def _always(self, message: Message, name: str) -> dict[str, str]:
        letterhead = self._letterhead
        return {
            "name": salutation(name),
            "subject": message.subject,
            "shop": letterhead.shop,
            "reply_to": letterhead.reply_to,
            "imprint": letterhead.imprint,
        }

    def _campaign(self, words: CampaignWords) -> CampaignMail:
        mail = self._campaigns.get(words.key)
        if mail is None:
            if len(self._campaigns) >= CAMPAIGNS_KEPT:
                del self._campaigns[next(iter(self._campaigns))]
            mail = self._campaigns[words.key] = CampaignMail(words)
        return mail

    def _unsubscribe_url(self, message: Message) -> str:
        wish = Unsubscription(user_id=message.user_id, category=OptionalCategory(message.category))
        return f"{self._letterhead.unsubscribe_url}/{self._tokens.token(wish)}"
