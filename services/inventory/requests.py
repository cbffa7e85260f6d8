"""The rules of reservations: what each request does to the books, or why it is refused. Pure, one class a request.

A request checks everything before it changes anything, so that a refused one leaves its companions' batch as it was.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol, TypeVar

from services.inventory.errors import HoldExpired, OutOfStock
from services.inventory.events import StockEvent
from services.inventory.ledger import Ledger, Movement
from services.inventory.models import (
    HoldStock,
    Reservation,
    ReservationState,
    ReservedLine,
)
from services.inventory.records import ReservationRecord, Scope
from services.shared.errors import Problem
from services.shared.events import Origin

Result_co = TypeVar("Result_co", covariant=True)


class Request(Protocol[Result_co]):
    """One wish to change the books."""

    @property
    def scope(self) -> Scope:
        """What it needs to see."""
        ...

    def decide(self, ledger: Ledger) -> Result_co:
        """Changes the books and answers. Raises Refused."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Holds every line or none, once an order."""

    command: HoldStock
    origin: Origin

    @property
    def scope(self) -> Scope:
        return Scope(
            order_ids=frozenset({self.command.order_id}), skus=frozenset(line.sku for line in self.command.lines)
        )

    def decide(self, ledger: Ledger) -> Reservation:
        """Raises OutOfStock, HoldExpired; the same again on every repetition."""
        record = ledger.reservation(self.command.order_id) or self._taken(ledger)
        match record.reservation.state:
            case ReservationState.HELD | ReservationState.COMMITTED:
                return record.reservation
            case ReservationState.REFUSED:
                raise OutOfStock.of(record.problems)
            case _:
                raise _expired()

    def _taken(self, ledger: Ledger) -> ReservationRecord:
        problems = tuple(_shortages(self.command.lines, ledger))
        reservation = Reservation(
            order_id=self.command.order_id,
            lines=self.command.lines,
            state=ReservationState.REFUSED if problems else ReservationState.HELD,
            deadline=ledger.now + timedelta(seconds=self.command.ttl_seconds),
        )
        record = ReservationRecord(reservation=reservation, problems=problems)
        if not problems:
            _move(ledger, reservation, StockEvent.RESERVED, self.origin, reserved=1)
        ledger.keep(record)
        return record


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """Takes the held goods out of stock."""

    order_id: str
    origin: Origin

    @property
    def scope(self) -> Scope:
        return Scope(order_ids=frozenset({self.order_id}))

    def decide(self, ledger: Ledger) -> Reservation:
        """Raises HoldExpired. A hold past its deadline expires here and now, so that the refusal stays one."""
        record = ledger.reservation(self.order_id)
        if record is None:
            raise _expired()
        reservation = record.reservation
        if reservation.state is ReservationState.COMMITTED:
            return reservation
        if reservation.state is not ReservationState.HELD:
            raise _expired()
        if reservation.deadline <= ledger.now:
            _let_go(ledger, reservation, ReservationState.EXPIRED, self.origin)
            raise _expired()
        _move(ledger, reservation, StockEvent.COMMITTED, self.origin, on_hand=-1, reserved=-1)
        return _became(ledger, reservation, ReservationState.COMMITTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Gives back whatever the order has, and keeps a later hold from taking anything."""

    order_id: str
    origin: Origin

    @property
    def scope(self) -> Scope:
        return Scope(order_ids=frozenset({self.order_id}))

    def decide(self, ledger: Ledger) -> Reservation:
        record = ledger.reservation(self.order_id)
        if record is None:
            return self._tombstone(ledger)
        reservation = record.reservation
        match reservation.state:
            case ReservationState.HELD:
                return _let_go(ledger, reservation, ReservationState.RELEASED, self.origin)
            case ReservationState.COMMITTED:
                _move(ledger, reservation, StockEvent.RELEASED, self.origin, on_hand=1)
                return _became(ledger, reservation, ReservationState.RETURNED)
            case _:
                return reservation

    def _tombstone(self, ledger: Ledger) -> Reservation:
        tombstone = Reservation(order_id=self.order_id, lines=(), state=ReservationState.RELEASED, deadline=ledger.now)
        ledger.keep(ReservationRecord(reservation=tombstone))
        return tombstone


@dataclass(frozen=True, slots=True, kw_only=True)
class Expire:
    """Releases a hold if it is past its deadline; answers whether it did. It belongs to the order, not to the sweep."""

    order_id: str
    sweep: Origin

    @property
    def scope(self) -> Scope:
        return Scope(order_ids=frozenset({self.order_id}))

    def decide(self, ledger: Ledger) -> bool:
        record = ledger.reservation(self.order_id)
        if record is None or record.reservation.state is not ReservationState.HELD:
            return False
        if record.reservation.deadline > ledger.now:
            return False
        origin = replace(self.sweep, correlation_id=self.order_id)
        _let_go(ledger, record.reservation, ReservationState.EXPIRED, origin)
        return True


def _shortages(lines: tuple[ReservedLine, ...], ledger: Ledger) -> Iterable[Problem]:
    for index, line in enumerate(lines):
        left = ledger.available(line.sku)
        if left < line.quantity:
            yield Problem(
                code=OutOfStock.code,
                message=f"{line.sku}: {left} left",
                path=("lines", str(index), "quantity"),
            )


def _let_go(ledger: Ledger, reservation: Reservation, state: ReservationState, origin: Origin) -> Reservation:
    _move(ledger, reservation, StockEvent.RELEASED, origin, reserved=-1)
    return _became(ledger, reservation, state)


def _became(ledger: Ledger, reservation: Reservation, state: ReservationState) -> Reservation:
    changed = replace(reservation, state=state)
    ledger.keep(ReservationRecord(reservation=changed))
    return changed


def _move(
    ledger: Ledger,
    reservation: Reservation,
    kind: StockEvent,
    origin: Origin,
    *,
    on_hand: int = 0,
    reserved: int = 0,
) -> None:
    """Moves every line's quantity, by the given signs."""
    for line in sorted(reservation.lines, key=lambda line: line.sku):
        movement = Movement(
            kind=kind,
            quantity=line.quantity,
            on_hand=on_hand * line.quantity,
            reserved=reserved * line.quantity,
            order_id=reservation.order_id,
        )
        ledger.move(line.sku, movement, origin)


def _expired() -> HoldExpired:
    return HoldExpired("the reservation has expired or was released")
