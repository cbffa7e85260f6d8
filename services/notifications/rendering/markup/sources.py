"""The template files beside this module: reads each once. Knows their head, and which of them is part of another."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

INCLUDED: Final = re.compile(r"^\{% include ([a-z-]+\.md) %\}$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateSource:
    """A mail as it is written.

    Attributes:
        subject: one line.
        preview: what a list of mails shows beside the subject.
        body: Markdown.
    """

    subject: str
    preview: str
    body: str


@cache
def file_text(name: str) -> str:
    """A file of the folder `templates`."""
    return (files("services.notifications.rendering") / "templates" / name).read_text(encoding="utf-8")


def template_source(name: str) -> TemplateSource:
    """The template of that name, with what it includes."""
    head, _, body = file_text(f"{name}.md").partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    whole = INCLUDED.sub(lambda found: file_text(found[1]), body)
    return TemplateSource(subject=fields["Subject"], preview=fields["Preview"], body=whole)
