"""What comes in about products, checked and turned into the catalogue's words. Asks nobody, starts nothing."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from gateway.inputs import Problems
from services.catalog.models import CreateProduct, UpdateProduct
from services.shared.money import Money, money_of
from services.shared.text import checked_label, checked_sku, checked_text

LONGEST_NAME = 200
LONGEST_DESCRIPTION = 5000
LONGEST_CATEGORY = 60
MOST_CATEGORIES = 20
MOST_STOCK = 1_000_000


class PriceWish(Protocol):
    """The contract's `MoneyInput`."""

    amount: str
    currency: str


class ProductWish(Protocol):
    """The contract's `ProductInput`."""

    sku: str
    name: str
    description: str
    categories: Sequence[str]
    price: PriceWish
    initial_stock: int


def new_product(wanted: ProductWish, product_id: str) -> CreateProduct:
    """The wish, checked. Raises Invalid with every problem."""
    problems = Problems()
    with problems.noted():
        checked_sku(wanted.sku, ("sku",))
    _note_name(wanted.name, problems)
    _note_description(wanted.description, problems)
    _note_categories(wanted.categories, problems)
    if not 0 <= wanted.initial_stock <= MOST_STOCK:
        problems.note(f"must be 0 to {MOST_STOCK}", "initialStock")
    with problems.noted():
        price = _price(wanted.price)
    problems.refuse()
    return CreateProduct(
        product_id=product_id,
        sku=wanted.sku,
        name=wanted.name,
        description=wanted.description,
        categories=tuple(wanted.categories),
        price=price,
    )


def patch_of(product_id: str, wanted: Mapping[str, Any]) -> UpdateProduct:
    """The contract's `ProductPatch`, checked: what is absent stays, and nothing can be made null.

    Raises:
        Invalid: with every problem.
    """
    problems = Problems()
    given = {name: value for name, value in wanted.items() if _is_given(name, value, problems)}
    if "name" in given:
        _note_name(given["name"], problems)
    if "description" in given:
        _note_description(given["description"], problems)
    if "categories" in given:
        _note_categories(given["categories"], problems)
        given["categories"] = tuple(given["categories"])
    if "price" in given:
        with problems.noted():
            given["price"] = _price(given["price"])
    problems.refuse()
    return UpdateProduct(product_id=product_id, **given)


def _is_given(name: str, value: object, problems: Problems) -> bool:
    if value is None:
        problems.note("must not be null: leave it out to keep what is there", name)
    return value is not None


def _price(wanted: PriceWish) -> Money:
    return money_of(wanted.amount, wanted.currency, ("price",))


def _note_name(name: str, problems: Problems) -> None:
    with problems.noted():
        checked_label(name, ("name",), most=LONGEST_NAME)


def _note_description(description: str, problems: Problems) -> None:
    with problems.noted():
        checked_text(description, ("description",), least=0, most=LONGEST_DESCRIPTION, lines=True)


def _note_categories(categories: Sequence[str], problems: Problems) -> None:
    if len(categories) > MOST_CATEGORIES:
        problems.note(f"at most {MOST_CATEGORIES}", "categories")
        return
    for index, category in enumerate(categories):
        place = ("categories", str(index))
        with problems.noted():
            checked_label(category, place, most=LONGEST_CATEGORY)
        if category in categories[:index]:
            problems.note("this category is there already", *place)
