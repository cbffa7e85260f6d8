"""What a campaign may say: placeholders that are known, addresses that lead somewhere, no more than a mailbox shows."""

import re
from collections.abc import Iterator
from typing import Final

from services.notifications.rendering.campaign_mails import campaign_page
from services.notifications.rendering.markup.gaps import CAMPAIGN_GAPS, CAMPAIGN_NAMES, GAP
from services.notifications.rendering.markup.markdown import MailMarkdown
from services.notifications.rendering.offered import LINE, OFFERS, PLACES, with_lines
from services.shared.errors import Invalid, Problem

IN_SUBJECT: Final = frozenset({"name"})

LONGEST_SUBJECT: Final = 200
LONGEST_BODY: Final = 20_000
"""Characters of Markdown: some ten screens."""

LARGEST_HTML: Final = 100_000
"""Bytes of the whole page: Gmail hides what goes beyond 102 kB."""

BRACES: Final = re.compile(r"\{\{.{0,60}?\}\}|\{\{|\}\}", re.DOTALL)


def content_problems(subject: str, body: str, *, offers: bool = False) -> Iterator[Problem]:
    """All that is wrong with a campaign's words, with the paths `subject` and `body`; `offers`: they may hold a list of
    what each reader is offered.
    """
    yield from _problems_of_gaps(subject, "subject", IN_SUBJECT)
    if len(subject) > LONGEST_SUBJECT:
        yield _problem(f"must be at most {LONGEST_SUBJECT} characters", "subject")
    if len(body) > LONGEST_BODY:
        yield _problem(f"must be at most {LONGEST_BODY} characters", "body")
        return
    yield from _problems_of_gaps(body, "body", CAMPAIGN_NAMES | {OFFERS} if offers else CAMPAIGN_NAMES)
    if offers and OFFERS in GAP.findall(LINE.sub("", body)):
        yield _problem(f"{{{{{OFFERS}}}}} must be on a line of its own", "body")
    yield from _problems_of_markdown(with_lines(body, len(PLACES)) if offers else body)


def _problems_of_gaps(text: str, path: str, known: frozenset[str]) -> Iterator[Problem]:
    listed = ", ".join(f"{{{{{name}}}}}" for name in sorted(known))
    for braces in dict.fromkeys(BRACES.findall(text)):
        gap = GAP.fullmatch(braces)
        if gap is None or gap[1] not in known:
            yield _problem(f"{braces} is no placeholder; there are {listed}", path)


def _problems_of_markdown(body: str) -> Iterator[Problem]:
    parser = MailMarkdown(CAMPAIGN_GAPS)
    tokens = parser.parse(body)
    # The page is made only of what may fit: a table of few characters can have a million cells.
    if _bytes(parser.html(tokens)) > LARGEST_HTML or _bytes(campaign_page(body).html) > LARGEST_HTML:
        yield _problem(f"must be at most {LARGEST_HTML} bytes as HTML", "body")
    for token in tokens:
        for part in token.children or []:
            address = part.attrs.get("href") or part.attrs.get("src") or ""
            yield from _problems_of_address(part.type, str(address))


def _problems_of_address(kind: str, address: str) -> Iterator[Problem]:
    if kind == "image" and not address.startswith("https://"):
        yield _problem("an image must have an https address: mail programs show no other", "body")
    if "%7B%7B" in address or (kind == "link_open" and address == CAMPAIGN_GAPS.marked("name")):
        yield _problem("a placeholder cannot be a part of an address; {{unsubscribe_url}} can be the whole", "body")


def _bytes(text: str) -> int:
    return len(text.encode(errors="replace"))


def _problem(message: str, path: str) -> Problem:
    return Problem(code=Invalid.code, message=message, path=(path,))
