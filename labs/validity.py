"""How long a standard's papers hold, asked of a day and never stored (rules 6)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from labs.models import Equipment, ExamCertificate, PublicLicence, Standard, StatusPeriod

NOTICE_DAYS = 270
SOON_DAYS = 60


def with_validity(standards: Any, day: date) -> Any:
    """Standards with their status on a day and the last day of each of their two certificates."""
    return standards.annotate(
        status=Subquery(
            StatusPeriod.objects.valid_on(day).filter(standard=OuterRef("pk")).values("status")[:1]
        ),
        exam_until=_last_day(ExamCertificate, day),
        licence_until=_last_day(PublicLicence, day),
    )


def _last_day(certificate: type[ExamCertificate] | type[PublicLicence], day: date) -> Subquery:
    return Subquery(
        certificate.objects.filter(
            Q(revoked_on__isnull=True) | Q(revoked_on__gt=day),
            standard=OuterRef("pk"),
            valid_from__lte=day,
        )
        .order_by("-valid_to")
        .values("valid_to")[:1]
    )


def ending(day: date, by: date) -> Q:
    """Standards not cancelled that hold today and lose a certificate they need by a day."""
    exam = Q(exam_until__gte=day, exam_until__lte=by)
    licence = Q(licence_until__gte=day, licence_until__lte=by, category__in=Standard.PUBLIC)
    return (exam | licence) & ~Q(status=StatusPeriod.Status.CANCELLED)


def ended(day: date) -> Q:
    """Standards not cancelled of which a needed certificate has ended or was never there."""
    exam = Q(exam_until__isnull=True) | Q(exam_until__lt=day)
    licence = Q(licence_until__isnull=True) | Q(licence_until__lt=day)
    return (exam | (licence & Q(category__in=Standard.PUBLIC))) & ~Q(status=StatusPeriod.Status.CANCELLED)


def notice_day(day: date) -> date:
    """The last day that still counts as ending soon."""
    return day + timedelta(days=NOTICE_DAYS)


def traces_ending(certificates: Any, day: date) -> Any:
    """Trace certificates of equipment in use, not replaced, that ended or end within 60 days."""
    return certificates.filter(
        revoked_on__isnull=True,
        replaced_by__isnull=True,
        valid_to__lte=day + timedelta(days=SOON_DAYS),
        equipment__state=Equipment.State.IN_USE,
    ).order_by()


def registrations_ending(registrations: Any, day: date) -> Any:
    """Registrations that hold today and end within 60 days."""
    return registrations.filter(
        revoked_on__isnull=True, valid_to__gte=day, valid_to__lte=day + timedelta(days=SOON_DAYS)
    ).order_by()
