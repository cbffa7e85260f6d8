"""Which dashboards there are, and what their files hold. Writes nothing itself."""

from typing import Final

from cli.dashboards.rendering import rendered
from cli.dashboards.sheets import events, gateway, notifications, recommendations, sagas, server, shop, workers

SHEETS: Final = (
    shop.SHEET, sagas.SHEET, events.SHEET, notifications.SHEET, gateway.SHEET, workers.SHEET, server.SHEET,
    recommendations.SHEET,
)  # fmt: skip


def files() -> dict[str, str]:
    """The content of each file of grafana/dashboards, by its name."""
    return {f"{sheet.uid}.json": rendered(sheet) for sheet in SHEETS}
