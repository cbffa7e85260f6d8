"""What events become in words, and Markdown in text: amounts, reasons, parts that are there or not."""

from dataclasses import replace

import pytest

from services.notifications.models import Template
from services.notifications.rendering.markup.gaps import CAMPAIGN_GAPS
from services.notifications.rendering.markup.markdown import MailMarkdown
from services.notifications.rendering.markup.plain_text import plain_text
from tests.architecture.tree import ROOT
from tests.notifications.rendering.samples import ADA, ORDER, RENDERER, event_message, text_of

TIMES = "\N{MULTIPLICATION SIGN}"


def told(template: Template, **facts: object) -> str:
    message = event_message(template)
    return text_of(RENDERER.render(replace(message, facts={**message.facts, **facts}), ADA))


def line(number: int) -> dict[str, object]:
    return {
        "sku": f"S{number}",
        "name": f"Thing {number}",
        "quantity": 1,
        "unitPrice": {"amount": "1", "currency": "JPY"},
    }


class TestOrders:
    def test_lines_have_their_own_totals(self) -> None:
        text = told(Template.ORDER_CONFIRMED)
        assert f"2 {TIMES} Cup & saucer (19.99 EUR each): 39.98 EUR" in text
        assert f"1 {TIMES} Coffee mill: 1,234.50 EUR" in text
        assert "Total: 1,274.48 EUR" in text

    def test_a_currency_without_cents_has_none(self) -> None:
        text = told(Template.ORDER_CONFIRMED, lines=[line(1)], total={"amount": "1999", "currency": "JPY"})
        assert f"1 {TIMES} Thing 1: 1 JPY" in text
        assert "Total: 1,999 JPY" in text

    def test_a_long_order_says_how_much_more_there_is(self) -> None:
        text = told(Template.ORDER_CONFIRMED, lines=[line(number) for number in range(60)])
        assert f"1 {TIMES} Thing 49: 1 JPY\nand 10 more" in text
        assert "Thing 50" not in text

    def test_a_tracking_number_is_told_where_there_is_one(self) -> None:
        assert "tracking number is JD0123." in told(Template.ORDER_SHIPPED)
        assert "tracking number" not in told(Template.ORDER_SHIPPED, trackingNumber="")

    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("OUT_OF_STOCK", "there is not enough left"),
            ("PAYMENT_DECLINED", "Your payment was declined."),
            ("RESERVATION_EXPIRED", "could not keep the goods"),
            ("SOMETHING_NEW", "Something went wrong on our side."),
        ],
    )
    def test_a_rejection_is_told_in_plain_words(self, code: str, words: str) -> None:
        text = told(Template.ORDER_REJECTED, reason={"code": code, "message": "SECRET-ish detail"})
        assert words in text
        assert "SECRET-ish" not in text

    def test_who_cancelled_is_told(self) -> None:
        by_customer = {"code": "CONFLICT", "message": "cancelled by its customer"}
        by_shop = {"code": "CONFLICT", "message": "cancelled by the shop"}
        assert "We cancelled it as you asked." in told(Template.ORDER_CANCELLED, reason=by_customer)
        assert "The shop had to cancel it." in told(Template.ORDER_CANCELLED, reason=by_shop)

    def test_the_words_for_a_customers_own_wish_are_those_of_the_order(self) -> None:
        source = (ROOT / "workflows" / "place_order.py").read_text(encoding="utf-8")
        assert '"cancelled by its customer"' in source

    def test_two_orders_have_two_subjects(self) -> None:
        message = event_message(Template.ORDER_CONFIRMED)
        other = replace(message, facts={**ORDER, "orderId": "x" * 20})
        assert RENDERER.subject(message, ADA.name) == "Your order 3WZ6YH5D is confirmed"
        assert RENDERER.subject(other, ADA.name) != RENDERER.subject(message, ADA.name)


class TestAccounts:
    def test_the_moment_is_that_of_the_event_not_of_the_mail(self) -> None:
        text = told(Template.PASSWORD_CHANGED, happenedAt="2026-11-20T09:05:00+00:00")
        assert "on 20 November 2026 at 09:05 UTC" in text


class TestText:
    @pytest.mark.parametrize(
        ("markdown", "text"),
        [
            ("# One\n\ntwo\nthree  \nfour", "One\n\ntwo three\nfour\n"),
            ("- a\n- b\n  - c\n\n3. x\n4. y", "- a\n- b\n  - c\n\n3. x\n4. y\n"),
            ("> a\n>\n> b", "> a\n> \n> b\n"),
            ("```\nx  y\n```\n\n---", "x  y\n\n--------------------------------\n"),
            ("a|b\n-|-\n1|2", "a: b\n1: 2\n"),
            ("a|b|c\n-|-|-\n1||3", "a | b | c\n1 |  | 3\n"),
            (
                "[a](https://a.example) <https://b.example> <c@d.example>",
                "a <https://a.example> https://b.example c@d.example\n",
            ),
            ("![A cup](https://a.example/x.png) **b** *c* `d`", "A cup b c d\n"),
            ("", "\n"),
        ],
    )
    def test_markdown_reads_well_without_html(self, markdown: str, text: str) -> None:
        assert plain_text(MailMarkdown(CAMPAIGN_GAPS).parse(markdown)) == text
