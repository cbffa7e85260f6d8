"""The explorer page as a person uses it, in Debian's Chromium, without the internet."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.explorer.browser import PROGRAM, Page, opened_page
from tests.live.house import House, opened, quick
from tests.users.makers import GOOD_PASSWORD

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(PROGRAM is None, reason="needs chromium on PATH (Debian: apt-get install chromium)"),
]

SIGN_IN = "mutation SignIn($input: LoginInput!) { login(input: $input) { accessToken errors { code } } }"
WATCH = 'subscription { stockChanged(skus: ["ink"]) { available } }'
RESULT = "document.getElementById('result').innerText"
PICTURES = os.environ.get("EXPLORER_PICTURES")
"""A folder that gets a picture of each scene, for people to look at."""


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with opened(quick(look_every_alone=0.1)) as house:
        yield house


@pytest.fixture
async def page(house: House, tmp_path: Path) -> AsyncIterator[Page]:
    async with opened_page(tmp_path) as page:
        await page.resize(1280, 800)
        await page.open(f"{house.url}/graphql")
        await page.until("document.querySelectorAll('#entry dt').length > 5")
        yield page


async def shot(page: Page, name: str) -> None:
    if PICTURES:
        picture = await page.picture()
        await asyncio.to_thread((Path(PICTURES) / f"{name}.png").write_bytes, picture)


async def sign_in(page: Page, email: str = "ops@example.org", password: str = GOOD_PASSWORD) -> None:
    await page.type("#query", SIGN_IN)
    await page.type("#variables", json.dumps({"input": {"email": email, "password": password}}))
    await page.press_run()
    await page.until(f"{RESULT}.includes('login')")


async def test_a_query_is_run_and_answered_with_its_cost(house: House, page: Page) -> None:
    await page.press_run()
    await page.until(f"{RESULT}.includes('ink')")
    assert "cost" in await page.value("document.getElementById('status').innerText")
    await shot(page, "query")
    assert page.complaints == []
    assert {url for url in page.asked if not url.startswith(house.url)} <= {"data:,"}


async def test_who_signs_in_goes_on_with_the_token_until_the_tab_is_closed(page: Page) -> None:
    await page.type("#query", "{ me { email } }")
    await page.press_run()
    await page.until(f"""{RESULT}.includes('"me": null')""")
    await sign_in(page)
    assert await page.value("document.getElementById('token').type") == "password"
    await page.type("#query", "{ me { email } }")
    await page.type("#variables", " ")
    await page.press_run()
    await page.until(f"{RESULT}.includes('ops@example.org')")
    assert await page.value("localStorage.length") == 0
    assert await page.value("Object.keys(sessionStorage).length") == 1
    await page.click("#forget")
    await page.press_run()
    await page.until(f"""{RESULT}.includes('"me": null')""")
    assert await page.value("Object.keys(sessionStorage).length") == 0
    assert page.complaints == []


async def test_a_subscription_is_shown_as_it_goes_on(house: House, page: Page) -> None:
    await page.type("#query", WATCH)
    await page.press_run()
    await page.until(f"""{RESULT}.includes('"available": 100')""")
    await house.sell("ink", 3)
    await page.until(f"""{RESULT}.includes('"available": 97')""")
    await shot(page, "subscription")
    assert await page.value("document.querySelectorAll('#result details').length") == 2
    await page.click("#run")
    await page.until("document.getElementById('run').innerText === 'Run'")
    assert page.complaints == []


async def test_the_schema_is_read_by_links_and_by_search(page: Page) -> None:
    await page.type("#search", "reserved")
    await page.until("document.getElementById('entry').innerText.includes('Stock.reserved')")
    await page.type("#search", "Stock")
    await page.click("#entry .link")
    await page.until("document.querySelector('#entry h3')?.innerText === 'Stock'")
    await page.type("#search", "Subscription")
    await page.click("#entry .link")
    await page.until("document.getElementById('entry').innerText.includes('orderUpdated')")
    await shot(page, "reference")
    assert await page.value("document.querySelector('main').getBoundingClientRect().bottom") == 800
    assert page.complaints == []


async def test_mistakes_are_told_and_leave_the_page_in_order(page: Page) -> None:
    await page.type("#variables", "{")
    await page.press_run()
    await page.until(f"{RESULT}.includes('The variables are no JSON')")
    await page.type("#variables", " ")
    await page.type("#query", '{ product(sku: "<img src=x onerror=alert(1)>") { nothing } }')
    await page.press_run()
    await page.until(f"{RESULT}.includes('BAD_USER_INPUT')")
    assert await page.value("document.querySelectorAll('img').length") == 0


async def test_of_several_operations_one_is_chosen(page: Page) -> None:
    await page.type("#query", "query A { me { id } } query B { products { totalCount } } fragment F on User { id }")
    assert await page.value("[...document.getElementById('operation').options].map(one => one.value)") == ["A", "B"]
    await page.type("#query", "query A { me { id } } query B { products { totalCount } }")
    await page.value("document.getElementById('operation').value = 'B'")
    await page.press_run()
    await page.until(f"{RESULT}.includes('totalCount')")
    await shot(page, "operations")


async def test_a_script_that_is_put_into_the_page_does_not_run(page: Page) -> None:
    await page.value(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.x=1'}))"
    )
    assert await page.value("window.x") is None
    assert any("Content Security Policy" in words for words in page.complaints)


async def test_it_fits_a_phone(page: Page) -> None:
    await page.resize(390, 844)
    await page.press_run()
    await page.until(f"{RESULT}.includes('ink')")
    await shot(page, "phone")
    assert await page.value("document.documentElement.scrollWidth") <= 390
    await page.click("nav button[data-pane=reference]")
    assert await page.value("document.getElementById('search').offsetParent !== null")
    await shot(page, "phone-reference")
    await page.click("nav button[data-pane=ask]")
    await shot(page, "phone-operation")
