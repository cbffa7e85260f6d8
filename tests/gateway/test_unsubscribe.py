"""The link of a mail takes back one kind of message: a POST at once and without signing in, a GET never."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from services.shared.contacts import OptionalCategory, Unsubscription
from services.shared.errors import Unavailable
from services.users.models import Preferences
from tests.gateway.world import Response, World

ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = {"content-type": "application/x-www-form-urlencoded"}
PROMOTIONAL, RECOMMENDATION = OptionalCategory.PROMOTIONAL, OptionalCategory.RECOMMENDATION


def link(world: World, category: OptionalCategory = PROMOTIONAL, who: str = "mia") -> str:
    wish = Unsubscription(user_id=world.ids[who], category=category)
    return f"/unsubscribe/{world.shop.unsubscribe_tokens.token(wish)}"


async def preferences(world: World, who: str = "mia") -> Preferences:
    (user,) = await world.shop.accounts.by_ids([world.ids[who]])
    return user.preferences


async def click(world: World, path: str) -> Response:
    return await world.wire.send("POST", path, ONE_CLICK, FORM)


@pytest.mark.parametrize(
    ("category", "after", "said"),
    [
        (PROMOTIONAL, Preferences(promotional=False, recommendations=True), "offers and news"),
        (RECOMMENDATION, Preferences(promotional=True, recommendations=False), "recommendations"),
    ],
)
async def test_one_click_takes_back_one_kind_of_message_of_one_user(
    world: World, category: OptionalCategory, after: Preferences, said: str
) -> None:
    answer = await click(world, link(world, category))
    assert (answer.status, await preferences(world)) == (200, after)
    assert f"You will get no more {said} by mail" in answer.body.decode()
    assert await preferences(world, "ben") == Preferences()
    told = [event for event in world.shop.accounts.events if event.type == "user.preferences-changed.v1"]
    assert [(event.subject, event.origin.causation_id) for event in told] == [(world.ids["mia"], "unsubscribe")]


async def test_whoever_clicks_twice_is_told_the_same(world: World) -> None:
    answers = [await click(world, link(world)) for _ in range(2)]
    assert answers[0].status == answers[1].status == 200
    assert answers[0].body == answers[1].body


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", {}),
        (ONE_CLICK, {"content-type": "text/plain"}),
        (b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--', {
            "content-type": "multipart/form-data; boundary=x"
        }),
    ],
    ids=["empty", "text", "multipart"],
)  # fmt: skip
async def test_it_acts_however_the_mail_program_sends_it(world: World, body: bytes, headers: dict[str, str]) -> None:
    assert (await world.wire.send("POST", link(world), body, headers)).status == 200
    assert not (await preferences(world)).promotional


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_program_that_follows_links_changes_nothing(world: World, method: str) -> None:
    world.forget()
    assert (await world.wire.send(method, link(world))).status == 200
    assert await preferences(world) == Preferences()
    assert "unsubscribe" not in world.shop.watched["unsubscriptions"].calls


async def test_the_page_has_a_button_that_posts_to_the_same_address(world: World) -> None:
    page = (await world.wire.send("GET", link(world))).body.decode()
    assert "Do you want no more offers and news by mail?" in page
    assert '<form method="post">' in page
    assert 'action="' not in page


async def test_the_page_lets_nothing_run_but_its_style_and_tells_nobody_where_it_was(world: World) -> None:
    answer = await world.wire.send("GET", link(world))
    style = re.search("<style>(.*)</style>", answer.body.decode())
    assert style
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    policy = answer.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", f"style-src 'sha256-{digest}'", "form-action 'self'"} <= set(policy)
    assert (answer.headers["referrer-policy"], answer.headers["cache-control"]) == ("no-referrer", "no-store")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("odd", ["x", "a.b.c", "%00", "x" * 4000, "<script>"])
async def test_what_is_no_link_of_ours_is_not_found_and_not_repeated(world: World, method: str, odd: str) -> None:
    answer = await world.wire.send(method, f"/unsubscribe/{odd}")
    assert answer.status == 404
    assert "No such link" in answer.body.decode()
    assert "<script>" not in answer.body.decode()
    assert await preferences(world) == Preferences()


async def test_no_page_names_anybody(world: World) -> None:
    pages = [await world.wire.send("GET", link(world)), await click(world, link(world))]
    for page in pages:
        assert not {"mia", world.ids["mia"]} & set(re.findall(r"[\w@.-]+", page.body.decode().lower()))


async def test_without_users_it_is_to_be_tried_again(world: World) -> None:
    world.shop.watched["unsubscriptions"].away = Unavailable("users")
    for answer in (await world.wire.send("GET", link(world)), await click(world, link(world))):
        assert (answer.status, answer.headers["retry-after"]) == (503, "60")


async def test_the_page_itself_answers_no_other_method_and_no_other_place(world: World) -> None:
    assert (await world.wire.send("DELETE", link(world))).status == 405
    assert (await world.wire.send("POST", "/unsubscribe")).status == 404
    assert (await world.wire.send("POST", f"{link(world)}/more")).status == 404
