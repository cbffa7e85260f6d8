"""The dashboard Shop: what the shop sells, and whether its books add up. Holds no logic."""

from typing import Final

from cli.dashboards.model import Panel, Section, Sheet, Unit, line, quantiles

SHEET: Final = Sheet(
    uid="caravan-shop",
    title="Shop",
    about="What the shop sells, and whether its books add up.",
    sections=(
        Section(
            title="Orders",
            panels=(
                Panel(
                    title="Orders by outcome",
                    advice="If confirmed falls while others rise, look at the outcome that rises: "
                    "out_of_stock is for the buyers, payment_declined for the provider.",
                    unit=Unit.PER_SECOND,
                    queries=line("sum by (outcome) (rate(caravan_orders_total[$__rate_interval]))", "{{outcome}}"),
                ),
                Panel(
                    title="From order to answer",
                    advice="Above half a second look at Sagas, then at Temporal workers: something on the way "
                    "to the hold is slow.",
                    unit=Unit.SECONDS,
                    queries=quantiles("caravan_orders_placed_to_answer_seconds", "job"),
                    amber=0.5,
                    red=2,
                ),
                Panel(
                    title="From order to confirmed",
                    advice="Far above the answer means that payments are slow: look at the steps of Sagas.",
                    unit=Unit.SECONDS,
                    queries=quantiles("caravan_orders_placed_to_confirmed_seconds", "job"),
                    amber=5,
                    red=30,
                ),
                Panel(
                    title="Orders that were not answered",
                    advice="Each burns the objective: look at Gateway and cache for what is away.",
                    unit=Unit.SHARE,
                    queries=line('slo:bad:ratio_rate5m{slo="order-placement"}', "not answered"),
                    amber=0.001,
                    red=0.0144,
                    alerts=(
                        "OrderPlacementBurnsFast",
                        "OrderPlacementBurnsSlowly",
                    ),
                ),
            ),
        ),
        Section(
            title="Stock",
            panels=(
                Panel(
                    title="Reservations",
                    advice="Many expired means that orders were lost on their way: look for terminated workflows.",
                    unit=Unit.PER_SECOND,
                    queries=line(
                        "sum by (outcome) (rate(caravan_inventory_reservations_total[$__rate_interval]))", "{{outcome}}"
                    ),
                ),
                Panel(
                    title="Oversold products",
                    advice="Anything above zero is wrong: stop whoever writes to inventory's database by hand.",
                    unit=Unit.NUMBER,
                    queries=line("max(caravan_inventory_oversold_skus)", "oversold"),
                    red=1,
                    alerts=("InventoryOversold",),
                    single=True,
                ),
                Panel(
                    title="Products whose stock does not add up",
                    advice="Anything above zero is wrong: run caravan invariants, which names them.",
                    unit=Unit.NUMBER,
                    queries=line("max(caravan_inventory_drifted_skus)", "drifted"),
                    red=1,
                    alerts=("StockDrift",),
                    single=True,
                ),
            ),
        ),
        Section(
            title="Money",
            panels=(
                Panel(
                    title="Captured, in minor units a second",
                    advice="If it stops while orders are confirmed, the provider does not answer: look at Sagas.",
                    unit=Unit.NUMBER,
                    queries=line(
                        "sum by (currency) (rate(caravan_payments_captured_minor_total[$__rate_interval]))",
                        "{{currency}}",
                    ),
                ),
                Panel(
                    title="Refunded, in minor units a second",
                    advice="A sudden rise follows many cancellations: ask who cancels, in the audit trail.",
                    unit=Unit.NUMBER,
                    queries=line(
                        "sum by (currency) (rate(caravan_payments_refunded_minor_total[$__rate_interval]))",
                        "{{currency}}",
                    ),
                ),
                Panel(
                    title="Money that payments and orders disagree about",
                    advice="If it stays above zero for minutes run caravan invariants, which names the orders.",
                    unit=Unit.NUMBER,
                    queries=line("max by (currency) (abs(caravan_money_drift_minor))", "{{currency}}"),
                    red=1,
                    alerts=("MoneyDrift",),
                    single=True,
                ),
            ),
        ),
    ),
)
