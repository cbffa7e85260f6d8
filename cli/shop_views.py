"""What a client of the shop says and hears: wishes, answers and refusals. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass


class Refusal(Exception):
    """A mutation answered with errors where none were expected."""

    def __init__(self, problems: "tuple[ProblemView, ...]") -> None:
        super().__init__("; ".join(f"{problem.code}: {problem.message}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemView:
    """A `UserError`."""

    code: str
    message: str
    path: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyView:
    """An exact amount as text, and its currency."""

    amount: str
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentView:
    """How an order's payment stands."""

    status: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An order as the gateway tells it. `payment` is there only when the order itself was asked for."""

    id: str
    status: str
    total: MoneyView
    reason: ProblemView | None
    payment: PaymentView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAnswer:
    """What a mutation of an order answered: the order, or errors, or both."""

    order: OrderView | None
    errors: tuple[ProblemView, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The errors' codes, in their order."""
        return tuple(problem.code for problem in self.errors)

    def accepted(self) -> OrderView:
        """The order. Raises Refusal when there are errors."""
        if self.errors or self.order is None:
            raise Refusal(self.errors)
        return self.order


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferView:
    """A product that is recommended, by which rule, and why, for a person."""

    sku: str
    name: str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductWish:
    """A product to create: `price` is decimal text."""

    sku: str
    name: str
    description: str
    category: str
    price: str
    stock: int
    currency: str = "EUR"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWish:
    """An order to place: what and how many, by which payment method, under which key."""

    lines: Mapping[str, int]
    key: str
    method: str = "pm_card_visa"
