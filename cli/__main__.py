"""`python -m cli`: the same as `caravan`, for where its script is not at hand."""

from cli.main import run

if __name__ == "__main__":
    run()
