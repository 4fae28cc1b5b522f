from typing import Any

import pytest

from labs.models import Standard
from metrology import clock
from metrology.actors import Actor
from metrology.models import Organization
from metrology.roles import Role
from tests import make
from tests.calls import API, HUGE, calling, listed, pointers

pytestmark = pytest.mark.django_db

ABSENT = "0190b1a2-0000-7000-8000-000000000000"
READINGS = [f"100.{part}" for part in ("02", "03", "01", "02", "04", "02", "03", "01", "02", "03")]
TERM = {"issuer": "主管部门（演示）", "valid_from": "2022-01-01", "valid_to": "2099-12-31"}
NOUNS = (
    "laboratories",
    "rooms",
    "environment-records",
    "authorisations",
    "standards",
    "examinations",
    "equipment",
    "trace-certificates",
    "methods",
    "method-versions",
    "metrologists",
)


def furnished(of: Organization) -> dict[str, Any]:
    """One row of each scoped noun of a house, by noun."""
    method = make.method()
    who = make.person(of)
    lab = make.laboratory(of)
    room = make.room(lab)
    standard = make.standard(of, method)
    part = standard.equipment_parts.get()
    return {
        "laboratories": lab,
        "rooms": room,
        "environment-records": room.environment_records.create(
            observed_at=clock.now(), temperature="20", humidity="50", person=who
        ),
        "authorisations": make.authorisation(of, method),
        "standards": standard,
        "examinations": standard.examinations.create(kind="renewal", opened_on=clock.today()),
        "equipment": part.equipment,
        "trace-certificates": part.equipment.trace_certificates.get(),
        "metrologists": make.metrologist(who, "test", methods=(method,)),
    }


NEW_STANDARD = {
    "name_zh": "砝码标准装置",
    "discipline": "12",
    "measuring_range": "(1 mg~20 kg)",
    "accuracy": "M1",
    "items": [{"uut_name_zh": "电子秤", "method": "JJG 539", "range_high": "30", "unit": "kg"}],
}


def test_a_standard_goes_from_nothing_into_use(
    institute: Organization, manager: Actor, tester: Actor
) -> None:
    make.method(), make.discipline()
    client = calling(manager)
    house = str(institute.public_id)
    made = client.post(f"{API}/standards/", {"institute": house, **NEW_STANDARD})
    assert made.status_code == 201, made.content
    path = f"{API}/standards/{made.json()['id']}"
    assert client.post(f"{path}/start-use/", {}).status_code == 422
    client.post(f"{path}/exam-certificates/", {"number": "EX-9", **TERM})
    client.post(f"{path}/public-licences/", {"number": "PL-9", "regions": ["370900"], **TERM})
    weights = client.post(f"{API}/equipment/", {"owner": house, "name_zh": "砝码", "serial": "1"}).json()
    traced = client.post(
        f"{API}/equipment/{weights['id']}/trace-certificates/",
        {
            "number": "TC-9",
            "calibrated_on": "2022-01-01",
            **TERM,
            "values": [{"point": "1", "value": "1.0000", "U": "0.001", "k": "2"}],
        },
    )
    assert traced.json()["trace_certificates"][0]["values"][0]["value"] == "1.0000"
    client.post(f"{path}/equipment/", {"equipment": weights["id"], "role": "master"})
    client.post(f"{path}/people/", {"person": str(tester.person.public_id), "role": "operator"})
    client.post(f"{path}/repeatability-tests/", {"readings": READINGS, "unit": "g"})
    detail = client.post(f"{path}/start-use/", {"on": "2026-01-01"}).json()
    assert (detail["status"], detail["usable"], detail["licensed"]) == ("in_use", True, True)
    assert detail["repeatability_tests"][0]["s"].startswith("0.009486")
    parts = ("items", "equipment", "people", "exam_certificates", "public_licences", "status_periods")
    assert [len(detail[part]) for part in parts] == [1, 1, 1, 1, 1, 1]
    suspended = client.post(f"{path}/suspend/", {"on": "2026-02-01", "reason": "搬迁"}).json()
    assert (suspended["status"], suspended["usable"]) == ("suspended", False)
    assert listed(manager, "standards", usable="true", as_of="2026-01-15") == {detail["id"]}
    assert listed(manager, "standards", usable="true") == set()
    assert client.post(f"{path}/resume/", {"on": "2026-03-01"}).json()["usable"] is True
    ended = client.post(
        f"{path}/end-part/", {"part": detail["equipment"][0]["id"], "on": clock.today().isoformat()}
    )
    assert ended.json()["equipment"][0]["valid_to"] == clock.today().isoformat()
    revoked = client.post(f"{path}/revoke-certificate/", {"number": "PL-9", "reason": "x"})
    assert revoked.json()["usable"] is False
    opened = client.post(f"{path}/examinations/", {"kind": "renewal"}).json()["examinations"][0]
    moved = client.post(f"{API}/examinations/{opened['id']}/move/", {"to": "applied"})
    assert moved.json()["state"] == "applied"
    assert client.post(f"{path}/cancel/", {"reason": "x"}).json()["status"] == "cancelled"


