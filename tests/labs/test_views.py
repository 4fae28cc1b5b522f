"""Pages of the laboratories: who reads them, what stands there, and what they cost."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from labs import models as labs
from metrology import clock
from metrology.roles import Role
from tests import make
from tests.pages import enter, is_absent, reads

CEILING = 15
LISTS = ("standards", "labs", "equipment_list", "people", "methods")


@pytest.fixture
def method(db):
    return make.method()


@pytest.fixture
def version(method):
    content = make.document()
    return labs.MethodVersion.objects.create(
        edition=make.edition(method),
        number=1,
        document=json.dumps(content),
        sha256="0" * 64,
        confidence="M",
        created_at=clock.now(),
    )


@pytest.fixture
def nouns(institute, method, version):
    """One of each noun with a page, all of the same institute."""
    standard = make.standard(institute, method)
    made = {
        "standard": standard,
        "lab": institute,
        "equipment": standard.equipment_parts.get().equipment,
        "metrologist": make.metrologist(make.person(institute, "钱试"), "test", "check", methods=(method,)),
        "method": method,
        "method_version": version,
    }
    make.room(make.laboratory(institute))
    make.authorisation(institute, method)
    return made


def path_of(name, row):
    return reverse(name, args=[row.public_id])


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.django_db
def test_a_stranger_signs_in_first(client, name):
    answer = client.get(reverse(name))
    assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_for_one_row_and_for_many(
    client, manager, nouns, name, django_assert_max_num_queries
):
    for n in range(12):
        make.standard(nouns["lab"], make.method(f"JJG {n}"))
        make.metrologist(make.person(nouns["lab"]), "test")
        make.institute()
    enter(client, manager)
    with django_assert_max_num_queries(7):
        assert len(client.get(reverse(name)).context["rows"]) >= 12


@pytest.mark.parametrize("name", ["standard", "lab", "equipment", "metrologist", "method", "method_version"])
def test_a_page_is_read_by_those_who_may(client, manager, city, nouns, name, django_assert_max_num_queries):
    for actor in (manager, city):
        page = reads(client, actor, path_of(name, nouns[name]))
        assert "<h1" in page
        with django_assert_max_num_queries(CEILING):
            client.get(path_of(name, nouns[name]))


def test_anothers_page_is_the_page_of_what_never_was(client, mallory, clerk, institute, nouns):
    others = (
        mallory,
        clerk,
        make.actor(Role.MANAGER, make.institute()),
        make.actor(Role.COUNTY_ADMIN, make.organization("authority", region=make.county())),
        make.actor(Role.OPERATOR, institute),
    )
    for actor in others:
        for name in ("standard", "equipment", "metrologist"):
            assert is_absent(client, actor, path_of(name, nouns[name])), (actor, name)


def test_anothers_rows_are_in_no_list(client, mallory, nouns):
    enter(client, mallory)
    for name in ("standards", "equipment_list", "people"):
        assert client.get(reverse(name)).context["rows"] == [], name


def test_an_enterprise_reads_of_an_institute_what_its_door_says(client, clerk, nouns):
    page = reads(client, clerk, path_of("lab", nouns["lab"]))
    assert nouns["lab"].name in page and "钱试" not in page and "m²" not in page


def test_an_enterprise_has_no_page_among_the_institutes(client, city, acme):
    assert is_absent(client, city, f"/labs/{acme.public_id}/")


def test_a_neighbour_sees_an_institute_without_its_numbers(client, nouns):
    neighbour = make.actor(Role.MANAGER, make.institute())
    enter(client, neighbour)
    rows = {line.cells[0].text: line for line in client.get("/labs/").context["rows"]}
    assert rows[nouns["lab"].name].cells[3].text is None


def test_the_area_is_what_holds_today(client, manager, institute):
    laboratory = make.laboratory(institute)
    make.room(laboratory, area="40.50")
    ended = make.room(laboratory, area="100.00")
    labs.Room.objects.filter(pk=ended.pk).update(valid_to=clock.today() - timedelta(days=1))
    page = reads(client, manager, path_of("lab", institute))
    assert "40.50" in page and "140.50" not in page


def test_a_standard_shows_both_certificates_its_parts_and_its_tests(client, manager, nouns):
    standard = nouns["standard"]
    page = reads(client, manager, path_of("standard", standard))
    for text in (
        standard.exam_certificates.get().number,
        standard.public_licences.get().number,
        standard.equipment_parts.get().equipment.serial,
        standard.equipment_parts.get().equipment.trace_certificates.get().number,
        "JJG 539",
        "2099-12-31",
        "0.01 g",
    ):
        assert text in page
    assert path_of("equipment", nouns["equipment"]) in page


@pytest.mark.parametrize(
    ("days", "validity"), [(270, "expiring"), (0, "expiring"), (-1, "expired"), (271, None)]
)
def test_a_standard_ends_soon_within_270_days(client, manager, nouns, days, validity):
    last = clock.today() + timedelta(days=days)
    labs.ExamCertificate.objects.filter(standard=nouns["standard"]).update(valid_to=last)
    enter(client, manager)
    for asked in ("expiring", "expired"):
        rows = client.get(f"/standards/?validity={asked}").context["rows"]
        assert len(rows) == (1 if asked == validity else 0)


def test_home_counts_what_its_lists_show(client, manager, nouns):
    last = clock.today() + timedelta(days=30)
    labs.ExamCertificate.objects.update(valid_to=last)
    enter(client, manager)
    cards = [card for card in client.get("/").context["cards"] if card.url.startswith("/s")]
    assert len(cards) == 3 and {card.count for card in cards} == {0, 1}
    for card in cards:
        assert len(client.get(card.url).context["rows"]) == card.count, card.label


@pytest.mark.parametrize("query", ["validity=x", "q=%00", "category=x", "institute=x", "cursor=x"])
def test_a_mistyped_filter_is_answered_with_a_reason(client, manager, query):
    enter(client, manager)
    assert client.get(f"/standards/?{query}").status_code == 400


def test_a_search_finds_by_part_of_a_name(client, manager, nouns):
    enter(client, manager)
    assert len(client.get("/standards/?q=砝码标准").context["rows"]) == 1
    assert client.get("/standards/?q=没有").context["rows"] == []


def test_the_document_of_a_version_reads_as_tables(client, manager, version):
    page = reads(client, manager, path_of("method_version", version))
    for text in ("I + d/2 - dL - nominal", "-0.25*e … 0.25*e", "置零准确度", "砝码"):
        assert text in page


def test_a_confirmation_is_seen_in_its_own_institute_only(client, manager, nouns, version):
    person = make.person(manager.organization, "孙认")
    labs.Confirmation.objects.create(
        institute=manager.organization, version=version, person=person, agrees=True, at=clock.now()
    )
    neighbour = make.actor(Role.MANAGER, make.institute())
    assert "孙认" in reads(client, manager, path_of("method", nouns["method"]))
    for path in (path_of("method", nouns["method"]), path_of("method_version", version)):
        assert "孙认" not in reads(client, neighbour, path)


def test_a_long_list_of_an_institute_says_that_it_goes_on(client, manager, institute):
    for _ in range(50):
        make.equipment(institute)
    client.cookies["django_language"] = "en"
    assert "The first 50" not in reads(client, manager, path_of("lab", institute))
    make.equipment(institute)
    assert "The first 50" in reads(client, manager, path_of("lab", institute))


def test_names_are_shown_as_text(client, manager, institute):
    equipment = make.equipment(institute, name_zh="<script>1</script>")
    page = reads(client, manager, path_of("equipment", equipment))
    assert "&lt;script&gt;1" in page
