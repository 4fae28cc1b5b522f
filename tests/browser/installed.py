"""An installation for measuring: granian and compressed files as in production, in a folder of its own."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60
ACCOUNTS = ("city", "manager", "counter", "tester", "checker", "approver", "enterprise")
SIGN_IN = """
import json, sys
from django.contrib.auth import get_user_model
from django.test import Client
cookies = {}
for user in get_user_model().objects.filter(username__in=sys.stdin.read().split()):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    cookies[user.get_username()] = client.cookies["sessionid"].value
print("COOKIES " + json.dumps(cookies))
"""


@dataclass(frozen=True)
class Installation:
    """Where it answers, and who has come in."""

    url: str
    cookies: Mapping[str, str]

    def context(self, browser: Browser, role: str = "", **wishes: object) -> BrowserContext:
        """A context of somebody who is signed in; the header stands for the TLS proxy in front."""
        given = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", **wishes}
        proxied = {"X-Forwarded-Proto": "https"}
        made = browser.new_context(base_url=self.url, extra_http_headers=proxied, **given)  # type: ignore[arg-type]  # untyped
        if role:
            made.add_cookies([{"name": "sessionid", "value": self.cookies[role], "url": self.url}])
        return made


@contextmanager
def installed(folder: Path, port: int, scale: str = "small") -> Iterator[Installation]:
    """The demonstration's data served as a production: set up, collected, started, stopped again."""
    common = os.environ | {
        "DJANGO_SETTINGS_MODULE": "metrology.settings",
        "DATA_DIR": str(folder),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "PORT": str(port),
        "REQUIRE_MFA_FOR": "none",
        "THROTTLE_ANON": "6000/min",
        "DATABASE_URL": "",
        "REDIS_URL": "",
    }
    for decision in ("SIGNING", "TIMESTAMPING", "TREE_HEADS_PUBLISHED_TO"):
        common.setdefault(decision, "none")
    demonstration = common | {"DEMO": "1", "DEMO_SCALE": scale}
    production = common | {
        "DEMO": "0",
        "PUBLIC_URL": "https://liangzhun.example",
        "TRUSTED_PROXIES": "1",
    }
    manage(demonstration, "serve", "--only", "setup")
    manage(production, "collectstatic", "--noinput", "--verbosity=0", "--ignore=redoc")
    said = manage(production, "shell", "-c", SIGN_IN, given=" ".join(ACCOUNTS))
    line = next(line for line in said.splitlines() if line.startswith("COOKIES "))
    with open(folder / "web.log", "wb") as log:
        web = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--only", "web"],
            cwd=ROOT,
            env=production,
            stdout=log,
            stderr=log,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz")
            yield Installation(f"http://localhost:{port}", json.loads(line.removeprefix("COOKIES ")))
        finally:
            web.terminate()
            web.wait(30)


def manage(environment: Mapping[str, str], *words: str, given: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=dict(environment),
        input=given,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(words[:3])}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def wait_for(address: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
