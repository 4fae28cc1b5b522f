from datetime import date
from decimal import Decimal

import pytest

from labs.actions.trials import Group, record_repeatability, record_stability
from labs.models import Standard
from metrology.actors import Actor
from metrology.errors import Forbidden, Invalid
from metrology.models import Organization
from tests import make

pytestmark = pytest.mark.django_db

SERIES_A = [f"100.{part}" for part in ("02", "03", "01", "02", "04", "02", "03", "01", "02", "03")]


@pytest.fixture
def standard(institute: Organization) -> Standard:
    """A standard nobody has tried yet."""
    return Standard.objects.create(
        institute=institute,
        name_zh="砝码标准装置",
        discipline=make.discipline(),
        measuring_range="20 kg",
        accuracy="M1",
    )


def shifted(by: str) -> list[str]:
    return [str(Decimal(text) + Decimal(by)) for text in SERIES_A]


def groups() -> list[Group]:
    shifts = ("0", "0.003", "-0.002", "0.001")
    return [
        Group(date(2026, month, 10), shifted(shift))
        for month, shift in zip((1, 2, 3, 4), shifts, strict=True)
    ]


def test_s_of_series_a_is_the_published_one(standard: Standard, tester: Actor) -> None:
    made = record_repeatability(standard, readings=SERIES_A, unit="g", by=tester)
    assert round(Decimal(made.s), 5) == Decimal("0.00949")
    assert (made.reference_s, made.accepted, made.person) == ("", True, tester.person)


def test_a_larger_s_fails_unless_the_need_is_still_met_and_is_then_the_reference(
    standard: Standard, tester: Actor
) -> None:
    first = record_repeatability(standard, readings=SERIES_A, unit="g", by=tester)
    wide = [str(2 * Decimal(text) - 100) for text in SERIES_A]
    refused = record_repeatability(standard, readings=wide, unit="g", by=tester)
    assert (refused.reference_s, refused.accepted) == (first.s, False)
    passed = record_repeatability(standard, readings=wide, unit="g", need_still_met=True, by=tester)
    assert (passed.reference_s, passed.accepted) == (first.s, True)
    again = record_repeatability(standard, readings=wide, unit="g", by=tester)
    assert (again.reference_s, again.accepted) == (passed.s, True)


@pytest.mark.parametrize("readings", [SERIES_A[:9], [], [*SERIES_A[:9], "1，2"], [*SERIES_A[:9], ""]])
def test_too_few_readings_or_no_numbers_are_refused(
    standard: Standard, tester: Actor, readings: list[str]
) -> None:
    with pytest.raises(Invalid):
        record_repeatability(standard, readings=readings, unit="g", by=tester)


def test_s_m_of_four_shifted_groups_is_the_published_one(standard: Standard, tester: Actor) -> None:
    made = record_stability(standard, groups=groups(), limit="0.006", unit="g", by=tester)
    assert (made.stability, made.accepted) == ("0.005", True)


def test_stability_equal_to_the_limit_fails(standard: Standard, tester: Actor) -> None:
    assert not record_stability(standard, groups=groups(), limit="0.005", unit="g", by=tester).accepted


def test_a_new_standard_needs_four_groups_of_ten_a_month_apart(standard: Standard, tester: Actor) -> None:
    with pytest.raises(Invalid) as few:
        record_stability(standard, groups=groups()[:3], limit="1", unit="g", by=tester)
    assert set(few.value.fields) == {"/groups"}
    crowded = groups()
    crowded[1] = Group(date(2026, 2, 9), crowded[1].readings)
    crowded[2] = Group(crowded[2].measured_on, crowded[2].readings[:9])
    with pytest.raises(Invalid) as wrong:
        record_stability(standard, groups=crowded, limit="x", unit="g", by=tester)
    assert set(wrong.value.fields) == {"/limit", "/groups/1/measured_on", "/groups/2/readings"}


def test_the_yearly_test_compares_with_the_last_mean(standard: Standard, tester: Actor) -> None:
    record_stability(standard, groups=groups(), limit="0.006", unit="g", by=tester)
    yearly = [Group(date(2026, 6, 1), shifted("0.004"))]
    made = record_stability(standard, groups=yearly, limit="0.006", unit="g", by=tester)
    assert made.stability == "0.003"  # the last group lay 0.001 above series A
    with pytest.raises(Invalid):
        record_stability(standard, groups=groups(), limit="0.006", unit="g", by=tester)


def test_strangers_and_administrators_try_nothing(standard: Standard, mallory: Actor, city: Actor) -> None:
    for somebody in (mallory, city):
        with pytest.raises(Forbidden):
            record_repeatability(standard, readings=SERIES_A, unit="g", by=somebody)
