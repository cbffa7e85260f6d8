"""What every scene works with: people, the provider's ledger, events, the narrator; and the story of one order."""

from collections.abc import Sequence
from dataclasses import dataclass

from cli.demo.feed import EventFeed, PassingEvent
from cli.demo.narrator import Narrator
from cli.invariants.sources.ledger import Ledger
from cli.ready import Addresses
from cli.shop_client import ShopClient
from cli.shop_views import OrderAnswer, OrderView, OrderWish
from services.shared.ids import IdFactory

FINAL = ("CONFIRMED", "REJECTED", "CANCELLED", "DELIVERED")
PAID = ("order.confirmed.v1", "payment.captured.v1", "stock.committed.v1")


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who takes part: somebody of the shop, shoppers by first name, and a crowd of buyers."""

    ops: ShopClient
    shoppers: dict[str, ShopClient]
    crowd: tuple[ShopClient, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything that a scene needs."""

    addresses: Addresses
    people: People
    ledger: Ledger
    feed: EventFeed
    narrator: Narrator
    ids: IdFactory

    def teller(self, scene: str) -> "Teller":
        """The same stage, speaking for one scene."""
        return Teller(stage=self, scene=scene)


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """A stage, and the scene that is on it."""

    stage: Stage
    scene: str

    def tell(self, text: str) -> None:
        self.stage.narrator.tell(self.scene, text)

    def wish(self, lines: dict[str, int], method: str = "pm_card_visa") -> OrderWish:
        """An order under a fresh key."""
        return OrderWish(lines=lines, key=self.stage.ids.new(), method=method)

    async def place(self, shopper: ShopClient, wish: OrderWish) -> OrderAnswer:
        """Places it, says what came back, and tells the order's events from now on."""
        answer = await shopper.place(wish)
        self.tell(f"placeOrder answered: {spoken(answer)}")
        if answer.order:
            self.follow(answer.order.id)
        return answer

    def follow(self, order_id: str) -> None:
        """Tells the order's events as they pass."""
        self.stage.feed.follow(order_id, self._event)

    async def ended(self, shopper: ShopClient, order_id: str, events: Sequence[str]) -> OrderView:
        """The order once it has come to its end and these events of it have passed."""
        order = await shopper.order_in(order_id, FINAL)
        await self.stage.feed.wait_for(order_id, events)
        return order

    async def charges(self, order_id: str) -> str:
        """What the provider did for an order, in its own words: "authorization, capture"."""
        return ", ".join(entry.kind for entry in await self.stage.ledger.entries(order_id)) or "nothing"

    def _event(self, event: PassingEvent) -> None:
        of_what = f" of {event.key}" if event.type.startswith("stock.") else ""
        self.stage.narrator.event(self.scene, f"{event.type}{of_what}, no. {event.sequence}")


def spoken(answer: OrderAnswer) -> str:
    """An answer in a few words."""
    state = f"{answer.order.status}, {answer.order.total}" if answer.order else "no order"
    problems = "; ".join(f"{problem.code}: {problem.message}" for problem in answer.errors)
    return f"{state}. {problems}" if problems else state


def state_of(order: OrderView) -> str:
    """An order's end in a few words: "REJECTED (PAYMENT_DECLINED)"."""
    return f"{order.status} ({order.reason.code})" if order.reason else order.status
