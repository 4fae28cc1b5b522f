"""The cockpit's pages: who reads what of whom, the sentence of each target, what a page costs."""

import csv
import io
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from instruments.models import Requirement
from labs import models as labs
from metrology import clock
from metrology.models import Target, TargetRegion
from metrology.roles import Role
from tests import make
from tests.pages import SIGNED_IN, enter, reads

pytestmark = pytest.mark.django_db
PAGES = ("/dashboard/", "/dashboard/?view=table", "/dashboard/?view=trend", "/gaps/", "/expiry/")
TABS = ("", "?tab=standards", "?tab=rooms", "?tab=people", "?tab=gaps")
CEILING = SIGNED_IN + 10


@pytest.fixture
def plan():
    """Two counties with an institute each, the city's own, and the four targets of the plan."""
    city, far, farther = make.city(), make.county("370921"), make.county("370923")
    for indicator, level, aggregation, value, regions in (
        ("public_standards", "city", "total", 160, [city]),
        ("public_standards", "county", "mean", 25, [far, farther]),
        ("laboratory_area", "city", "total", 10000, [city]),
        ("laboratory_area", "county", "each", 500, [far, farther]),
    ):
        target = Target.objects.create(
            indicator=indicator,
            level=level,
            year=2020,
            value=value,
            aggregation=aggregation,
            source="规划",
            responsible=make.organization("authority", name_en="Bureau in charge"),
        )
        for region in regions:
            TargetRegion.objects.create(target=target, region=region, valid_from=make.LONG_AGO)
    houses = {region.key: make.institute(region=region) for region in (city, far, farther)}
    furnish(houses)
    return houses


def furnish(houses, count=1):
    for of in houses.values():
        for _ in range(count):
            make.standard(of, make.method())
            make.metrologist(make.person(of, "钱试"), "test")
            make.instrument(make.enterprise(region=of.region), is_mandatory=True)
            make.authorisation(of, make.method())
        make.room(make.laboratory(of), area="500.00")


@pytest.fixture
def cast(plan):
    far = make.county("370921")
    return {
        "city": make.actor(Role.CITY_ADMIN, make.organization("authority")),
        "county": make.actor(Role.COUNTY_ADMIN, make.organization("authority", region=far)),
        "manager": make.actor(Role.MANAGER, plan["370900"]),
        "auditor": make.actor(Role.AUDITOR, make.organization("authority")),
        "staff": make.actor(Role.STAFF, plan["370900"]),
        "counter": make.actor(Role.COUNTER, plan["370900"]),
        "enterprise": make.actor(Role.ENTERPRISE_ADMIN, make.enterprise()),
        "inspected": make.actor(Role.AUDITOR, make.enterprise()),
        "operator": make.actor(Role.OPERATOR, make.organization("authority")),
    }


def lines_of(client, path):
    answer = client.get(path)
    assert answer.status_code == 200 and answer.streaming, path
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


@pytest.mark.parametrize("role", ["city", "county", "manager", "auditor"])
@pytest.mark.parametrize("path", PAGES)
def test_it_is_read_by_who_answers_for_the_plan(client, cast, role, path):
    assert "<h1" in reads(client, cast[role], path)


@pytest.mark.parametrize("role", ["staff", "counter", "enterprise", "inspected", "operator"])
def test_it_is_refused_to_everybody_else(client, cast, role):
    enter(client, cast[role])
    assert client.get("/dashboard/").status_code == 403
    assert client.get("/dashboard/370921/").status_code == client.get("/dashboard/x/").status_code == 403
    assert client.get("/gaps/").status_code == 403
    assert "/dashboard/" not in client.get("/").content.decode()


def test_a_stranger_signs_in_first(client):
    for path in (*PAGES, "/dashboard/370921/"):
        assert client.get(path).status_code == 302


def test_each_target_says_its_sentence(client, cast, plan):
    client.cookies["django_language"] = "en"
    page = reads(client, cast["city"], "/dashboard/")
    for text in (
        "1 of 160",
        "1 of 25, mean of 2 counties",
        "500 of 10,000 m²",
        "2 of 2 institutes reach 500 m²",
        "Bureau in charge",
        "0 of 3",
        "24 short",
        "159 short",
        "does not show administrative boundaries",
    ):
        assert text in page, text


def test_a_past_day_gives_that_days_truth(client, cast, plan):
    labs.StatusPeriod.objects.filter(standard__institute=plan["370921"]).update(
        valid_to=clock.today() - timedelta(days=1)
    )
    client.cookies["django_language"] = "en"
    before = clock.today() - timedelta(days=1)
    assert "0.5 of 25" in reads(client, cast["city"], "/dashboard/")
    assert "1 of 25" in reads(client, cast["city"], f"/dashboard/?as_of={before}")


