"""The sections of what is sent to people: the mail server, and how messages are treated.

The rules themselves are of services/notifications.
"""

from services.infra.sections.section import Section


class SmtpSettings(Section):
    """Where mail goes."""

    url: str = "smtp://localhost:1025"
