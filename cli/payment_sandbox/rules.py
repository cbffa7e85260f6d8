"""What the sandbox's provider allows: who may be charged, captured, voided, refunded. Pure; keeps nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from http import HTTPStatus

from services.shared.ids import derived_id

CARD = "pm_card_visa"
DECLINED_CARD = "pm_card_chargeDeclined"
CAPTURE_DECLINED = "pm_sandbox_captureDeclined"
SLOW = "pm_sandbox_slow"
FLAKY = "pm_sandbox_flaky"
LOST_ANSWER = "pm_sandbox_lostAnswer"
METHODS = frozenset({CARD, DECLINED_CARD, CAPTURE_DECLINED, SLOW, FLAKY, LOST_ANSWER})


class Kind(StrEnum):
    """What can be done with money, as the ledger names it."""

    AUTHORIZATION = "authorization"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"


@dataclass(slots=True, kw_only=True)
class Authorization:
    """Money reserved, and what became of it."""

    order: str
    amount: Decimal
    currency: str
    method: str
    captured: Decimal | None = None
    refunded: Decimal = Decimal(0)
    voided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer to a call, and the line of the ledger that it makes; None when it was refused."""

    status: int
    answer: Mapping[str, str]
    entry: Mapping[str, str] | None = None


Asked = Mapping[str, str]


def decided(kind: Kind, key: str, asked: Asked, known: Mapping[str, Authorization]) -> Decision:
    """What the provider does about a call that it has not seen before. `known` is by reference."""
    if kind is Kind.AUTHORIZATION:
        return _authorized(key, asked)
    authorization = known.get(asked["reference"])
    if authorization is None or authorization.order != asked["order"]:
        return _refused("no_such_authorization", "no such authorization of this order")
    return SETTLEMENTS[kind](asked, authorization)


def _authorized(key: str, asked: Asked) -> Decision:
    if asked["method"] not in METHODS:
        return _refused("unknown_method", "no such payment method")
    if asked["method"] == DECLINED_CARD:
        return _refused("card_declined", "the card was declined")
    return _done(Kind.AUTHORIZATION, {**asked, "reference": f"auth_{derived_id(key)}"})


def _captured(asked: Asked, authorization: Authorization) -> Decision:
    if authorization.voided or authorization.captured is not None:
        return _refused("not_capturable", "captured or voided before")
    if asked["currency"] != authorization.currency or Decimal(asked["amount"]) > authorization.amount:
        return _refused("amount_too_large", "more than was authorized")
    if authorization.method == CAPTURE_DECLINED:
        return _refused("card_declined", "the card was declined")
    return _done(Kind.CAPTURE, asked)


def _voided(asked: Asked, authorization: Authorization) -> Decision:
    if authorization.voided or authorization.captured is not None:
        return _refused("not_voidable", "captured or voided before")
    amount = {"amount": str(authorization.amount), "currency": authorization.currency}
    return _done(Kind.VOID, {**asked, **amount})


def _refunded(asked: Asked, authorization: Authorization) -> Decision:
    if authorization.captured is None:
        return _refused("not_refundable", "nothing was captured")
    left = authorization.captured - authorization.refunded
    if asked["currency"] != authorization.currency or Decimal(asked["amount"]) > left:
        return _refused("amount_too_large", "more than was captured")
    return _done(Kind.REFUND, asked)


SETTLEMENTS: Mapping[Kind, Callable[[Asked, Authorization], Decision]] = {
    Kind.CAPTURE: _captured,
    Kind.VOID: _voided,
    Kind.REFUND: _refunded,
}


def _done(kind: Kind, what: Asked) -> Decision:
    entry = {"order": what["order"], "kind": kind.value, "amount": what["amount"], "currency": what["currency"]}
    entry["reference"] = what["reference"]
    return Decision(status=HTTPStatus.CREATED, answer={"reference": what["reference"]}, entry=entry)


def _refused(code: str, message: str) -> Decision:
    return Decision(status=HTTPStatus.PAYMENT_REQUIRED, answer={"code": code, "message": message})
