"""The sections of what is sent to people: the mail server, and how messages are treated.

The rules themselves are of services/notifications.
"""

from typing import Final, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from services.infra.sections.section import Section
from services.shared.addresses import known_email

PLAIN: Final = "smtp"
STARTTLS: Final = "smtp+starttls"
TLS: Final = "smtps"

PORTS: Final = {PLAIN: 25, STARTTLS: 587, TLS: 465}
"""Where a mail server listens unless the URL says otherwise, by how the URL begins."""

ITSELF: Final = frozenset({"localhost", "127.0.0.1", "::1"})


ONE_LINE: Final = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029{}]*$"


class SmtpSettings(Section):
    """Where mail goes, and how. `url`: `smtp://` is not encrypted, `smtp+starttls://` and `smtps://` insist on TLS.

    `ca_file` are the authorities that vouch for the server (empty: the system's); `hello` is what we call ourselves
    (empty: this machine's name). Connections are kept for a lane each; standard borrows idle critical ones but for two.
    A connection ends after so many messages, or `idle_seconds` without one. `connect_seconds` is for the connection
    and then for the greeting, `answer_seconds` for any answer but the one to the final dot, which RFC 5321 wants to be
    awaited for ten minutes; all before the final dot ends within `handover_seconds`, waiting for a connection included.
    The dot is held back for `hear_out_seconds`, in which a server close by that dies of the mail is heard.
    `domain_rate` is the standard messages a second to one domain, from this process (0: no limit).
    """

    url: str = "smtp://localhost:1025"
    username: str = ""
    password: SecretStr = SecretStr("")
    ca_file: str = ""
    hello: str = Field(default="", max_length=255, pattern=r"^[A-Za-z0-9.:\[\]-]*$")
    critical_connections: int = Field(default=4, ge=2, le=100)
    standard_connections: int = Field(default=8, ge=1, le=1000)
    messages_a_connection: int = Field(default=100, ge=1, le=100_000)
    idle_seconds: float = Field(default=30, gt=0, le=3600)
    connect_seconds: float = Field(default=30, gt=0, le=300)
    answer_seconds: float = Field(default=60, gt=0, le=300)
    handover_seconds: float = Field(default=180, gt=0, le=3600)
    hear_out_seconds: float = Field(default=0.002, gt=0, le=1)
    final_dot_seconds: float = Field(default=600, gt=0, le=3600)
    domain_rate: float = Field(default=0, ge=0, le=100_000)

    @field_validator("url")
    @classmethod
    def check_url(cls, url: str) -> str:
        """Raises ValueError for what is no mail server's address, or has a secret in it."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError("must be smtp://HOST:PORT, smtp+starttls://HOST:PORT or smtps://HOST:PORT")
        if parts.username is not None:
            raise ValueError("must hold no user: CARAVAN_SMTP__USERNAME and CARAVAN_SMTP__PASSWORD are for that")
        if parts.port == 0:
            raise ValueError("must name a port from 1 to 65535")
        return url

    @model_validator(mode="after")
    def refuse_a_password_in_the_clear(self) -> Self:
        """Raises ValueError where a password would travel unencrypted, other than inside this machine."""
        if self.username and self.scheme == PLAIN and self.host not in ITSELF:
            raise ValueError("a login needs smtp+starttls:// or smtps://")
        return self

    @property
    def longest_delivery(self) -> float:
        """Seconds after which handing over one mail has ended, well or not."""
        return self.handover_seconds + self.final_dot_seconds

    def at(self, address: str) -> "SmtpSettings":
        """For the server at `host:port`: these, if it is theirs; else those of one without TLS and login."""
        return self if address == self.address else SmtpSettings(url=f"{PLAIN}://{address}")

    @property
    def address(self) -> str:
        """The server as `host:port`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def scheme(self) -> str:
        """One of PORTS."""
        return urlsplit(self.url).scheme

    @property
    def host(self) -> str:
        """The server's name or address."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """Where it listens."""
        return urlsplit(self.url).port or PORTS[self.scheme]


class NotificationsSettings(Section):
    """How messages are treated. `kept_days` after its end a message is forgotten; for `give_up_hours` it is tried.

    A message that is being sent is claimed for `claim_seconds`, again and again: so long after a process was killed its
    messages are taken over. A paused lane is tried again with one message after `probe_seconds`. `campaign_rate`
    is the messages a second that each campaign sends at most, on average.
    """

    kept_days: int = Field(default=90, ge=11, le=3650)
    give_up_hours: int = Field(default=96, ge=1, le=720)
    claim_seconds: float = Field(default=15, ge=0.5, le=600)
    probe_seconds: float = Field(default=60, gt=0, le=3600)
    campaign_rate: float = Field(default=100, gt=0, le=100_000)


EXAMPLE_IMPRINT: Final = "Caravan, 1 Example Street, Example Town"
EXAMPLE_DOMAIN: Final = ".example"
"""RFC 2606: nobody has an address in it."""


class LetterheadSettings(Section):
    """Who mails are from. `shop` is its name, `imprint` who is responsible, with a postal address, in one line.

    Mails about accounts and orders come from `sender`, campaigns from `bulk_sender`; people answer to `reply_to`.
    """

    shop: str = Field(default="Caravan", min_length=1, max_length=60, pattern=ONE_LINE)
    sender: str = "orders@caravan.example"
    bulk_sender: str = "news@caravan.example"
    reply_to: str = "help@caravan.example"
    imprint: str = Field(default=EXAMPLE_IMPRINT, min_length=1, max_length=200, pattern=ONE_LINE)

    @field_validator("sender", "bulk_sender", "reply_to")
    @classmethod
    def check_address(cls, address: str) -> str:
        """Raises ValueError for what is no mail address in ASCII."""
        if known_email(address) is None or not address.isascii():
            raise ValueError("must be a mail address")
        return address

    @property
    def examples(self) -> tuple[str, ...]:
        """The fields that nobody has set for a shop of their own."""
        addresses = ("sender", "bulk_sender", "reply_to")
        left = tuple(name for name in addresses if getattr(self, name).endswith(EXAMPLE_DOMAIN))
        return (*left, "imprint") if self.imprint == EXAMPLE_IMPRINT else left
