"""Whose ledger a page is about: one's own, or for a desk that of a client it has chosen first."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from instruments import clients, selection
from instruments.actions.checks import DESK
from metrology.acting import FormPage
from metrology.errors import Absent
from metrology.models import Organization
from metrology.navigation import ENTERPRISE as CLIENT_SIDE
from metrology.parsing import is_storable
from metrology.roles import ENTERPRISE

MAY_KEEP = (*ENTERPRISE, *DESK)


class LedgerPage(FormPage):
    """A form about one owner's ledger; a desk chooses the client before (`?client=`)."""

    roles = MAY_KEEP

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.permit()
        if self.owner is None:
            return self._choosing(request)
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.permit()
        if self.owner is None:
            return self._choosing(request)
        return super().post(request, *args, **kwargs)

    @property
    def owner(self) -> Organization | None:
        """The body whose ledger it is; a client that the desk may not act for is absent."""
        if self.actor.side == CLIENT_SIDE:
            return self.actor.organization
        text = self.request.GET.get("client", "")
        if not text:
            return None
        key = selection.as_id(text)
        found: Organization | None = (
            clients.of_desk(self.actor).filter(public_id=key).first() if key else None
        )
        if found is None:
            raise Absent
        return found

    def _choosing(self, request: HttpRequest) -> HttpResponse:
        text = request.GET.get("cq", "")[:100]
        text = text if is_storable(text) else ""
        context = {"title": self.title, "text": text, "found": clients.found(self.actor, text)}
        status = 400 if request.method == "POST" else 200
        return render(request, "instruments/order_client.html", context, status=status)
