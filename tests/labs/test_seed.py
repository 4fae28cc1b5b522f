import pytest
from django.core.management import call_command

from labs.models import Confirmation, Discipline, Method, MethodEdition, MethodVersion
from metrology import ledger
from metrology.models import Event, Region, Target

pytestmark = pytest.mark.django_db


@pytest.fixture
def seeded(db: None) -> None:
    call_command("seed")


def test_it_loads_regions_methods_and_documents_and_confirms_nothing(seeded: None) -> None:
    assert Region.objects.count() == 10
    assert Region.objects.filter(level="zone", code__isnull=True).count() == 3
    assert Region.objects.get(key="370900-hitech").path == "370900/370900-hitech/"
    assert Discipline.objects.count() == 18
    assert Method.objects.count() == 54 + 19
    assert MethodEdition.objects.count() == 54 + 19
    assert set(MethodVersion.objects.values_list("edition__method__code", flat=True)) >= {
        "JJG 52",
        "JJG 539",
    }
    assert not Confirmation.objects.exists()
    assert ledger.verify() == []


def test_it_keeps_the_confidence_and_says_what_is_only_cited(seeded: None) -> None:
    assert Method.objects.get(code="JJG 130").confidence == "L"
    assert Method.objects.get(code="JJG 539").confidence == "H"
    cited = Method.objects.get(code="JJG 744")
    assert (cited.confidence, cited.period_months) == ("L", None)


def test_the_targets_are_the_plan_s_with_their_denominators(seeded: None) -> None:
    found = {
        (target.indicator, target.level): (int(target.value), target.aggregation, target.regions.count())
        for target in Target.objects.all()
    }
    assert found == {
        ("public_standards", "city"): (160, "total", 1),
        ("public_standards", "county"): (25, "mean", 6),
        ("laboratory_area", "city"): (10000, "total", 1),
        ("laboratory_area", "county"): (500, "each", 6),
    }
    assert not Target.objects.filter(regions__level="zone").exists()


def test_loading_twice_changes_nothing(seeded: None) -> None:
    before = Event.objects.count()
    call_command("seed")
    assert Event.objects.count() == before


def test_what_somebody_corrected_stays_corrected(seeded: None) -> None:
    Method.objects.filter(code="JJG 52").update(period_months=12)
    Region.objects.filter(key="370921").update(name_en="Corrected")
    call_command("seed")
    assert Method.objects.get(code="JJG 52").period_months == 12
    assert Region.objects.get(key="370921").name_en == "Corrected"