def test_a_document_is_published_and_confirmed_by_two(manager: Actor, tester: Actor, city: Actor) -> None:
    client = calling(city)
    method = client.post(
        f"{API}/methods/", {"code": "JJG 539", "kind": "JJG", "title_zh": "数字指示秤"}
    ).json()
    path = f"{API}/methods/{method['id']}"
    client.post(f"{path}/editions/", {"edition": "2016", "valid_from": "2016-06-01"})
    version = calling(manager).post(f"{path}/versions/", {"document": make.document()})
    assert version.status_code == 201, version.content
    confirm = f"{API}/method-versions/{version.json()['id']}/confirm/"
    assert calling(manager).post(confirm, {}).json()["confirmed"] is False
    assert calling(manager).post(confirm, {}).status_code == 409
    assert calling(tester).post(confirm, {"agrees": True}).json()["confirmed"] is True
    detail = calling(tester).get(f"{API}/method-versions/{version.json()['id']}/").json()
    assert len(detail["confirmations"]) == 2
    assert detail["document"]["code"] == "JJG 539"
    rival = make.actor(Role.MANAGER, make.institute(region=make.county()))
    seen = calling(rival).get(f"{API}/method-versions/{version.json()['id']}/").json()
    assert (seen["confirmations"], seen["confirmed"]) == ([], False)


def test_a_metrologist_is_registered_qualified_and_excluded(
    manager: Actor, tester: Actor, city: Actor
) -> None:
    make.method()
    client = calling(manager)
    person = str(tester.person.public_id)
    made = client.post(f"{API}/metrologists/", {"person": person, "certificate_no": "Q-9", "level": 1})
    path = f"{API}/metrologists/{made.json()['id']}"
    client.post(
        f"{path}/registrations/", {"number": "R-9", "valid_from": "2024-01-01", "valid_to": "2028-12-31"}
    )
    client.post(f"{path}/qualifications/", {"method": "JJG 539", "act": "test"})
    detail = client.post(
        f"{path}/qualifications/", {"method": "JJG 539", "act": "check", "effect": "exclude"}
    ).json()
    assert {row["effect"] for row in detail["qualifications"]} == {"exclude", "allow"}
    ended = client.post(
        f"{path}/end-qualification/", {"qualification": detail["qualifications"][0]["id"]}
    ).json()
    assert sum(row["valid_to"] is not None for row in ended["qualifications"]) == 1
    revoked = calling(city).post(f"{path}/revoke-registration/", {"number": "R-9", "reason": "x"})
    assert revoked.json()["registrations"][0]["revoked_on"] == clock.today().isoformat()


