"""Each reader of a personal campaign sees his own offers, however many they are, as they are called and no more."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifications.rendering.content_rules import content_problems
from services.notifications.rendering.offered import NONE, PLACES
from tests.notifications.rendering.samples import campaign_mail, html_of, offered, personal_words, text_of, words_of

OFFERS = re.compile(r"^- (.*), (\d+\.\d\d EUR)$", re.MULTILINE)


def problems(body: str, *, offers: bool = True) -> list[str]:
    return [problem.message for problem in content_problems("News", body, offers=offers)]


@pytest.mark.parametrize("count", range(1, len(PLACES) + 1))
def test_there_are_as_many_lines_as_offers(count: int) -> None:
    names = [f"Cup {number}" for number in range(count)]
    mail = campaign_mail(personal_words(), facts=offered(*names))
    assert OFFERS.findall(text_of(mail)) == [(name, f"{number}9.99 EUR") for number, name in enumerate(names, 1)]
    assert html_of(mail).count("<li") == count
    assert NONE not in text_of(mail)


def test_more_than_a_mail_shows_are_left_out() -> None:
    mail = campaign_mail(personal_words(), facts=offered(*map(str, range(len(PLACES) + 3))))
    assert len(OFFERS.findall(text_of(mail))) == len(PLACES)


def test_who_can_be_offered_nothing_is_told_so() -> None:
    assert NONE in text_of(campaign_mail(personal_words()))


def test_readers_do_not_see_what_others_are_offered() -> None:
    words = personal_words()
    for name in ("Lamp", "Chair", "Lamp"):
        text = text_of(campaign_mail(words, facts=offered(name)))
        assert [found[0] for found in OFFERS.findall(text)] == [name]


def test_a_campaign_without_a_list_is_as_it_was() -> None:
    assert text_of(campaign_mail(words_of("Hello."), facts=offered("Lamp"))).startswith("Hello.")
    assert "Lamp" not in text_of(campaign_mail(words_of("Hello."), facts=offered("Lamp")))


@settings(max_examples=60, deadline=None)
@given(name=st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp", "Co", "Cs")), min_size=1))
def test_a_name_says_nothing_but_itself(name: str) -> None:
    mail = campaign_mail(personal_words(), facts=offered(name, "**{{name}}** [x](https://evil.example)<b>"))
    assert "- **{{name}}** [x](https://evil.example)<b>, 29.99 EUR" in text_of(mail)
    assert 'href="https://evil.example' not in html_of(mail)
    assert "&lt;b&gt;" in html_of(mail)


def test_the_list_is_for_recommendations_and_stands_alone() -> None:
    assert problems("Look:\n\n{{offers}}\n\nBye.") == []
    assert problems("{{ offers }}") == []
    assert problems("Look at {{offers}}!") == ["{{offers}} must be on a line of its own"]
    assert problems("{{offer_a}}") == [
        "{{offer_a}} is no placeholder; there are {{name}}, {{offers}}, {{unsubscribe_url}}"
    ]
    assert problems("{{offers}}", offers=False) == [
        "{{offers}} is no placeholder; there are {{name}}, {{unsubscribe_url}}"
    ]
