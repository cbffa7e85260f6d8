"""The invariants of money: the provider's own ledger against orders and payments. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from cli.invariants.records import STANDING, UNDONE, Facts, LedgerFact, OrderFact, PaymentFact
from cli.invariants.verdict import Invariant, Verdict, counted
from services.shared.money import Money

AUTHORIZATION = "authorization"
CAPTURE = "capture"
VOID = "void"
REFUND = "refund"

NOTHING: frozenset[str] = frozenset()
UNUSED = frozenset({AUTHORIZATION})
VOIDED = frozenset({AUTHORIZATION, VOID})
CAPTURED = frozenset({AUTHORIZATION, CAPTURE})
REFUNDED = frozenset({AUTHORIZATION, CAPTURE, REFUND})

AGREEING: Mapping[str, frozenset[frozenset[str]]] = {
    "PENDING": frozenset({NOTHING}),
    "AUTHORIZED": frozenset({UNUSED}),
    "CAPTURED": frozenset({CAPTURED}),
    "VOIDED": frozenset({VOIDED, NOTHING}),
    "REFUNDED": frozenset({REFUNDED}),
    "DECLINED": frozenset({NOTHING}),
}
"""A payment's state, and what the provider may have done for it. VOIDED with nothing done: closed before it began."""

Ledger = Mapping[str, list[LedgerFact]]


def captured_is_owed(facts: Facts) -> Verdict:
    """Captures less refunds are the total of each standing order, and nothing for any other, per currency."""
    ledger = _by_order(facts)
    owed = {order.id: _owed(order) for order in facts.orders if order.status in STANDING}
    settled = owed.keys() | {order.id for order in facts.orders if order.status in UNDONE}
    unknown = ledger.keys() - {order.id for order in facts.orders}
    breaches = [
        f"order {order_id}: {_shown(_kept(ledger[order_id]))} kept, {_shown(owed.get(order_id, Counter()))} owed"
        for order_id in sorted(settled | unknown)
        if _kept(ledger[order_id]) != owed.get(order_id, Counter())
    ]
    return Verdict(seen=_shown(sum(owed.values(), Counter())), breaches=breaches)


def one_charge_an_order(facts: Facts) -> Verdict:
    """At most one authorisation and one capture an order, in the provider's own memory."""
    times = Counter((entry.order_id, entry.kind) for entry in facts.ledger)
    breaches = [
        f"order {order_id}: {count} {kind}s"
        for (order_id, kind), count in times.items()
        if count > 1 and kind in {AUTHORIZATION, CAPTURE}
    ]
    return Verdict(seen=counted(sum(kind == CAPTURE for _, kind in times), "capture"), breaches=breaches)


def undone_keeps_no_money(facts: Facts) -> Verdict:
    """Every authorisation of a rejected or cancelled order is voided, or captured and refunded."""
    ledger = _by_order(facts)
    undone = [order for order in facts.orders if order.status in UNDONE]
    breaches = [
        f"order {order.id} is {order.status}, but the provider did: {_said(_kinds(ledger[order.id]))}"
        for order in undone
        if _kinds(ledger[order.id]) not in {NOTHING, VOIDED, REFUNDED}
    ]
    return Verdict(seen=counted(len(undone), "undone order"), breaches=breaches)


def payments_agree(facts: Facts) -> Verdict:
    """Payments' record of each payment is what the provider did: kinds, reference and amount."""
    ledger = _by_order(facts)
    payments = {payment.order_id: payment for payment in facts.payments}
    breaches = [
        f"order {order_id}: the provider did {_said(_kinds(entries))}, but there is no payment"
        for order_id, entries in sorted(ledger.items())
        if order_id not in payments
    ]
    for payment in facts.payments:
        if not _agrees(payment, ledger.get(payment.order_id, [])):
            done = _said(_kinds(ledger.get(payment.order_id, [])))
            breaches.append(f"order {payment.order_id}: payment {payment.status}, but the provider did {done}")
    return Verdict(seen=counted(len(payments), "payment"), breaches=breaches)


def _agrees(payment: PaymentFact, entries: list[LedgerFact]) -> bool:
    if _kinds(entries) not in AGREEING[payment.status] or bool(entries) != bool(payment.reference):
        return False
    stated = (payment.reference, payment.amount, payment.currency)
    return all((entry.reference, entry.amount, entry.currency) == stated for entry in entries)


def _by_order(facts: Facts) -> defaultdict[str, list[LedgerFact]]:
    ledger: defaultdict[str, list[LedgerFact]] = defaultdict(list)
    for entry in facts.ledger:
        ledger[entry.order_id].append(entry)
    return ledger


def _kinds(entries: list[LedgerFact]) -> frozenset[str]:
    return frozenset(entry.kind for entry in entries)


def _owed(order: OrderFact) -> Counter[str]:
    return Counter({order.currency: order.total})


def _kept(entries: list[LedgerFact]) -> Counter[str]:
    signs = {CAPTURE: 1, REFUND: -1}
    kept: Counter[str] = Counter()
    for entry in entries:
        kept[entry.currency] += signs.get(entry.kind, 0) * entry.amount
    return kept


def _shown(amounts: Counter[str]) -> str:
    return (
        ", ".join(f"{Money(minor=minor, currency=name).text()} {name}" for name, minor in amounts.items()) or "nothing"
    )


def _said(kinds: frozenset[str]) -> str:
    return " and ".join(sorted(kinds)) or "nothing"


MONEY = (
    Invariant(name="captured - refunded = standing orders", check=captured_is_owed),
    Invariant(name="one charge an order", check=one_charge_an_order),
    Invariant(name="undone orders keep no money", check=undone_keeps_no_money),
    Invariant(name="payments agree with the provider", check=payments_agree),
)
