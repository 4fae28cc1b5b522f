from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrology.science.errors import StatisticsError
from metrology.science.rounding import to_decimals
from metrology.science.statistics import mean, spread, standard_deviation, standard_deviation_of_mean

SERIES_A = "100.02 100.03 100.01 100.02 100.04 100.02 100.03 100.01 100.02 100.03"
readings = st.lists(st.decimals(min_value=-1000, max_value=1000, places=4), min_size=2, max_size=20)


def decimals(text):
    return [Decimal(part) for part in text.split()]


def test_it_reproduces_the_repeatability_series():
    series = decimals(SERIES_A)
    assert mean(series) == Decimal("100.023")
    assert to_decimals(standard_deviation(series), 5) == "0.00949"
    assert spread(series) == Decimal("0.03")
    assert to_decimals(standard_deviation_of_mean(series), 3) == "0.003"


def test_it_reproduces_the_published_blood_pressure_readings():
    series = decimals("32.2 32.2 32.1 32.1 32.1 32.1 32.2 32.1 32.1 32.2")
    assert mean(series) == Decimal("32.14")
    assert to_decimals(standard_deviation(series), 5) == "0.05164"


def test_it_refuses_a_standard_deviation_of_one_reading():
    with pytest.raises(StatisticsError):
        standard_deviation([Decimal(1)])
    with pytest.raises(StatisticsError):
        standard_deviation_of_mean([Decimal(1)])


def test_it_refuses_a_mean_of_nothing():
    for compute in (mean, spread):
        with pytest.raises(StatisticsError):
            compute([])


@given(readings, st.randoms())
def test_the_order_of_readings_does_not_matter(series, random):
    shuffled = list(series)
    random.shuffle(shuffled)
    assert mean(shuffled) == mean(series)
    assert standard_deviation(shuffled) == standard_deviation(series)


@given(readings, st.decimals(min_value=-100, max_value=100, places=3))
def test_a_shift_moves_the_mean_and_not_the_spread(series, shift):
    moved = [value + shift for value in series]
    assert standard_deviation(moved) == standard_deviation(series)
    assert spread(moved) == spread(series)
    assert abs(mean(moved) - mean(series) - shift) < Decimal("1e-20")
