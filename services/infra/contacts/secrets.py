"""Keys made of the secrets that are set: one of each purpose, so that no key is good for two. Keeps none."""

from collections.abc import Iterator

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

KEY_BYTES = 32


def keys_of(secrets: SecretStr, purpose: str) -> tuple[bytes, ...]:
    """A key for each secret of the list, which commas separate; 256 bits each.

    Raises:
        ValueError: there is none.
    """
    keys = tuple(_keys(secrets, purpose))
    if not keys:
        raise ValueError(f"no secret for {purpose}")
    return keys


def _keys(secrets: SecretStr, purpose: str) -> Iterator[bytes]:
    for secret in secrets.get_secret_value().split(","):
        if trimmed := secret.strip():
            yield HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(trimmed.encode())
