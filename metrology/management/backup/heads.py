"""Where the history of a database stands: what a backup says of itself and a restore must find again."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from certificates.models import Certificate, LogEntry
from metrology.models import ChainHead, Event

Ask = Callable[[str], Iterable[tuple[Any, ...]]]


@dataclass(frozen=True)
class Heads:
    """The last migration of each app, the last event of each chain, the last entry of the log, and counts."""

    migrations: dict[str, str]
    chains: dict[str, list[Any]]
    log: list[Any]
    counts: dict[str, int]

    def history(self) -> tuple[Any, ...]:
        """What a restore may not change; migrations may go forward."""
        return self.chains, self.log, self.counts

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def read(ask: Ask) -> Heads:
    """The heads in the database that `ask` asks; plain SQL, for a copy is not one of Django's databases."""
    chain, log, event, certificate = (
        model._meta.db_table for model in (ChainHead, LogEntry, Event, Certificate)
    )
    last = list(ask(f"SELECT seq, leaf_hash FROM {log} ORDER BY seq DESC LIMIT 1"))  # noqa: S608  own names
    heads = ask(f"SELECT chain, seq, hash FROM {chain} ORDER BY chain")  # noqa: S608  own names
    return Heads(
        migrations=dict(ask("SELECT app, max(name) FROM django_migrations GROUP BY app ORDER BY app")),
        chains={name: [seq, sha256] for name, seq, sha256 in heads},
        log=list(last[0]) if last else [],
        counts={table: count(ask, table) for table in (event, certificate, log)},
    )


def count(ask: Ask, table: str) -> int:
    return int(next(iter(ask(f"SELECT count(*) FROM {table}")))[0])  # noqa: S608  own names
