"""A process of its own that outlives its parent by a moment: when the parent is gone, so are all of its children.

Run as a plain script (standard library only, to stay small). Its standard input is a pipe that the parent holds open:
`add PID` and `drop PID` name process groups; the pipe's end means that the parent is dead, however it died. It also
inherits the parent's lock on the data folder, so that nobody takes the folder over while a child still writes to it.
"""

import contextlib
import os
import signal
import sys
import time

GIVE_UP_AFTER = 5.0
"""Seconds to wait for killed groups to be gone, before the lock is let go."""
PAUSE = 0.02


def main() -> None:
    """Reads until the pipe ends, then kills what is left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin.buffer:
        verb, _, group = line.decode().strip().partition(" ")
        if group.isdigit():
            (groups.add if verb == "add" else groups.discard)(int(group))
    give_up = time.monotonic() + GIVE_UP_AFTER
    while groups and time.monotonic() < give_up:
        groups = {group for group in groups if killed_but_there(group)}
        time.sleep(PAUSE if groups else 0)


def killed_but_there(group: int) -> bool:
    """Kills the group; False once there is nobody left in it."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return False
    except PermissionError:
        # What macOS says of a group in which only zombies are left.
        return False
    return True


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
