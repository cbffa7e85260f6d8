"""Mail: a server that keeps every message and delivers none: mailpit, or our own small mailbox."""

from dataclasses import dataclass
from pathlib import Path

from cli.errors import CommandFailed
from cli.stack.checks import check_mail
from cli.stack.part import HOST, Launch, Tell, Tier, python
from cli.stack.site import Site
from cli.stack.tools import Kind, Source, Tools, given
from services.infra.settings import SmtpSettings


def find_mail(settings: SmtpSettings, tools: Tools) -> Source:
    """The first place that has it; raises CommandFailed that says how to get it."""
    if "url" in settings.model_fields_set:
        return given("CARAVAN_SMTP__URL")
    found = tools.program("mailpit", "version", "--no-release-check") or tools.package("aiosmtpd")
    if found is None:
        raise CommandFailed(
            "No mail server is here: install `caravan[embedded]`, put `mailpit` on PATH, or set CARAVAN_SMTP__URL."
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail goes. `mailbox` is a folder, or mailpit's URL; empty when not ours."""

    source: Source
    address: str
    mailbox: str
    folder: Path
    settings: SmtpSettings
    name: str = "mail"
    title: str = "mail"
    tier: Tier = Tier.SERVER

    @classmethod
    def at(cls, site: Site) -> "MailServer":
        source = find_mail(site.settings.smtp, site.tools)
        folder = site.data / "mail"
        if source.kind is Kind.ADDRESS:
            given = site.settings.smtp
            return cls(source=source, address=given.address, mailbox="", folder=folder, settings=given)
        address = f"{HOST}:{site.ports.take('SMTP', 1025)}"
        mailbox = str(folder)
        if source.kind is Kind.PROGRAM:
            mailbox = f"http://{HOST}:{site.ports.take('mailpit', 8025)}"
        settings = SmtpSettings().at(address)
        return cls(source=source, address=address, mailbox=mailbox, folder=folder, settings=settings)

    async def launch(self, tell: Tell) -> Launch:  # noqa: ARG002 (a Part)
        self.folder.mkdir(parents=True, exist_ok=True)
        program = str(self.source.program)
        if self.source.kind is Kind.PROGRAM:
            listen = self.mailbox.removeprefix("http://")
            database = str(self.folder / "mailpit.db")
            return Launch(argv=(program, "--smtp", self.address, "--listen", listen, "--database", database))
        return python("cli.mailbox", "--listen", self.address, "--folder", self.mailbox)

    async def check(self) -> str:
        return await check_mail(self.settings)
