"""`python -m workers all` or `python -m workers catalog orders`: a process that runs services until it is told to stop.

Exits 0 after a signal, 1 when it cannot start at all, 2 when it is called wrongly.
"""

import gc
import sys
from collections.abc import Sequence

import structlog
import uvloop
from pydantic import ValidationError

from services.infra.allocator import keep_little_memory
from services.infra.garbage import collect_garbage_less_often
from services.infra.settings import CONTEXTS, Settings, what_is_wrong
from services.infra.telemetry import configure_logging
from workers.process import run

ALL = "all"
USAGE = f"usage: python -m workers {ALL} | SERVICE...   (services: {', '.join(CONTEXTS)})"


def main(arguments: Sequence[str]) -> int:
    """The process's exit code."""
    names = CONTEXTS if list(arguments) == [ALL] else tuple(arguments)
    if not names or not set(names) <= set(CONTEXTS):
        sys.stderr.write(f"{USAGE}\n")
        return 2
    keep_little_memory()
    try:
        settings = Settings()
    except ValidationError as failure:
        sys.stderr.write(f"settings: {what_is_wrong(failure)}\n")
        return 1
    configure_logging(settings.log.level, ALL if names == CONTEXTS else "+".join(names))
    log = structlog.get_logger(__name__)
    collect_garbage_less_often()
    try:
        uvloop.run(run(settings, names))
    except OSError as failure:
        log.error("cannot listen", port=settings.services.port, reason=failure.strerror)  # noqa: TRY400 (says it all)
        return 1
    except Exception:
        log.exception("cannot go on")
        return 1
    finally:
        # Frees Temporal's client while the interpreter is whole; left to its shutdown it crashes now and then.
        gc.collect()
    log.info("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
