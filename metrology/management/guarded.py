"""`python -m metrology.management.guarded MODULE …`: run a module so that it cannot outlive its parent.

The parent holds the other end of this process's standard input. When it is gone, by whatever death, the pipe
ends and the whole process group follows.
"""

import os
import runpy
import signal
import subprocess
import sys
import threading
import time

GRACE = float(os.environ.get("STOP_GRACE", "3"))
SUPERVISED = "LIANGZHUN_SUPERVISED"


def end_group(grace: float = GRACE) -> None:
    """Ask this process to stop; a last one of the group waits and then ends whatever is left of it."""
    if os.name != "posix" or os.getpgrp() != os.getpid():
        os._exit(1)
    last = f"import os, time; time.sleep({grace}); os.killpg({os.getpid()}, {signal.SIGKILL:d})"
    subprocess.Popen([sys.executable, "-S", "-c", last], stdin=subprocess.DEVNULL)
    os.kill(os.getpid(), signal.SIGTERM)


def follow_standard_input() -> None:
    while os.read(0, 1024):
        pass
    end_group()


def follow_parent(interval: float = 1.0) -> None:
    """End this process when its parent changes; for the children that a worker forks itself."""
    if os.name != "posix" or not os.environ.get(SUPERVISED):
        return
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(interval)
        os._exit(1)

    threading.Thread(target=watch, name="follow-parent", daemon=True).start()


def main() -> None:
    threading.Thread(target=follow_standard_input, name="follow-stdin", daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
