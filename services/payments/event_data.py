"""The data of payments' events, by type and version. What is published only ever gains optional fields."""

from typing import Annotated, Final, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from services.shared.schemas.data import Identifier, MoneyData
from services.shared.schemas.known import EventType


class PaymentData(TypedDict):
    """The payment of an order as it is after the change."""

    orderId: Identifier
    amount: MoneyData
    reference: Annotated[NotRequired[str], Field(description="the provider's, of the authorisation")]


class PaymentAuthorized(PaymentData):
    """A payment whose amount the provider keeps ready."""

    status: Literal["AUTHORIZED"]


class PaymentCaptured(PaymentData):
    """A payment that was taken."""

    status: Literal["CAPTURED"]


class PaymentVoided(PaymentData):
    """A payment that was given up before it was taken."""

    status: Literal["VOIDED"]


class PaymentRefunded(PaymentData):
    """A payment that was taken and given back."""

    status: Literal["REFUNDED"]


class PaymentDeclined(PaymentData):
    """A payment that the provider refused; one refused at its capture stays AUTHORIZED until it is voided."""

    status: Literal["DECLINED", "AUTHORIZED"]
    reason: Annotated[str, Field(description="the provider's, for a person")]


EVENT_TYPES: Final = (
    EventType(name="payment.authorized.v1", data=PaymentAuthorized, told="The provider keeps the amount ready."),
    EventType(name="payment.captured.v1", data=PaymentCaptured, told="The amount was taken."),
    EventType(name="payment.voided.v1", data=PaymentVoided, told="A payment was given up before it was taken."),
    EventType(name="payment.refunded.v1", data=PaymentRefunded, told="A payment that was taken is given back."),
    EventType(name="payment.declined.v1", data=PaymentDeclined, told="The provider has refused a payment."),
)
