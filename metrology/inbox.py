"""What one is told: the list, the bell in the head of every page, and what was seen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrology import alerts, navigation
from metrology.actions.notices import read_notice, read_notices
from metrology.filters import PageFilter
from metrology.models import Notice
from metrology.pages import ActingView, Cell, Column, ScopedListView

MOST_COUNTED = 99
OWN = Notice.objects.filter(channel=Notice.Channel.IN_APP)


class NoticeFilter(PageFilter):
    searched = ("message",)

    unread = django_filters.ChoiceFilter(
        method="by_unread",
        choices=(("yes", gettext_lazy("Not yet read")),),
        label=gettext_lazy("Show"),
        empty_label=gettext_lazy("All"),
    )

    def by_unread(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(read_at__isnull=True)


def _message(row: Notice) -> Cell:
    return Cell(row.message, url=reverse("notice", args=[row.public_id]))


def _stage(row: Notice) -> Cell:
    if row.stage == alerts.OVERDUE:
        return Cell(_("Overdue"), state="overdue")
    return Cell(_("Ahead"), state="due_soon", note=_("within %(days)s days") % {"days": row.stage})


class Notices(ScopedListView[Notice]):
    """`/notifications/`, newest first."""

    rows = OWN
    title = gettext_lazy("Notices")
    filterset_class = NoticeFilter
    empty_title = gettext_lazy("Nothing to look after")
    template_name = "metrology/notices.html"
    columns = (
        Column(gettext_lazy("Notice"), _message),
        Column(gettext_lazy("Kind"), lambda row: alerts.label_of(row.kind)),
        Column(gettext_lazy("Stage"), _stage),
        Column(gettext_lazy("Due on"), "due_on"),
        Column(gettext_lazy("Told at"), "created_at"),
        Column(
            gettext_lazy("Read"),
            lambda row: Cell(row.read_at) if row.read_at else Cell(_("New"), state="submitted"),
        ),
    )


class OpenNotice(ActingView):
    """Follow a notice to what it is about; from then on it counts as read."""

    http_method_names = ["get"]
    noun = Notice

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        notice = OWN.all().visible_to(self.actor).filter(public_id=key).first()
        if notice is None:
            raise Http404
        read_notice(notice, by=self.actor)
        return redirect(notice.path or reverse("notices"))


class ReadEvery(ActingView):
    """Everything was seen."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        read_notices(by=self.actor)
        return redirect("notices")


class Bell(ActingView):
    """The bell with the number of unread notices, and what waits behind the menu's lines.

    Fetched after the page, so that no page waits for it.
    """

    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> HttpResponse:
        count = OWN.all().visible_to(self.actor).filter(read_at__isnull=True)[: MOST_COUNTED + 1].count()
        unread = f"{MOST_COUNTED}+" if count > MOST_COUNTED else count
        context = {"unread": unread, "counts": navigation.badges_for(self.actor)}
        answer = render(request, "metrology/_bell.html", context)
        answer["Cache-Control"] = "private, no-store"
        return answer
