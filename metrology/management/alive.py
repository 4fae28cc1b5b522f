"""`python -m metrology.management.alive`: has this container's process shown life within a minute?

Worker and beat touch ALIVE_FILE while they are connected to the queue; health checks ask here, without
loading Django.
"""

import os
import sys
import time
from pathlib import Path

VARIABLE = "ALIVE_FILE"
LONGEST = 60.0


def show() -> None:
    """Note that the process lives; where nobody asks, nothing is written."""
    path = os.environ.get(VARIABLE)
    if path:
        Path(path).touch()


def is_alive(path: str) -> bool:
    try:
        return time.time() - Path(path).stat().st_mtime < LONGEST
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if is_alive(os.environ.get(VARIABLE, "")) else 1)
