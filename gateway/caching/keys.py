"""The names under which answers are kept: keyed hashes. Whoever reads them learns of no person and no question."""

import hmac
from base64 import b32encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from graphql import GraphQLSchema, print_schema
from pydantic import SecretStr
from pydantic_core import PydanticSerializationError

from gateway.caching.normal_form import NormalForm
from gateway.caching.policies import POLICIES

PURPOSE: Final = b"caravan names of answers"
FORMAT: Final = b"1"
"""Another for each change of what an answer is or depends on that the schema and the policies do not show."""


class AnswerKeys:
    """Gateways of the same secret, schema and policies keep answers together."""

    def __init__(self, secret: SecretStr, schema: GraphQLSchema) -> None:
        told = "\n".join([print_schema(schema), *(f"{row}: {policy}" for row, policy in sorted(POLICIES.items()))])
        served = sha256(FORMAT + b"\n" + told.encode()).digest()
        self._secret = hmac.digest(secret.get_secret_value().encode(), PURPOSE + b"\n" + served, sha256)

    def key(self, form: NormalForm, variables: Mapping[str, Any], audience: bytes) -> str | None:
        """The name of an answer to this operation with these variables; None where a variable has no JSON."""
        try:
            asked = form.with_values(variables)
        except PydanticSerializationError:
            return None
        told = len(audience).to_bytes(4) + audience + asked
        return b32encode(hmac.digest(self._secret, told, sha256)[:25]).decode().lower()
