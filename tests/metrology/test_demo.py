"""The demonstration: equal each time, in order by the register's own proof, and as large as it promises."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.management import call_command
from django.test import override_settings
from django.urls import reverse

from certificates import audit, verify
from certificates import files as files_of
from certificates.models import Certificate, CertificateHead
from instruments.evaluate import tables
from instruments.models import Campaign, Instrument, Job, Reading, ServiceOrder
from instruments.models.jobs import Remark
from labs.models import Metrologist, Registration, Room, Standard
from metrology import clock, ledger
from metrology.importing import read
from metrology.management.demo import FULL, SMALL, build, go_on, present
from metrology.management.demo.import_file import COLUMNS, FIRST_ROW, ROWS, Entry, rows, write
from metrology.management.demo.ledger import GAUGES, SCALES, Model
from metrology.management.demo.names import chance
from metrology.management.demo.plan import city_visits, county_visits, overdue
from metrology.management.demo.readings import gauge_cells, scale_cells
from metrology.management.demo.scale import Calendar
from metrology.models import ChainHead, Event, Organization, Region, User
from metrology.science.evaluation import evaluate, points_for
from metrology.science.method import parse
from tests import make

DAY = date(2026, 11, 20)
OPEN = ("received", "assigned", "measuring", "submitted", "checked", "approved")
DEMO_URLS = "tests.metrology.demo_urls"


@pytest.fixture
def files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def small(db: None, files: None) -> Iterator[None]:
    call_command("seed", verbosity=0)
    with clock.standing_at(DAY):
        build(SMALL)
        yield


def finish() -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    cast = present()
    assert cast is not None
    go_on(cast, lambda done, total: told.append((done, total)), lambda: None)
    return told


def fingerprint() -> dict[str, Any]:
    """What two builds of one day have in common; public ids and verification codes are secrets by chance."""
    return {
        "bodies": list(Organization.objects.order_by("pk").values_list("name_zh", "code", "credit_code")),
        "instruments": list(
            Instrument.objects.order_by("pk").values_list("label_no", "name", "serial", "due_on", "state")
        ),
        "orders": list(ServiceOrder.objects.order_by("pk").values_list("number", "state", "filed_at")),
        "jobs": list(Job.objects.order_by("pk").values_list("number", "state", "tested_on", "temperature")),
        "readings": list(Reading.objects.order_by("pk").values_list("column", "text", "observed_at")),
        "certificates": list(
            Certificate.objects.order_by("pk").values_list("number", "approved_at", "valid_until")
        ),
        "events": list(Event.objects.order_by("pk").values_list("seq", "verb", "at")),
    }


def times_of(name: str) -> list[Any]:
    return list(Event.objects.filter(chain=name).order_by("seq").values_list("at", flat=True))


def test_it_is_the_same_each_time(db: None, files: None) -> None:
    call_command("seed", verbosity=0)
    found: list[dict[str, Any]] = []
    for _ in range(2):
        with clock.standing_at(DAY), pytest.raises(Undone):
            made(found)
    for name, first in found[0].items():
        differing = [pair for pair in zip(first, found[1][name], strict=True) if pair[0] != pair[1]]
        assert (name, differing[:3]) == (name, [])
    assert found[0]["readings"]


class Undone(Exception):
    pass


@ledger.verb
def made(found: list[dict[str, Any]]) -> None:
    """Build and finish the small demonstration, note what it is, and undo it again."""
    build(SMALL)
    finish()
    found.append(fingerprint())
    raise Undone


def test_it_goes_on_where_it_was_ended_and_does_nothing_twice(small: None) -> None:
    class Killed(Exception):
        pass

    def kill(done: int, total: int) -> None:
        raise Killed

    cast = present()
    assert cast is not None
    with pytest.raises(Killed):
        go_on(cast, kill, lambda: None)
    assert finish()[-1] == (SMALL.certificates, SMALL.certificates)
    before = (Event.objects.count(), Certificate.objects.count())
    finish()
    assert (Event.objects.count(), Certificate.objects.count()) == before


def test_the_register_holds_and_its_history_runs_forward(small: None) -> None:
    finish()
    assert ledger.verify() == []
    assert list(audit.faults()) == []
    for name in ChainHead.objects.values_list("chain", flat=True):
        at = times_of(name)
        assert at == sorted(at), name
    for series in Certificate.objects.values_list("series", flat=True).distinct():
        rows_ = Certificate.objects.filter(series=series).order_by("seq")
        days = list(rows_.values_list("approved_at", flat=True))
        assert days == sorted(days)
        assert {day.astimezone(clock.LOCAL).year for day in days} == {int(series[-4:])}
    assert not CertificateHead.objects.filter(state="sealing").exists()
    for head in CertificateHead.objects.select_related("certificate"):
        assert head.issued_at is not None
        assert head.issued_at - head.certificate.approved_at < timedelta(hours=6)


def test_every_turn_of_a_job_and_of_an_order_waits_for_somebody(small: None) -> None:
    states = Counter(Job.objects.filter(state__in=OPEN).values_list("state", flat=True))
    assert states.keys() >= {"received", "assigned", "measuring", "submitted", "checked"}
    assert Remark.objects.filter(job__state="measuring").exclude(cell="").exists()
    assert set(ServiceOrder.objects.values_list("state", flat=True)) >= {
        "draft",
        "submitted",
        "accepted",
        "declined",
        "in_progress",
        "cancelled",
    }
    assert Campaign.objects.get().state == "running"


def test_the_clock_does_not_stay_behind(db: None, files: None) -> None:
    call_command("seed", verbosity=0)
    before = clock.now()
    build(SMALL)
    assert clock.now() - before < timedelta(minutes=10)


def test_only_the_demo_accounts_can_log_in(small: None) -> None:
    usable = {user.username for user in User.objects.all() if user.has_usable_password()}
    assert usable == set(configured.DEMO_ACCOUNTS)


def test_every_invented_body_says_so(small: None) -> None:
    assert all("（演示）" in name for name in Organization.objects.values_list("name_zh", flat=True))
    assert all("（演示）" in name for name in Standard.objects.values_list("name_zh", flat=True))
    assert not Organization.objects.filter(is_demo=False).exists()


@pytest.mark.parametrize("day", [DAY, date(2027, 3, 1), date(2028, 2, 29)])
def test_the_plan_promises_400_certificates_and_12_overdue_on_any_day(day: date) -> None:
    calendar = Calendar(day)
    visits = [*city_visits(FULL), *county_visits(FULL, calendar)]
    assert sum(visit.documents for visit in visits) == 400
    assert len(overdue(visits, FULL, calendar)) == 12
    days = [visit.day(calendar, FULL) for visit in county_visits(FULL, calendar)]
    assert days == sorted(days) and len(set(days)) == len(days)
    assert days[0] > calendar.since and days[-1] < day - timedelta(days=3)


@pytest.mark.parametrize(("outcome", "verdict"), [("pass", "pass"), ("near", "pass"), ("fail", "fail")])
@pytest.mark.parametrize(
    "model", [*SCALES, *GAUGES], ids=lambda model: f"{model.model} {model.measuring_range}"
)
def test_its_readings_come_to_what_they_are_meant_to(model: Model, outcome: str, verdict: str) -> None:
    is_scale = model in SCALES
    method = parse(make.document("jjg539-2016" if is_scale else "jjg52-2013"))
    fill = scale_cells if is_scale else gauge_cells
    for seed in range(10):
        rng = chance("readings", seed)
        plans = points_for(method, model.parameters)
        cells = {
            key: text for plan in plans for key, text in fill(dict(model.parameters), plan, outcome, rng)
        }
        found = evaluate(
            method, parameters=model.parameters, stage="subsequent", cells=cells, tables=tables()
        )
        assert found.complete and str(found.verdict) == verdict


def test_the_table_has_seventeen_errors_where_it_says() -> None:
    known = Entry("电子计价秤", "非自动衡器", "ACS-6", "LT20000001")
    target = io.BytesIO()
    planted = write(target, known, {})
    table = read(target.getvalue(), "table.xlsx", known=COLUMNS)
    assert len(planted) == len({(error.row, error.column) for error in planted}) == 17
    assert rows(known, {})[1] == planted
    assert len(rows(known, {})[0]) == ROWS and FIRST_ROW == 2
    assert table.headings == list(COLUMNS)
    assert [row.line for row in table.rows] == list(range(FIRST_ROW, FIRST_ROW + ROWS))
    cells = {
        (row.line, table.headings[place]): trap.code
        for row in table.rows
        for place, trap in row.traps.items()
    }
    known_traps = ("digits_lost", "day_number", "merged")
    assert cells == {(error.row, error.column): error.kind for error in planted if error.kind in known_traps}


@pytest.mark.long
def test_the_full_demonstration_is_as_large_as_promised(db: None, files: None) -> None:
    call_command("seed", verbosity=0)
    with clock.standing_at(DAY):
        cast = build(FULL)
    assert Region.objects.filter(level="zone").count() == 3 and len(cast.counties) == 6
    standards = Counter(Standard.objects.values_list("institute", flat=True))
    assert standards.pop(cast.institute.pk) == 148
    assert sorted(standards.values(), reverse=True) == [31, 27, 26, 25, 19, 17]
    areas: dict[int, Decimal] = {}
    for institute, area in Room.objects.values_list("laboratory__institute", "area_m2"):
        areas[institute] = areas.get(institute, Decimal()) + area
    assert areas.pop(cast.institute.pk) == 9400
    assert sorted(map(int, areas.values())) == [320, 410, 520, 560, 640, 780]
    assert Organization.objects.filter(kind="enterprise").count() == 40
    assert Instrument.objects.count() == 3000
    assert Metrologist.objects.count() == 60
    for days in (30, 60, 90):
        ending = Registration.objects.filter(valid_to__range=(DAY, DAY + timedelta(days=days)))
        assert ending.count() >= days // 10
    assert Job.objects.filter(state__in=OPEN).count() == 25
    words = Counter(
        verify.word_of(one, DAY).key for one in Certificate.objects.select_related("head").order_by("pk")
    )
    assert words.keys() == {"valid", "expired", "superseded", "revoked"}
    assert Certificate.objects.filter(kind="rejection").exists()


@override_settings(ROOT_URLCONF=DEMO_URLS)
def test_its_pages_say_how_far_it_is_and_stop_asking(client: Any, small: None) -> None:
    client.force_login(User.objects.get(username="city"))
    asked = {"headers": {"HX-Request": "true"}}
    assert "1" in client.get(reverse("demo_progress"), **asked).content.decode()
    assert client.get(reverse("demo_progress"), **asked).status_code == 200
    finish()
    done = client.get(reverse("demo_progress"), **asked)
    assert (done.status_code, done.content.strip()) == (286, b"")
    assert client.get(reverse("demo_progress")).status_code == 200


@override_settings(ROOT_URLCONF=DEMO_URLS)
def test_it_offers_a_table_and_an_altered_certificate(client: Any, small: None) -> None:
    client.force_login(User.objects.get(username="enterprise"))
    table = client.get(reverse("demo_import"))
    assert table.content.startswith(b"PK")
    forged = client.get(reverse("demo_altered"))
    assert forged.content.startswith(b"%PDF")
    sealed = set(Certificate.objects.values_list("seal__pdf_sha256", flat=True))
    assert files_of.digest(forged.content) not in sealed


@override_settings(ROOT_URLCONF=DEMO_URLS)
def test_a_stranger_finds_none_of_it(client: Any, small: None) -> None:
    for name in ("demo_progress", "demo_import", "demo_altered"):
        assert client.get(reverse(name)).status_code == 404


def test_a_real_register_has_no_such_pages(client: Any, db: None) -> None:
    assert client.get("/demo/progress/").status_code == 404
