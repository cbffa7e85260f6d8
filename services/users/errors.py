"""What users refuse beyond the shared tree."""

from services.shared.errors import Refused


class EmailTaken(Refused):
    """Another account has this address."""

    code = "EMAIL_TAKEN"


class WeakPassword(Refused):
    """The password is too short or too common."""

    code = "WEAK_PASSWORD"


class BadCredentials(Refused):
    """No account with this address and password, or no such token; never says which of the two is wrong."""

    code = "BAD_CREDENTIALS"


class TokenExpired(Refused):
    """The refresh token's time is over, or its session was ended: sign in again."""

    code = "TOKEN_EXPIRED"


class TokenReused(Refused):
    """A spent refresh token came back, so that somebody else may hold a copy. The session is ended for everybody."""

    code = "TOKEN_REUSED"
