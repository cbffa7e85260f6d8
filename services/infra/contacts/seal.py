"""The seal of contacts: compressed and encrypted with a key that only two services have. Logs nothing."""

import zlib
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr, TypeAdapter

from services.infra.contacts.secrets import keys_of
from services.shared.contacts import Contact
from services.shared.errors import Unavailable

PURPOSE: Final = "caravan contacts"
CONTACTS: Final = TypeAdapter(tuple[Contact, ...])


class SecretSeal:
    """Offers `ContactSeal`. The first of the secrets seals, each of them opens what it has sealed."""

    def __init__(self, secrets: SecretStr) -> None:
        """Raises ValueError where there is no secret."""
        self._fernets = MultiFernet([Fernet(urlsafe_b64encode(key)) for key in keys_of(secrets, PURPOSE)])

    def sealed(self, contacts: Sequence[Contact]) -> str:
        """See `ContactSeal`. A page of five hundred takes a third of what it would take uncompressed."""
        return self._fernets.encrypt(zlib.compress(CONTACTS.dump_json(tuple(contacts)))).decode()

    def opened(self, sealed: str) -> tuple[Contact, ...]:
        """See `ContactSeal`."""
        try:
            return CONTACTS.validate_json(zlib.decompress(self._fernets.decrypt(sealed.encode())))
        except InvalidToken:
            raise Unavailable("contacts", "sealed with a secret that is not known here") from None
