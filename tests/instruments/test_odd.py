"""What is worth a second look: pure rules over texts, each with what it finds and what it leaves alone."""

from decimal import Decimal

import pytest

from instruments import odd
from metrology.science.conformity import Verdict
from metrology.science.evaluation import CellKey, ColumnPlan, OutputResult, PointPlan
from metrology.science.method import ColumnKind, Direction

R1 = "1000.0 1000.2 1000.0 1000.0 1000.0 1000.0 1000.0 1000.0 1000.0 1000.0"
R1_3KG = "2999.2 2999.0 2999.0 2999.4 2999.0 2999.4 2999.0 2999.2 2999.2 2999.4"
R4 = "1.48 1.49 1.48 1.48 1.48 1.48 1.48 1.48 1.48 1.48"


def plan(point, nominal="", *, repeats=1, kind=ColumnKind.DECIMAL):
    column = ColumnPlan("P", "示值", "Indication", "g", kind, (Direction.NONE,), repeats, repeats)
    return PointPlan("t", point, nominal, "g", True, "", "", (column,))


def series(text, point="1"):
    return {CellKey("t", point, "P", n): one for n, one in enumerate(text.split(), start=1)}


def outliers(text):
    readings = series(text)
    numbers = {key: Decimal(one) for key, one in readings.items()}
    return [readings[one.cell] for one in odd.outliers(numbers, readings)]


@pytest.mark.parametrize("text", [R1, R1_3KG, R4, "1 2", "5", "10.0 10.1 10.2", "0.00 0.00 0.00"])
def test_honest_repeats_are_left_alone(text):
    assert outliers(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (R4.replace("1.49", "1.84"), ["1.84"]),
        (R1.replace("1000.2", "100.02"), ["100.02"]),
        ("20.01 20.02 -20.01 20.01", ["-20.01"]),
    ],
)
def test_a_slip_among_repeats_is_found(text, found):
    assert outliers(text) == found


def strays(texts, nominals):
    plans = [plan(str(n), nominal) for n, nominal in enumerate(nominals)]
    readings = {CellKey("t", str(n), "P"): text for n, text in enumerate(texts)}
    numbers = {key: Decimal(one) for key, one in readings.items()}
    return [readings[one.cell] for one in odd.strays(plans, numbers, readings)]


def test_a_reading_far_from_its_nominal_value_is_found_where_the_others_follow():
    assert strays(["40", "1000", "300", "6000"], ["40", "1000", "3000", "6000"]) == ["300"]
    assert strays(["0.4", "1.0", "2.0"], ["40", "1000", "3000"]) == [], "added weights follow nothing"
    assert strays(["40", "100"], ["40", "1000"]) == [], "two are too few to know"
    assert strays(["0.5", "1000", "3000", "6000"], ["0", "1000", "3000", "6000"]) == [], "zero has no share"


def test_a_number_of_decimals_of_its_own_is_found():
    readings = series("10.00 10.01 10.0 10.02 10.01")
    numbers = {key: Decimal(one) for key, one in readings.items()}
    assert [readings[one.cell] for one in odd.digits(numbers, readings)] == ["10.0"]
    mixed = series("10 10.0 10.00 1E+1")
    assert list(odd.digits({key: Decimal(one) for key, one in mixed.items()}, mixed)) == []


def output(value, low="-1", high="1", verdict=Verdict.PASS, rule="jjg_simple"):
    return OutputResult(
        test="t", point="1", key="E", zh="误差", en="Error", nominal="", unit="g", value=value,
        reported=value, low=low, high=high, rule=rule, verdict=verdict,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("made", "found"),
    [
        (output("0.2"), 0),
        (output("0.89"), 0),
        (output("0.9"), 1),
        (output("-1.0"), 1),
        (output("1.1", verdict=Verdict.FAIL), 1),
        (output("0.1", low=None, high="0.1"), 1),
        (output("0.05", low=None, high="0.1"), 0),
        (output("3", low="2", high=None), 0),
        (output("2.1", low="2", high=None), 1),
        (output(None, verdict=None), 0),
        (output(None, low=None, high=None, rule="check", verdict=Verdict.FAIL), 1),
    ],
)
def test_a_result_beyond_its_limit_or_close_to_it_is_found(made, found):
    readings = series("10.0")
    assert len(list(odd.beyond([plan("1", "10")], [made], readings))) == found


def test_a_whole_series_of_another_instrument_is_a_copy():
    nominals = {("t", "1"): "1000.0"}
    mine = series(R1)
    assert odd.is_copy(mine, dict(mine), nominals)
    assert not odd.is_copy(mine, {**mine, CellKey("t", "1", "P", 3): "1000.4"}, nominals)
    assert not odd.is_copy(series("1 2 3 4"), series("1 2 3 4"), {}), "four alike may be chance"
    even = series("1000.0 1000.0 1000.0 1000.0 1000.0")
    assert not odd.is_copy(even, dict(even), nominals), "all nominal says nothing"


def test_it_gives_all_in_the_order_of_the_plan_and_passes_over_checks():
    plans = [plan("look", kind=ColumnKind.CHECK), plan("1", "1000", repeats=10)]
    readings = {CellKey("t", "look", "P"): "pass", **series(R1.replace("1000.2", "100.02"))}
    found = odd.find(plans, readings, [])
    assert {one.cell for one in found} == {CellKey("t", "1", "P", 2)}
    assert len(found) == 3, "far from its repeats, far from its nominal value, and with decimals of its own"
    assert odd.numeric(plans, readings) == series(R1.replace("1000.2", "100.02"))
