from datetime import date
from decimal import Decimal

import pytest

from metrology.actions.regions import change_region, create_region
from metrology.actions.targets import set_target
from metrology.actors import SYSTEM, Actor
from metrology.errors import Forbidden, Invalid
from metrology.models import Region
from metrology.roles import Role
from tests import make

pytestmark = pytest.mark.django_db


def test_a_zone_has_a_key_of_its_own_and_a_path(city: Actor) -> None:
    zone = create_region(
        key="370900-hitech", name_zh="高新区", name_en="Zone", level="zone", parent=make.city(), by=city
    )
    assert (zone.code, zone.path) == (None, "370900/370900-hitech/")


@pytest.mark.parametrize(
    ("key", "code", "pointer"),
    [("a/b", None, "/key"), ("370999", "37099", "/code"), ("zone", "370999", "/key"), ("", None, "/key")],
)
def test_keys_and_codes_are_checked(key: str, code: str | None, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        create_region(key=key, code=code, name_zh="区", name_en="R", level="zone", by=SYSTEM)
    assert pointer in refused.value.fields


def test_a_key_is_given_once() -> None:
    make.city()
    with pytest.raises(Invalid):
        create_region(key="370900", code="370900", name_zh="市", name_en="C", level="city", by=SYSTEM)


def test_a_new_parent_moves_the_whole_subtree() -> None:
    county, other = make.county("370921"), make.region("371000")
    town = make.region("town", parent=county, level="zone")
    change_region(county, parent=other, by=SYSTEM)
    assert Region.objects.get(pk=county.pk).path == "371000/370921/"
    assert Region.objects.get(pk=town.pk).path == "371000/370921/town/"


def test_a_region_does_not_lie_within_itself() -> None:
    county = make.county("370921")
    town = make.region("town", parent=county, level="zone")
    with pytest.raises(Invalid):
        change_region(county, parent=town, by=SYSTEM)
    with pytest.raises(Invalid):
        change_region(county, key="1", by=SYSTEM)


def test_counties_and_managers_draw_no_map(manager: Actor) -> None:
    office = make.actor(Role.COUNTY_ADMIN, make.organization("authority", region=make.county()))
    for somebody in (manager, office):
        with pytest.raises(Forbidden):
            change_region(make.county(), name_zh="新名", by=somebody)


def test_a_city_moves_nothing_of_another_city(city: Actor) -> None:
    with pytest.raises(Forbidden):
        change_region(make.region("371000"), name_zh="新名", by=city)
    with pytest.raises(Forbidden):
        change_region(make.county(), parent=make.region("371000"), by=city)


def test_a_target_names_its_denominator(city: Actor, manager: Actor) -> None:
    plan = {
        "indicator": "public_standards",
        "level": "county",
        "year": 2027,
        "value": Decimal("25"),
        "aggregation": "mean",
        "regions": [make.county("370921"), make.county("370923")],
        "since": date(2026, 1, 1),
    }
    target = set_target(**plan, by=city)
    assert target.denominator.count() == 2
    with pytest.raises(Forbidden):
        set_target(**{**plan, "year": 2028}, by=manager)
    with pytest.raises(Invalid):
        set_target(**plan, by=city)
    with pytest.raises(Invalid) as refused:
        set_target(**{**plan, "year": 2029, "regions": [], "value": Decimal(0)}, by=city)
    assert set(refused.value.fields) == {"/regions", "/value"}


def test_regions_nest_only_as_deeply_as_a_path_is_long() -> None:
    place = make.city()
    with pytest.raises(Invalid) as refused:
        for depth in range(9):
            key = f"{depth}" * 20
            place = create_region(key=key, name_zh="区", name_en="R", level="zone", parent=place, by=SYSTEM)
    assert set(refused.value.fields) == {"/parent"}
    with pytest.raises(Invalid):
        change_region(make.city(), parent=make.region("z9" * 10), by=SYSTEM)