def test_rooms_climate_and_authorisations(institute: Organization, manager: Actor, city: Actor) -> None:
    make.method()
    client = calling(manager)
    house = str(institute.public_id)
    lab = client.post(f"{API}/laboratories/", {"institute": house, "name_zh": "力学室"}).json()
    room = client.post(f"{API}/rooms/", {"laboratory": lab["id"], "name": "101", "area_m2": "40.50"}).json()
    assert room["area_m2"] == "40.50"
    record = client.post(
        f"{API}/environment-records/", {"room": room["id"], "temperature": "20.0", "humidity": "50"}
    )
    assert record.json()["temperature"] == "20.0"
    assert client.post(f"{API}/laboratories/{lab['id']}/close/", {}).status_code == 409
    assert client.post(f"{API}/rooms/{room['id']}/close/", {}).status_code == 200
    assert client.post(f"{API}/laboratories/{lab['id']}/close/", {}).status_code == 200
    grant = {"institute": house, "number": "A-9", "methods": ["JJG 539"], "regions": ["370900"], **TERM}
    assert client.post(f"{API}/authorisations/", grant).status_code == 403
    granted = calling(city).post(f"{API}/authorisations/", grant)
    assert granted.json()["methods"] == ["JJG 539"]
    taken = calling(city).post(f"{API}/authorisations/{granted.json()['id']}/revoke/", {"reason": "x"})
    assert taken.json()["revoked_on"] == clock.today().isoformat()


def test_equipment_is_moved_checked_and_its_certificate_corrected(
    institute: Organization, manager: Actor, city: Actor
) -> None:
    rows = furnished(institute)
    client = calling(manager)
    equipment = f"{API}/equipment/{rows['equipment'].public_id}"
    assert client.post(f"{equipment}/state/", {"to": "out_of_service"}).json()["state"] == "out_of_service"
    checked = client.post(f"{equipment}/intermediate-checks/", {"result": "En=0.2", "accepted": True})
    assert checked.json()["intermediate_checks"][0]["accepted"] is True
    certificate = f"{API}/trace-certificates/{rows['trace-certificates'].public_id}"
    fixed = client.post(
        f"{certificate}/correct/",
        {"on": "2026-02-01", "reason": "更正", "number": "TC-B", **without(TERM, "issuer")},
    )
    assert (fixed.status_code, fixed.json()["replaces"]) == (201, str(rows["trace-certificates"].public_id))
    revoked = calling(city).post(f"{API}/trace-certificates/{fixed.json()['id']}/revoke/", {"reason": "撤销"})
    assert revoked.json()["revoked_reason"] == "撤销"


def without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


def test_foreign_rows_answer_as_absent_and_stay_out_of_lists(institute: Organization, clerk: Actor) -> None:
    rows = furnished(institute)
    rival = make.actor(Role.MANAGER, make.institute(region=make.county()))
    for noun, row in rows.items():
        for outsider in (rival, clerk):
            assert listed(outsider, noun) == set(), noun
            foreign = calling(outsider).get(f"{API}/{noun}/{row.public_id}/")
            absent = calling(outsider).get(f"{API}/{noun}/{ABSENT}/")
            assert foreign.status_code == absent.status_code == 404, noun
            assert foreign.json() == absent.json()


def test_the_house_and_the_city_see_them_and_another_county_does_not(
    institute: Organization, manager: Actor, city: Actor
) -> None:
    rows = furnished(institute)
    county = make.actor(Role.COUNTY_ADMIN, make.organization("authority", region=make.county()))
    for noun, row in rows.items():
        for insider in (manager, city):
            assert str(row.public_id) in listed(insider, noun), noun
            assert calling(insider).get(f"{API}/{noun}/{row.public_id}/").status_code == 200, noun
        assert listed(county, noun) == set(), noun


