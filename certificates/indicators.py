"""What the ledger and the certificates say of the plan: coverage and the rate of promises kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import (
    CharField,
    Count,
    DateField,
    Exists,
    F,
    Func,
    Min,
    OuterRef,
    Q,
    Subquery,
)
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _

from certificates.models import Certificate, CertificateHead, CertificateStatus
from instruments.models import Instrument, Job
from metrology import clock, identifiers, indicators
from metrology.indicators import Indicator, Tally, column
from metrology.models import Event

ENDED = (CertificateHead.State.SUPERSEDED, CertificateHead.State.REVOKED)
LEFT = ("instrument.put_out_of_service", "instrument.scrapped")
MOVED = (*LEFT, "instrument.returned_to_use")
NOT_OURS = (Job.State.CANCELLED, Job.State.SUBCONTRACTED)
IN_USE = Q(state=Instrument.State.IN_USE)
PERIOD = timedelta(days=365)


def coverage(days: Sequence[date], path: str) -> list[Tally]:
    """Instruments with a valid verification among those under mandatory verification in use (强检覆盖率).

    Today's answer reads the ledger's own due dates by their index; a past day's is asked of the
    certificates and of what was recorded since.
    """
    rows = Instrument.objects.filter(is_mandatory=True, region__path__startswith=path)
    if list(days) == [clock.today()]:
        return _tallied(rows, days, [(IN_USE, Q(due_on__gte=days[0]))])
    moved = Exists(_moves_since(_end(min(days))))
    return _stayed(rows.filter(~moved), days) + _moved(rows.filter(moved), days)


def _stayed(rows: Any, days: Sequence[date]) -> list[Tally]:
    """Instruments that neither left nor came back since the first day: they are as they were."""
    known = [Q(public_id__lt=identifiers.first_at(_end(day))) for day in days]
    return _tallied(
        rows, days, [(IN_USE & since, _verified(day)) for since, day in zip(known, days, strict=True)]
    )


def _moved(rows: Any, days: Sequence[date]) -> list[Tally]:
    """The few that did: whether each was in use on a day is told by what was recorded next."""
    conditions: list[tuple[Q, Q]] = []
    for place, day in enumerate(days):
        end, following = _end(day), f"next_{place}"
        first = _moves_since(end).order_by("at", "pk").values("verb")[:1]
        rows = rows.annotate(**{following: Subquery(first)})
        in_use = Q(public_id__lt=identifiers.first_at(end)) & _was_in_use(following)
        conditions.append((in_use, _verified(day)))
    return _tallied(rows, days, conditions)


def _tallied(rows: Any, days: Sequence[date], conditions: Sequence[tuple[Q, Q]]) -> list[Tally]:
    counts: dict[str, Any] = {}
    for place, (in_use, verified) in enumerate(conditions):
        counts[f"of_{place}"] = Count("pk", filter=in_use)
        counts[column(place)] = Count("pk", filter=in_use & verified)
    grouped = rows.order_by().values("region").annotate(**counts)
    return indicators.tallies(grouped, days, region="region", of=True)


def _was_in_use(following: str) -> Q:
    """By what was recorded next: it left, so it was in use; nothing, so it was as it is."""
    unmoved = Q(**{f"{following}__isnull": True}) & IN_USE
    return Q(**{f"{following}__in": LEFT}) | unmoved


def _moves_since(end: datetime) -> Any:
    return Event.objects.filter(
        subject_type="instruments.instrument",
        subject_id=Dashed(OuterRef("public_id")),
        verb__in=MOVED,
        at__gte=end,
    )


def _verified(day: date) -> Q:
    """Holding a verification that was issued by the end of the day, not ended by then, and valid on it."""
    end = _end(day)
    ended = CertificateStatus.objects.filter(certificate=OuterRef("pk"), state__in=ENDED, at__lt=end)
    valid = Certificate.objects.filter(
        ~Exists(ended),
        instrument=OuterRef("pk"),
        kind=Certificate.Kind.VERIFICATION,
        head__issued_at__lt=end,
        valid_until__gte=day,
    )
    return Q(Exists(valid))


def _end(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=clock.LOCAL)


class Dashed(Func):
    """A UUID as the text that the history keeps; SQLite stores it without dashes."""

    template = "CAST(%(expressions)s AS varchar)"
    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
        text = "||'-'||".join(f"substr(%(expressions)s,{start},{length})" for start, length in parts)
        return self.as_sql(compiler, connection, template=text, **context)


def on_time(days: Sequence[date], path: str) -> list[Tally]:
    """Pieces issued within their promised day among those promised in the year up to the day (按时完成率)."""
    first = (
        CertificateHead.objects.filter(certificate__job=OuterRef("pk"), issued_at__isnull=False)
        .order_by()
        .values("certificate__job")
        .annotate(day=TruncDate(Min("issued_at"), tzinfo=clock.LOCAL))
        .values("day")
    )
    kept = Q(issued_on__lte=F("item__order__promised_on"))
    counts: dict[str, Any] = {}
    for place, day in enumerate(days):
        promised = Q(item__order__promised_on__gt=day - PERIOD, item__order__promised_on__lte=day)
        counts[f"of_{place}"] = Count("pk", filter=promised)
        counts[column(place)] = Count("pk", filter=promised & kept)
    rows = (
        Job.objects.filter(
            institute__region__path__startswith=path,
            item__order__promised_on__gt=min(days) - PERIOD,
            item__order__promised_on__lte=max(days),
        )
        .exclude(state__in=NOT_OURS)
        .annotate(issued_on=Subquery(first, output_field=DateField()))
        .order_by()
        .values("institute", "institute__region")
        .annotate(**counts)
    )
    return indicators.tallies(rows, days, region="institute__region", body="institute", of=True)


COVERAGE = Indicator(
    "coverage",
    _("Coverage of mandatory verification"),
    "%",
    coverage,
    position=40,
    is_rate=True,
    note=_("Instruments with a valid verification among those under mandatory verification in use."),
)
ON_TIME = Indicator(
    "on_time",
    _("Issued on time"),
    "%",
    on_time,
    position=50,
    is_rate=True,
    note=_("Pieces issued within the promised day among those promised in the twelve months before."),
)


def register() -> None:
    """Called once from ready()."""
    indicators.offer(COVERAGE, ON_TIME)
