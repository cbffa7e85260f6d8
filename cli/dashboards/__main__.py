"""`make dashboards`: writes grafana/dashboards anew, and takes away what is no dashboard of ours any more."""

from pathlib import Path

from cli.dashboards.table import files

FOLDER = Path(__file__).parents[2] / "grafana" / "dashboards"


def main() -> None:
    """Leaves in the folder exactly the dashboards of the table."""
    wanted = files()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in wanted.items():
        (FOLDER / name).write_text(content, encoding="utf-8")
    for path in FOLDER.glob("*.json"):
        if path.name not in wanted:
            path.unlink()


if __name__ == "__main__":
    main()
