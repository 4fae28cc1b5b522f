"""Single sign-on by OpenID Connect: all of its variables or none, and no connection but to the issuer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from django.core.exceptions import ImproperlyConfigured

from metrology.env import Environment, is_loopback

PROVIDER_ID = "sso"
NEEDED = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")


@dataclass(frozen=True)
class Configuration:
    """The one provider an installation may trust to say who somebody is."""

    issuer: str
    client_id: str
    name: str
    secret: str = field(repr=False)

    @property
    def origin(self) -> str:
        return origin_of(self.issuer)


def origin_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()


def configuration(read: Environment) -> Configuration | None:
    """What OIDC_* say; half of them is refused, naming what is missing."""
    given = {name: read.text(name) for name in NEEDED}
    missing = [name for name, text in given.items() if not text]
    if len(missing) == len(NEEDED):
        return None
    if missing:
        raise ImproperlyConfigured(
            f"{' and '.join(missing)} not set: single sign-on needs {', '.join(NEEDED)}; set all or none."
        )
    issuer = read.url("OIDC_ISSUER", ("https", "http"))
    assert issuer is not None
    if issuer.scheme == "http" and not is_loopback(issuer.hostname or ""):
        raise ImproperlyConfigured("OIDC_ISSUER is plain http: codes and secrets would travel in the clear.")
    return Configuration(
        issuer=given["OIDC_ISSUER"].rstrip("/"),
        client_id=given["OIDC_CLIENT_ID"],
        secret=given["OIDC_CLIENT_SECRET"],
        name=read.text("OIDC_NAME", issuer.hostname or ""),
    )


def providers(found: Configuration | None) -> dict[str, Any]:
    """The same for allauth."""
    if found is None:
        return {}
    app = {
        "provider_id": PROVIDER_ID,
        "name": found.name,
        "client_id": found.client_id,
        "secret": found.secret,
        "settings": {"server_url": found.issuer, "fetch_userinfo": True, "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app]}}


class IssuerOnly(requests.Session):
    """A session that speaks to the configured issuer and follows nobody elsewhere."""

    def __init__(self, origin: str, timeout: float) -> None:
        super().__init__()
        self.origin, self.seconds = origin, timeout
        self.trust_env = False

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        if origin_of(str(url)) != self.origin:
            raise requests.ConnectionError(f"refused: {origin_of(str(url))} is not the configured issuer")
        kwargs.setdefault("timeout", self.seconds)
        kwargs["allow_redirects"] = False
        return super().request(method, url, *args, **kwargs)
