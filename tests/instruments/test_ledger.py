"""The ledger: a label for life, derived facts nobody types, owners who keep their own."""

import pytest

from instruments import seed
from instruments.actions import ledger
from instruments.models import Category, Instrument
from labs.models import Method
from metrology.actors import SYSTEM
from metrology.errors import Conflict, Forbidden, Invalid
from metrology.models import Region
from tests import make

pytestmark = pytest.mark.django_db


def register(owner, by, **details):
    details = {"category": make.category(), "name": "电子秤", "serial": f"S{make.number()}", **details}
    return ledger.register_instrument(owner, by=by, **details)


def test_labels_are_numbered_by_division_without_gap(acme, clerk):
    first = register(acme, clerk)
    with pytest.raises(Invalid):
        register(acme, clerk, name=first.name, serial=first.serial)
    county = make.county()
    assert [row.label_no for row in (first, register(acme, clerk), register(acme, clerk, region=county))] == [
        "370900000000000001",
        "370900000000000002",
        "370921000000000001",
    ]


def test_a_functional_zone_has_the_code_of_its_parent(acme, clerk):
    zone = Region.objects.create(
        key="ta-hitech",
        name_zh="高新区",
        name_en="Zone",
        level="zone",
        parent=make.city(),
        path=f"{make.city().path}ta-hitech/",
    )
    assert register(acme, clerk, region=zone).label_no.startswith("370900")


@pytest.mark.parametrize(
    ("verification", "uses", "purpose", "mandatory"),
    [(True, ["trade"], "trade", True), (True, ["trade"], "other", False), (False, ["trade"], "trade", False)],
)
def test_it_is_mandatory_by_category_and_purpose_together(
    acme, clerk, verification, uses, purpose, mandatory
):
    category = make.category("kind")
    Category.objects.update(verification=verification, uses=uses)
    category.refresh_from_db()
    assert register(acme, clerk, category=category, purpose=purpose).is_mandatory is mandatory


def test_a_changed_purpose_changes_the_duty(acme, clerk):
    instrument = register(acme, clerk, purpose="trade")
    ledger.change_instrument(instrument, by=clerk, purpose="other")
    instrument.refresh_from_db()
    assert (instrument.is_mandatory, instrument.version) == (False, 2)


def test_parameters_are_kept_as_half_width_text(acme, clerk):
    instrument = register(acme, clerk, parameters={"Max": "６０００", "accuracy_class": "Ⅲ", "d": "0.10"})
    assert instrument.parameters == {"Max": "6000", "accuracy_class": "Ⅲ", "d": "0.10"}


@pytest.mark.parametrize("parameters", [{"Max": "１，２"}, {"Max": 5}, {"1x": "1"}, {"e": "x" * 41}])
def test_a_wrong_parameter_is_named(acme, clerk, parameters):
    with pytest.raises(Invalid) as refused:
        register(acme, clerk, parameters=parameters)
    assert list(refused.value.fields) == [f"/parameters/{key}" for key in parameters]


def test_every_fault_of_a_field_is_named(acme, clerk):
    with pytest.raises(Invalid) as refused:
        register(acme, clerk, name="x" * 121, purpose="fun", own_interval_months=-1)
    assert set(refused.value.fields) == {"/name", "/purpose", "/own_interval_months"}


def test_only_the_owner_or_the_counter_of_its_region_keeps_it(acme, clerk, counter, mallory, tester):
    instrument = register(acme, counter)
    desk = make.actor("counter", make.institute(region=make.county()))
    for other in (mallory, tester, desk):
        with pytest.raises(Forbidden):
            register(acme, other)
        with pytest.raises(Forbidden):
            ledger.change_instrument(instrument, by=other, name="x")


def test_a_scrapped_one_stays_as_it_is(acme, clerk):
    instrument = ledger.scrap(register(acme, clerk), by=clerk, reason="报废")
    with pytest.raises(Conflict):
        ledger.change_instrument(instrument, by=clerk, name="x")
    with pytest.raises(Conflict):
        ledger.return_to_use(instrument, by=clerk, reason="还能用")


def test_one_under_test_is_not_scrapped():
    house = make.house()
    job = make.job("assigned", at=house)
    with pytest.raises(Conflict):
        ledger.scrap(job.instrument, by=house.clerk, reason="报废")


def test_its_owner_cannot_talk_a_failed_one_back_into_use():
    house = make.house()
    instrument = make.job("issued", at=house, fails=True).instrument
    ledger.put_out_of_service(instrument, by=SYSTEM, reason="检定不合格")
    ledger.put_out_of_service(instrument, by=SYSTEM, reason="再次不合格")
    with pytest.raises(Forbidden):
        ledger.return_to_use(instrument, by=house.clerk, reason="修好了")
    ledger.return_to_use(instrument, by=SYSTEM, reason="复检合格")
    assert Instrument.objects.get(pk=instrument.pk).state == "in_use"


def test_the_due_date_is_written_by_nobody_else(acme, clerk):
    instrument = register(acme, clerk)
    with pytest.raises(Forbidden):
        ledger.set_due(instrument, by=clerk, due_on=None, last_tested_on=None)


def test_the_catalogue_is_loaded_once_with_its_methods_and_confidence():
    make.method("JJG 539")
    for _ in range(2):
        seed.load()
    assert Category.objects.filter(catalogue_no__isnull=False).count() == 39
    scale = Category.objects.get(code="scale")
    assert list(scale.methods.all()) == [Method.objects.get(code="JJG 539")]
    assert (scale.confidence, scale.uses, scale.mode) == ("H", ["trade", "medical"], "periodic")
    assert Category.objects.get(code="load-cell").mode == "none"
    assert Category.objects.get(code="thermometer-glass").mode == "initial_only_scrap"
    assert "food_safety" in scale.plan_fields
