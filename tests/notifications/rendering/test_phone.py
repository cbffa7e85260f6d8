"""Mails as a phone shows them, in Chromium: nothing to scroll sideways, nothing too small to read."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.notifications.models import Template
from tests.explorer.browser import PROGRAM, Page, opened_page
from tests.notifications.rendering.samples import ADA, ORDER, RENDERER, all_mails, event_message, html_of

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="needs chromium on PATH (Debian: apt-get install chromium)")

WIDTH = 360
SMALLEST = 13
"""Pixels of a letter."""

SMALL_LETTERS = f"""[...document.querySelectorAll('td, td *')]
    .filter(each => each.innerText && parseFloat(getComputedStyle(each).fontSize) < {SMALLEST})
    .map(each => each.innerText)"""


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[Page]:
    async with opened_page(tmp_path / "profile") as page:
        await page.resize(WIDTH, 800)
        yield page


def pages() -> dict[str, str]:
    """All mails, and an order of things with names that nothing breaks."""
    long = {
        **ORDER["lines"][0],
        "name": "Donaudampfschifffahrts" * 5,
        "unitPrice": {"amount": "9999999.99", "currency": "EUR"},
    }
    order = replace(event_message(Template.ORDER_CONFIRMED), facts={**ORDER, "lines": [long] * 3})
    mails = {**all_mails(), "long": RENDERER.render(order, replace(ADA, name="Wolfeschlegelsteinhausenbergerdorff"))}
    return {name: html_of(mail) for name, mail in mails.items()}


async def test_every_mail_is_readable_on_a_phone(phone: Page, tmp_path: Path) -> None:
    wide, small = {}, {}
    for name, html in pages().items():
        path = tmp_path / f"{name}.html"
        path.write_text(html, encoding="utf-8")
        await phone.open(path.as_uri())
        wide[name] = await phone.value("document.documentElement.scrollWidth")
        small[name] = await phone.value(SMALL_LETTERS)
    assert wide == dict.fromkeys(wide, WIDTH)
    assert [name for name, found in small.items() if found] == []
    assert phone.complaints == []
