"""The values that the data of events is made of, as its JSON Schemas tell of them. Builds nothing.

Never narrow one of these: what is published only ever gains optional fields.
"""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field
from typing_extensions import TypedDict

WHOLE_LIMIT: Final = 2**53
"""JSON numbers are exact below it in every language."""

Sku: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$", description="names an article of the shop")]
Identifier: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
Quantity: TypeAlias = Annotated[int, Field(ge=0, lt=WHOLE_LIMIT)]
Change: TypeAlias = Annotated[int, Field(gt=-WHOLE_LIMIT, lt=WHOLE_LIMIT)]
Moment: TypeAlias = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$",
        json_schema_extra={"format": "date-time"},
        description="RFC 3339, in UTC",
    ),
]
Role: TypeAlias = Literal["CUSTOMER", "OPS", "ADMIN"]


class MoneyData(TypedDict):
    """An exact amount of money."""

    amount: Annotated[str, Field(pattern=r"^-?[0-9]{1,16}(\.[0-9]{1,6})?$", description="decimal text, e.g. 19.99")]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217")]
