"""Who is told of what ends, and when: every day's scan finds each subject in its present stage.

A stage is a window of days before the end (60, 30, 7), not a single day: a missed scan is made up by the
next one, and after an outage each subject is told in its latest stage alone. The row of a notice exists
once per kind, subject, day, stage, recipient and channel (rules 4.10), so a scan may be repeated at will.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from metrology import clock, expiries, navigation
from metrology.actors import SYSTEM
from metrology.models import Delivery, Membership, Notice, User
from metrology.roles import Role

CHUNK = 1000
OVERDUE = "overdue"
OVERDUE_FOR = 30
FIRST = date(1900, 1, 1)


@dataclass(frozen=True)
class Subject:
    """Something with a day on which it ends, the body whose people are told, and the words for it."""

    key: str
    ends_on: date
    organization: int
    words: Mapping[str, Any]
    path: str
    person: int | None = None


@dataclass(frozen=True)
class Alert:
    """A kind of alert: its stages in days before the end, who is told, and in which sentence.

    `subjects` gives what ends from a day to a day; `ahead` and `past` are sentences with the subject's words
    and `day`. With a `person` in the subject, that person is told besides those with a role.
    """

    kind: str
    label: Any
    subject_type: str
    subjects: Callable[[date, date], Iterable[Subject]]
    roles: frozenset[Role]
    ahead: Any
    past: Any
    stages: Sequence[int] = (60, 30, 7)
    overdue_for: int = OVERDUE_FOR

    def windows(self, today: date) -> Iterator[tuple[str, date, date]]:
        """Each stage with the first and last day of what stands in it today; no day is in two."""
        yield OVERDUE, today - timedelta(days=self.overdue_for), today - timedelta(days=1)
        nearest = today
        for days in sorted(self.stages):
            last = today + timedelta(days=days)
            yield str(days), nearest, last
            nearest = last + timedelta(days=1)


@dataclass
class Told:
    """What a scan did."""

    notices: int = 0
    mails: int = 0


alerts: dict[str, Alert] = {}


def offer(*found: Alert) -> None:
    """Called once from ready()."""
    alerts.update({one.kind: one for one in found})


def every() -> list[Alert]:
    """The offered alerts, and one for each kind of paper that ends."""
    return [*alerts.values(), *(_paper(source) for source in expiries.kinds())]


def label_of(kind: str) -> Any:
    """The words for a kind of alert."""
    return next((alert.label for alert in every() if alert.kind == kind), kind)


def daily(slot: datetime) -> None:
    """The scan of a day; made up later, it tells what stands today, not what stood then."""
    scan()


def scan() -> Told:
    """Tell everybody what entered a new stage since they were told last; a second scan tells nothing."""
    told, today = Told(), clock.today()
    for alert in every():
        for stage, first, last in alert.windows(today):
            subjects = iter(alert.subjects(first, last))
            while chunk := list(islice(subjects, CHUNK)):
                _tell(alert, stage, chunk, told)
    return told


@dataclass
class _Recipients:
    """Who of the bodies and persons of a chunk is told, read once for all of them."""

    by_body: dict[int, list[User]] = field(default_factory=lambda: defaultdict(list))
    by_person: dict[tuple[int, int], User] = field(default_factory=dict)

    @classmethod
    def of(cls, alert: Alert, chunk: Sequence[Subject]) -> _Recipients:
        found = cls()
        bodies = {subject.organization for subject in chunk}
        persons = {subject.person for subject in chunk if subject.person}
        rows = Membership.objects.current().filter(organization__in=bodies, user__is_active=True)
        for row in rows.select_related("user"):
            if row.role in alert.roles and row.user not in found.by_body[row.organization_id]:
                found.by_body[row.organization_id].append(row.user)
            if row.user.person_id in persons:
                found.by_person[row.organization_id, row.user.person_id] = row.user
        return found

    def for_(self, subject: Subject) -> Iterator[User]:
        told = self.by_body.get(subject.organization, [])
        yield from told
        own = self.by_person.get((subject.organization, subject.person or 0))
        if own is not None and own not in told:
            yield own


def _tell(alert: Alert, stage: str, chunk: Sequence[Subject], told: Told) -> None:
    recipients = _Recipients.of(alert, chunk)
    known = set(
        Notice.objects.filter(
            kind=alert.kind, stage=stage, subject_id__in=[subject.key for subject in chunk]
        ).values_list("subject_id", "due_on", "recipient", "channel")
    )
    fresh = [
        _notice(alert, stage, subject, user, channel)
        for subject in chunk
        for user in recipients.for_(subject)
        for channel in _channels(user)
        if (subject.key, subject.ends_on, user.pk, channel) not in known
    ]
    if not fresh:
        return
    with transaction.atomic():
        Notice.objects.bulk_create(fresh, ignore_conflicts=True)
        mails = [notice for notice in fresh if notice.channel == Notice.Channel.EMAIL]
        _post(mails)
    told.notices += len(fresh) - len(mails)
    told.mails += len(mails)


def _post(mails: Sequence[Notice]) -> None:
    """A delivery for each notice that this scan, and no other at the same moment, has written."""
    keys = [notice.public_id for notice in mails]
    rows = Notice.objects.filter(public_id__in=keys).values_list("pk", "public_id")
    Delivery.objects.bulk_create(
        [Delivery(notice_id=pk, message_id=f"{key}@{settings.PUBLIC_HOST}") for pk, key in rows],
        ignore_conflicts=True,
    )


def _channels(user: User) -> Iterator[str]:
    yield Notice.Channel.IN_APP
    if user.email:
        yield Notice.Channel.EMAIL


def _notice(alert: Alert, stage: str, subject: Subject, user: User, channel: str) -> Notice:
    return Notice(
        kind=alert.kind,
        subject_type=alert.subject_type,
        subject_id=subject.key,
        due_on=subject.ends_on,
        stage=stage,
        recipient=user,
        organization_id=subject.organization,
        channel=channel,
        message=sentence(alert, stage, subject, user.language or settings.LANGUAGE_CODE),
        path=subject.path,
        created_at=clock.now(),
    )


def sentence(alert: Alert, stage: str, subject: Subject, language: str) -> str:
    """What is said, in the reader's language; an empty word is a mistake of the source, not of the text."""
    with override(language):
        words = {name: str(word) for name, word in subject.words.items()} | {"day": subject.ends_on}
        empty = [name for name, word in words.items() if not str(word).strip()]
        if empty:
            raise ValueError(f"{alert.kind} {subject.key}: nothing to say for {', '.join(empty)}")
        template = alert.past if stage == OVERDUE else alert.ahead
        return str(template % words)[:400]


