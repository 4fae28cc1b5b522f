"""What people wait for: the dashboard, an evaluation, a certificate from request to seal, the check."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from importlib import import_module
from itertools import count
from typing import Any

from certificates import outbox, render
from certificates.actions import approve, seal
from certificates.models import Certificate, CertificateHead
from instruments import evaluate as bridge
from instruments.actions import orders, records, review
from instruments.actions.ledger import register_instrument
from instruments.models import Instrument, Job
from metrology import alerts, clock, scorecard
from metrology.management.bench.figures import Figure, entered, milliseconds, once, p50, page
from metrology.management.bench.rows import run
from metrology.management.demo import Cast
from metrology.management.demo.carry import begin_job, receive
from metrology.management.demo.names import chance
from metrology.management.demo.plan import SCALE
from metrology.management.demo.readings import PASS, cells_of
from metrology.science.evaluation import evaluate, points_for
from metrology.science.method import parse

CERTIFICATES = 8
ROUNDS = 5
_serials = count(1)


def dashboard(cast: Cast) -> Iterator[Figure]:
    """The plan against the facts today, for the whole city."""
    actor, today = cast.actors["city"], clock.today()
    area = scorecard.area_of(actor)
    gathered = p50(milliseconds(lambda: scorecard.gather(area, [today]), ROUNDS))
    plain = p50(
        milliseconds(
            lambda: run(
                "SELECT region_id, count(*), sum(CASE WHEN due_on >= %s THEN 1 ELSE 0 END)"
                " FROM instruments_instrument GROUP BY region_id",
                [today],
            ),
            ROUNDS,
        )
    )
    yield Figure("dashboard, figures", gathered, "ms", plain, "one GROUP BY over the ledger")
    whole = p50(milliseconds(page(entered(actor), "/dashboard/"), ROUNDS))
    yield Figure("dashboard, whole HTML", whole, "ms", gathered, "its figures alone")


def evaluation(cast: Cast) -> Iterator[Figure]:
    """A job of 50 points: readings and method in, results, limits and verdict out."""
    certificate = _latest()
    job = certificate.job
    assert job.method_version is not None  # whatever was sealed was tested by one
    document = json.loads(job.method_version.document)
    method = parse(_with_points(document, 50))
    cells: dict[Any, str] = {}
    for plan in points_for(method, job.parameters):
        checks = {column.key for column in plan.columns if column.kind.value == "check"}
        for key in plan.cells():
            cells[key] = "pass" if key.column in checks else str(Decimal(plan.nominal or "0") + 1)
    tables = bridge.tables()

    def compute() -> None:
        evaluate(method, parameters=job.parameters, stage=job.stage, cells=cells, tables=tables)

    took = p50(milliseconds(compute, ROUNDS))
    plain = p50(milliseconds(lambda: json.dumps([[*key, text] for key, text in cells.items()]), ROUNDS))
    points = len(points_for(method, job.parameters))
    yield Figure(
        "evaluation",
        took,
        "ms",
        plain,
        "writing its readings as JSON",
        f"{points} points, {len(cells)} cells",
    )


def _with_points(document: dict[str, Any], wanted: int) -> dict[str, Any]:
    """The document with so many points in its longest test."""
    longest = max(document["tests"], key=lambda test: len(test.get("points", ())) if test.get("mpe") else 0)
    present = longest["points"]
    numbered = [
        {"key": f"p{number}", "nominal": str(10 * number)}
        for number in range(1, wanted + 1 - len(present) + 1)
    ]
    longest["points"] = [*present, *numbered][:wanted]
    return document


def documents(cast: Cast) -> Iterator[Figure]:
    """Certificates per second in one process, beside WeasyPrint on the same HTML with nothing of ours."""
    snapshot = json.loads(_latest().snapshot)
    weasyprint = import_module("weasyprint")
    html, style = render.page(snapshot), render.style()

    def plain() -> None:
        weasyprint.HTML(string=html).write_pdf(stylesheets=[weasyprint.CSS(string=style)])

    ours = p50(milliseconds(lambda: render.document(snapshot), CERTIFICATES))
    theirs = p50(milliseconds(plain, CERTIFICATES))
    yield Figure("certificates", 1000 / ours, "per second", 1000 / theirs, "plain WeasyPrint")


def sealed(cast: Cast) -> Iterator[Figure]:
    """From the request to the sealed certificate, every verb by its own actor, less the time of the press."""
    took = [once(lambda: _issue(cast)) for _ in range(ROUNDS)]
    snapshot = json.loads(_latest().snapshot)
    press = p50(milliseconds(lambda: render.document(snapshot), ROUNDS))
    note = "twelve verbs with their history, one instrument"
    yield Figure(
        "request to sealed, without the press", p50(took) - press, "ms", press, "the press alone", note
    )


def _issue(cast: Cast) -> Certificate:
    house, client = cast.city, cast.actors["enterprise"]
    model = Instrument.objects.filter(owner=cast.enterprise, category__code=SCALE).earliest("pk")
    copied = ("category", "name", "model", "maker", "measuring_range", "accuracy_class", "parameters")
    details: dict[str, Any] = {name: getattr(model, name) for name in (*copied, "purpose")}
    serial = f"BENCH-{next(_serials)}-{Instrument.objects.latest('pk').pk}"
    instrument = register_instrument(cast.enterprise, by=client, serial=serial, **details)
    with outbox.held():
        requests = [orders.ItemRequest(instrument=instrument)]
        order = orders.file_order(cast.enterprise, institute=cast.institute, requests=requests, by=client)
        orders.submit_order(order, by=client)
        orders.accept_order(order, by=house.actors["counter"])
        job: Job = receive(house, order)[0]
        tester = house.actors["tester"]
        begin_job(house, job, tester, 1)
        records.commit_readings(job, by=tester, cells=cells_of(job, PASS, chance("bench", job.number)))
        review.submit(job, by=tester)
        review.check(job, by=house.actors["checker"])
        certificate = approve(job, by=house.actors["approver"])
        if not seal(certificate.pk):
            raise RuntimeError("the certificate was not sealed")
    return certificate


def verification(cast: Cast) -> Iterator[Figure]:
    """The public page of a certificate, as whoever scans the code gets it."""
    certificate = _latest()
    client = entered(cast.actors["city"])
    whole = p50(milliseconds(page(client, f"/v/{certificate.code}")))
    plain = p50(
        milliseconds(
            lambda: run(
                "SELECT c.id, h.state FROM certificates_certificate c"
                " JOIN certificates_certificatehead h ON h.certificate_id = c.id WHERE c.code = %s",
                [certificate.code],
            )
        )
    )
    yield Figure("verification page, whole HTML", whole, "ms", plain, "its row in plain SQL")


def told(cast: Cast) -> Iterator[Figure]:
    """The daily scan over every ledger, and the same scan again."""
    plain = once(
        lambda: run(
            "SELECT id, owner_id, due_on FROM instruments_instrument WHERE state = 'in_use' AND due_on >= %s",
            [clock.today()],
        )
    )
    seen: list[Any] = []
    first = once(lambda: seen.append(alerts.scan()))
    again = once(lambda: seen.append(alerts.scan()))
    note = f"{seen[0].notices} notices, then {seen[1].notices}"
    yield Figure("alert scan", first, "ms", plain, "reading what ends, in plain SQL", note)
    yield Figure("alert scan again", again, "ms", plain, "reading what ends, in plain SQL")


def _latest() -> Certificate:
    """The last certificate that was sealed by the real way."""
    found: Certificate = (
        Certificate.objects.filter(head__state=CertificateHead.State.ISSUED, seal__isnull=False)
        .select_related("job__method_version", "job__instrument")
        .latest("pk")
    )
    return found
