"""Who opens which page of the staged house, and with what in its address."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import user_pk_to_url_str
from django.db.models import Model

from metrology.models import Organization, User
from tests.browser.staged import Stage
from tests.test_isolation import Route, signed_in

CLERK, COUNTER, MANAGER = "bench.clerk", "bench.counter", "bench.manager"
TESTER, CHECKER, APPROVER = "bench.tester", "bench.checker", "bench.approver"
ROLES = (
    *("stranger", "owner", "manager", "city", "twofold"),
    *(CLERK, COUNTER, MANAGER, TESTER, CHECKER, APPROVER),
)
WORLDLY = "manager"  # who opens what stands in no table below

WALKERS = {
    "accounts/login/": "stranger",
    "accounts/signup/": "stranger",
    "accounts/password/reset/": "stranger",
    "accounts/password/reset/done/": "stranger",
    "accounts/password/reset/key/<uidb36>-<key>/": "stranger",
    "accounts/password/reset/key/done/": "stranger",
    "accounts/inactive/": "stranger",
    "accounts/confirm-email/": "stranger",
    "accounts/confirm-email/<key>/": "stranger",
    "accounts/3rdparty/login/cancelled/": "stranger",
    "accounts/2fa/": "twofold",
    "accounts/2fa/recovery-codes/": "twofold",
    "accounts/2fa/recovery-codes/generate/": "twofold",
    "accounts/2fa/totp/deactivate/": "twofold",
    "accounts/2fa/reauthenticate/": "twofold",
    "invitations/<token>/": "stranger",
    "register/": "stranger",
    "register/check/": "stranger",
    "register/thanks/": "stranger",
    "v/": "stranger",
    "v/<slug:code>": "stranger",
    "v/file/": "stranger",
    "certificates/<slug:key>/": "owner",
    "due/": "owner",
    "events/": "owner",
    "dashboard/": "city",
    "dashboard/<slug:region>/": "city",
    "expiry/": "city",
    "gaps/": "city",
    "labs/": "city",
    "standards/": "city",
    "notifications/": "owner",
    "notifications/<uuid:key>/": "owner",
    "jobs/": MANAGER,
    "jobs/assign/": MANAGER,
    "orders/new/": CLERK,
    "review/": CHECKER,
    "scan/": TESTER,
    "settings/": TESTER,
}

# The row that stands for <key>, and who works on it in that state.
ORDERS = {
    "": ("partly", COUNTER),
    "accept/": ("submitted", COUNTER),
    "cancel/": ("submitted", CLERK),
    "collect/": ("done", COUNTER),
    "decline/": ("submitted", COUNTER),
    "edit/": ("draft", CLERK),
    "receive/": ("accepted", COUNTER),
    "return/": ("partly", COUNTER),
    "submit/": ("draft", CLERK),
}
JOBS = {
    "": ("checked", MANAGER),
    "assign/": ("received", MANAGER),
    "cancel/": ("received", MANAGER),
    "hand-over/": ("measuring", TESTER),
    "record/": ("returned", TESTER),
    "start/": ("assigned", TESTER),
    "subcontract/": ("received", MANAGER),
}
REVIEWS = {
    "": ("submitted", CHECKER),
    "approve/": ("checked", APPROVER),
    "check/": ("submitted", CHECKER),
    "outcome/": ("checked", APPROVER),
    "return/": ("submitted", CHECKER),
}


def place(route: Route, stage: Stage) -> tuple[str, str]:
    """Who opens the page, and its address."""
    for head, table, rows in (
        ("orders/<uuid:key>/", ORDERS, stage.orders),
        ("jobs/<uuid:key>/", JOBS, stage.jobs),
        ("review/<uuid:key>/", REVIEWS, stage.jobs),
    ):
        if route.pattern.startswith(head):
            state, role = table.get(route.pattern.removeprefix(head), table[""])
            row: Any = rows[state]
            return role, route.address({"key": str(row.public_id)})
    brought = route.pattern.startswith("instruments/import/")
    role = WALKERS.get(route.pattern, "owner" if brought else WORLDLY)
    return role, route.address({name: value(name, route, stage) for name in route.arguments})


def value(name: str, route: Route, stage: Stage) -> str:
    """What stands for an <argument> of a page that is of no particular state."""
    if name == "token":
        return stage.token
    if name == "region":
        return "370900"
    if name == "uidb36":
        return user_pk_to_url_str(user_of(stage))
    if name == "key" and route.pattern.startswith("accounts/password/reset/"):
        return str(default_token_generator.make_token(user_of(stage)))
    if name == "key" and route.pattern.startswith("accounts/"):
        return "no-such-key"
    if name in ("number", "code"):
        return str(getattr(stage.certificate, name))
    if route.pattern.startswith("certificates/"):
        return stage.certificate.number
    row: Any = row_of(route, stage)
    return str(row.public_id)


def user_of(stage: Stage) -> User:
    user = stage.actor("owner").user
    assert isinstance(user, User)
    return user


def row_of(route: Route, stage: Stage) -> Model:
    noun = route.model
    assert noun is not None, f"{route.pattern}: no noun; say in tests/browser/walkers.py how to address it"
    if noun is Organization:
        institute = stage.actor(WORLDLY).organization
        assert institute is not None
        return institute
    return stage.world.row(noun)


def session_of(stage: Stage, role: str) -> str:
    """The cookie of somebody who came in just now, with a password; empty for a stranger."""
    actor = stage.actor(role)
    if actor.user is None:
        return ""
    client = signed_in(actor)
    session = client.session
    request: Any = SimpleNamespace(session=session)
    record_authentication(request, actor.user, "password", reauthenticated=True)
    session.save()
    return client.cookies["sessionid"].value
