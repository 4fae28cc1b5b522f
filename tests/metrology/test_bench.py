"""The benchmark: rows that hold together, figures that can be taken at any size, and nobody's own data."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from certificates.models import Certificate, CertificateHead
from instruments.models import Job, OrderItem, Reading
from metrology.management.bench import lists, report, work
from metrology.management.bench.city import City, Size
from metrology.management.bench.figures import Figure, p95
from metrology.management.commands.bench import FIGURES
from metrology.management.demo import SMALL, Cast, build
from metrology.models import Organization, SearchEntry

TINY = Size(instruments=120, enterprises=6, standards=5, jobs=240, readings=100)

pytestmark = [pytest.mark.long]


@pytest.fixture
def cast(transactional_db: None, settings) -> Cast:
    settings.DEMO = True
    call_command("seed", verbosity=0)
    made = build(SMALL)
    City(made, TINY, lambda _line: None).build()
    return made


def test_every_figure_is_taken_from_rows_that_hold_together(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name, few in ((lists, "TERMS", 40), (work, "CERTIFICATES", 1), (work, "ROUNDS", 1)):
        monkeypatch.setattr(module, name, few)
    if connection.vendor == "sqlite":
        assert connection.cursor().execute("PRAGMA foreign_key_check").fetchall() == []
    for job in Job.objects.filter(number__startswith="BJL").select_related("item__order", "instrument"):
        assert job.item.instrument == job.instrument
        assert job.item.order.client_id == job.instrument.owner_id
        assert job.instrument.region_id == job.instrument.owner.region_id
    documents = Certificate.objects.filter(series="BENCH")
    assert documents.count() == TINY.jobs == CertificateHead.objects.filter(certificate__in=documents).count()
    assert all(one.client_id == one.instrument.owner_id for one in documents.select_related("instrument"))
    assert Reading.objects.filter(job__number__startswith="BJL").count() == TINY.readings
    assert SearchEntry.objects.count() > TINY.instruments + 2 * TINY.jobs
    assert OrderItem.objects.values("order", "instrument").distinct().count() == OrderItem.objects.count()
    taken = {name: list(take(cast)) for name, take in FIGURES.items()}
    assert all(taken.values())
    lines = [figure.line() for figures in taken.values() for figure in figures]
    assert all(json.loads(line)["value"] is not None for line in lines)
    recall = next(one for one in taken["search"] if "recall" in one.name)
    assert recall.value == 100


def test_it_writes_into_nobodys_own_register(acme: Organization) -> None:
    with pytest.raises(CommandError, match="--data-dir"):
        call_command("bench")


def test_a_figure_says_its_ratio() -> None:
    line = json.loads(Figure("list", 3.0, "ms", 2.0, "plain SQL").line())
    assert line == {
        "name": "list",
        "value": 3.0,
        "unit": "ms",
        "reference": 2.0,
        "against": "plain SQL",
        "ratio": 1.5,
    }
    assert p95([float(n) for n in range(100)]) == 95.0


@pytest.mark.django_db
def test_the_document_keeps_one_section_for_each_database(tmp_path: Path) -> None:
    path = tmp_path / "performance.md"
    report.write(path, "## SQLite 3\n\nold\n")
    report.write(path, "## PostgreSQL 15\n\nother\n")
    report.write(path, "## SQLite 3\n\nnew\n")
    text = path.read_text(encoding="utf-8")
    assert "old" not in text and text.index("other") < text.index("new")
    assert report.section([Figure("list", 3.0, "ms").line()], TINY).startswith("## ")