@pytest.mark.parametrize(
    "query", ["as_of=x", "as_of=1000-01-01", "view=x", "indicator=x", "view=trend&step=x"]
)
def test_a_mistyped_question_is_answered_with_a_reason(client, cast, query):
    enter(client, cast["city"])
    answer = client.get(f"/dashboard/?{query}")
    assert answer.status_code == 400 and 'role="alert"' in answer.content.decode()
    assert client.get(f"/dashboard/?{query}&format=csv").status_code == 400


def test_a_county_sees_totals_of_others_and_rows_of_its_own(client, cast):
    page = reads(client, cast["county"], "/dashboard/")
    assert "/dashboard/370921/" in page
    assert "/dashboard/370923/" not in page and "/dashboard/370900/" not in page
    assert "370923" in client.get("/api/v1/scorecard/").content.decode()
    for tab in TABS:
        assert client.get(f"/dashboard/370921/{tab}").status_code == 200
        assert client.get(f"/dashboard/370923/{tab}").status_code == 404


def test_a_foreign_region_answers_as_one_that_never_was(client, cast):
    for role in ("county", "manager"):
        enter(client, cast[role])
        foreign, never = client.get("/dashboard/370923/"), client.get("/dashboard/nowhere/")
        assert foreign.status_code == never.status_code == 404 and foreign.content == never.content


def test_a_manager_reads_of_its_region_only_its_own_house(client, cast, plan):
    neighbour = make.standard(make.institute())
    page = reads(client, cast["manager"], "/dashboard/370900/?tab=standards")
    own = labs.Standard.objects.get(institute=plan["370900"])
    assert own.name in page and neighbour.name not in page


def test_a_region_shows_what_it_has_and_what_it_lacks(client, cast, plan):
    client.cookies["django_language"] = "en"
    needed = make.category("pump", make.method("JJG 443"))
    type(needed).objects.filter(pk=needed.pk).update(name_en="Fuel dispensers")
    have = make.category("scale2", make.method())
    for category in (needed, have):
        Requirement.objects.create(level="county", category=category)
    make.instrument(make.enterprise(region=make.county("370921")), category=needed)
    assert "500.00" in reads(client, cast["city"], "/dashboard/370921/?tab=rooms")
    assert "钱试" in reads(client, cast["city"], "/dashboard/370921/?tab=people")
    lacking = reads(client, cast["city"], "/dashboard/370921/?tab=gaps")
    assert "Fuel dispensers" in lacking and have.name not in lacking
    enter(client, cast["city"])
    rows = lines_of(client, "/gaps/?format=csv")[1:]
    assert [row[1:] for row in rows] == [["Fuel dispensers", "1"], ["Fuel dispensers", "0"]]
    enter(client, cast["county"])
    assert len(lines_of(client, "/gaps/?format=csv")) == 2


def test_a_gap_opens_on_the_day_its_standard_is_suspended(client, cast, plan):
    Requirement.objects.create(level="county", category=make.category("s", make.method()))
    today = clock.today()
    labs.StatusPeriod.objects.filter(standard__institute=plan["370921"]).update(
        valid_to=today - timedelta(days=1)
    )
    enter(client, cast["city"])
    assert len(lines_of(client, "/gaps/?format=csv")) == 2
    assert len(lines_of(client, f"/gaps/?as_of={today - timedelta(days=1)}&format=csv")) == 1


def expire(days):
    last = clock.today() + timedelta(days=days)
    for model in (
        labs.ExamCertificate,
        labs.PublicLicence,
        labs.TraceCertificate,
        labs.Registration,
        labs.Authorisation,
    ):
        model.objects.update(valid_to=last)


@pytest.mark.parametrize(("days", "within"), [(0, 30), (30, 30), (31, 60), (90, 90), (180, 180), (181, None)])
def test_what_ends_is_listed_once_in_its_span(client, cast, days, within):
    expire(days)
    enter(client, cast["city"])
    for span in (30, 60, 90, 180):
        rows = lines_of(client, f"/expiry/?within={span}&format=csv")[1:]
        assert len(rows) == (15 if within is not None and span >= within else 0), span


def test_what_was_renewed_or_has_ended_is_not_to_be_renewed(client, cast, plan):
    expire(10)
    standard = labs.Standard.objects.filter(institute=plan["370921"]).get()
    labs.ExamCertificate.objects.create(
        standard=standard, number="新", issuer="x", valid_from=clock.today(), valid_to=make.FAR_AHEAD
    )
    labs.StatusPeriod.objects.filter(standard__institute=plan["370923"]).update(status="cancelled")
    enter(client, cast["city"])
    assert len(lines_of(client, "/expiry/?kind=exam_certificate&format=csv")) == 2
    assert len(lines_of(client, "/expiry/?kind=public_licence&format=csv")) == 3


def test_what_ended_is_asked_for_by_itself(client, cast):
    expire(-1)
    enter(client, cast["city"])
    assert len(lines_of(client, "/expiry/?within=past&format=csv")) == 16
    assert len(lines_of(client, "/expiry/?within=180&format=csv")) == 1


