"""The plan against the facts of any day: means, minima, dated denominators, dated rows."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from labs import models as labs
from labs.actions import places, standing
from metrology import clock, scorecard
from metrology.actors import SYSTEM
from metrology.models import Target, TargetRegion
from metrology.roles import Role
from tests import make

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 30)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def _today():
    with clock.standing_at(TODAY):
        yield


@pytest.fixture
def city():
    return make.actor(Role.CITY_ADMIN, make.organization("authority"))


def target(indicator, aggregation, value, *regions, level="county", since=make.LONG_AGO, year=2026):
    made = Target.objects.create(
        indicator=indicator, level=level, year=year, value=value, aggregation=aggregation
    )
    for region in regions:
        TargetRegion.objects.create(target=made, region=region, valid_from=since)
    return made


def goal_on(actor, day=TODAY, name="public_standards"):
    facts = scorecard.gather(scorecard.area_of(actor), [day])
    return next(goal for goal in scorecard.goals(facts, day) if goal.indicator.name == name)


def standards(region, count):
    of = make.institute(region=region)
    return [make.standard(of, equipped=False) for _ in range(count)]


def test_a_mean_is_over_the_counties_that_count(city):
    far, farther = make.county("370921"), make.county("370923")
    target("public_standards", "mean", 4, far, farther)
    standards(far, 3)
    standards(farther, 2)
    standards(make.city(), 5)
    goal = goal_on(city)
    assert goal.figure == Decimal("2.5") and not goal.reached and len(goal.parts) == 2
    assert [part.distance for part in goal.parts] == [-1, -2]


def test_a_county_without_an_institute_counts_as_zero_in_a_mean(city):
    far, farther = make.county("370921"), make.county("370923")
    target("public_standards", "mean", 1, far, farther)
    standards(far, 3)
    assert goal_on(city).figure == Decimal("1.5")


def test_the_denominator_changes_in_time(city):
    far, farther = make.county("370921"), make.county("370923")
    asked = target("public_standards", "mean", 3, far)
    TargetRegion.objects.create(target=asked, region=farther, valid_from=TODAY)
    standards(far, 3)
    assert (goal_on(city, YESTERDAY).figure, goal_on(city, TODAY).figure) == (3, Decimal("1.5"))
    TargetRegion.objects.filter(region=far).update(valid_to=YESTERDAY)
    assert [part.region for part in goal_on(city).parts] == [farther]


def test_a_denominator_of_no_region_reaches_nothing(city):
    target("public_standards", "mean", 3, make.county(), since=TODAY)
    goal = goal_on(city, YESTERDAY)
    assert not goal.parts and not goal.reached and goal.figure == 0


def test_a_standard_suspended_yesterday_counted_the_day_before(city):
    target("public_standards", "total", 160, make.city(), level="city")
    of = make.institute()
    one = make.standard(of)
    make.standard(of)
    standing.suspend(one, on=YESTERDAY, reason="搬迁", by=SYSTEM)
    before = YESTERDAY - timedelta(days=1)
    assert [goal_on(city, day).figure for day in (before, YESTERDAY, TODAY)] == [2, 1, 1]


@pytest.mark.parametrize("paper", [labs.ExamCertificate, labs.PublicLicence])
def test_a_standard_counts_through_the_last_day_of_each_paper(city, paper):
    target("public_standards", "total", 160, make.city(), level="city")
    make.standard(make.institute())
    paper.objects.update(valid_to=YESTERDAY)
    assert (goal_on(city, YESTERDAY).figure, goal_on(city, TODAY).figure) == (1, 0)


@pytest.mark.parametrize("category", ["special", "highest_enterprise"])
def test_a_standard_of_an_enterprise_counts_for_nothing(city, category):
    target("public_standards", "total", 160, make.city(), level="city")
    labs.Standard.objects.filter(pk=make.standard(make.institute()).pk).update(category=category)
    assert goal_on(city).figure == 0


def test_an_area_moves_with_its_day(city):
    far, farther = make.county("370921"), make.county("370923")
    target("laboratory_area", "each", 500, far, farther)
    old = make.room(make.laboratory(make.institute(region=far)), area="600.00")
    places.close_room(old, on=YESTERDAY, by=SYSTEM)
    new = make.laboratory(make.institute(region=farther))
    places.add_room(laboratory=new, name="1", area_m2=Decimal("600"), valid_from=TODAY, by=SYSTEM)

    def values(day):
        return [part.value for part in goal_on(city, day, "laboratory_area").parts]

    assert (values(YESTERDAY), values(TODAY)) == ([600, 0], [0, 600])


def test_each_institute_must_reach_the_minimum(city):
    far = make.county("370921")
    target("laboratory_area", "each", 500, far, make.county("370923"))
    for area in ("499.99", "500.00"):
        make.room(make.laboratory(make.institute(region=far)), area=area)
    goal = goal_on(city, name="laboratory_area")
    assert (goal.figure, goal.asked) == (1, 3), "two institutes, and one county without any"
    assert not goal.reached and [part.reached for part in goal.parts] == [False, True, False]


def test_an_institute_that_merged_counts_until_it_did(city):
    far = make.county("370921")
    target("laboratory_area", "each", 500, far)
    make.institute(region=far, dissolved_on=YESTERDAY)
    make.institute(region=far, established_on=TODAY)
    for day in (YESTERDAY, TODAY):
        assert len(goal_on(city, day, "laboratory_area").parts) == 1


def test_people_count_once_while_registered_and_here(city):
    target("metrologists", "total", 10, make.city(), level="city")
    of = make.institute()
    first, second = (make.metrologist(make.person(of)) for _ in range(2))
    labs.Registration.objects.create(
        metrologist=first, institute=of, number="R2", valid_from=make.LONG_AGO, valid_to=make.FAR_AHEAD
    )
    second.person.left_on = YESTERDAY
    second.person.save()
    assert [goal_on(city, day, "metrologists").figure for day in (YESTERDAY, TODAY)] == [2, 1]


def test_the_nearest_year_to_come_speaks_and_after_the_last_the_last(city):
    for year, value in ((2020, 100), (2025, 160), (2030, 200)):
        target("public_standards", "total", value, make.city(), level="city", year=year)
    asked = [goal_on(city, date(year, 1, 1)).asked for year in (2019, 2020, 2021, 2026, 2031)]
    assert asked == [100, 100, 160, 200, 200]


def test_a_county_reads_the_plan_of_its_city():
    county = make.actor(Role.COUNTY_ADMIN, make.organization("authority", region=make.county()))
    assert [one.key for one in scorecard.area_of(county)] == ["370900", "370921"]


def test_a_day_to_come_is_what_holds_if_nothing_is_renewed(city):
    target("public_standards", "total", 160, make.city(), level="city")
    make.standard(make.institute())
    labs.PublicLicence.objects.update(valid_to=TODAY + timedelta(days=30))
    days = [TODAY + timedelta(days=30), TODAY + timedelta(days=31)]
    assert [goal_on(city, day).figure for day in days] == [1, 0]


def test_month_ends_lead_to_the_day():
    found = scorecard.month_ends(date(2026, 3, 10), 3)
    assert [str(day) for day in found] == ["2025-12-31", "2026-01-31", "2026-02-28", "2026-03-10"]
    quarters = scorecard.month_ends(date(2026, 3, 10), 12, 3)
    assert [f"{day:%m-%d}" for day in quarters] == ["03-31", "06-30", "09-30", "12-31", "03-10"]


def test_all_days_cost_as_many_queries_as_one(city, django_assert_num_queries):
    standards(make.county(), 3)
    area = scorecard.area_of(city)
    for days in ([TODAY], scorecard.month_ends(TODAY)):
        with django_assert_num_queries(7 if len(days) == 1 else 8):
            scorecard.gather(area, days)


def test_every_day_equals_a_count_row_by_row(city):
    """Random papers and suspensions, asked of random days, against a naive count in Python."""
    rng = random.Random(7)
    of = make.institute()
    for _ in range(12):
        one = make.standard(of, equipped=False)
        for paper in (one.exam_certificates, one.public_licences):
            begin = TODAY - timedelta(days=rng.randrange(400))
            paper.update(valid_from=begin, valid_to=begin + timedelta(days=rng.randrange(300)))
        turn = TODAY - timedelta(days=rng.randrange(300))
        if rng.random() < 0.5:
            one.status_periods.update(valid_to=turn - timedelta(days=1))
            labs.StatusPeriod.objects.create(standard=one, status="suspended", valid_from=turn)
    days = [TODAY - timedelta(days=rng.randrange(450)) for _ in range(40)]
    facts = scorecard.gather(scorecard.area_of(city), days)

    def naive(day):
        def holds(row):
            return row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)

        return sum(
            any(holds(row) for row in one.exam_certificates.all())
            and any(holds(row) for row in one.public_licences.all())
            and any(holds(row) and row.status == "in_use" for row in one.status_periods.all())
            for one in labs.Standard.objects.all()
        )

    found = [sum(tally.value for tally in facts.of("public_standards", day)) for day in days]
    assert found == [naive(day) for day in days] and len(set(found)) > 3


def test_a_sum_of_areas_is_exact_on_every_database(city):
    target("laboratory_area", "total", 10000, make.city(), level="city")
    laboratory = make.laboratory(make.institute())
    for _ in range(30):
        make.room(laboratory, area="313.31")
    assert str(goal_on(city, name="laboratory_area").figure) == "9399.30"


def test_it_names_who_must_act(city):
    far = make.county("370921")
    target("public_standards", "mean", 25, far, make.county("370923"))
    local = make.organization("authority", region=far)
    facts = scorecard.gather(scorecard.area_of(city), [TODAY])
    goal = scorecard.goals(facts, TODAY)[0]
    assert [scorecard.must_act(facts, goal, part.region) for part in goal.parts] == [
        local,
        city.organization,
    ]
    goal.target.responsible = make.organization("authority")
    assert scorecard.must_act(facts, goal, far) == goal.target.responsible
