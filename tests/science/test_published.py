"""Measurements published by others, run through a method document to the printed digit."""

import pytest

from metrology.science.conformity import Verdict
from metrology.science.evaluation import CellKey, evaluate
from metrology.science.method import Direction


def result(evaluation, point, key):
    return next(output for output in evaluation.outputs if (output.point, output.key) == (point, key))


class TestThePublishedPriceScale:
    READINGS = {
        "1000": "1000.0 1000.2 1000.0 1000.0 1000.0 1000.0 1000.0 1000.0 1000.0 1000.0",
        "3000": "2999.2 2999.0 2999.0 2999.4 2999.0 2999.4 2999.0 2999.2 2999.2 2999.4",
        "6000": "5998.8 5999.0 5999.2 5999.4 5998.8 5999.2 5999.0 5999.0 5999.2 5999.0",
    }
    PARAMETERS = {"accuracy_class": "III", "Max": "6000", "e": "2"}

    @pytest.fixture
    def evaluation(self, method, tables, repeats):
        cells = {}
        for point, readings in self.READINGS.items():
            cells |= repeats("weighing", point, "P", readings)
        return evaluate(
            method("r1-price-scale"), parameters=self.PARAMETERS, stage="initial", cells=cells, tables=tables
        )

    @pytest.mark.parametrize(
        ("point", "mean", "s", "error", "mpe"),
        [
            ("1000", "1000.02", "0.06", "0.02", "1"),
            ("3000", "2999.18", "0.18", "-0.82", "2"),
            ("6000", "5999.06", "0.19", "-0.94", "3"),
        ],
    )
    def test_it_gives_the_published_digits(self, evaluation, point, mean, s, error, mpe):
        assert result(evaluation, point, "P_mean").reported == mean
        assert result(evaluation, point, "P_s").reported == s
        assert result(evaluation, point, "E").reported == error
        assert result(evaluation, point, "E").mpe == mpe

    def test_it_keeps_the_unrounded_deviation(self, evaluation):
        values = [result(evaluation, point, "P_s").value for point in self.READINGS]
        assert [value[:6] for value in values] == ["0.0632", "0.1751", "0.1897"]

    def test_it_passes(self, evaluation):
        assert evaluation.complete
        assert evaluation.verdict is Verdict.PASS
        assert result(evaluation, "6000", "E").low == "-3"


@pytest.mark.parametrize(
    ("point", "readings", "mean", "s", "mpe"),
    [
        ("1.5", "1.48 1.49 1.48 1.48 1.48 1.48 1.48 1.48 1.48 1.48", "1.481", "0.00316", "0.04"),
        ("2.0", "1.98 1.99 1.97 1.98 1.97 1.98 1.97 1.98 1.97 1.98", "1.977", "0.00675", "0.04"),
        ("2.5", "2.49 2.49 2.48 2.48 2.48 2.48 2.48 2.48 2.48 2.48", "2.482", "0.00422", "0.0625"),
    ],
)
def test_it_gives_the_published_digits_of_the_pressure_gauge(
    method, tables, repeats, point, readings, mean, s, mpe
):
    evaluation = evaluate(
        method("r4-pressure-gauge"),
        parameters={"accuracy_class": "1.6", "upper": "2.5"},
        stage="subsequent",
        cells=repeats("repeatability", point, "P", readings),
        tables=tables,
    )
    assert result(evaluation, point, "P_mean").reported == mean
    assert result(evaluation, point, "P_s").reported == s
    assert result(evaluation, point, "E").mpe == mpe
    assert result(evaluation, point, "E").verdict is Verdict.PASS


def test_it_gives_the_published_error_of_the_truck_scale(method, tables):
    cells = {
        CellKey("weighing", "20000", "L"): "20000",
        CellKey("weighing", "20000", "dm"): "9",
    }
    evaluation = evaluate(
        method("r2-truck-scale"),
        parameters={"accuracy_class": "III", "e": "10"},
        stage="initial",
        cells=cells,
        tables=tables,
    )
    error = result(evaluation, "20000", "E")
    assert (error.reported, error.mpe, error.verdict) == ("-4", "10", Verdict.PASS)


@pytest.mark.parametrize(("span", "mpe"), [("10", "0.05"), ("16", "0.08")])
def test_the_transmitter_that_meets_its_limit_exactly_passes(method, tables, span, mpe):
    cells = {
        CellKey("output", "8", "I", 1, Direction.UP): "7.95",
        CellKey("output", "8", "I", 1, Direction.DOWN): "7.99",
    }
    evaluation = evaluate(
        method("r5-transmitter"),
        parameters={"accuracy_class": "0.5", "span": span},
        stage="initial",
        cells=cells,
        tables=tables,
    )
    reported = {output.key: output.reported for output in evaluation.outputs}
    assert reported == {"E_up": "-0.05", "E_down": "-0.01", "hysteresis": "0.04"}
    assert {output.mpe for output in evaluation.outputs} == {mpe}
    assert evaluation.verdict is Verdict.PASS
