import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrology.science.errors import MpeError
from metrology.science.mpe import permissible_error

TABLES = Path(__file__).resolve().parents[2] / "metrology" / "seed" / "mpe_tables.json"


def of(tables, name, accuracy_class, **arguments):
    given = {key: Decimal(value) for key, value in arguments.items()}
    return permissible_error(tables, name, accuracy_class, given)


@pytest.mark.parametrize(
    ("load", "e", "size"),
    [
        ("5000", "10", "5"),
        ("5000.1", "10", "10"),
        ("15000", "10", "10"),
        ("20000", "10", "10"),
        ("30000", "10", "15"),
        ("100000", "10", "15"),
        ("40000", "20", "20"),
        ("80000", "20", "30"),
        ("1000", "2", "1"),
        ("3000", "2", "2"),
        ("6000", "2", "3"),
        ("0", "10", "5"),
    ],
)
def test_it_gives_the_steps_of_class_iii_with_the_limit_in_the_lower_step(tables, load, e, size):
    assert of(tables, "r76", "III", load=load, e=e) == Decimal(size)


def test_it_refuses_a_load_beyond_the_class(tables):
    with pytest.raises(MpeError) as refusal:
        of(tables, "r76", "III", load="101000", e="10")
    assert refusal.value.key == "beyond_class"


def test_class_i_has_no_upper_end(tables):
    assert of(tables, "r76", "I", load="99999999", e="1") == Decimal("1.5")


@pytest.mark.parametrize(
    ("accuracy_class", "grams", "milligrams"),
    [("F1", "1000", "5"), ("M1", "20000", "1000"), ("M1", "0.005", "0.20"), ("E2", "1000.0", "1.6")],
)
def test_it_gives_the_limits_of_weights(tables, accuracy_class, grams, milligrams):
    assert of(tables, "r111", accuracy_class, nominal=grams) == Decimal(milligrams)


@pytest.mark.parametrize(("accuracy_class", "grams"), [("E1", "5000000"), ("M1", "3"), ("M9", "1000")])
def test_it_refuses_weights_the_table_does_not_hold(tables, accuracy_class, grams):
    with pytest.raises(MpeError):
        of(tables, "r111", accuracy_class, nominal=grams)


@pytest.mark.parametrize(
    ("value", "size"),
    [("0", "0.0256"), ("0.8", "0.0256"), ("1.43", "0.0256"), ("1.44", "0.04"), ("1.6", "0.04")],
)
def test_it_gives_the_zones_of_a_gauge_of_class_1_6(tables, value, size):
    assert of(tables, "gauge52", "1.6", value=value, upper="1.6", span="1.6") == Decimal(size)


def test_class_1_5_is_treated_as_1_6_and_class_4_is_4_0(tables):
    assert of(tables, "gauge52", "1.5", value="1", upper="2", span="2") == Decimal("0.032")
    assert of(tables, "gauge52", "4", value="1", upper="2", span="2") == Decimal("0.08")


def test_it_refuses_a_point_beyond_the_range(tables):
    with pytest.raises(MpeError):
        of(tables, "gauge52", "1.6", value="1.7", upper="1.6", span="1.6")


@pytest.mark.parametrize(("accuracy_class", "size"), [("A", "0.35"), ("B", "0.80")])
def test_it_gives_the_limits_of_a_pt100_at_100_degrees(tables, accuracy_class, size):
    assert of(tables, "rtd", accuracy_class, t="100") == Decimal(size)


@pytest.mark.parametrize(("name", "accuracy_class"), [("r77", "III"), ("r76", "V"), ("rtd", "Z")])
def test_it_refuses_unknown_tables_and_classes(tables, name, accuracy_class):
    with pytest.raises(MpeError):
        of(tables, name, accuracy_class, load="1", e="1", t="1")


def test_it_refuses_an_interval_that_is_not_positive(tables):
    with pytest.raises(MpeError):
        of(tables, "r76", "III", load="1", e="0")


def test_tables_read_as_floats_give_the_same_limits(tables):
    floats = json.loads(TABLES.read_text(encoding="utf-8"))
    assert of(floats, "rtd", "AA", t="100") == of(tables, "rtd", "AA", t="100") == Decimal("0.27")
    assert of(floats, "r76", "III", load="1000", e="0.1") == of(tables, "r76", "III", load="1000", e="0.1")


@given(
    st.decimals(min_value=0, max_value=10_000, places=2), st.decimals(min_value=0, max_value=10_000, places=2)
)
def test_a_heavier_load_never_has_a_smaller_limit(tables, one, other):
    light, heavy = sorted((one, other))
    assert of(tables, "r76", "III", load=light, e="1") <= of(tables, "r76", "III", load=heavy, e="1")
