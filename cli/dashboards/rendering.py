"""Dashboards of ours as the JSON that Grafana reads from files (its classic model). Decides no content."""

import json
from collections.abc import Iterator
from typing import Any, Final

from cli.dashboards.model import Panel, Query, Section, Sheet

SCHEMA: Final = 39
"""Of Grafana 10.4; later ones bring it up to date as they read it."""

PROMETHEUS: Final = {"type": "prometheus", "uid": "prometheus"}
"""The source that grafana/provisioning/datasources makes."""

TAG: Final = "caravan"
WIDTH: Final = 24
COLUMNS: Final = 3
HEIGHT: Final = 8
RUNBOOKS: Final = "docs/runbooks.md"

Json = dict[str, Any]


def rendered(sheet: Sheet) -> str:
    """The content of its file."""
    return json.dumps(_dashboard(sheet), indent=2, ensure_ascii=False) + "\n"


def _dashboard(sheet: Sheet) -> Json:
    return {
        "uid": sheet.uid,
        "title": sheet.title,
        "description": sheet.about,
        "tags": [TAG],
        "timezone": "browser",
        "editable": False,
        "graphTooltip": 1,
        "schemaVersion": SCHEMA,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "links": [_links_to_others()],
        "templating": {"list": []},
        "annotations": {"list": [_alerts_over_time()]},
        "panels": list(_placed(sheet.sections)),
    }


def _links_to_others() -> Json:
    return {
        "title": "Caravan", "type": "dashboards", "icon": "external link", "tooltip": "The other dashboards",
        "tags": [TAG], "asDropdown": True, "targetBlank": False, "includeVars": False, "keepTime": True,
    }  # fmt: skip


def _alerts_over_time() -> Json:
    return {
        "name": "Alerts", "enable": True, "iconColor": "red", "datasource": PROMETHEUS,
        "expr": 'ALERTS{alertstate="firing"}',
    }  # fmt: skip


def _placed(sections: tuple[Section, ...]) -> Iterator[Json]:
    top, number = 0, 0
    for section in sections:
        number += 1
        yield _heading(section, number, top)
        top += 1
        for index, panel in enumerate(section.panels):
            row, column = divmod(index, COLUMNS)
            width = WIDTH // COLUMNS
            number += 1
            yield _panel(panel, number, {"x": column * width, "y": top + row * HEIGHT, "w": width, "h": HEIGHT})
        top += HEIGHT * -(-len(section.panels) // COLUMNS)


def _heading(section: Section, number: int, top: int) -> Json:
    place = {"x": 0, "y": top, "w": WIDTH, "h": 1}
    return {"type": "row", "id": number, "title": section.title, "collapsed": False, "gridPos": place, "panels": []}


def _panel(panel: Panel, number: int, place: Json) -> Json:
    return {
        "type": "stat" if panel.single else "timeseries",
        "id": number,
        "title": panel.title,
        "description": _advice(panel),
        "datasource": PROMETHEUS,
        "gridPos": place,
        "targets": [_target(query, chr(ord("A") + index)) for index, query in enumerate(panel.queries)],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _single_number() if panel.single else _lines(),
    }


def _advice(panel: Panel) -> str:
    runbooks = [f"Runbook: {RUNBOOKS}#{alert.lower()}" for alert in panel.alerts]
    return "\n\n".join([panel.advice, *runbooks])


def _target(query: Query, name: str) -> Json:
    return {"refId": name, "expr": query.expression, "legendFormat": query.legend, "datasource": PROMETHEUS}


def _defaults(panel: Panel) -> Json:
    steps: list[Json] = [{"color": "green", "value": None}]
    if panel.amber is not None:
        steps.append({"color": "orange", "value": panel.amber})
    if panel.red is not None:
        steps.append({"color": "red", "value": panel.red})
    defaults: Json = {
        "unit": panel.unit.value,
        "min": 0,
        "thresholds": {"mode": "absolute", "steps": steps},
        "color": {"mode": "thresholds" if panel.single else "palette-classic"},
    }
    if not panel.single:
        style = "dashed" if len(steps) > 1 else "off"
        defaults["custom"] = {"fillOpacity": 10, "lineWidth": 1, "thresholdsStyle": {"mode": style}}
    return defaults


def _single_number() -> Json:
    return {
        "reduceOptions": {"calcs": ["lastNotNull"], "values": False}, "colorMode": "background", "graphMode": "area",
        "textMode": "auto", "justifyMode": "auto", "orientation": "auto", "wideLayout": True,
        "showPercentChange": False, "percentChangeColorMode": "standard",
    }  # fmt: skip


def _lines() -> Json:
    return {
        "legend": {"displayMode": "table", "placement": "bottom", "showLegend": True, "calcs": ["lastNotNull", "max"]},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
