"""Start-up checks: what is unsafe or incomplete is refused, naming the variable and the cure."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.db import OperationalError, connection
from django.utils.translation import override

from metrology import decisions, guards, outgoing
from metrology.accounts import policy
from metrology.env import is_loopback

INSTALLATION = "installation"
GUARDS = "guards"
SAFE_SQLITE = (3, 51, 3)
LEAST_POSTGRESQL = 150_000
SECRET_LENGTH = 50
TOKEN_LENGTH = 24
NETWORK_FILESYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.glusterfs", "ceph", "afs", "vboxsf"}
)


@register(INSTALLATION)
def check_demo(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Known passwords never listen on a network."""
    if not settings.DEMO or (is_loopback(settings.HOST) and is_loopback(settings.PUBLIC_HOST)):
        return []
    return [
        Error(
            "DEMO is on, but the server would be reachable from the network.",
            hint="Set DEMO=0, or leave HOST and PUBLIC_URL unset so that only this machine gets in.",
            id="liangzhun.E001",
        )
    ]


@register(INSTALLATION)
def check_production(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if not settings.PRODUCTION:
        return []
    return [*secrets_and_debug(), *addresses(), *services(), *signing(), *watching()]


@register(INSTALLATION)
def check_second_step(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A role written wrongly would leave its people without a second step in silence."""
    unknown = sorted(settings.REQUIRE_MFA_FOR - policy.WORDS)
    if not unknown:
        return []
    return [
        Error(
            f"REQUIRE_MFA_FOR names no role: {', '.join(unknown)}.",
            hint=f"Use words of {', '.join(sorted(policy.WORDS))}, or none.",
            id="liangzhun.E020",
        )
    ]


def secrets_and_debug() -> Iterator[CheckMessage]:
    if settings.DEBUG:
        yield Error(
            "DEBUG is on in production: error pages would show settings and data.",
            hint="Unset DEBUG.",
            id="liangzhun.E002",
        )
    if len(settings.SECRET_KEY) < SECRET_LENGTH or len(set(settings.SECRET_KEY)) < 10:
        yield Error(
            "SECRET_KEY is too short or too regular to keep sessions safe.",
            hint=f"Give at least {SECRET_LENGTH} random characters in SECRET_KEY or SECRET_KEY_FILE.",
            id="liangzhun.E003",
        )


def addresses() -> Iterator[CheckMessage]:
    """The address of PUBLIC_URL is printed on every certificate."""
    local = is_loopback(settings.PUBLIC_HOST)
    if local and not is_loopback(settings.HOST):
        yield Error(
            "PUBLIC_URL is not set, but HOST lets the network in; certificates print that address.",
            hint="Set PUBLIC_URL to the address people type, for example https://jl.example.org.",
            id="liangzhun.E004",
        )
    if not local and not settings.HTTPS:
        yield Error(
            "PUBLIC_URL is plain http: passwords and certificates would travel in the clear.",
            hint="Put a TLS proxy in front and set PUBLIC_URL=https://….",
            id="liangzhun.E005",
        )
    if settings.HTTPS and not settings.TRUSTED_PROXIES:
        yield Error(
            "PUBLIC_URL is https, but TRUSTED_PROXIES is 0: every request would be redirected for ever.",
            hint="Set TRUSTED_PROXIES to the number of proxies in front, usually 1; they must set"
            " X-Forwarded-For and X-Forwarded-Proto themselves.",
            id="liangzhun.E006",
        )


def services() -> Iterator[CheckMessage]:
    queue = settings.CELERY["broker_url"]
    embedded_database = connection.vendor == "sqlite"
    if queue.startswith("filesystem") and not embedded_database:
        yield Error(
            "DATABASE_URL is set, but REDIS_URL is not: workers on other machines would see no message.",
            hint="Set REDIS_URL=redis://host:6379/0 (appendonly yes, maxmemory-policy noeviction).",
            id="liangzhun.E007",
        )
    if embedded_database and not queue.startswith("filesystem"):
        yield Error(
            "REDIS_URL is set, but DATABASE_URL is not: the two go together.",
            hint="Set DATABASE_URL=postgresql://user:password@host/name, or unset REDIS_URL.",
            id="liangzhun.E008",
        )
    if settings.CACHES["default"].get("LOCATION") == queue:
        yield Error(
            "CACHE_URL and REDIS_URL name the same database: clearing the cache would lose messages.",
            hint="Give CACHE_URL another database number or server.",
            id="liangzhun.E009",
        )
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        yield Warning(
            "EMAIL_URL is not set: mail is written to files and reaches nobody.",
            hint="Set EMAIL_URL=smtps://user:password@host and DEFAULT_FROM_EMAIL.",
            id="liangzhun.W001",
        )


def signing() -> Iterator[CheckMessage]:
    """Nothing is signed by default in silence: until decided, formal verification documents wait."""
    with override("en"):
        for gap in decisions.gaps():
            yield Warning(
                f"{gap.reason} No formal verification document is issued until then.",
                hint=gap.way_out,
                id="liangzhun.W004",
            )


def watching() -> Iterator[CheckMessage]:
    if settings.METRICS_TOKEN and len(settings.METRICS_TOKEN) < TOKEN_LENGTH:
        yield Error(
            "METRICS_TOKEN is short enough to be guessed.",
            hint=f"Give at least {TOKEN_LENGTH} random characters in METRICS_TOKEN or METRICS_TOKEN_FILE.",
            id="liangzhun.E015",
        )
    try:
        outgoing.allowance()
    except ValueError as error:
        yield Error(
            f"OUTGOING_ALLOWED cannot be read: {error}.",
            hint="Write host names and networks, parted by commas: idp.example.org, 10.20.0.0/16.",
            id="liangzhun.E016",
        )


@register(INSTALLATION)
def check_sqlite(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if connection.vendor != "sqlite":
        return []
    found: list[CheckMessage] = []
    if filesystem_of(settings.DATA_DIR) in NETWORK_FILESYSTEMS:
        found.append(
            Error(
                f"DATA_DIR ({settings.DATA_DIR}) lies on a network filesystem, where SQLite can lose data.",
                hint="Set DATA_DIR to a local folder, or DATABASE_URL to a PostgreSQL server.",
                id="liangzhun.E010",
            )
        )
    if sqlite3.sqlite_version_info < SAFE_SQLITE and not settings.DEMO:
        found.append(
            Warning(
                f"SQLite {sqlite3.sqlite_version} has the WAL-reset fault (very rare; mended in 3.51.3).",
                hint="For production set DATABASE_URL to PostgreSQL 15 or newer, or use a newer SQLite.",
                id="liangzhun.W002",
            )
        )
    return found


def filesystem_of(path: Path, table: Path = Path("/proc/mounts")) -> str:
    """The type of the filesystem that holds a path; empty where the system does not say."""
    try:
        mounts = [line.split()[1:3] for line in table.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return ""
    holding = [(len(point), kind) for point, kind in mounts if path.is_relative_to(point)]
    return max(holding, default=(0, ""))[1]


def ask(question: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return tuple(cursor.fetchone())


@register(INSTALLATION, "database")
def check_postgresql(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    if not databases or connection.vendor != "postgresql":
        return []
    try:
        version, encoding = ask(
            "SELECT current_setting('server_version_num')::int, current_setting('server_encoding')"
        )
    except OperationalError as error:
        return [
            Error(
                f"The server of DATABASE_URL does not let us in: {str(error).splitlines()[0]}",
                hint="Start PostgreSQL, or correct host, name, user and password in DATABASE_URL.",
                id="liangzhun.E013",
            )
        ]
    found: list[CheckMessage] = []
    if version < LEAST_POSTGRESQL:
        found.append(
            Error(
                f"DATABASE_URL leads to PostgreSQL {version // 10_000}; 15 is the oldest that is tested.",
                hint="Upgrade the server.",
                id="liangzhun.E011",
            )
        )
    if encoding != "UTF8":
        found.append(
            Error(
                f"The database of DATABASE_URL is encoded in {encoding}, which cannot hold Chinese text.",
                hint="Create it with ENCODING 'UTF8'.",
                id="liangzhun.E012",
            )
        )
    return found


@register(INSTALLATION, "database", deploy=True)
def check_ownership(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Whoever owns a table can drop its triggers, so the serving role should own none."""
    if not databases or connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user"
        )
        owned = cursor.fetchone()[0]
    if not owned:
        return []
    return [
        Warning(
            f"The role of DATABASE_URL owns {owned} tables and could switch off their guards.",
            hint="Let another role own them: name it in DATABASE_OWNER_URL, which only the migrations use.",
            id="liangzhun.W003",
        )
    ]


@register(GUARDS)
def check_guards(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """What is issued is refused to change by the database itself; a rebuilt table may have lost that."""
    gaps = guards.missing() if databases else []
    if not gaps:
        return []
    return [
        Error(
            f"{len(gaps)} guards of issued documents are missing in the database, the first is {gaps[0]}.",
            hint="Run 'manage.py migrate', which puts them back, and find out who removed them.",
            id="liangzhun.E014",
        )
    ]
