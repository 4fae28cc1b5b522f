"""The production composition: every process has the variables it refuses to start without."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from metrology import env
from metrology.management import alive

ROOT = Path(__file__).resolve().parents[2]
SECRETS = ("PASSWORD", "SECRET", "TOKEN", "DATABASE_URL", "EMAIL_URL")
PRODUCTION = {
    "DATABASE_URL": "postgresql://lz:word@db/register",
    "REDIS_URL": "redis://queue:6379/0",
    "SECRET_KEY": "k" * 50,
    "OIDC_ISSUER": "https://idp.example.org",
    "OIDC_CLIENT_ID": "lz",
    "OIDC_CLIENT_SECRET": "word",
}


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def test_it_runs_web_worker_and_beat_from_one_image(compose):
    services = compose["services"]
    for name in ("web", "worker", "beat"):
        assert services[name]["command"][-1] == name
        assert services[name]["image"] == "liangzhun"
        for variable in ("PUBLIC_URL", "DATABASE_URL_FILE", "SECRET_KEY_FILE", "REDIS_URL", "CACHE_URL"):
            assert services[name]["environment"][variable]


def test_it_writes_no_secret_down(compose):
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if any(word in name for word in SECRETS):
                assert name.endswith("_FILE") and value.startswith("/run/secrets/")
        for name in service.get("secrets", []):
            assert name in compose["secrets"]


def test_it_loses_no_message_and_may_lose_the_cache(compose):
    queue, cache = (" ".join(compose["services"][name]["command"]) for name in ("redis", "cache"))
    assert "--appendonly yes" in queue and "--maxmemory-policy noeviction" in queue
    assert "allkeys-lru" in cache
    environment = compose["services"]["web"]["environment"]
    assert environment["REDIS_URL"].split("/")[2] != environment["CACHE_URL"].split("/")[2]


def test_it_serves_with_a_role_that_owns_nothing(compose):
    assert "database_owner_url" not in compose["services"]["web"]["secrets"]
    assert "database_owner_url" in compose["services"]["setup"]["secrets"]


def test_it_listens_on_the_machine_alone(compose):
    assert compose["services"]["web"]["ports"] == ["127.0.0.1:8000:8000"]
    assert not any("ports" in compose["services"][name] for name in ("postgres", "redis", "cache"))


def test_it_agrees_with_the_specification_of_compose():
    checker = Path(sys.executable).with_name("check-jsonschema")
    command = [checker, "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout


def test_every_process_says_whether_it_is_well(compose):
    ended = {"setup", "backup", "restore"}
    for name, service in compose["services"].items():
        assert name in ended or service["healthcheck"]["test"], name


def test_every_service_has_what_it_mentions(compose):
    for name, service in compose["services"].items():
        assert set(service.get("secrets", [])) <= set(compose["secrets"]), name
        named = {mount.split(":")[0] for mount in service.get("volumes", [])}
        assert named <= set(compose["volumes"]), name
        assert set(service["networks"]) <= {"default", *compose["networks"]}, name
        for value in service.get("environment", {}).values():
            path = str(value)
            if path.startswith("/run/secrets/"):
                assert path.removeprefix("/run/secrets/") in service["secrets"], name


def test_database_and_queues_are_out_of_reach(compose):
    assert compose["networks"]["inside"]["internal"] is True
    for name in ("postgres", "redis", "cache"):
        assert compose["services"][name]["networks"] == ["inside"]


def test_the_processes_may_write_nothing_but_the_data(compose):
    for name in ("web", "worker", "beat", "setup", "backup", "restore"):
        service = compose["services"][name]
        assert service["read_only"] and service["cap_drop"] == ["ALL"]
    for name in ("web", "worker", "beat"):
        assert compose["services"][name]["volumes"] == ["data:/data", "backups:/backups:ro"]


def test_backups_run_as_the_owner_and_only_when_asked_for(compose):
    for name in ("backup", "restore"):
        service = compose["services"][name]
        assert service["profiles"] == ["tools"]
        assert service["environment"]["DATABASE_URL_FILE"].endswith("owner_url")


def test_the_image_runs_without_rights_on_the_python_that_is_tested():
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    stages = [line for line in lines if line.startswith("FROM ")]
    assert len(stages) == 2 and all("python:3.13-slim" in stage for stage in stages)
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001:10001"]


def test_the_example_explains_every_setting_and_no_other(monkeypatch, tmp_path):
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    explained = set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", text, re.MULTILINE)) - {
        "NAME_FILE",
        alive.VARIABLE,
    }
    seen = set()
    read = env.Environment.text

    def note(self, name, default=""):
        seen.add(name)
        return read(self, name, default)

    monkeypatch.setattr(env.Environment, "text", note)
    for name in ("DATABASE_URL", "REDIS_URL", "SIGNING"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    runpy.run_path(str(ROOT / "metrology" / "settings.py"))
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    runpy.run_path(str(ROOT / "metrology" / "settings.py"))
    assert explained == seen
