"""What a product may be, and what lines of an order may be, checked with the field's path. Pure."""

from dataclasses import replace

from services.catalog.models import CreateProduct, PricedLine, PriceLines, Product, UpdateProduct
from services.shared.errors import Invalid, NotFound, Problem
from services.shared.money import EXPONENTS, MAX_MINOR, Money
from services.shared.text import checked_label, checked_sku, checked_text

LONGEST_ID = 200
LONGEST_NAME = 200
LONGEST_DESCRIPTION = 5000
LONGEST_CATEGORY = 60
MOST_CATEGORIES = 20
MOST_LINES = 100
MOST_OF_A_LINE = 1000


def check_new(command: CreateProduct) -> None:
    """Raises Invalid for a product that can never be right."""
    checked_text(command.product_id, ("productId",), most=LONGEST_ID)
    checked_sku(command.sku, ("sku",))
    _check_name(command.name)
    _check_description(command.description)
    _check_categories(command.categories)
    _check_price(command.price)


def check_patch(command: UpdateProduct) -> None:
    """Raises Invalid for a change that can never be right."""
    if command.name is not None:
        _check_name(command.name)
    if command.description is not None:
        _check_description(command.description)
    if command.categories is not None:
        _check_categories(command.categories)
    if command.price is not None:
        _check_price(command.price)


def _check_name(name: str) -> None:
    checked_label(name, ("name",), most=LONGEST_NAME)


def _check_description(description: str) -> None:
    checked_text(description, ("description",), least=0, most=LONGEST_DESCRIPTION, lines=True)


def _check_categories(categories: tuple[str, ...]) -> None:
    if len(categories) > MOST_CATEGORIES:
        raise Invalid(f"must be at most {MOST_CATEGORIES} categories", ("categories",))
    for index, category in enumerate(categories):
        path = ("categories", str(index))
        checked_label(category, path, most=LONGEST_CATEGORY)
        if category in categories[:index]:
            raise Invalid("this category is there already", path)


def _check_price(price: Money) -> None:
    if price.currency not in EXPONENTS:
        raise Invalid("not an ISO 4217 currency code", ("price", "currency"))
    if not 0 <= price.minor <= MAX_MINOR:
        raise Invalid("must be between 0 and 10^15 minor units", ("price", "amount"))


def patched(product: Product, command: UpdateProduct) -> Product:
    """The product with what the command gives; version and time are not its concern."""
    return replace(
        product,
        name=product.name if command.name is None else command.name,
        description=product.description if command.description is None else command.description,
        categories=product.categories if command.categories is None else command.categories,
        price=product.price if command.price is None else command.price,
    )


def check_quantities(command: PriceLines) -> None:
    """Raises Invalid for too few or too many lines, or of a line."""
    if not 1 <= len(command.lines) <= MOST_LINES:
        raise Invalid(f"must be 1 to {MOST_LINES} lines", ("lines",))
    for index, line in enumerate(command.lines):
        if not 1 <= line.quantity <= MOST_OF_A_LINE:
            raise Invalid(f"must be 1 to {MOST_OF_A_LINE}", ("lines", str(index), "quantity"))


def check_known(command: PriceLines, products: dict[str, Product]) -> None:
    """Raises NotFound, with a problem for each line whose product is not among these."""
    problems = tuple(
        Problem(code=NotFound.code, message="no such product on sale", path=("lines", str(index), "sku"))
        for index, line in enumerate(command.lines)
        if line.sku not in products
    )
    if problems:
        raise NotFound.of(problems)


def check_one_currency(lines: tuple[PricedLine, ...]) -> None:
    """Raises Invalid at the first line that is of another currency than the first."""
    first = lines[0].unit_price.currency
    for index, line in enumerate(lines):
        if line.unit_price.currency != first:
            raise Invalid("all lines must be of one currency", ("lines", str(index), "sku"))
