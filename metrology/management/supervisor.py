"""Keep a few child processes running: restart with backoff, stop together, leave nobody behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

FIRST_DELAY, LONGEST_DELAY, SETTLED = 0.5, 30.0, 60.0
HEAD_START = 15.0
PATIENCE = 30.0
PAUSE = 0.1
STOP_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)


@dataclass
class Child:
    """One supervised process in a process group of its own; one that runs `once` may end well."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    once: bool = False
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    delay: float = FIRST_DELAY
    due: float = 0.0
    done: bool = False

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "metrology.management.guarded", *self.command],
            stdin=subprocess.PIPE,
            env={**os.environ, **self.environment},
            start_new_session=True,
        )

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask(self) -> None:
        """Ask the process alone: it knows how to stop what it forked."""
        if self.process is not None and self.alive:
            self.process.terminate()

    def bury(self) -> None:
        """End the process if it still runs, whatever it left in its group, and the pipe between us."""
        if self.process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            if os.name == "posix":
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()
        self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process = None


class Supervisor:
    """Starts the first child, the others once it serves, and looks after all until told to stop."""

    def __init__(
        self,
        children: Sequence[Child],
        say: Callable[[str], None],
        serves: Callable[[], bool] = lambda: True,
        patience: float = PATIENCE,
    ) -> None:
        self.children = children
        self.say = say
        self.serves = serves
        self.patience = patience
        self.stopping = False

    def run(self) -> None:
        former = {number: signal.signal(number, self.on_signal) for number in STOP_SIGNALS}
        first, *others = self.children
        try:
            first.start()
            latest = time.monotonic() + HEAD_START
            while not (self.stopping or self.serves()):
                if time.monotonic() > latest:
                    self.say(
                        f"{first.name} has not answered within {HEAD_START:g} s; its own words stand above."
                    )
                    break
                self.look_after([first])
                time.sleep(PAUSE)
            while not self.stopping:
                self.look_after([first, *others])
                time.sleep(PAUSE)
        finally:
            self.stop()
            for number, handler in former.items():
                signal.signal(number, handler)

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def look_after(self, children: Sequence[Child]) -> None:
        now = time.monotonic()
        for child in children:
            if child.alive or child.done:
                continue
            if child.process is not None:
                self.mourn(child, now)
            elif now >= child.due:
                child.start()

    def mourn(self, child: Child, now: float) -> None:
        """Plan the restart; whoever ran well for a while starts again with the shortest delay."""
        if now - child.started > SETTLED:
            child.delay = FIRST_DELAY
        code = child.process.returncode if child.process else None
        child.bury()
        child.done = child.once and code == 0
        if child.done:
            return
        child.due = now + child.delay
        self.say(f"{child.name} ended (code {code}); starting it again in {child.delay:g} s")
        child.delay = min(child.delay * 2, LONGEST_DELAY)

    def stop(self) -> None:
        """Ask everybody at once, wait, then insist."""
        self.say("Stopping …")
        running = [child for child in self.children if child.process is not None]
        for child in running:
            child.ask()
        deadline = time.monotonic() + self.patience
        while any(child.alive for child in running) and time.monotonic() < deadline:
            time.sleep(PAUSE)
        for child in running:
            child.bury()
