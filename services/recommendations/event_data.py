"""The data of recommendations' events, by type and version. What is published only ever gains optional fields."""

from typing import Annotated, Final, Literal

from pydantic import Field
from typing_extensions import TypedDict

from services.shared.schemas.data import Identifier, Moment, Sku
from services.shared.schemas.known import EventType


class ItemData(TypedDict):
    """A recommended product, and the rule that it follows from."""

    sku: Sku
    rule: Literal["BUY_AGAIN", "BOUGHT_TOGETHER", "CATEGORY_AFFINITY", "TRENDING"]


class ListRefreshed(TypedDict):
    """A user's list as it is now."""

    userId: Identifier
    items: Annotated[list[ItemData], Field(description="best first")]
    computedAt: Moment


EVENT_TYPES: Final = (
    EventType(
        name="recommendations.refreshed.v1", data=ListRefreshed, told="What is recommended to a user has changed."
    ),
)
