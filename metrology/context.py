"""What every template may ask for: who acts, the menu, and whether this is a demonstration."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from metrology import navigation as registry
from metrology import oidc
from metrology.actors import STRANGER, Actor

DEMO_ACCOUNTS = {
    "city": _("City administrator"),
    "ningyang": _("County administrator"),
    "manager": _("Laboratory manager"),
    "counter": _("Counter staff"),
    "tester": _("Tester"),
    "checker": _("Checker"),
    "approver": _("Approver"),
    "enterprise": _("Enterprise"),
}


def _acting(request: HttpRequest) -> Actor:
    found: Actor = getattr(request, "actor", STRANGER)
    return found


def actor(request: HttpRequest) -> dict[str, Any]:
    return {"actor": _acting(request)}


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The menus, worked out only if the page shows them."""
    return {
        "navigation": SimpleLazyObject(lambda: registry.lines_for(_acting(request), request.path)),
        "account_navigation": SimpleLazyObject(_account_lines),
    }


def _account_lines() -> list[dict[str, Any]]:
    return [
        {"label": _("Settings"), "url": reverse("settings"), "icon": "settings"},
        {"label": _("Change password"), "url": reverse("account_change_password"), "icon": "key"},
    ]


def single_sign_on(request: HttpRequest) -> dict[str, Any]:
    """The way in through the organization's own accounts, where one is set up."""
    if settings.OIDC is None:
        return {}
    address = reverse("openid_connect_login", args=[oidc.PROVIDER_ID])
    return {"single_sign_on": {"url": address, "name": settings.OIDC.name}}


def demo(request: HttpRequest) -> dict[str, Any]:
    """Demonstration mode shows its accounts with their passwords; nothing else does."""
    if not settings.DEMO:
        return {"demo": False}
    accounts = [
        {"name": name, "password": f"{name}-demo", "label": DEMO_ACCOUNTS.get(name, name)}
        for name in settings.DEMO_ACCOUNTS
    ]
    return {"demo": True, "demo_accounts": accounts}
