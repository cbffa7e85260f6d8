"""What mails looked like when they were last read: `python -m tests.notifications.rendering.snapshots` writes anew."""

import re
from pathlib import Path
from typing import Final

from services.notifications.models import Mail
from tests.notifications.rendering.samples import all_mails, html_of, opened, text_of

FOLDER: Final = Path(__file__).parent / "snapshots"
TOKEN: Final = re.compile(r"(?<=/unsubscribe/)[\w.-]+")


def told(mail: Mail) -> str:
    """Headers, text and HTML, all decoded, in one text; tokens are left out."""
    heads = "".join(f"{name}: {value}\n" for name, value in opened(mail).items())
    return TOKEN.sub("TOKEN", f"{heads}\n{text_of(mail)}\n{html_of(mail)}")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, mail in all_mails().items():
        (FOLDER / f"{name}.txt").write_text(told(mail), encoding="utf-8")
