"""What mutations answer: a value, or problems. One class a payload; the fields are the payload's own names."""

from dataclasses import dataclass

from gateway.types.workflows import WorkflowReference
from services.catalog.models import Product
from services.inventory.models import StockItem
from services.orders.models import Order
from services.shared.errors import Problem
from services.users.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Any payload. A refused one has problems and nothing else."""

    errors: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthAnswer(Answer):
    """Somebody signed in."""

    user: User
    access_token: str
    refresh_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutAnswer(Answer):
    """A session that is over, and whose it was, which the client is not told; None where there was none."""

    owner_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAnswer(Answer):
    """An account that was changed."""

    user: User


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductAnswer(Answer):
    """A product that was changed."""

    product: Product


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAnswer(Answer):
    """Stock that was changed."""

    stock: StockItem


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAnswer(Answer):
    """An order that was placed or moved; a REJECTED one comes with its problems."""

    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowAnswer(Answer):
    """A workflow that was told something."""

    workflow: WorkflowReference