def test_nothing_foreign_enters_a_body(institute: Organization, manager: Actor) -> None:
    rows = furnished(institute)
    other = furnished(make.institute())
    stranger = other["metrologists"].person
    path = f"{API}/standards/{rows['standards'].public_id}"
    tries = [
        (f"{path}/equipment/", {"equipment": str(other["equipment"].public_id), "role": "master"}),
        (f"{path}/people/", {"person": str(stranger.public_id), "role": "operator"}),
        (f"{path}/end-part/", {"part": str(other["standards"].items.get().public_id), "on": "2026-01-01"}),
        (f"{API}/metrologists/", {"person": str(stranger.public_id), "certificate_no": "Q"}),
        (f"{API}/rooms/", {"laboratory": str(other["laboratories"].public_id), "name": "1", "area_m2": "1"}),
    ]
    for address, body in tries:
        answer = calling(manager).post(address, body)
        assert answer.status_code == 400, (address, answer.content)
        assert pointers(answer) <= {"/equipment", "/person", "/part", "/laboratory"}


def test_a_stale_version_is_refused(institute: Organization, manager: Actor) -> None:
    standard = furnished(institute)["standards"]
    path = f"{API}/standards/{standard.public_id}/suspend/"
    answer = calling(manager).post(path, {"reason": "x"}, HTTP_IF_MATCH='"9"')
    assert answer.status_code == 412
    assert calling(manager).post(path, {"reason": "x"}, HTTP_IF_MATCH='"1"').status_code == 200


