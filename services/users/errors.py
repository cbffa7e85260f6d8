"""What users refuse beyond the shared tree."""

from services.shared.errors import Refused


class EmailTaken(Refused):
    """Another account has this address."""

    code = "EMAIL_TAKEN"


class WeakPassword(Refused):
    """The password is too short or too common."""

    code = "WEAK_PASSWORD"


class BadCredentials(Refused):
    """No account with this address and password; never says which of the two is wrong."""

    code = "BAD_CREDENTIALS"
