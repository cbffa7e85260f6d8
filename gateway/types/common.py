"""Scalars and types that every area shares: time, money, pages, errors. Knows no area."""

import re
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import graphene
from graphql import GraphQLError
from graphql.language import StringValueNode, ValueNode

from gateway.context import Info
from gateway.execution import of_object_alone
from gateway.standins import NoPage
from services.shared.clock import to_milliseconds
from services.shared.money import Money as Amount
from services.shared.pages import Page

TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
DECIMAL = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", re.ASCII)


class DateTime(graphene.Scalar):
    """RFC 3339 timestamp in UTC, e.g. 2026-11-22T21:04:05.123Z"""  # noqa: D415 (the contract's words)

    @staticmethod
    def serialize(moment: datetime) -> str:
        """In milliseconds, with Z."""
        return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    @staticmethod
    def parse_value(value: object) -> datetime:
        """The moment in UTC, cut to milliseconds. Without an offset nobody knows which one is meant."""
        if isinstance(value, str) and TIMESTAMP.fullmatch(value):
            with suppress(ValueError, OverflowError):
                return to_milliseconds(datetime.fromisoformat(value.upper()).astimezone(UTC))
        raise GraphQLError('DateTime must be a timestamp of RFC 3339, such as "2026-11-22T21:04:05.123Z".')

    @staticmethod
    def parse_literal(node: ValueNode, _variables: dict[str, Any] | None = None) -> datetime:
        """The same for a value written into the document."""
        return DateTime.parse_value(node.value if isinstance(node, StringValueNode) else None)


class Decimal(graphene.Scalar):
    """A number that stays exact on its way."""

    class Meta:
        """Graphene's options."""

        description = 'An exact decimal number as a string, e.g. "19.99"'

    @staticmethod
    def serialize(text: str) -> str:
        """Amounts are exact text already."""
        return text

    @staticmethod
    def parse_value(value: object) -> str:
        """A text with a plain decimal number in it; a JSON number is refused, since it may not be exact."""
        if not isinstance(value, str) or not DECIMAL.fullmatch(value):
            raise GraphQLError('Decimal must be a string with a plain decimal number, such as "19.99".')
        return value

    @staticmethod
    def parse_literal(node: ValueNode, _variables: dict[str, Any] | None = None) -> str:
        """The same for a value written into the document."""
        return Decimal.parse_value(node.value if isinstance(node, StringValueNode) else None)


class ErrorCode(StrEnum):
    """Why a mutation said no."""

    INVALID = "INVALID"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    EMAIL_TAKEN = "EMAIL_TAKEN"
    WEAK_PASSWORD = "WEAK_PASSWORD"  # noqa: S105 (an error code)
    BAD_CREDENTIALS = "BAD_CREDENTIALS"
    TOKEN_EXPIRED = "TOKEN_EXPIRED"  # noqa: S105 (an error code)
    TOKEN_REUSED = "TOKEN_REUSED"  # noqa: S105 (an error code)
    SKU_TAKEN = "SKU_TAKEN"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    RESERVATION_EXPIRED = "RESERVATION_EXPIRED"
    PAYMENT_DECLINED = "PAYMENT_DECLINED"
    NOT_CANCELLABLE = "NOT_CANCELLABLE"
    IDEMPOTENCY_MISMATCH = "IDEMPOTENCY_MISMATCH"
    ALREADY_HANDLED = "ALREADY_HANDLED"


class Node(graphene.Interface):
    """Anything with an id of its own."""

    id = graphene.ID(required=True)


class UserError(graphene.ObjectType):
    """What a client did wrong, or must handle in its normal flow."""

    code = graphene.Field(graphene.Enum.from_enum(ErrorCode), required=True)
    message = graphene.String(required=True)
    path = graphene.List(
        graphene.NonNull(graphene.String),
        description='Where in the input, e.g. ["lines", "1", "quantity"]',
    )


def listed(of: type, **options: object) -> graphene.List:
    """`[of!]!`: a list that is never null, of what is never null."""
    return graphene.List(graphene.NonNull(of), required=True, **options)


class Money(graphene.ObjectType):
    """An exact amount of one currency."""

    amount = graphene.Field(Decimal, required=True)
    currency = graphene.String(required=True, description="ISO 4217")

    resolve_amount = staticmethod(of_object_alone(Amount.text))


class MoneyInput(graphene.InputObjectType):
    """An exact amount of one currency."""

    amount = graphene.Field(Decimal, required=True)
    currency = graphene.String(required=True)


class PageInfo(graphene.ObjectType):
    """Where a page stands in its list; resolved from a Page."""

    has_next_page = graphene.Boolean(required=True)
    has_previous_page = graphene.Boolean(required=True)
    start_cursor = graphene.String()
    end_cursor = graphene.String()

    @staticmethod
    def resolve_has_next_page(page: Page[object], _info: Info) -> bool:
        """Is there more behind it."""
        return page.has_next

    @staticmethod
    def resolve_has_previous_page(page: Page[object], _info: Info) -> bool:
        """Is there more before it."""
        return page.has_previous

    @staticmethod
    def resolve_start_cursor(page: Page[object], _info: Info) -> str | None:
        """The first edge's cursor; null for an empty page."""
        return page.edges[0].cursor if page.edges else None

    @staticmethod
    def resolve_end_cursor(page: Page[object] | NoPage, _info: Info) -> str | None:
        """The last edge's cursor; of an empty page null, of one that could not be read where it was to begin."""
        if isinstance(page, NoPage):
            return page.end
        return page.edges[-1].cursor if page.edges else None
