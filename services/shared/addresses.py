"""Mail addresses from outside: which can be one, and one spelling for each. Asks no name server."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from services.shared.errors import Invalid
from services.shared.text import checked_text

LONGEST_EMAIL = 254
"""RFC 5321's longest path, without its brackets."""


def checked_email(value: str) -> str:
    """One spelling for one mailbox: trimmed, lower case, NFC, its domain in Unicode however it was written.

    Raises Invalid at `email`. Takes reserved domains like `shop.test` too.
    """
    path = ("email",)
    trimmed = checked_text(value, path, most=LONGEST_EMAIL).strip()
    try:
        valid = validate_email(trimmed, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError:
        raise Invalid("not an e-mail address", path) from None
    address = unicodedata.normalize("NFC", valid.normalized.lower())
    if len(address) > LONGEST_EMAIL:
        raise Invalid("not an e-mail address", path)
    return address


def known_email(value: str) -> str | None:
    """The spelling that an account can be kept under; None for what nobody can have registered with."""
    try:
        return checked_email(value)
    except Invalid:
        return None


def wire_address(address: str) -> str:
    """The spelling for a mail server: its domain in ASCII (Punycode), so all of it mostly. Raises Invalid."""
    if address.isascii():
        return address
    try:
        valid = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise Invalid("not an e-mail address", ("email",)) from None
    return valid.ascii_email or f"{valid.local_part}@{valid.ascii_domain}"