def test_the_list_of_what_ends_is_ones_own(client, cast):
    expire(10)
    for role, count in (("city", 15), ("county", 5), ("manager", 5), ("staff", 5), ("auditor", 15)):
        enter(client, cast[role])
        assert len(lines_of(client, "/expiry/?format=csv")) == count + 1, role
    enter(client, cast["enterprise"])
    assert client.get("/expiry/").status_code == 403


@pytest.mark.parametrize("path", [*PAGES, *(f"/dashboard/370921/{tab}" for tab in TABS)])
def test_a_page_costs_the_same_for_few_rows_and_for_many(
    client, cast, plan, path, django_assert_max_num_queries, django_assert_num_queries
):
    Requirement.objects.create(level="county", category=make.category("s", make.method()))
    enter(client, cast["city"])
    client.get(path)  # the first page of a sign-in may ask once for a second step
    with django_assert_max_num_queries(CEILING) as few:
        client.get(path)
    furnish(plan, 9)
    with django_assert_num_queries(len(few)):
        client.get(path)


@pytest.mark.parametrize("view", ["map", "table", "trend"])
def test_a_view_is_exported_as_it_is_shown(client, cast, view):
    enter(client, cast["county"])
    page = client.get(f"/dashboard/?view={view}")
    shown = page.context["table"]
    found = lines_of(client, f"/dashboard/?view={view}&format=csv")
    assert found[0] == [str(column.label) for column in shown.columns]
    assert len(found) - 1 == len(shown.rows) >= 3
    assert client.get(f"/dashboard/?view={view}&format=xlsx").streaming


def test_a_table_is_sorted_as_asked(client, cast, plan):
    for _ in range(3):
        make.standard(plan["370923"])
    enter(client, cast["city"])
    by_count = [
        row[0] for row in lines_of(client, "/dashboard/?view=table&sort=-public_standards&format=csv")
    ]
    assert by_count[1] == str(make.county("370923"))
    page = client.get("/dashboard/?view=table&sort=-public_standards").content.decode()
    assert 'aria-sort="descending"' in page


def test_tiles_say_in_words_what_their_colour_says(client, cast):
    client.cookies["django_language"] = "en"
    page = reads(client, cast["city"], "/dashboard/?indicator=laboratory_area")
    tiles = re.findall(r'class="tile tile-(\w+)".*?tile-word[^>]*>([^<]+)<', page, re.DOTALL)
    assert sorted(tiles) == [("bad", "9,500 m² short"), ("good", "Reached"), ("good", "Reached")]
    assert 'role="group"' in page


def test_the_trend_has_a_figure_for_every_month(client, cast):
    enter(client, cast["city"])
    rows = lines_of(client, "/dashboard/?view=trend&format=csv")
    assert len(rows) == 26 and rows[1][0] == str(clock.today())
    assert len(lines_of(client, "/dashboard/?view=trend&step=quarter&format=csv")) == 10


def test_home_counts_the_targets_that_are_missed(client, cast):
    enter(client, cast["city"])
    found = {card.url: card.count for card in client.get("/").context["cards"]}
    assert found["/dashboard/"] == 3


def test_the_scorecard_says_to_machines_what_the_page_says(client, cast, django_assert_max_num_queries):
    enter(client, cast["city"])
    client.get("/dashboard/")
    with django_assert_max_num_queries(CEILING):
        found = client.get("/api/v1/scorecard/").json()
    by_key = {(goal["indicator"], goal["aggregation"]): goal for goal in found["targets"]}
    mean = by_key["public_standards", "mean"]
    assert (mean["figure"], mean["target"], mean["denominator"]) == ("1", "25.00", ["370921", "370923"])
    assert by_key["laboratory_area", "each"]["reached"] is True
    assert {row["region"] for row in found["regions"]} == {"370900", "370921", "370923"}
    assert Decimal(found["regions"][0]["figures"]["laboratory_area"]) == 500
    assert [rate["indicator"] for rate in found["rates"]] == ["coverage", "on_time"]


def test_the_scorecard_of_a_region_and_of_a_day(client, cast):
    enter(client, cast["county"])
    found = client.get("/api/v1/scorecard/?region=370923&as_of=2019-12-31").json()
    assert found["as_of"] == "2019-12-31" and [row["region"] for row in found["regions"]] == ["370923"]
    assert found["regions"][0]["figures"]["public_standards"] == "0"
    for query in ("region=x", "as_of=x", "as_of=0001-01-01", "as_of=2026-02-30"):
        answer = client.get(f"/api/v1/scorecard/?{query}")
        assert answer.status_code == 400 and answer.json()["errors"], query


@pytest.mark.parametrize("role", ["staff", "counter", "enterprise", "inspected", "operator"])
def test_the_scorecard_is_refused_to_everybody_else(client, cast, role):
    enter(client, cast[role])
    assert client.get("/api/v1/scorecard/").status_code == 403


def test_the_last_day_counts_from_the_day_asked(client, cast):
    enter(client, cast["city"])
    first = date(2099, 12, 1)
    assert len(lines_of(client, f"/expiry/?as_of={first}&within=30&format=csv")) == 16
