"""The public check: one word that is right, nothing that is nobody's business."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from certificates import actions, files, verify
from certificates.models import Certificate
from metrology import clock, limits
from tests import make
from tests.certificates import scene
from tests.pages import INLINE


@pytest.fixture
def issued(house, job):
    certificate = actions.approve(job, by=house.approver)
    actions.seal(certificate.pk)
    return Certificate.objects.get(pk=certificate.pk)


def page(client, code, **headers):
    return client.get(f"/v/{code}", headers=headers)


def test_a_valid_document_says_so_and_no_more_than_it_should(client, house, issued):
    answer = page(client, issued.code)
    text = answer.content.decode()

    assert answer.status_code == 200
    assert "有效" in text and "Valid" in text
    for shown in (issued.number, "电子计价秤", "准予作III级使用", issued.seal.pdf_sha256, "EX-"):
        assert shown in text
    for hidden in (
        house.client.name_zh,
        house.client.credit_code,
        "8.2",
        "20.3",
        "张明远",
        house.client.address,
    ):
        assert hidden not in text
    assert "演示</p>" not in text and not INLINE.search(text)
    assert len(answer.content) < 30 * 1024


def test_it_is_valid_through_its_last_day_and_expired_on_the_next(client, issued):
    with clock.standing_at(issued.valid_until):
        assert "verdict-good" in page(client, issued.code).content.decode()
    with clock.standing_at(issued.valid_until + timedelta(days=1)):
        assert "已过期" in page(client, issued.code).content.decode()


def test_superseded_and_revoked_are_said(client, house, job, issued):
    actions.revoke(issued, by=house.manager, second=house.checker.person, reason="x")
    assert "已撤销" in page(client, issued.code).content.decode()
    actions_head = issued.head
    actions_head.state = "superseded"
    actions_head.save()
    assert "已替代" in page(client, issued.code).content.decode()


def test_a_notice_never_looks_like_a_pass(client, house):
    notice = actions.approve(scene.checked_job(house, fails=True), by=house.approver)
    actions.seal(notice.pk)
    text = page(client, notice.code).content.decode()
    assert "verdict-good" not in text and "不合格" in text


def test_unknown_sealing_and_void_answer_alike(client, house, job):
    waiting = actions.approve(job, by=house.approver)
    unknown = page(client, "2222222222")
    sealing = page(client, waiting.code)
    actions.void(waiting, by=house.manager, reason="x")
    void = page(client, waiting.code)

    assert [answer.status_code for answer in (unknown, sealing, void)] == [404, 404, 404]
    assert unknown.content == sealing.content == void.content
    assert "未找到" in unknown.content.decode()


def test_demo_stands_before_the_word(client, db):
    house = scene.house(is_demo=True, code="DM", client=make.enterprise())
    certificate = actions.approve(scene.checked_job(house), by=house.approver)
    actions.seal(certificate.pk)
    text = page(client, certificate.code).content.decode()

    assert text.index("verdict-demo") < text.index("verdict-word")
    said = client.get(f"/v/{certificate.code}.json").json()
    assert (said["status"], said["status_zh"]) == ("valid", "演示 有效")


def test_machines_get_json(client, issued):
    for answer in (
        client.get(f"/v/{issued.code}.json"),
        page(client, issued.code, accept="application/json"),
    ):
        said = json.loads(answer.content)
        assert (said["status"], said["number"], said["sha256"]) == (
            "valid",
            issued.number,
            issued.seal.pdf_sha256,
        )
        assert "＊" in said["client"]
    missing = client.get("/v/2222222222.json")
    assert (missing.status_code, json.loads(missing.content)["status"]) == (404, "unknown")


@pytest.mark.parametrize("spoilt", ["%00", "％", "a" * 300, "..%2f..%2fetc", "🙂"])
def test_rubbish_is_not_found(client, db, spoilt):
    assert client.get(f"/v/{spoilt}").status_code == 404


def test_a_code_may_be_typed_in_groups_and_small_letters(client, issued):
    grouped = "-".join(issued.code[i : i + 4] for i in range(0, 20, 4)).lower()
    assert page(client, grouped).status_code == 200


def test_typing_needs_two_things_from_the_paper(client, house, issued):
    def ask(number, factor):
        return client.post("/v/", {"number": number, "factor": factor}).status_code

    assert client.get("/v/").status_code == 200
    assert ask(issued.number, issued.code[-6:].lower()) == 200
    assert ask(issued.number, house.client.credit_code) == 200
    assert ask(issued.number, "222222") == 404
    assert ask("TA-V-2026-999999", issued.code[-6:]) == 404
    assert ask(issued.number, "") == 400


def test_guessing_closes_the_door_but_not_for_true_codes(client, issued):
    for _ in range(limits.MOST_MISSES):
        page(client, "2222222222")
    assert page(client, "2222222222").status_code == 429
    assert client.post("/v/", {"number": issued.number, "factor": issued.code[-6:]}).status_code == 429
    assert page(client, issued.code).status_code == 200


def test_the_signed_in_holder_downloads_and_nobody_else(client, house, mallory, issued):
    address = f"/certificates/{issued.number}.pdf"
    assert client.get(address).status_code == 302
    client.force_login(mallory.user)
    assert client.get(address).status_code == 404
    client.force_login(house.clerk.user)
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")


def test_names_are_masked():
    assert verify.masked("齐鲁惠民商贸有限公司（演示）") == "齐鲁＊＊＊＊公司（演示）"
    assert verify.masked("张记店") == "张＊＊＊＊店"
    assert verify.masked("店") == "店＊＊＊＊"


class TestFile:
    @pytest.fixture
    def document(self, house, job):
        certificate = actions.approve(job, by=house.approver)
        actions.seal(certificate.pk)
        certificate = Certificate.objects.get(pk=certificate.pk)
        return certificate, files.read(certificate.seal.pdf_sha256)

    def sent(self, client, content):
        return client.post("/v/file/", {"file": SimpleUploadedFile("x.pdf", content)})

    def test_the_issued_file_is_known_by_its_bytes(self, client, document):
        certificate, content = document
        answer = self.sent(client, content)
        assert answer.context["found"] == certificate and certificate.number in answer.content.decode()

    def test_one_byte_changed_is_not_the_issued_file(self, client, document):
        _certificate, content = document
        answer = self.sent(client, content[:-1] + b"?")
        assert answer.context["found"] is None and answer.context["sha256"]

    def test_a_browser_that_hashed_it_sends_only_the_hash(self, client, document):
        certificate, _content = document
        answer = client.get("/v/file/", {"sha256": certificate.seal.pdf_sha256.upper()})
        assert answer.context["found"] == certificate

    def test_a_document_not_public_is_not_known_by_its_file(self, client, document):
        certificate, content = document
        type(certificate.head).objects.filter(certificate=certificate).update(state="sealing")
        assert self.sent(client, content).context["found"] is None

    @pytest.mark.parametrize("typed", ["", "x", "0" * 63, "0" * 65, "g" * 64])
    def test_what_is_no_hash_finds_nothing(self, client, db, typed):
        assert client.get("/v/file/", {"sha256": typed}).context["found"] is None

    def test_no_file_is_said(self, client, db):
        assert client.post("/v/file/").status_code == 400

    def test_guessing_hashes_is_slowed_down(self, client, db):
        for number in range(limits.MOST_MISSES):
            client.get("/v/file/", {"sha256": f"{number:064x}"})
        assert client.get("/v/file/", {"sha256": "f" * 64}).status_code == 400
