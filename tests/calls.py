"""What tests of the API share: a client that acts as somebody, and reading refusals."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from metrology.actors import Actor
from metrology.authentication import SESSION_KEY

API = "/api/v1"
HUGE = 2**63


def calling(actor: Actor | None = None) -> APIClient:
    """A client that acts in the actor's membership; nobody is a stranger."""
    client = APIClient()
    if actor is not None and actor.user is not None:
        client.force_login(actor.user, backend="django.contrib.auth.backends.ModelBackend")
    if actor is not None and actor.membership is not None:
        session = client.session
        session[SESSION_KEY] = str(actor.membership.public_id)
        session.save()
    return client


def pointers(answer: Any) -> set[str]:
    """The places a refusal names."""
    return {error["pointer"] for error in answer.json().get("errors", [])}


def listed(actor: Actor, noun: str, **query: Any) -> set[str]:
    """The ids of one page of a list, as the actor sees it."""
    answer = calling(actor).get(f"{API}/{noun}/", query)
    assert answer.status_code == 200, answer.content
    return {row["id"] for row in answer.json()["results"]}