def test_a_repeated_verb_is_done_once(institute: Organization, manager: Actor) -> None:
    standard = furnished(institute)["standards"]
    path = f"{API}/standards/{standard.public_id}/suspend/"
    answers = [calling(manager).post(path, {"reason": "x"}, HTTP_IDEMPOTENCY_KEY="once") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert standard.status_periods.count() == 2


@pytest.mark.parametrize("noun", NOUNS)
def test_a_list_stays_within_ten_queries(
    noun: str, institute: Organization, city: Actor, django_assert_max_num_queries: Any
) -> None:
    for _ in range(6):
        furnished(institute)
    edition = make.edition(make.method())
    edition.versions.create(number=1, document="{}", sha256="0", confidence="H", created_at=clock.now())
    client = calling(city)
    with django_assert_max_num_queries(10):
        answer = client.get(f"{API}/{noun}/", {"page_size": 500})
    assert answer.status_code == 200
    assert answer.json()["results"]


def test_lists_filter_by_region_method_and_day(institute: Organization, city: Actor) -> None:
    rows = furnished(institute)
    there = furnished(make.institute(region=make.county()))
    assert listed(city, "standards", region="370921") == {str(there["standards"].public_id)}
    assert len(listed(city, "standards", method="JJG 539")) == 2
    assert listed(city, "standards", method="JJG 1") == set()
    assert listed(city, "standards", region="999999") == set()
    assert listed(city, "rooms", valid_on="2019-12-31") == set()
    certificate = str(rows["trace-certificates"].public_id)
    assert certificate in listed(city, "trace-certificates", valid_on="2026-01-01")


@pytest.mark.parametrize(
    ("noun", "body", "expected"),
    [
        ("laboratories", [], {""}),
        ("laboratories", {"institute": 5, "name_zh": "\0"}, {"/name_zh"}),
        ("laboratories", {"institute": 5, "name_zh": ""}, {"/institute", "/name_zh"}),
        (
            "rooms",
            {"laboratory": ABSENT, "name": [], "area_m2": HUGE, "use": "bar", "valid_from": "1-1-1"},
            {"/laboratory", "/name", "/area_m2", "/use", "/valid_from"},
        ),
        ("rooms", {"area_m2": "１，２"}, {"/area_m2"}),
        (
            "environment-records",
            {"room": {}, "temperature": 20, "humidity": None, "observed_at": "noon"},
            {"/room", "/temperature", "/humidity", "/observed_at"},
        ),
        ("environment-records", {"observed_at": "0001-01-01T00:00:00"}, {"/observed_at"}),
        ("environment-records", {"observed_at": "9999-12-31T23:59:59-12:00"}, {"/observed_at"}),
        (
            "authorisations",
            {"methods": "JJG 539", "regions": [], "valid_from": HUGE, "valid_to": []},
            {"/methods", "/regions", "/valid_from", "/valid_to", "/institute", "/number", "/issuer"},
        ),
        ("authorisations", {"methods": [1, "JJG 0"]}, {"/methods/0", "/methods/1"}),
        (
            "standards",
            {"discipline": "1200", "category": "best", "is_highest": "perhaps", "items": {"a": 1}},
            {"/discipline", "/category", "/is_highest", "/items", "/institute", "/name_zh"},
        ),
        (
            "standards",
            {"items": [5, {"method": "none", "range_low": 1, "colour": "red"}]},
            {"/items/0", "/items/1/method", "/items/1/range_low", "/items/1/colour"},
        ),
        ("equipment", {"owner": ABSENT, "serial": HUGE}, {"/owner", "/serial", "/name_zh"}),
        (
            "methods",
            {"code": "539", "kind": "GB", "period_months": HUGE, "title_zh": {}},
            {"/code", "/kind", "/period_months", "/title_zh"},
        ),
        (
            "metrologists",
            {"person": "１，２", "level": HUGE, "certificate_no": False},
            {"/person", "/level", "/certificate_no"},
        ),
    ],
)
def test_bad_bodies_are_refused_with_every_place(
    manager: Actor, noun: str, body: Any, expected: set[str]
) -> None:
    answer = calling(manager).post(f"{API}/{noun}/", body)
    assert answer.status_code == 400, answer.content
    assert expected <= pointers(answer)


@pytest.mark.parametrize(
    ("verb", "body", "expected"),
    [
        ("suspend", {}, {"/reason"}),
        ("suspend", {"reason": "x", "on": "0001-01-01"}, {"/on"}),
        ("suspend", {"reason": "x", "on": "2019-06-01"}, {"/on"}),
        ("suspend", {"reason": "x", "on": "9999-12-31"}, {"/on"}),
        ("items", {"uut_name_zh": "秤", "method": "JJG 539", "range_low": "１，２"}, {"/range_low"}),
        ("equipment", {"equipment": HUGE, "role": "boss"}, {"/equipment", "/role"}),
        ("people", [{"person": 1}], {""}),
        ("end-part", {"part": "x", "on": 5}, {"/part", "/on"}),
        ("exam-certificates", {"number": "1", "issuer": "x", "valid_from": "2026-13-01"}, {"/valid_from"}),
        ("public-licences", {"number": "1", "regions": {"a": 1}}, {"/regions", "/issuer"}),
        ("revoke-certificate", {"number": "none", "reason": "x"}, {"/number"}),
        ("examinations", {"kind": "party"}, {"/kind"}),
        ("repeatability-tests", {"readings": "100", "unit": "g"}, {"/readings"}),
        ("repeatability-tests", {"readings": [*READINGS, "1，2"], "unit": "g"}, {"/readings/10"}),
        ("repeatability-tests", {"readings": [1] * 10, "unit": "g"}, {"/readings/0", "/readings/9"}),
        ("stability-tests", {"groups": [], "limit": "1", "unit": "g"}, {"/groups"}),
        ("stability-tests", {"groups": [{"readings": []}, 1]}, {"/groups/0/measured_on", "/groups/1"}),
    ],
)
def test_bad_verbs_are_refused_with_every_place(
    institute: Organization, manager: Actor, verb: str, body: Any, expected: set[str]
) -> None:
    standard = make.standard(institute, make.method())
    answer = calling(manager).post(f"{API}/standards/{standard.public_id}/{verb}/", body)
    assert answer.status_code == 400, answer.content
    assert expected <= pointers(answer), pointers(answer)
    assert Standard.objects.get(pk=standard.pk).version == 1


@pytest.mark.parametrize("document", [None, [], "x", 5, {}, {"code": HUGE, "tests": [[[]]]}])
def test_a_bad_document_is_refused_with_its_places(manager: Actor, document: Any) -> None:
    method = make.method()
    answer = calling(manager).post(f"{API}/methods/{method.public_id}/versions/", {"document": document})
    assert answer.status_code == 400, answer.content
    assert all(pointer.startswith("/document") for pointer in pointers(answer))
