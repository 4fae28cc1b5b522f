"""The register of certificates on pages: states in words, files, and nothing of anybody else."""

from datetime import timedelta

import pytest
from django.urls import reverse

from certificates import actions, files, render
from certificates.models import CertificateHead
from metrology import clock
from metrology.roles import Role
from tests import make
from tests.pages import enter, is_absent, reads


@pytest.fixture
def issued(house, job, monkeypatch):
    """A sealed document; these pages never open the file, so it need not be printed."""
    monkeypatch.setattr(render, "document", lambda said: b"%PDF-" + said["number"].encode())
    certificate = actions.approve(job, by=house.approver)
    actions.seal(certificate.pk)
    return certificate


def path_of(certificate):
    return reverse("certificate", args=[certificate.number])


@pytest.mark.django_db
def test_a_stranger_signs_in_first(client):
    assert client.get("/certificates/").status_code == 302


def test_a_list_costs_few_queries(client, house, issued, django_assert_max_num_queries):
    enter(client, house.manager)
    with django_assert_max_num_queries(7):
        assert len(client.get("/certificates/").context["rows"]) == 1


def test_a_certificate_is_read_by_its_institute_its_holder_and_the_authority(
    client, house, city, issued, django_assert_max_num_queries
):
    for actor in (house.manager, house.clerk, city):
        page = reads(client, actor, path_of(issued))
        for text in (issued.number, issued.code, reverse("check", args=[issued.code]), "JJG 539-2016"):
            assert text in page
        assert reverse("certificate_pdf", args=[issued.number]) in page
        assert issued.seal.pdf_sha256 in page
        with django_assert_max_num_queries(10):
            client.get(path_of(issued))


def test_the_holder_is_not_led_to_the_record(client, house, job, issued):
    assert reverse("job", args=[job.public_id]) not in reads(client, house.clerk, path_of(issued))
    assert reverse("job", args=[job.public_id]) in reads(client, house.manager, path_of(issued))


def test_anothers_certificate_is_one_that_never_was(client, mallory, house, issued):
    others = (
        mallory,
        make.actor(Role.MANAGER, make.institute()),
        make.actor(Role.COUNTY_ADMIN, make.organization("authority", region=make.county())),
        make.actor(Role.OPERATOR, house.institute),
    )
    for actor in others:
        assert is_absent(client, actor, path_of(issued), "TA-V-2026-999999"), actor
        assert client.get("/certificates/").context["rows"] == []


def test_what_has_run_out_is_expired_in_list_page_and_filter(client, house, issued):
    enter(client, house.manager)
    with clock.standing_at(issued.valid_until):
        assert client.get("/certificates/?state=issued").context["rows"]
        assert not client.get("/certificates/?state=expired").context["rows"]
    with clock.standing_at(issued.valid_until + timedelta(days=1)):
        assert not client.get("/certificates/?state=issued").context["rows"]
        (line,) = client.get("/certificates/?state=expired").context["rows"]
        assert line.cells[5].state == "expired"
        assert client.get(path_of(issued)).context["state"] == "expired"


def test_a_document_that_is_not_sealed_offers_no_file_and_no_public_check(client, house, job):
    waiting = actions.approve(job, by=house.approver)
    page = reads(client, house.manager, path_of(waiting))
    assert ".pdf" not in page and f"/v/{waiting.code}" not in page
    assert client.get("/").content.decode().count("state=sealing") == 1


def test_instrument_and_job_lead_to_their_certificates(client, house, job, issued):
    for name, row in (("instrument", job.instrument), ("job", job)):
        page = reads(client, house.manager, reverse(name, args=[row.public_id]))
        assert path_of(issued) in page
    page = reads(client, house.clerk, reverse("instrument", args=[job.instrument.public_id]))
    assert path_of(issued) in page


def test_home_counts_what_its_lists_show(client, house, issued):
    for actor in (house.manager, house.clerk):
        enter(client, actor)
        cards = [card for card in client.get("/").context["cards"] if card.url.startswith("/cert")]
        assert cards
        for card in cards:
            assert len(client.get(card.url).context["rows"]) == card.count


def test_the_list_is_narrowed_by_state(client, house, issued):
    enter(client, house.manager)
    for state in CertificateHead.State.values:
        rows = client.get(f"/certificates/?state={state}").context["rows"]
        assert len(rows) == (state == "issued"), state


def test_a_mistyped_filter_is_answered_with_a_reason(client, house):
    enter(client, house.manager)
    assert client.get("/certificates/?state=x").status_code == 400


def test_a_damaged_file_is_not_handed_out_and_says_so(client, house, issued):
    files.path_of(issued.seal.pdf_sha256).write_bytes(b"%PDF-altered")
    enter(client, house.clerk)
    for path in (
        reverse("certificate_pdf", args=[issued.number]),
        f"/api/v1/certificates/{issued.number}/pdf/",
    ):
        answer = client.get(path)
        assert answer.status_code == 500 and b"altered" not in answer.content
