"""The renderer of a process, from its settings. Renders nothing by itself."""

from services.infra.contacts.unsubscribing import SignedUnsubscribeTokens
from services.infra.settings import Settings
from services.notifications.rendering.letterhead import Letterhead
from services.notifications.rendering.renderer import MailRenderer


def mail_renderer(settings: Settings) -> MailRenderer:
    """The `Renderer` of a running system; raises ValueError where there is no secret to sign links with."""
    letterhead = Letterhead(
        shop=settings.letterhead.shop,
        sender=settings.letterhead.sender,
        bulk_sender=settings.letterhead.bulk_sender,
        reply_to=settings.letterhead.reply_to,
        imprint=settings.letterhead.imprint,
        unsubscribe_url=settings.contacts.unsubscribe_url,
    )
    return MailRenderer(letterhead, SignedUnsubscribeTokens(settings.contacts.unsubscribe_secrets))
