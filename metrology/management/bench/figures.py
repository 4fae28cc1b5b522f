"""A figure beside its reference, measured in the same run on the same rows, so that the ratio counts."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.test import Client

from metrology.actors import Actor
from metrology.authentication import SESSION_KEY


@dataclass(frozen=True)
class Figure:
    """One line of the benchmark; `ratio` is value by reference."""

    name: str
    value: float
    unit: str
    reference: float | None = None
    against: str = ""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return round(self.value / self.reference, 2) if self.reference else None

    def line(self) -> str:
        said = {key: _short(value) for key, value in asdict(self).items() if value not in (None, "")}
        return json.dumps(
            said | ({"ratio": self.ratio} if self.ratio is not None else {}), ensure_ascii=False
        )


def _short(value: Any) -> Any:
    return float(f"{value:.4g}") if isinstance(value, float) else value


def milliseconds(act: Callable[[], Any], times: int = 15) -> list[float]:
    """How long an act takes, each time after one that is not counted."""
    act()
    return [once(act) for _ in range(times)]


def once(act: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


def computing(act: Callable[[], Any]) -> float:
    """The processor time of an act in this process, which others on the machine hardly change."""
    begun = time.process_time()
    act()
    return (time.process_time() - begun) * 1000


def p50(times: Sequence[float]) -> float:
    return statistics.median(times)


def p95(times: Sequence[float]) -> float:
    return sorted(times)[min(len(times) - 1, round(0.95 * len(times)))]


def entered(actor: Actor) -> Client:
    """A client of this process, signed in and acting."""
    client = Client(SERVER_NAME="localhost")
    assert actor.user is not None and actor.membership is not None
    client.force_login(actor.user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[SESSION_KEY] = str(actor.membership.public_id)
    session.save()
    return client


def page(client: Client, path: str) -> Callable[[], None]:
    """Asking for a page that must be there."""

    def ask() -> None:
        answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")

    return ask
