"""What authors of campaigns can say, what they are refused, and that nothing else than a gap is ever filled in."""

import quopri
import re
from html import unescape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.notifications.rendering.content_rules import LONGEST_BODY, content_problems
from services.notifications.rendering.markup.forms import EncodedForm
from services.notifications.rendering.trending_words import trending_words
from tests.notifications.rendering.samples import (
    ADA,
    BODY,
    campaign_mail,
    html_of,
    opened,
    text_of,
    weekly_words,
    words_of,
)

NO_PLACEHOLDER = "is no placeholder; there are {{name}}, {{unsubscribe_url}}"
markdown = st.text(
    st.one_of(
        st.sampled_from(list("{}[]()*_`#>|-!<&\\ \nanme:/.;123\ue000\ue001\r\t")),
        st.characters(codec="utf-8"),
    ),
    max_size=120,
)

plain = st.text(st.characters(codec="utf-8", exclude_characters="\r\ue000\ue001"))


def problems(body: str, subject: str = "News") -> list[tuple[tuple[str, ...] | None, str]]:
    return [(problem.path, problem.message) for problem in content_problems(subject, body)]


class TestRules:
    def test_what_can_be_said_is_not_refused(self) -> None:
        assert problems(BODY, "For {{name}}") == []
        assert problems("{{ name }}, [leave]({{unsubscribe_url}}) ![A cup](https://shop.example/cup.png)") == []
        assert problems("A set {1, 2} and a {% block %} are words.") == []

    @pytest.mark.parametrize("braces", ["{{nmae}}", "{{name", "name}}", "{{}}", "{{Name}}", "{{ 7 * 7 }}", "{{shop}}"])
    def test_an_unknown_placeholder_is_named(self, braces: str) -> None:
        found = re.search(r"\{\{.*\}\}|\{\{|\}\}", braces)
        assert found
        assert problems(f"Hello {braces}!") == [(("body",), f"{found[0]} {NO_PLACEHOLDER}")]

    def test_a_subject_knows_the_name_alone(self) -> None:
        told = "{{unsubscribe_url}} is no placeholder; there are {{name}}"
        assert problems("x", "{{name}} {{unsubscribe_url}}") == [(("subject",), told)]

    def test_each_is_told_once_and_all_at_once(self) -> None:
        found = problems("{{a}} {{a}} {{b}}", "{{c}}")
        assert [path for path, _ in found] == [("subject",), ("body",), ("body",)]

    @pytest.mark.parametrize("body", ["x" * (LONGEST_BODY + 1), "{{x}}" * 200_000])
    def test_a_long_body_is_refused_unread(self, body: str) -> None:
        assert problems(body) == [(("body",), f"must be at most {LONGEST_BODY} characters")]

    def test_a_body_that_becomes_too_large_a_page_is_refused(self) -> None:
        cells = "x|" * 100
        assert problems(f"{cells}\n{'-|' * 100}\n" + "a\n" * 600) == [
            (("body",), "must be at most 100000 bytes as HTML")
        ]

    @pytest.mark.parametrize("link", ["https://shop.example/?n={{name}}", "{{name}}", "https://a.example/{{name}}/x"])
    def test_a_placeholder_is_no_part_of_an_address(self, link: str) -> None:
        told = "a placeholder cannot be a part of an address; {{unsubscribe_url}} can be the whole"
        assert problems(f"[x]({link})") == [(("body",), told)]

    def test_images_must_be_shown_by_mail_programs(self) -> None:
        told = "an image must have an https address: mail programs show no other"
        assert problems("![x](http://shop.example/x.png)") == [(("body",), told)]


class TestMails:
    def test_gaps_are_filled_for_each_recipient(self) -> None:
        mail = campaign_mail(words_of("Hello {{name}} and {{ name }}!", "For {{name}}"))
        assert opened(mail)["Subject"] == f"For {ADA.name}"
        assert f"Hello {ADA.name} and {ADA.name}!" in text_of(mail)
        assert f"Hello {ADA.name} and {ADA.name}!" in html_of(mail)

    @pytest.mark.parametrize(
        "written",
        ["{\\{name}}", "&#123;{name}}", "`{{name}}`", "\\{{name}}", "\ue000name\ue001", "&#xe000;name&#xe001;"],
    )
    def test_what_only_looks_like_a_gap_stays_text(self, written: str) -> None:
        mail = campaign_mail(words_of(f"Hello {written}!", "News"))
        assert ADA.name not in text_of(mail) + html_of(mail)

    def test_statements_are_words(self) -> None:
        mail = campaign_mail(words_of("{% for x in y %}{{name}}{% endfor %} {{ 7 * 7 }} {# x #}"))
        assert f"{{% for x in y %}}{ADA.name}{{% endfor %}} {{{{ 7 * 7 }}}} {{# x #}}" in text_of(mail)

    @pytest.mark.parametrize(
        "written", ["<script>alert(1)</script>", "[x](javascript:alert(1))", "[x](data:text/html;base64,AAAA)", "<b>"]
    )
    def test_html_and_odd_addresses_are_words(self, written: str) -> None:
        html = html_of(campaign_mail(words_of(f"See {written} here")))
        assert not re.search(r"<script|<b>|href=\"(javascript|data):", html)
        assert written in unescape(html)

    @example(body="{{name}}\n\n|a|\n|-|\n|{{name}}|\n")
    @example(body="\ue000unsubscribe_url\ue001")
    @settings(max_examples=60, deadline=None)
    @given(body=markdown)
    def test_any_words_make_a_mail(self, body: str) -> None:
        sent = campaign_mail(words_of(body))
        assert not re.search(r"[\ue000\ue001]", text_of(sent))
        assert max(len(line) for line in sent.content.partition(b"\r\n\r\n")[2].split(b"\r\n")) <= 76
        assert not re.search(r"<(script|iframe|form|object)\b|href=\"javascript:", html_of(sent), re.IGNORECASE)

    @given(parts=st.lists(plain, min_size=1, max_size=4), value=plain)
    def test_what_is_encoded_before_reads_as_if_it_was_encoded_after(self, parts: list[str], value: str) -> None:
        read = quopri.decodestring(EncodedForm("\ue000name\ue001".join(parts)).filled({"name": value})).decode()
        assert read.replace("\r\n", "\n") == value.join(parts)


class TestTrending:
    def test_products_are_shown_as_they_are_called(self) -> None:
        mail = campaign_mail(weekly_words())
        assert "- Cup *blue* [x](https://else.example) {{name}}, 19.99 EUR" in text_of(mail)
        assert "else.example</a>" not in html_of(mail)
        assert f"Hello {ADA.name}," in text_of(mail)

    def test_they_are_words_that_a_campaign_can_have(self) -> None:
        words = weekly_words()
        assert problems(words.body, words.subject) == []

    def test_without_products_nothing_is_said(self) -> None:
        with pytest.raises(ValueError, match="nothing is trending"):
            trending_words([])
