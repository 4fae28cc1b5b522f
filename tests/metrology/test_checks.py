"""What is unsafe or incomplete is refused with the variable's name and the cure."""

import pytest

from metrology import checks


@pytest.fixture
def production(settings):
    """A sound production, of which each test breaks one thing."""
    settings.PRODUCTION = True
    settings.DEMO = settings.DEBUG = False
    settings.SECRET_KEY = "k7Zp2vQx9RtWm4Ls8Yb1Nc6Hd3Gf5JaEuTiOoPwVzXqBrCyMn0"
    settings.HOST = "0.0.0.0"
    settings.PUBLIC_URL, settings.PUBLIC_HOST, settings.HTTPS = (
        "https://jl.example.org",
        "jl.example.org",
        True,
    )
    settings.TRUSTED_PROXIES = 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.CACHES = {"default": {"LOCATION": "redis://queue/1"}}
    return settings


@pytest.fixture
def on(monkeypatch):
    def choose(vendor):
        monkeypatch.setattr(checks.connection._connections[checks.connection._alias], "vendor", vendor)

    return choose


def found(check, **arguments):
    return {message.id: f"{message.msg} {message.hint}" for message in check(None, **arguments)}


def test_it_finds_nothing_in_a_sound_production(production, on):
    on("postgresql")
    production.CELERY = {"broker_url": "redis://queue/0"}
    assert found(checks.check_production) == {}
    assert found(checks.check_demo) == {}


@pytest.mark.parametrize(
    ("broken", "identity", "name"),
    [
        ({"DEBUG": True}, "liangzhun.E002", "DEBUG"),
        ({"SECRET_KEY": "short"}, "liangzhun.E003", "SECRET_KEY_FILE"),
        ({"SECRET_KEY": "ab" * 40}, "liangzhun.E003", "SECRET_KEY"),
        ({"PUBLIC_HOST": "localhost", "HTTPS": False}, "liangzhun.E004", "PUBLIC_URL"),
        ({"HTTPS": False}, "liangzhun.E005", "PUBLIC_URL=https"),
        ({"TRUSTED_PROXIES": 0}, "liangzhun.E006", "TRUSTED_PROXIES"),
        ({"CELERY": {"broker_url": "filesystem://"}}, "liangzhun.E007", "REDIS_URL"),
        ({"CACHES": {"default": {"LOCATION": "redis://queue/0"}}}, "liangzhun.E009", "CACHE_URL"),
        ({"EMAIL_BACKEND": "x.filebased.EmailBackend"}, "liangzhun.W001", "EMAIL_URL"),
        ({"SIGNING": ""}, "liangzhun.W004", "SIGNING is not decided"),
        ({"TIMESTAMPING": "https://tsa.example.org"}, "liangzhun.W004", "TIMESTAMPING=https"),
        ({"METRICS_TOKEN": "short"}, "liangzhun.E015", "METRICS_TOKEN_FILE"),
        ({"OUTGOING_ALLOWED": ["10.0.0.1/8"]}, "liangzhun.E016", "OUTGOING_ALLOWED"),
    ],
)
def test_it_refuses_each_broken_thing(production, on, broken, identity, name):
    on("postgresql")
    production.CELERY = {"broker_url": "redis://queue/0"}
    for key, value in broken.items():
        setattr(production, key, value)
    messages = found(checks.check_production)
    assert list(messages) == [identity]
    assert name in messages[identity]


def test_it_refuses_redis_beside_sqlite(production, on):
    on("sqlite")
    production.CELERY = {"broker_url": "redis://queue/0"}
    assert "DATABASE_URL" in found(checks.check_production)["liangzhun.E008"]


@pytest.mark.django_db
def test_it_misses_a_guard_that_is_gone():
    assert found(checks.check_guards, databases=["default"]) == {}
    with checks.connection.cursor() as cursor:
        name = checks.guards.trigger_names("metrology_event", checks.connection.vendor)[0]
        tail = " ON metrology_event" if checks.connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {name}{tail}")
    assert name in found(checks.check_guards, databases=["default"])["liangzhun.E014"]


def test_it_says_that_the_database_server_is_away(on, monkeypatch):
    def refuse(question):
        raise checks.OperationalError("connection refused\nand more")

    on("postgresql")
    monkeypatch.setattr(checks, "ask", refuse)
    assert "DATABASE_URL" in found(checks.check_postgresql, databases=["default"])["liangzhun.E013"]


@pytest.mark.parametrize(("host", "public"), [("0.0.0.0", "localhost"), ("127.0.0.1", "jl.example.org")])
def test_it_keeps_the_demonstration_on_this_machine(settings, host, public):
    settings.DEMO, settings.HOST, settings.PUBLIC_HOST = True, host, public
    assert "DEMO=0" in found(checks.check_demo)["liangzhun.E001"]


def test_it_warns_of_an_old_sqlite(settings, on, monkeypatch):
    on("sqlite")
    monkeypatch.setattr(checks.sqlite3, "sqlite_version_info", (3, 51, 2))
    assert "DATABASE_URL" in found(checks.check_sqlite)["liangzhun.W002"]
    monkeypatch.setattr(checks.sqlite3, "sqlite_version_info", (3, 51, 3))
    assert found(checks.check_sqlite) == {}


def test_it_refuses_sqlite_on_a_network_filesystem(settings, on, monkeypatch):
    on("sqlite")
    monkeypatch.setattr(checks, "filesystem_of", lambda path: "nfs4")
    assert "DATA_DIR" in found(checks.check_sqlite)["liangzhun.E010"]


def test_it_finds_the_innermost_mount(tmp_path):
    table = tmp_path / "mounts"
    table.write_text("/dev/a / ext4 rw 0 0\nserver:/x /srv nfs4 rw 0 0\n/dev/b /srv/local xfs rw 0 0\n")
    kinds = [
        checks.filesystem_of(checks.Path(path), table) for path in ("/var", "/srv/data", "/srv/local/data")
    ]
    assert kinds == ["ext4", "nfs4", "xfs"]
