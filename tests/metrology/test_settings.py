"""The environment decides the kind of installation, and each mistake is answered with its name and cure."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = str(ROOT / "metrology" / "settings.py")
VARIABLES = [
    "ALLOWED_HOSTS",
    "CACHE_URL",
    "DATABASE_OWNER_URL",
    "DATABASE_URL",
    "DEBUG",
    "DEMO",
    "EMAIL_URL",
    "HOST",
    "LOG_LEVEL",
    "PORT",
    "PUBLIC_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "SECRET_KEY_FILE",
    "STATIC_ROOT",
    "TRUSTED_PROXIES",
    "WEB_WORKERS",
]
SERVICES = {
    "DATABASE_URL": "postgresql://lz:s%40fe@db:5433/register?sslmode=require",
    "REDIS_URL": "redis://queue:6379/0",
    "SECRET_KEY": "k" * 50,
}


@pytest.fixture
def load(monkeypatch, tmp_path):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))

    def run(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(SETTINGS)

    return run


def test_it_is_embedded_when_nothing_is_set(load, tmp_path):
    settings = load()
    assert settings["DATABASES"]["default"]["NAME"] == tmp_path / "data" / "db.sqlite3"
    assert settings["CELERY"]["broker_url"].startswith("filesystem://")
    assert settings["DEMO"] and not settings["PRODUCTION"]


def test_it_keeps_an_acknowledged_entry_through_a_power_cut(load):
    options = load()["DATABASES"]["default"]["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "recursive_triggers=ON", "foreign_keys=ON"):
        assert f"PRAGMA {pragma}" in options["init_command"]


def test_it_makes_its_secret_once(load, tmp_path):
    first = load()["SECRET_KEY"]
    assert len(first) >= 50
    assert load()["SECRET_KEY"] == first
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o077 == 0


def test_it_reads_postgresql_from_one_address(load):
    database = load(**SERVICES)["DATABASES"]["default"]
    assert (database["USER"], database["PASSWORD"], database["NAME"]) == ("lz", "s@fe", "register")
    assert (database["HOST"], database["PORT"]) == ("db", "5433")
    assert database["OPTIONS"] == {"sslmode": "require"}
    assert database["CONN_MAX_AGE"] == 600 and database["CONN_HEALTH_CHECKS"]


def test_it_separates_the_cache_from_the_queue(load):
    settings = load(**SERVICES)
    assert settings["CACHES"]["default"]["LOCATION"] == "redis://queue:6379/1"
    assert settings["CELERY"]["broker_url"] == "redis://queue:6379/0"


def test_it_notices_a_dead_link_to_redis(load):
    options = load(**SERVICES)["CELERY"]["broker_transport_options"]
    assert options["socket_timeout"] == 8
    assert options["unacked_restore_interval"] * options["unacked_restore_throttle"] <= 5


def test_it_is_no_demonstration_beside_a_real_database(load):
    assert not load(**SERVICES)["DEMO"]


def test_it_is_no_demonstration_on_a_network_address(load):
    assert not load(HOST="0.0.0.0")["DEMO"]
    assert not load(HOST="127.0.0.1", PUBLIC_URL="https://jl.example.org")["DEMO"]


def test_it_takes_hosts_and_safe_cookies_from_the_public_address(load):
    settings = load(PUBLIC_URL="https://jl.example.org/", **SERVICES)
    assert settings["PUBLIC_URL"] == "https://jl.example.org"
    assert "jl.example.org" in settings["ALLOWED_HOSTS"]
    assert settings["SESSION_COOKIE_SECURE"] and settings["CSRF_COOKIE_SECURE"]
    assert settings["SECURE_SSL_REDIRECT"] and settings["SECURE_HSTS_SECONDS"]


def test_it_reads_a_secret_from_a_file(load, tmp_path):
    (tmp_path / "key").write_text("f" * 50 + "\n")
    assert load(SECRET_KEY_FILE=str(tmp_path / "key"))["SECRET_KEY"] == "f" * 50


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"DEMO": "perhaps"}, ["DEMO=perhaps", "DEMO=0"]),
        ({"PORT": "http"}, ["PORT=http", "65535"]),
        ({"PORT": "70000"}, ["PORT=70000", "65535"]),
        ({"TRUSTED_PROXIES": "-1"}, ["TRUSTED_PROXIES=-1"]),
        ({"DATABASE_URL": "mysql://u:p@h/n"}, ["DATABASE_URL", "postgresql://"]),
        ({"DATABASE_URL": "postgresql://u:p@h:port/n"}, ["DATABASE_URL", "postgresql://"]),
        (
            {"DATABASE_URL": "postgresql://u:p@h", "SECRET_KEY": "k" * 50},
            ["DATABASE_URL", "names no database"],
        ),
        ({"DATABASE_URL": "postgresql://u:p@h/n"}, ["SECRET_KEY", "SECRET_KEY_FILE"]),
        ({"REDIS_URL": "queue:6379"}, ["REDIS_URL", "redis://"]),
        ({"REDIS_URL": "unix:///run/redis.sock"}, ["CACHE_URL"]),
        ({"PUBLIC_URL": "jl.example.org"}, ["PUBLIC_URL", "https://"]),
        ({"SECRET_KEY_FILE": "/nowhere/key"}, ["SECRET_KEY_FILE", "/nowhere/key"]),
        ({"SECRET_KEY": "a", "SECRET_KEY_FILE": "/nowhere/key"}, ["SECRET_KEY and SECRET_KEY_FILE"]),
        ({"SIGNING": "yes"}, ["SIGNING=yes", "own-ca"]),
        ({"LOG_FORMAT": "xml"}, ["LOG_FORMAT=xml", "json"]),
        ({"DATA_DIR": "/dev/null/data"}, ["/dev/null/data", "DATA_DIR"]),
    ],
)
def test_it_names_the_variable_and_the_cure(load, variables, words):
    with pytest.raises(ImproperlyConfigured) as trouble:
        load(**variables)
    for word in words:
        assert word in str(trouble.value)


def test_it_never_repeats_a_password(load):
    with pytest.raises(ImproperlyConfigured) as trouble:
        load(DATABASE_URL="mysql://user:hunter2@host/name")
    assert "hunter2" not in str(trouble.value)


def start(tmp_path, *arguments, **variables):
    clean = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={
            **clean,
            "DATA_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "metrology.settings",
            **variables,
        },
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_it_refuses_to_start_in_one_line(tmp_path):
    answer = start(tmp_path, "serve", PORT="none")
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert answer.stderr.startswith("Liangzhun cannot start: PORT=none")


@pytest.mark.long
def test_it_refuses_to_serve_an_unsafe_production(tmp_path):
    answer = start(tmp_path, "serve", HOST="0.0.0.0", DEBUG="1", SECRET_KEY="short")
    assert answer.returncode == 1
    for word in ("DEBUG", "SECRET_KEY", "PUBLIC_URL"):
        assert word in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.long
def test_it_is_clean_in_the_shape_of_production(tmp_path):
    """With --deploy every security warning of Django counts; the database itself is not asked here."""
    answer = start(
        tmp_path,
        "check",
        "--deploy",
        "--fail-level=WARNING",
        **SERVICES | {"SECRET_KEY": "k7Zp2vQx9RtWm4Ls8Yb1Nc6Hd3Gf5JaEuTiOoPwVzXqBrCyMn0"},
        PUBLIC_URL="https://jl.example.org",
        HOST="0.0.0.0",
        TRUSTED_PROXIES="1",
        EMAIL_URL="smtps://mail.example.org",
        SIGNING="none",
        TIMESTAMPING="none",
        TREE_HEADS_PUBLISHED_TO="none",
    )
    assert answer.returncode == 0, answer.stderr
