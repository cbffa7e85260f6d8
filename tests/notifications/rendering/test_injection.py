"""Whatever a person is called and a subject says, it adds no header, no recipient and no markup."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.models import Mail, Template
from services.notifications.rendering.salutation import ANYBODY, salutation
from services.shared.errors import Invalid
from tests.notifications.rendering.samples import (
    ADA,
    ORDER,
    RENDERER,
    campaign_mail,
    event_message,
    html_of,
    opened,
    text_of,
    words_of,
)

WELCOME = event_message(Template.WELCOME)
EVIL = [
    "Ada\r\nBcc: victim@else.example",
    "Ada\nBcc: victim@else.example",
    "Ada\rBcc: victim@else.example",
    "Ada\r\n\r\n<script>alert(1)</script>",
    "Ada\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029Bcc: victim@else.example",
    'Ada" <victim@else.example>, "B',
    "Ada, victim, (comment) \\",
    "=?utf-8?q?Ada=0D=0ABcc:_victim@else.example?=",
    "=?utf-8?b?QWRhDQpCY2M6IHZpY3RpbUBlbHNlLmV4YW1wbGU=?=",
    "\ud800Ada\x00",
    "<b>Ada</b> & co",
    "{{unsubscribe_url}} {{ 7 * 7 }} {% raw %}",
    "Ada " * 40,
    "Ädä " * 40,
    "",
]
names = st.one_of(st.sampled_from(EVIL), st.text(st.characters(), max_size=80))


def heads_of(mail: Mail) -> list[str]:
    """The names of its headers, in order, read as bytes: no parser is kind to them."""
    head, _, _ = mail.content.partition(b"\r\n\r\n")
    return [line.split(b":")[0].decode() for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]


def recipients_of(mail: Mail) -> list[str]:
    return [address.addr_spec for address in opened(mail)["To"].addresses]


@given(name=names)
def test_a_name_adds_nothing_to_the_head(name: str) -> None:
    mail = RENDERER.render(WELCOME, replace(ADA, name=name))
    assert heads_of(mail) == heads_of(RENDERER.render(WELCOME, ADA))
    assert recipients_of(mail) == [ADA.address]
    mail.content.decode("ascii")


@given(subject=names)
def test_a_subject_adds_nothing_to_the_head(subject: str) -> None:
    mail = RENDERER.render(replace(WELCOME, subject=subject), ADA)
    assert heads_of(mail) == heads_of(RENDERER.render(WELCOME, ADA))
    assert recipients_of(mail) == [ADA.address]


@given(subject=names, name=names)
def test_a_campaigns_subject_is_one_line_whoever_gets_it(subject: str, name: str) -> None:
    told = RENDERER.campaign_subject(words_of(subject=subject + "{{name}}"), name)
    assert len(told.splitlines()) <= 1
    assert not any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in told)


@pytest.mark.parametrize("name", ["Zoë", "Ада Лавлейс", "李", 'Ada "the first" \\ Byron', "O'Neill (jr.), =?x?="])
def test_a_name_arrives_as_it_is(name: str) -> None:
    (to,) = opened(RENDERER.render(WELCOME, replace(ADA, name=name)))["To"].addresses
    assert (to.display_name, to.addr_spec) == (name, ADA.address)


@pytest.mark.parametrize("subject", ["Grüße aus dem Süden " * 9, "Plain words " * 14, "=?utf-8?q?x?=", "Neu: 50 €"])
def test_a_subject_arrives_as_it_is(subject: str) -> None:
    assert opened(RENDERER.render(replace(WELCOME, subject=subject), ADA))["Subject"] == subject.strip()


@pytest.mark.parametrize(
    "name",
    ["Win now: https://else.example", "www.else.example", "call else.example", "a@else.example", "x" * 61, " \n"],
)
def test_a_name_that_carries_a_message_is_not_passed_on(name: str) -> None:
    mail = RENDERER.render(WELCOME, replace(ADA, name=name))
    assert "else.example" not in text_of(mail) + html_of(mail) + opened(mail)["To"]
    assert f"Welcome, {ANYBODY}" in text_of(mail)


@pytest.mark.parametrize("name", ["Ada", "J. R. R. Tolkien", "Anne-Marie O'Neill", "Dr. Ada Lovelace, PhD"])
def test_a_name_of_a_person_is_kept(name: str) -> None:
    assert salutation(name) == name


def test_markup_in_names_and_products_is_text() -> None:
    lines = [{**ORDER["lines"][0], "name": "<img src=x onerror=alert(1)> **bold** [x](https://else.example)"}]
    message = replace(event_message(Template.ORDER_CONFIRMED), facts={**ORDER, "lines": lines})
    mail = RENDERER.render(message, replace(ADA, name="<b>Ada</b> & co".replace("/", "")))
    assert "&lt;img src=x onerror=alert(1)&gt; **bold** [x](https://else.example)" in html_of(mail)
    assert "&lt;b&gt;Ada&lt;b&gt; &amp; co" in html_of(mail)
    assert "<img src=x onerror=alert(1)> **bold** [x](https://else.example)" in text_of(mail)


def test_markup_in_a_name_is_text_in_a_campaign() -> None:
    mail = campaign_mail(words_of("Hello {{name}}!", "News"), replace(ADA, name="<b>Ada & 'co'"))
    assert "Hello &lt;b&gt;Ada &amp; &#x27;co&#x27;!" in html_of(mail)
    assert "Hello <b>Ada & 'co'!" in text_of(mail)


def test_a_name_that_looks_like_a_gap_is_text() -> None:
    mail = campaign_mail(words_of("Hello {{name}}!"), replace(ADA, name="{{unsubscribe_url}} {{shop}}"))
    assert "Hello {{unsubscribe_url}} {{shop}}!" in text_of(mail)


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example, c@d.example",
        "<a@b.example>",
        "a b@c.example",
        "nobody",
        "",
        "ü\n@b.example",
    ],
)
def test_what_is_no_address_gets_no_mail(address: str) -> None:
    with pytest.raises(Invalid):
        RENDERER.render(WELCOME, replace(ADA, address=address))


@pytest.mark.parametrize(
    ("address", "wire"),
    [("ada@grüße.example", "ada@xn--gre-6ka8l.example"), ("ädä@grüße.example", "ädä@xn--gre-6ka8l.example")],
)
def test_a_domain_travels_in_ascii(address: str, wire: str) -> None:
    mail = RENDERER.render(WELCOME, replace(ADA, address=address))
    assert mail.to == wire
    assert f"<{wire}>".encode() in mail.content


@pytest.mark.parametrize("missing", ["orderId", "lines", "total", "placedAt"])
def test_facts_that_cannot_be_told_are_refused(missing: str) -> None:
    message = event_message(Template.ORDER_CONFIRMED)
    facts = {name: value for name, value in message.facts.items() if name != missing}
    with pytest.raises(Invalid):
        RENDERER.render(replace(message, facts=facts), ADA)


@pytest.mark.parametrize("line", [{}, None, "x", {"name": "x", "quantity": "x", "unitPrice": {}}])
def test_lines_that_cannot_be_told_are_refused(line: object) -> None:
    message = event_message(Template.ORDER_CONFIRMED)
    with pytest.raises(Invalid):
        RENDERER.render(replace(message, facts={**ORDER, "lines": [line]}), ADA)
