"""Operations as clients send them: from a request's words to what may be executed. Executes none, counts nothing.

Queries whose answers may be given again come again themselves, letter by letter: what was found out about those is
remembered by their bytes. Nothing is remembered of a mutation: it may hold a password.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Final

from ariadne.graphql import validate_data

from gateway.errors import BadInput
from gateway.web.documents import Prepared
from gateway.web.gate import Admitted
from gateway.web.trusted import TrustedDocuments

REMEMBERED: Final = 1000
LONGEST_REMEMBERED: Final = 4096
"""Bytes of a body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An operation that may be executed.

    Attributes:
        data: what the client sent, with the document's text and the variables in it.
        keys: the names under which its answers are kept, by their audience; only of audiences of many.
    """

    data: dict[str, Any]
    prepared: Prepared
    admitted: Admitted
    keys: dict[bytes, str | None] = field(default_factory=dict)


class RememberedOperations:
    """By the bytes that they were sent in; the one that was not sent for longest is forgotten first."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, Asked] = OrderedDict()

    def of(self, body: bytes) -> Asked | None:
        """What was remembered of a body that is the same to the last byte."""
        asked = self._kept.get(body)
        if asked is not None:
            self._kept.move_to_end(body)
        return asked

    def remember(self, body: bytes, asked: Asked) -> None:
        """Only of queries. A long body is not kept."""
        if len(body) <= LONGEST_REMEMBERED:
            self._kept[body] = asked
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)


def operation_of(data: Any, trusted: TrustedDocuments) -> dict[str, Any]:  # noqa: ANN401 (JSON)
    """The operation, with its document and its variables. Raises GraphQLError, CaravanError."""
    if isinstance(data, list):
        raise BadInput("send one operation a request: batches are not executed")
    if isinstance(data, dict):
        variables = data.get("variables")
        data = data | {
            "query": trusted.text_of(data),
            "variables": {} if variables is None else variables,
            # No name at all, says GraphQL over HTTP; the executor would look for an operation of that name.
            "operationName": None if data.get("operationName") == "" else data.get("operationName"),
        }
    validate_data(data)
    assert isinstance(data, dict)  # noqa: S101 (just validated)
    return data
