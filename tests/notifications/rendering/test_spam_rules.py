"""What mail servers and their filters look at, as a check list over every mail. No filter is asked."""

import re
from email.utils import parseaddr, parsedate_to_datetime

import pytest

from services.notifications.models import Mail
from tests.notifications.makers import MOMENT
from tests.notifications.rendering.samples import ADA, LETTERHEAD, TOKENS, all_mails, html_of, opened, text_of

MAILS = all_mails()
OPTIONAL = {"campaign", "weekly-recommendations", "weekly-trending"}
ONCE = ("From", "To", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "Content-Type", "Auto-Submitted")
OF_LISTS = ("List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Feedback-ID")
UNWELCOME = re.compile(r"<(script|form|iframe|object|embed|link|input)\b|\bon\w+=|javascript:", re.IGNORECASE)
LINK = re.compile(r'href="([^"]*)"')
WORD = re.compile(r"[^\W_]+")


@pytest.fixture(params=MAILS)
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def mail(name: str) -> Mail:
    return MAILS[name]


def words_of_html(html: str) -> list[str]:
    body = re.sub(r'<div class="preview".*?</div>', "", html.partition("</head>")[2])
    return WORD.findall(re.sub(r"&[#\w]+;|<[^>]*>", " ", re.sub(r'<a [^>]*href="([^"]*)"[^>]*>', r" \1 ", body)))


class TestHead:
    def test_what_must_be_there_is_there_once(self, mail: Mail) -> None:
        head = opened(mail)
        assert {header: len(head.get_all(header) or []) for header in ONCE} == dict.fromkeys(ONCE, 1)
        assert not head.defects

    def test_its_message_id_is_its_own_and_the_same_at_every_attempt(self, name: str, mail: Mail) -> None:
        assert opened(mail)["Message-ID"] == mail.message_id
        assert re.fullmatch(r"<[a-z0-9]{26}@caravan\.example>", mail.message_id)
        assert all_mails()[name].message_id == mail.message_id

    def test_it_says_when_it_was_written(self, mail: Mail) -> None:
        assert parsedate_to_datetime(opened(mail)["Date"]) == MOMENT.replace(microsecond=0)

    def test_it_comes_from_the_shop_and_goes_to_one_person(self, name: str, mail: Mail) -> None:
        sender = LETTERHEAD.bulk_sender if name in OPTIONAL else LETTERHEAD.sender
        head = opened(mail)
        assert parseaddr(head["From"]) == ("Caravan", sender)
        assert mail.sender == sender
        assert parseaddr(head["Reply-To"]) == ("Caravan", LETTERHEAD.reply_to)
        assert parseaddr(head["To"]) == (ADA.name, ADA.address)
        assert mail.to == ADA.address

    def test_only_what_can_be_declined_says_how(self, name: str, mail: Mail) -> None:
        head = opened(mail)
        assert [header for header in OF_LISTS if header in head] == (list(OF_LISTS) if name in OPTIONAL else [])

    def test_a_subject_does_not_shout(self, mail: Mail) -> None:
        subject = opened(mail)["Subject"]
        assert 5 <= len(subject) <= 70
        assert not subject.isupper()
        assert "!!" not in subject


class TestWire:
    def test_it_is_ascii_in_short_lines_ended_as_mail_wants_it(self, mail: Mail) -> None:
        mail.content.decode("ascii")
        assert b"\n" not in mail.content.replace(b"\r\n", b"")
        assert b"\r" not in mail.content.replace(b"\r\n", b"")
        head, _, body = mail.content.partition(b"\r\n\r\n")
        assert max(len(line) for line in head.split(b"\r\n")) <= 998
        assert max(len(line) for line in body.split(b"\r\n")) <= 76

    def test_no_mailbox_cuts_it(self, mail: Mail) -> None:
        assert len(mail.content) < 102_000


class TestBodies:
    def test_text_comes_first_then_html(self, mail: Mail) -> None:
        parts = [part.get_content_type() for part in opened(mail).walk()]
        assert parts == ["multipart/alternative", "text/plain", "text/html"]

    def test_both_say_the_same(self, mail: Mail) -> None:
        shown = words_of_html(html_of(mail))
        # Numbers of a list are in the text alone: HTML counts by itself.
        text = re.sub(r"^\d+\. ", "", text_of(mail), flags=re.MULTILINE)
        assert sorted(WORD.findall(text)) == sorted(shown[1:]), "the page begins with the shop's name"

    def test_nothing_acts_and_nothing_is_fetched(self, mail: Mail) -> None:
        assert not UNWELCOME.search(html_of(mail))
        assert "<style" not in html_of(mail)
        assert "<img" not in html_of(mail)

    def test_links_lead_where_they_say(self, mail: Mail) -> None:
        assert all(link.startswith("https://shop.example/") for link in LINK.findall(html_of(mail)))

    def test_it_says_who_is_responsible(self, mail: Mail) -> None:
        assert LETTERHEAD.imprint in text_of(mail)
        assert LETTERHEAD.imprint in html_of(mail)

    def test_no_gap_and_no_statement_is_left(self, name: str, mail: Mail) -> None:
        rest = text_of(mail) + html_of(mail)
        if name == "weekly-trending":
            rest = rest.replace("{{name}}", "", 2)  # a product's name that looks like one
        assert not re.search(r"\{[{%]|[%}]\}|[\ue000\ue001]", rest)


class TestUnsubscribing:
    @pytest.mark.parametrize("name", sorted(OPTIONAL))
    def test_one_click_leads_to_the_same_place_from_head_text_and_page(self, name: str) -> None:
        mail = MAILS[name]
        link = opened(mail)["List-Unsubscribe"].strip("<>")
        assert link.startswith(f"{LETTERHEAD.unsubscribe_url}/")
        assert opened(mail)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert link in text_of(mail)
        assert link in html_of(mail)

    def test_the_token_takes_back_that_category_of_that_person(self) -> None:
        links = {name: opened(MAILS[name])["List-Unsubscribe"].strip("<>") for name in OPTIONAL}
        wishes = {name: TOKENS.wish(link.rpartition("/")[2]) for name, link in links.items()}
        assert {wish.user_id for wish in wishes.values()} == {ADA.user_id}
        assert wishes["campaign"].category == "PROMOTIONAL"
        assert wishes["weekly-trending"].category == "RECOMMENDATION"
        assert wishes["weekly-recommendations"].category == "RECOMMENDATION"
