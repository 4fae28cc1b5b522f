"""Certificates as one ZIP: what was sealed, byte by byte, with an index, and nothing of anybody else."""

import csv
import hashlib
import io
from zipfile import ZipFile

import pytest

from certificates import actions, archive, files
from certificates.models import Certificate
from tests import make
from tests.certificates import scene
from tests.pages import SIGNED_IN, enter, reads

ZIP = "/certificates/zip/"


@pytest.fixture
def issued(house, job, settings):
    settings.LANGUAGE_CODE = "en"
    job.instrument.serial = "=A/1 号"
    job.instrument.save()
    certificate = actions.approve(job, by=house.approver)
    actions.seal(certificate.pk)
    return Certificate.objects.get(pk=certificate.pk)


def opened(answer):
    assert answer.status_code == 200 and answer["Content-Type"] == "application/zip"
    content = ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert content.testzip() is None
    return content


def index_of(content):
    return list(csv.reader(io.StringIO(content.read("index.csv").decode("utf-8-sig"))))


def test_it_holds_each_sealed_file_and_an_index_without_formulas(client, house, issued):
    enter(client, house.clerk)
    answer = client.post(ZIP, {"number": [issued.number, "NO-SUCH", "a\0b"]})
    assert "no-store" in answer["Cache-Control"]
    content = opened(answer)
    name = f"{issued.number}_A-1-号.pdf"
    assert content.namelist() == [name, "index.csv"]
    assert hashlib.sha256(content.read(name)).hexdigest() == issued.seal.pdf_sha256
    headings, line = index_of(content)
    assert len(headings) == len(line)
    assert line[0] == issued.number and line[4] == "'=A/1 号" and line[-1] == name
    assert line[5] == issued.instrument.label_no and line[-2] == issued.seal.pdf_sha256


def test_what_is_not_sealed_or_damaged_is_named_and_breaks_nothing(client, house, issued):
    waiting = actions.approve(scene.checked_job(house), by=house.approver)
    enter(client, house.manager)
    content = opened(client.post(ZIP, {"number": [issued.number, waiting.number]}))
    assert len(content.namelist()) == 2
    assert index_of(content)[2][0] == waiting.number and index_of(content)[2][-1].startswith("No file")
    assert client.post(ZIP, {"number": [waiting.number]}).status_code == 400
    files.path_of(issued.seal.pdf_sha256).write_bytes(b"tampered")
    content = opened(client.post(ZIP, {"number": [issued.number]}))
    assert content.namelist() == ["index.csv"] and index_of(content)[1][-1].startswith("No file")


def test_nothing_or_too_much_is_refused(client, house, issued):
    enter(client, house.clerk)
    assert client.post(ZIP).status_code == 400
    many = [issued.number, *(f"X-{n}" for n in range(archive.MOST))]
    assert client.post(ZIP, {"number": many}).status_code == 400
    assert client.get(ZIP).status_code == 405


def test_anothers_certificate_is_not_in_it(client, house, issued, mallory):
    for actor in (mallory, make.actor("manager", make.institute(region=make.county()))):
        enter(client, actor)
        assert client.post(ZIP, {"number": [issued.number]}).status_code == 400
    client.logout()
    assert client.post(ZIP, {"number": [issued.number]}).status_code == 302


def test_it_costs_the_same_for_one_and_for_three(client, house, issued, django_assert_max_num_queries):
    numbers = [issued.number]
    for _ in range(2):
        later = actions.approve(scene.checked_job(house), by=house.approver)
        actions.seal(later.pk)
        numbers.append(later.number)
    enter(client, house.clerk)
    counts = []
    for asked in (numbers, numbers[:1], numbers):
        with django_assert_max_num_queries(10 + SIGNED_IN) as queries:
            assert len(opened(client.post(ZIP, {"number": asked})).namelist()) == len(asked) + 1
        counts.append(len(queries))
    assert counts[1] == counts[2], "the first request of a process reads a little more"


def test_the_list_has_a_box_for_each_and_is_narrowed_by_category_and_period(client, house, issued):
    page = reads(client, house.clerk, "/certificates/")
    assert f'value="{issued.number}"' in page and f'action="{ZIP}"' in page
    day = issued.tested_on.isoformat()
    code = issued.instrument.category.code
    for asked, found in (
        (f"tested_from={day}&tested_to={day}", 1),
        ("tested_from=2099-01-01", 0),
        ("tested_to=2000-01-01", 0),
        (f"category={code}", 1),
        (f"order={issued.job.item.order.public_id}", 1),
    ):
        assert len(client.get(f"/certificates/?{asked}").context["rows"]) == found, asked
    assert client.get("/certificates/?tested_from=x").status_code == 400


def test_an_order_leads_to_the_documents_of_its_pieces(client, house, issued):
    page = reads(client, house.clerk, f"/orders/{issued.job.item.order.public_id}/")
    assert f"/certificates/{issued.number}/" in page
