"""What the environment says, read once, each mistake answered with the variable's name and its cure."""

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from django.core.exceptions import ImproperlyConfigured

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
YES = frozenset({"1", "on", "true", "yes"})
NO = frozenset({"0", "off", "false", "no"})


def is_loopback(host: str) -> bool:
    return host in LOOPBACK or host.startswith("127.")


class Environment:
    """Typed reading of variables; NAME_FILE names a file that holds the value of NAME."""

    def __init__(self, source: Mapping[str, str] | None = None) -> None:
        self.source = os.environ if source is None else source

    def text(self, name: str, default: str = "") -> str:
        path = self.source.get(f"{name}_FILE", "").strip()
        if not path:
            return self.source.get(name, "").strip() or default
        if self.source.get(name, "").strip():
            raise ImproperlyConfigured(f"{name} and {name}_FILE are both set: keep one of them.")
        try:
            return Path(path).read_text(encoding="utf-8").strip() or default
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(
                f"{name}_FILE names {path}, which cannot be read ({error}): correct path or permissions."
            ) from error

    def flag(self, name: str, default: bool) -> bool:
        word = self.text(name).lower()
        if not word:
            return default
        if word not in YES | NO:
            raise ImproperlyConfigured(f"{name}={word} is neither yes nor no: write {name}=1 or {name}=0.")
        return word in YES

    def number(self, name: str, default: int, least: int = 0, most: int = 2**31) -> int:
        word = self.text(name, str(default))
        if not (word.isascii() and word.isdigit() and least <= int(word) <= most):
            raise ImproperlyConfigured(f"{name}={word} is not a whole number from {least} to {most}.")
        return int(word)

    def choice(self, name: str, words: tuple[str, ...], default: str = "") -> str:
        word = self.text(name, default)
        if word and word not in words:
            raise ImproperlyConfigured(f"{name}={word} is none of: {', '.join(words)}.")
        return word

    def words(self, name: str, default: str = "") -> list[str]:
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def url(self, name: str, schemes: tuple[str, ...], default: str = "") -> SplitResult | None:
        """The parsed address, or None when nothing is set; its password is never repeated in a message."""
        value = self.text(name, default)
        if not value:
            return None
        cure = f"write {schemes[0]}://…"
        try:
            parts = urlsplit(value)
            complete = parts.scheme in schemes and (parts.hostname or parts.scheme in {"unix", "postgresql"})
            _ = parts.port
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} is not an address ({error}): {cure}.") from error
        if not complete:
            raise ImproperlyConfigured(
                f"{name} must begin with {' or '.join(schemes)}:// and name a host: {cure}."
            )
        return parts


def postgresql(parts: SplitResult) -> dict[str, Any]:
    """DATABASE_URL as Django wants it; query parameters (sslmode and the like) go to libpq unchanged."""
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ImproperlyConfigured(
            "DATABASE_URL names no database: write postgresql://user:password@host/name."
        )
    options = dict(pair.partition("=")[::2] for pair in parts.query.split("&") if pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or options.pop("host", "")),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {key: unquote(value) for key, value in options.items()},
    }


def sqlite(path: Path) -> dict[str, Any]:
    """WAL with IMMEDIATE transactions and synchronous FULL: an acknowledged entry survives a power cut."""
    pragmas = (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "mmap_size=268435456",
        "cache_size=-65536",
        "temp_store=MEMORY",
        "journal_size_limit=67108864",
    )
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": 600,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": ";".join(f"PRAGMA {pragma}" for pragma in pragmas),
        },
    }


def make_folders(*folders: Path) -> None:
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            writable = os.access(folder, os.W_OK | os.X_OK)
        except OSError:
            writable = False
        if not writable:
            raise ImproperlyConfigured(
                f"{folder} cannot be written: set DATA_DIR to a folder that this user may write to."
            )


def kept_secret(path: Path, make: Callable[[], str] = lambda: secrets.token_urlsafe(50)) -> str:
    """A secret made once and kept beside the data; two processes starting together end with the same one."""
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        with os.fdopen(
            os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii"
        ) as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return path.read_text(encoding="ascii")


def credentials(parts: SplitResult) -> tuple[str, str]:
    return unquote(parts.username or ""), unquote(parts.password or "")


def next_redis_database(broker: SplitResult) -> str:
    """The cache lies one database above the queue, so that flushing it loses no message."""
    number = broker.path.strip("/") or "0"
    if broker.scheme == "unix" or not number.isdigit():
        raise ImproperlyConfigured("CACHE_URL is not set: give the cache a Redis database of its own.")
    return urlunsplit(broker._replace(path=f"/{int(number) + 1}"))


def redis_transport() -> dict[str, Any]:
    """After a kill -9 an unacknowledged task returns within seconds, and a dead link is noticed in 16 s."""
    return {
        "visibility_timeout": 900,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 8,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 10,
        "retry_on_timeout": True,
    }


def folder_transport(folder: Path) -> dict[str, Any]:
    """The queue as a folder, looked into twenty times a second."""
    return {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "control_folder": str(folder / "control"),
        "polling_interval": 0.05,
    }
