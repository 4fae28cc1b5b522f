"""The processes of docker-compose.yml by their own commands, as production, on PostgreSQL and Redis."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import Request, urlopen

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180
TOKEN = "a-token-of-twenty-four-signs"
BEHIND_THE_PROXY = {"Host": "jl.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(
        not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")),
        reason="asks for DATABASE_URL and REDIS_URL",
    ),
]


@pytest.fixture(scope="module")
def composition():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def database(composition, tmp_path_factory):
    """A database made as the container makes it: by the script of the composition, with roles of its own."""
    server = os.environ["DATABASE_URL"]
    name = f"liangzhun_compose_{os.getpid()}"
    folder = tmp_path_factory.mktemp("secrets")
    (folder / "app_password").write_text("app-word")
    script = composition["configs"]["roles"]["content"].replace("$$", "$")
    script = re.sub(r"\bliangzhun\b", name, script).replace("/run/secrets", str(folder))
    parts = urlsplit(server)
    with import_module("psycopg").connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name}_owner LOGIN PASSWORD 'owner-word'")
        connection.execute(
            f"CREATE DATABASE {name} OWNER {name}_owner ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0"
        )
        try:
            owner = urlunsplit(parts._replace(netloc=at(parts, f"{name}_owner:owner-word"), path=f"/{name}"))
            environment = {
                **os.environ,
                "POSTGRES_USER": f"{name}_owner",
                "POSTGRES_DB": name,
                "PGHOST": parts.hostname or "",
                "PGPORT": str(parts.port or 5432),
                "PGPASSWORD": "owner-word",
            }
            connection.execute(f"ALTER ROLE {name}_owner CREATEROLE")
            subprocess.run(["sh", "-c", script], env=environment, check=True)
            app = urlunsplit(parts._replace(netloc=at(parts, f"{name}:app-word"), path=f"/{name}"))
            yield {"name": name, "owner": owner, "app": app}
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
            connection.execute(f"DROP ROLE IF EXISTS {name}")
            connection.execute(f"DROP ROLE {name}_owner")


def at(parts, who):
    return f"{who}@{parts.hostname}:{parts.port or 5432}"


class Composition:
    """The services of the composition as plain processes, with their own environment and secrets."""

    def __init__(self, services, database, folder):
        self.services, self.database, self.folder = services, database, folder
        self.running = {}
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        for name in ("data", "secrets"):
            (folder / name).mkdir()
        secrets = {
            "secret_key": "k7Zp2vQx9RtWm4Ls8Yb1Nc6Hd3Gf5JaEuTiOoPwVzXqBrCyMn0",
            "database_url": database["app"],
            "database_owner_url": database["owner"],
            "email_url": "",
            "metrics_token": TOKEN,
        }
        for name, text in secrets.items():
            (folder / "secrets" / name).write_text(text)

    def environment(self, name):
        """What the container would see; only places differ: folders, port, and names of the database."""
        said = {
            key: re.sub(r"^\$\{\w+:-(.*)\}$", r"\1", str(value)).replace(
                "/run/secrets", str(self.folder / "secrets")
            )
            for key, value in self.services[name]["environment"].items()
        }
        redis = os.environ["REDIS_URL"]
        cache = os.environ.get("CACHE_URL") or urlunsplit(urlsplit(redis)._replace(path="/14"))
        clean = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "VIRTUAL_ENV") if key in os.environ}
        return {
            **clean,
            **said,
            "PUBLIC_URL": "https://jl.example.org",
            "DATABASE_APP_ROLE": self.database["name"],
            "REDIS_URL": redis,
            "CACHE_URL": cache,
            "DATA_DIR": str(self.folder / "data"),
            "BACKUP_DIR": str(self.folder / "backups"),
            "ALIVE_FILE": str(self.folder / f"alive-{name}"),
            "HOST": "0.0.0.0",
            "PORT": str(self.port),
            "DEMO": "0",
        }

    def command(self, name):
        first, *words = self.services[name]["command"]
        assert first == "python"
        return [sys.executable, *words]

    def start(self, name):
        log = (self.folder / f"{name}.log").open("w")
        self.running[name] = subprocess.Popen(
            self.command(name),
            cwd=ROOT,
            env=self.environment(name),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def run(self, name, *words):
        return subprocess.run(
            [*self.command(name), *words],
            cwd=ROOT,
            env=self.environment(name),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def ask(self, path, **headers):
        """Status, headers and body of an answer; redirects are not followed by status 0."""
        request = Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urlopen(request, timeout=5) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except HTTPError as error:
            return error.code, error.headers, error.read().decode()
        except (URLError, OSError):
            return 0, {}, ""

    def log(self, name):
        return (self.folder / f"{name}.log").read_text()

    def stop(self):
        for process in self.running.values():
            process.terminate()
        return {name: process.wait(40) for name, process in self.running.items()}


@pytest.fixture(scope="module")
def running(composition, database, tmp_path_factory):
    place = Composition(composition["services"], database, tmp_path_factory.mktemp("composition"))
    done = place.run("setup")
    assert done.returncode == 0, done.stdout + done.stderr
    collected = subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0", "--ignore=redoc"],
        cwd=ROOT,
        env=place.environment("web"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert collected.returncode == 0, collected.stderr
    try:
        for name in ("web", "worker", "beat"):
            place.start(name)
        wait(lambda: place.ask("/readyz", Host="localhost")[0] == 200, place)
        yield place
    finally:
        for process in place.running.values():
            if process.poll() is None:
                process.terminate()
                process.wait(40)


def wait(condition, place):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        fallen = [name for name, process in place.running.items() if process.poll() is not None]
        assert not fallen, place.log(fallen[0])
        assert time.monotonic() < deadline, "".join(place.log(name) for name in place.running)
        time.sleep(0.2)


def test_it_answers_behind_its_proxy_with_an_id_that_stands_in_the_log(running):
    status, headers, body = running.ask(
        "/accounts/login/", **BEHIND_THE_PROXY, **{"X-Request-ID": "proxy-0815"}
    )
    assert (status, headers["X-Request-ID"]) == (200, "proxy-0815")
    assert "csrf" in body and "Strict-Transport-Security" in headers
    wait(lambda: "proxy-0815" in running.log("web"), running)
    [line] = [line for line in running.log("web").splitlines() if "proxy-0815" in line]
    said = json.loads(line)
    assert (said["route"], said["status"], said["method"]) == ("/accounts/login/", 200, "GET")


def test_the_worker_and_the_beat_show_life_to_their_health_checks(running, composition):
    for name in ("worker", "beat"):
        _, _, *words = composition["services"][name]["healthcheck"]["test"]
        check = [sys.executable, *words]

        def is_well(name=name, check=check):
            place = {**running.environment(name), "PYTHONPATH": str(ROOT)}
            return subprocess.run(check, cwd=ROOT, env=place, check=False).returncode == 0

        wait(is_well, running)


def test_monitoring_reads_every_process_with_the_token_alone(running):
    assert running.ask("/metrics", Host="localhost")[0] == 403
    status, _, text = running.ask("/metrics", Host="localhost", Authorization=f"Bearer {TOKEN}")
    assert status == 200
    assert "liangzhun_decisions_missing 3.0" in text
    assert 'liangzhun_heartbeat_age_seconds{name="worker"}' in text
    assert 'route="/readyz"' in text


def test_the_serving_role_owns_no_table(running, database):
    with import_module("psycopg").connect(database["app"]) as connection:
        owned = connection.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert owned.fetchone() == (0,)


def test_it_backs_up_while_it_serves(running):
    done = running.run("backup")
    assert done.returncode == 0, done.stderr
    assert len(list((running.folder / "backups").glob("liangzhun-*/manifest.json"))) == 1


def test_every_line_after_the_start_is_an_object(running):
    """What the checks say at the start is for the person who starts it."""
    for name in ("web", "worker", "beat"):
        lines = running.log(name).splitlines()
        first = next((at for at, line in enumerate(lines) if line.startswith("{")), len(lines))
        assert all(isinstance(json.loads(line), dict) for line in lines[first:])
    assert '"logger":"metrology.watch"' in running.log("web")


def test_it_stops_when_asked(running):
    assert set(running.stop().values()) <= {0, -15}
    assert "Traceback" not in "".join(running.log(name) for name in running.running)
