"""`python -m workers.contract` writes the published contract of events anew, or says why not. Starts nothing."""

import sys

from workers.contract.documents import write


def main() -> int:
    """0 when all is written, 1 when a published promise would be broken."""
    broken = write()
    if broken:
        sys.stderr.write("Published schemas only ever gain optional fields; make a new version of the type instead.\n")
        sys.stderr.writelines(f"  {line}\n" for line in broken)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
