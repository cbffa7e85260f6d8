"""Which dashboards there are, and what their files hold. Writes nothing itself."""

from typing import Final

from cli.dashboards.rendering import rendered
from cli.dashboards.sheets.events import SHEET as EVENTS
from cli.dashboards.sheets.gateway import SHEET as GATEWAY
from cli.dashboards.sheets.notifications import SHEET as NOTIFICATIONS
from cli.dashboards.sheets.recommendations import SHEET as RECOMMENDATIONS
from cli.dashboards.sheets.sagas import SHEET as SAGAS
from cli.dashboards.sheets.server import SHEET as SERVER
from cli.dashboards.sheets.shop import SHEET as SHOP
from cli.dashboards.sheets.workers import SHEET as WORKERS

SHEETS: Final = (SHOP, SAGAS, EVENTS, NOTIFICATIONS, GATEWAY, WORKERS, SERVER, RECOMMENDATIONS)


def files() -> dict[str, str]:
    """The content of each file of grafana/dashboards, by its name."""
    return {f"{sheet.uid}.json": rendered(sheet) for sheet in SHEETS}
