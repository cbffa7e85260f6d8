"""Every mail is as somebody has read it. A change of words or looks is a change of a snapshot, to be read again."""

import pytest

from services.notifications.mails import KIND_OF_TEMPLATE, MAIL_KINDS
from services.notifications.models import Template
from services.notifications.rendering.facts import READERS
from tests.notifications.rendering.samples import all_mails
from tests.notifications.rendering.snapshots import FOLDER, told

MAILS = all_mails()


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_is_as_it_was_read(name: str) -> None:
    assert told(MAILS[name]) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def test_no_snapshot_is_left_over() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(MAILS)


def test_every_template_has_its_row_and_its_reader() -> None:
    assert set(KIND_OF_TEMPLATE) == set(Template)
    assert len(MAIL_KINDS) == len(KIND_OF_TEMPLATE)
    assert set(READERS) == {kind.template for kind in MAIL_KINDS if kind.event_type}
