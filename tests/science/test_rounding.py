from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrology.science.errors import RoundingError
from metrology.science.rounding import Mode, to_decimals, to_significant, to_step

values = st.decimals(min_value=-(10**9), max_value=10**9, places=9)
steps = st.sampled_from(
    ["0.001", "0.01", "0.02", "0.05", "0.1", "0.2", "0.25", "0.5", "1", "2", "5", "10", "20"]
)


@pytest.mark.parametrize(
    ("value", "step", "rounded"),
    [
        ("0.25", "0.1", "0.2"),
        ("0.35", "0.1", "0.4"),
        ("0.25", "0.2", "0.2"),
        ("1.05", "0.1", "1.0"),
        ("0.125", "0.05", "0.10"),
        ("-0.15", "0.1", "-0.2"),
    ],
)
def test_it_rounds_the_reference_cases_of_gbt_8170(value, step, rounded):
    assert to_step(value, step) == rounded


@pytest.mark.parametrize(
    ("value", "step", "rounded"),
    [("-0.04", "0.1", "0.0"), ("-0.0", "0.1", "0.0"), ("-0.049", "0.1", "0.0"), ("-2", "5", "0")],
)
def test_it_never_writes_a_negative_zero(value, step, rounded):
    assert to_step(value, step) == rounded


@pytest.mark.parametrize(
    ("value", "step", "rounded"),
    [("1234", "20", "1240"), ("1230", "20", "1240"), ("1210", "20", "1200"), ("17", "1E+1", "20")],
)
def test_it_writes_coarse_steps_without_an_exponent(value, step, rounded):
    assert to_step(value, step) == rounded


@pytest.mark.parametrize(
    ("value", "digits", "mode", "rounded"),
    [
        ("0.0995", 2, Mode.HALF_EVEN, "0.10"),
        ("9.96", 2, Mode.HALF_EVEN, "10"),
        ("10.47", 2, Mode.UP, "11"),
        ("0.027", 2, Mode.UP, "0.027"),
        ("-10.01", 2, Mode.UP, "-11"),
        ("0.00316227766", 2, Mode.HALF_EVEN, "0.0032"),
        ("1234", 2, Mode.HALF_EVEN, "1200"),
        ("0", 2, Mode.HALF_EVEN, "0"),
        ("31.6639", 2, Mode.HALF_EVEN, "32"),
    ],
)
def test_it_rounds_to_significant_digits_across_decades(value, digits, mode, rounded):
    assert to_significant(value, digits, mode) == rounded


def test_it_aligns_a_value_to_decimal_places():
    assert to_decimals("10.05762", 3) == "10.058"
    assert to_decimals("2.675", 2) == "2.68"
    assert to_decimals("2.665", 2) == "2.66"
    assert to_decimals("5", 2) == "5.00"
    assert to_decimals("-0.4", 0) == "0"


@pytest.mark.parametrize("readings", ["29.8008", "79.9638", "150.1725"])
def test_it_prints_the_rounded_divisions_of_the_published_voltmeter_table(readings):
    published = {"29.8008": "29.8", "79.9638": "80.0", "150.1725": "150.2"}
    assert to_step(readings, "0.1") == published[readings]


@pytest.mark.parametrize("step", ["0", "-0.1"])
def test_it_refuses_a_step_that_is_not_positive(step):
    with pytest.raises(RoundingError):
        to_step("1", step)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), Decimal("1E+999999")])
def test_it_refuses_what_cannot_be_rounded(value):
    with pytest.raises(RoundingError):
        to_step(value, "0.1")


@given(values, steps)
def test_rounding_twice_changes_nothing(value, step):
    once = to_step(value, step)
    assert to_step(once, step) == once


@given(values, steps)
def test_the_rounded_value_is_a_multiple_no_farther_than_half_a_step(value, step):
    rounded = Decimal(to_step(value, step))
    assert rounded % Decimal(step) == 0
    assert abs(rounded - value) * 2 <= Decimal(step)


@given(values, st.integers(1, 12))
def test_rounding_to_significant_digits_twice_changes_nothing(value, digits):
    once = to_significant(value, digits)
    assert to_significant(once, digits) == once


@given(values, steps)
def test_rounding_mirrors_in_zero(value, step):
    assert Decimal(to_step(-value, step)) == -Decimal(to_step(value, step))


@given(values, steps)
def test_rounding_up_never_shrinks(value, step):
    assert abs(Decimal(to_step(value, step, Mode.UP))) >= abs(value)
