"""The names under which is counted: keyed hashes. Whoever reads them in Redis learns of no person and no address."""

import hmac
from base64 import b32encode
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

from pydantic import SecretStr

PURPOSE = b"caravan names of counters"
NETWORK_BITS = 64
"""Of an IPv6 address: the rest of it one subscriber chooses freely."""


class Keys:
    """Gateways with the same secret count together."""

    def __init__(self, secret: SecretStr) -> None:
        self._secret = hmac.digest(secret.get_secret_value().encode(), PURPOSE, sha256)

    def of(self, what: str, *whose: str) -> str:
        """The key of one thing that is counted, for one identity; `what` is readable in it."""
        told = "".join(f"{len(part)}:{part}" for part in whose).encode(errors="surrogatepass")
        digest = hmac.digest(self._secret, what.encode() + b"\0" + told, sha256)[:20]
        return f"caravan:throttle:{what}:{b32encode(digest).decode().lower()}"


def network_of(address: str) -> str:
    """What stands for one subscriber: an IPv4 address, or the first 64 bits of an IPv6 one."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        return str(known.ipv4_mapped or ip_network((known.packed, NETWORK_BITS), strict=False))
    return str(known)
