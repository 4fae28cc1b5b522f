"""One user of the API, as any other system would be."""

import json
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

TIMEOUT = 30


class StoryError(Exception):
    """The server answered something the story does not expect; the text says what."""


class Client:
    """Speaks JSON to one server, with the token of one demo account once it has logged in."""

    def __init__(self, base_url: str) -> None:
        self.base = urlsplit(base_url)
        self.token = ""

    def log_in(self, name: str, password: str) -> "Client":
        answer = self.post("/api/v1/auth/token/", {"username": name, "password": password})
        self.token = answer["token"]
        return self

    def get(self, path: str) -> Any:
        return self._json("GET", path, None)

    def post(self, path: str, body: Any = None) -> Any:
        return self._json("POST", path, {} if body is None else body)

    def download(self, path: str) -> bytes:
        status, content = self.ask("GET", path)
        if status != 200:
            raise StoryError(f"GET {path} answered {status}: {content[:400].decode(errors='replace')}")
        return content

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Status and body of one request; StoryError when no answer comes at all."""
        kind = HTTPSConnection if self.base.scheme == "https" else HTTPConnection
        connection = kind(self.base.hostname or "localhost", self.base.port, timeout=TIMEOUT)
        headers = {"Content-Type": "application/json", "Accept-Language": "en"}
        if self.token:
            headers["Authorization"] = f"Token {self.token}"
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, HTTPException) as error:
            raise StoryError(f"{method} {path}: no answer ({error})") from error
        finally:
            connection.close()

    def _json(self, method: str, path: str, body: Any) -> Any:
        status, content = self.ask(method, path, body)
        if status not in (200, 201, 204):
            raise StoryError(f"{method} {path} answered {status}: {content[:2000].decode(errors='replace')}")
        return json.loads(content) if content else None
