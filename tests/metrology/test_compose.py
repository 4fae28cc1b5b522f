"""The production composition: every process has the variables it refuses to start without."""

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


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
            if "PASSWORD" in name or name in ("SECRET_KEY", "DATABASE_URL"):
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
    assert compose["services"]["web"]["secrets"] == ["database_url", "secret_key"]
    assert "database_owner_url" in compose["services"]["setup"]["secrets"]


def test_it_listens_on_the_machine_alone(compose):
    assert compose["services"]["web"]["ports"] == ["127.0.0.1:8000:8000"]
    assert not any("ports" in compose["services"][name] for name in ("postgres", "redis", "cache"))