def _paper(source: expiries.Source) -> Alert:
    """Papers of the laboratories end as the cockpit's list of them says; the managers are told."""
    name_zh, name_en = source.subject

    def subjects(first: date, last: date) -> Iterator[Subject]:
        rows = source.rows(SYSTEM, clock.today()).filter(
            **{f"{source.ends}__gte": first, f"{source.ends}__lte": last}
        )
        for row in rows.order_by("pk").values(
            "public_id", "number", source.ends, source.about, name_zh, name_en, source.body
        ):
            words = {
                "paper": source.label,
                "number": row["number"] or row["public_id"],
                "name": row[name_zh] or row[name_en],
                "deed": source.deed,
            }
            path = navigation.address(source.noun, str(row[source.about]))
            yield Subject(str(row["public_id"]), row[source.ends], row[source.body], words, path)

    return Alert(
        kind=source.kind,
        label=source.label,
        subject_type=source.noun,
        subjects=subjects,
        roles=frozenset({Role.MANAGER}),
        ahead=_("%(paper)s %(number)s of %(name)s ends on %(day)s. %(deed)s"),
        past=_("%(paper)s %(number)s of %(name)s ended on %(day)s. %(deed)s"),
        stages=(180, 90, 30, 7),
        overdue_for=90,
    )
