"""A typed client of Caravan's GraphQL, for the demo and for tests: what shoppers and the shop do. Has no rules."""

import asyncio
import time
from collections.abc import Container, Mapping
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter

from cli.graphql_client import GraphqlClient
from cli.shop_views import OfferView, OrderAnswer, OrderView, OrderWish, ProblemView, ProductWish, Refusal

FIRST_LOOK = 0.1
LONGEST_LOOK = 1.0

ORDER_PARTS = "id status total { amount currency } reason { code message path }"
REGISTER = (
    """mutation ($input: RegisterInput!) { register(input: $input) { accessToken errors { code message path } } }"""
)
LOGIN = """mutation ($input: LoginInput!) { login(input: $input) { accessToken errors { code message path } } }"""
CREATE_PRODUCT = """
mutation ($input: ProductInput!) { createProduct(input: $input) { product { id } errors { code message path } } }"""
STOCK = "query ($sku: String!) { product(sku: $sku) { stock { onHand reserved available } } }"
ADJUST_STOCK = """
mutation ($sku: String!, $delta: Int!, $reason: String!) {
  adjustStock(sku: $sku, delta: $delta, reason: $reason) { errors { code message path } }
}"""
PLACE_ORDER = f"""
mutation ($input: PlaceOrderInput!) {{
  placeOrder(input: $input) {{ order {{ {ORDER_PARTS} }} errors {{ code message path }} }}
}}"""
ORDER = f"query ($id: ID!) {{ order(id: $id) {{ {ORDER_PARTS} payment {{ status reference }} }} }}"
RECOMMENDATIONS = "query ($first: Int!) { recommendations(first: $first) { product { sku name } rule reason } }"
WORKFLOW = "query ($id: ID!) { order(id: $id) { workflow { id url } } }"
CHANGES = {
    name: f"mutation ($id: ID!) {{ {name}(id: $id) {{ order {{ {ORDER_PARTS} }} errors {{ code message path }} }} }}"
    for name in ("cancelOrder", "shipOrder", "deliverOrder")
}
TRIGGER_SCHEDULE = "mutation ($id: ID!) { triggerSchedule(id: $id) { errors { code message path } } }"

ANSWER = TypeAdapter(OrderAnswer)
ORDER_VIEW = TypeAdapter(OrderView)
PROBLEMS = TypeAdapter(tuple[ProblemView, ...])


class ShopClient:
    """One person: a shopper, or somebody of the shop (OPS)."""

    def __init__(self, client: GraphqlClient) -> None:
        self._client = client

    @property
    def token(self) -> str | None:
        """The access token, for what does not go over HTTP."""
        return self._client.token

    async def register(self, email: str, password: str, name: str) -> "ShopClient":
        """The new customer, signed in; or the known one, when the address is taken and the password is theirs."""
        answer = await self._client.ask(REGISTER, input={"email": email, "password": password, "name": name})
        payload = answer["register"]
        if [error["code"] for error in payload["errors"]] == ["EMAIL_TAKEN"]:
            return await self.login(email, password)
        return self._as(payload)

    async def login(self, email: str, password: str) -> "ShopClient":
        """The person, signed in. Raises Refusal."""
        answer = await self._client.ask(LOGIN, input={"email": email, "password": password})
        return self._as(answer["login"])

    async def create_product(self, wish: ProductWish) -> bool:
        """Whether it is new; False when the SKU is there already. Raises Refusal."""
        answer = await self._client.ask(CREATE_PRODUCT, input=_product_input(wish))
        problems = _problems(answer["createProduct"])
        if problems and problems[0].code != "SKU_TAKEN":
            raise Refusal(problems)
        return not problems

    async def available(self, sku: str) -> int:
        """How many can be bought now."""
        answer = await self._client.ask(STOCK, sku=sku)
        return int(answer["product"]["stock"]["available"])

    async def adjust_stock(self, sku: str, delta: int, reason: str) -> None:
        """Delivers (+) or loses (-). Raises Refusal."""
        answer = await self._client.ask(ADJUST_STOCK, sku=sku, delta=delta, reason=reason)
        if problems := _problems(answer["adjustStock"]):
            raise Refusal(problems)

    async def place(self, wish: OrderWish) -> OrderAnswer:
        """The early answer: the order held, or refused."""
        lines = [{"sku": sku, "quantity": quantity} for sku, quantity in wish.lines.items()]
        wanted = {"lines": lines, "paymentMethod": wish.method, "idempotencyKey": wish.key}
        return ANSWER.validate_python((await self._client.ask(PLACE_ORDER, input=wanted))["placeOrder"])

    async def order(self, order_id: str) -> OrderView:
        """The order as it is now. Raises LookupError when there is none for this person."""
        found = (await self._client.ask(ORDER, id=order_id))["order"]
        if found is None:
            raise LookupError(order_id)
        return ORDER_VIEW.validate_python(found)

    async def order_in(self, order_id: str, statuses: Container[str], within: float = 60.0) -> OrderView:
        """The order once it is in one of these states. Raises TimeoutError, which tells the state it was in."""
        deadline = time.monotonic() + within
        pause = FIRST_LOOK
        while (found := await self.order(order_id)).status not in statuses:
            if time.monotonic() > deadline:
                raise TimeoutError(f"order {order_id} is still {found.status} after {within:.0f} s")
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, LONGEST_LOOK)
        return found

    async def cancel(self, order_id: str) -> OrderAnswer:
        return await self._change("cancelOrder", order_id)

    async def ship(self, order_id: str) -> OrderAnswer:
        return await self._change("shipOrder", order_id)

    async def deliver(self, order_id: str) -> OrderAnswer:
        return await self._change("deliverOrder", order_id)

    async def recommendations(self, first: int) -> tuple[OfferView, ...]:
        """What is recommended to this person now, best first."""
        found = (await self._client.ask(RECOMMENDATIONS, first=first))["recommendations"]
        return tuple(OfferView(**offer["product"], rule=offer["rule"], reason=offer["reason"]) for offer in found)

    async def trigger_schedule(self, schedule_id: str) -> None:
        """Has a scheduled job run now. Raises Refusal."""
        answer = await self._client.ask(TRIGGER_SCHEDULE, id=schedule_id)
        if problems := _problems(answer["triggerSchedule"]):
            raise Refusal(problems)

    async def workflow_url(self, order_id: str) -> str | None:
        """The order's workflow in Temporal's web UI; None for who may not see it."""
        answer = await self._client.ask(WORKFLOW, id=order_id)
        url: str | None = answer["order"]["workflow"]["url"]
        return url

    async def _change(self, mutation: str, order_id: str) -> OrderAnswer:
        return ANSWER.validate_python((await self._client.ask(CHANGES[mutation], id=order_id))[mutation])

    def _as(self, payload: Mapping[str, Any]) -> "ShopClient":
        if problems := _problems(payload):
            raise Refusal(problems)
        return ShopClient(self._client.signed_in(payload["accessToken"]))


def _problems(payload: Mapping[str, Any]) -> tuple[ProblemView, ...]:
    return PROBLEMS.validate_python(payload["errors"])


def _product_input(wish: ProductWish) -> dict[str, Any]:
    values = asdict(wish)
    return {
        **{name: values[name] for name in ("sku", "name", "description")},
        "categories": [wish.category],
        "price": {"amount": wish.price, "currency": wish.currency},
        "initialStock": wish.stock,
    }
