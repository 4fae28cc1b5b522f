"""What tests of pages share: signing in, what must not stand in HTML, and one page for absent and foreign."""

import re
import uuid
from typing import Any

from django.test import Client

from metrology.actors import Actor
from metrology.authentication import SESSION_KEY

INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=[\"']|javascript:|<script(?![^>]*\ssrc=)|hx-on")
SIGNED_IN = 3  # session, user, memberships


def enter(client: Client, actor: Actor) -> None:
    """Sign in and act in the actor's membership."""
    assert actor.user is not None
    client.force_login(actor.user, backend="django.contrib.auth.backends.ModelBackend")
    if actor.membership is not None:
        session = client.session
        session[SESSION_KEY] = str(actor.membership.public_id)
        session.save()


def reads(client: Client, actor: Actor, path: str) -> str:
    """The page as the actor sees it: found, and without anything inline."""
    enter(client, actor)
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    page = answer.content.decode()
    assert not INLINE.search(page), path
    return page


def is_absent(client: Client, actor: Actor, path: str, absent: Any = None) -> bool:
    """Whether the page answers the actor exactly as one of an object that never was."""
    enter(client, actor)
    head, _, _last = path.rstrip("/").rpartition("/")
    never = client.get(f"{head}/{absent or uuid.uuid4()}/")
    asked = client.get(path)
    return asked.status_code == never.status_code == 404 and asked.content == never.content
