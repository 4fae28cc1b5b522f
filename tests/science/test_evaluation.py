import dataclasses
from decimal import localcontext

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrology.science.conformity import Verdict
from metrology.science.evaluation import (
    ENGINE_VERSION,
    CellKey,
    conclusion,
    evaluate,
    points_for,
)
from metrology.science.method import Direction, Text, parse

SCALE = {"unit": "kg", "accuracy_class": "III", "Max": "15", "Min": "0.1", "e": "0.005", "d": "0.005"}
GAUGE = {"unit": "MPa", "accuracy_class": "1.6", "upper": "1.6", "intervals": "4", "division": "0.05"}


def sheet(method, parameters):
    """Every cell of a faultless instrument: checks passed, readings equal to the nominal value."""
    cells = {}
    for plan in points_for(method, parameters):
        kinds = {column.key: column.kind for column in plan.columns}
        for key in plan.cells():
            cells[key] = "pass" if kinds[key.column] == "check" else plan.nominal
    return cells


def scale_sheet(method, parameters):
    """A faultless scale: it turns at half an interval, and an added 1.4 d moves it by one."""
    cells = sheet(method, parameters)
    for key in cells:
        if key.column == "dL":
            cells[key] = "0.0025"
        if key.column == "I2":
            cells[key] = str(float(cells[key]) + 0.005)
    return cells


@pytest.fixture
def gauge(method, tables):
    document = method("jjg52-2013")

    def run(changes=None, parameters=GAUGE, stage="subsequent"):
        cells = sheet(document, parameters) | (changes or {})
        return evaluate(document, parameters=parameters, stage=stage, cells=cells, tables=tables)

    return run


def result(evaluation, point, key):
    return next(output for output in evaluation.outputs if (output.point, output.key) == (point, key))


def after(point, direction="up"):
    return CellKey("indication", point, "after", 1, Direction(direction))


def before(point, direction="up"):
    return CellKey("indication", point, "before", 1, Direction(direction))


class TestTheVerdict:
    def test_a_faultless_gauge_passes_with_the_wording_of_its_class(self, gauge, method):
        evaluation = gauge()
        assert evaluation.verdict is Verdict.PASS
        wording = conclusion(method("jjg52-2013"), GAUGE, evaluation.verdict)
        assert wording == Text(zh="准予作1.6级使用", en="Approved for use as class 1.6")

    @pytest.mark.parametrize(
        ("reading", "verdict"), [("0.8256", "pass"), ("0.8257", "fail"), ("0.7744", "pass")]
    )
    def test_the_indication_error_may_meet_its_limit_exactly(self, gauge, reading, verdict):
        changes = {
            cell: reading for way in ("up", "down") for cell in (before("0.8", way), after("0.8", way))
        }
        evaluation = gauge(changes)
        assert evaluation.verdict == verdict
        assert result(evaluation, "0.8", "error").mpe == "0.0256"

    def test_the_top_of_the_range_has_the_wider_limit(self, gauge):
        changes = {cell: "1.64" for way in ("up", "down") for cell in (before("1.6", way), after("1.6", way))}
        assert gauge(changes).verdict is Verdict.PASS

    def test_the_worst_of_four_readings_is_the_indication_error(self, gauge):
        evaluation = gauge({before("0.8", "down"): "0.79", after("0.8"): "0.805"})
        assert result(evaluation, "0.8", "error").value == "-0.01"
        assert result(evaluation, "", "largest_error").value == "-0.01"

    @pytest.mark.parametrize(("reading", "verdict"), [("0.8128", "pass"), ("0.8129", "fail")])
    def test_tapping_may_move_the_pointer_by_half_the_limit(self, gauge, reading, verdict):
        evaluation = gauge({after("0.8"): reading})
        assert result(evaluation, "0.8", "tapping").verdict == verdict
        assert result(evaluation, "0.8", "tapping").high == "0.0128"

    def test_hysteresis_fails_although_both_readings_are_within_the_limit(self, gauge):
        changes = {before("0.8"): "0.815", after("0.8"): "0.815"}
        changes |= {before("0.8", "down"): "0.785", after("0.8", "down"): "0.785"}
        evaluation = gauge(changes)
        assert [output.key for output in evaluation.failures] == ["hysteresis"]
        assert evaluation.verdict is Verdict.FAIL

    def test_a_failed_look_fails_the_gauge(self, gauge):
        evaluation = gauge({CellKey("appearance", "whole", "look"): "不合格"})
        assert evaluation.verdict is Verdict.FAIL
        assert result(evaluation, "whole", "look").reported == "fail"

    def test_a_scale_gets_twice_the_limit_in_use(self, method, tables):
        document = method("jjg539-2016")
        cells = scale_sheet(document, SCALE)
        cells[CellKey("weighing", "2.5", "I", 1, Direction.UP)] = "2.505"
        verdicts = {
            stage: evaluate(document, parameters=SCALE, stage=stage, cells=cells, tables=tables).verdict
            for stage in ("initial", "subsequent", "in_use")
        }
        assert verdicts == {"initial": "fail", "subsequent": "fail", "in_use": "pass"}

    def test_the_error_at_zero_is_taken_off(self, method, tables):
        document = method("jjg539-2016")
        cells = scale_sheet(document, SCALE)
        cells[CellKey("zero", "near_zero", "dL")] = "0.0015"
        evaluation = evaluate(document, parameters=SCALE, stage="initial", cells=cells, tables=tables)
        assert result(evaluation, "near_zero", "E0").value == "0.001"
        assert result(evaluation, "15", "Ec_up").reported == "-0.0010"
        assert evaluation.verdict is Verdict.PASS

    def test_a_scale_that_does_not_answer_fails_discrimination(self, method, tables):
        document = method("jjg539-2016")
        cells = scale_sheet(document, SCALE)
        cells[CellKey("discrimination", "7.5", "I2")] = "7.5"
        evaluation = evaluate(document, parameters=SCALE, stage="initial", cells=cells, tables=tables)
        assert [(o.test, o.point) for o in evaluation.failures] == [("discrimination", "7.5")]


class TestWhatIsNotThere:
    def test_an_empty_cell_is_missing_and_never_zero(self, gauge):
        evaluation = gauge({after("0.8"): "", before("1.2"): "  "})
        assert set(evaluation.missing) == {after("0.8"), before("1.2")}
        assert evaluation.verdict is None
        assert not evaluation.complete
        assert result(evaluation, "0.8", "error").value is None
        assert result(evaluation, "", "largest_error").value is None
        assert result(evaluation, "0.4", "error").verdict is Verdict.PASS

    def test_an_empty_sheet_lists_every_required_cell(self, method, tables):
        document = method("jjg539-2016")
        evaluation = evaluate(document, parameters=SCALE, stage="initial", cells={}, tables=tables)
        required = sum(
            column.repeats * len(column.directions)
            for plan in points_for(document, SCALE)
            for column in plan.columns
        )
        assert len(evaluation.missing) == required
        assert evaluation.problems == ()

    def test_it_asks_only_for_the_repeats_it_needs(self, method, tables, repeats):
        document = method("jjg539-2016")
        cells = {k: v for k, v in scale_sheet(document, SCALE).items() if k.test != "repeatability"}
        cells |= repeats("repeatability", "7.5", "P", "7.500 7.502")
        cells |= repeats("repeatability", "15", "P", "15.000 15.001 15.002 15.000")
        evaluation = evaluate(document, parameters=SCALE, stage="initial", cells=cells, tables=tables)
        assert evaluation.missing == (CellKey("repeatability", "7.5", "P", 3),)
        assert result(evaluation, "15", "R").value == "0.002"

    def test_an_optional_test_counts_only_once_begun(self, document, tables):
        data = document("jjg52-2013")
        data["tests"][1]["mandatory"] = False
        optional = parse(data)
        cells = {key: text for key, text in sheet(optional, GAUGE).items() if key.test != "zero"}
        evaluation = evaluate(optional, parameters=GAUGE, stage="initial", cells=cells, tables=tables)
        assert evaluation.verdict is Verdict.PASS
        assert not [output for output in evaluation.outputs if output.test == "zero"]
        cells[CellKey("zero", "0", "reading")] = "0.1"
        evaluation = evaluate(optional, parameters=GAUGE, stage="initial", cells=cells, tables=tables)
        assert evaluation.verdict is Verdict.FAIL

    def test_an_unreadable_cell_is_a_problem_with_its_place(self, gauge):
        evaluation = gauge({after("0.8"): "０，８"})
        assert [(p.cell, p.error) for p in evaluation.problems] == [(after("0.8"), "comma")]
        assert evaluation.missing == ()
        assert evaluation.verdict is None

    def test_a_cell_the_method_does_not_know_is_a_problem(self, gauge):
        stray = CellKey("indication", "9.9", "after")
        evaluation = gauge({stray: "1"})
        assert [(p.cell, p.error) for p in evaluation.problems] == [(stray, "unknown_cell")]
        assert evaluation.verdict is None

    def test_a_load_beyond_the_class_leaves_no_verdict(self, method, tables):
        document = method("jjg539-2016")
        parameters = SCALE | {"Max": "100"}
        cells = scale_sheet(document, parameters)
        evaluation = evaluate(document, parameters=parameters, stage="initial", cells=cells, tables=tables)
        assert {problem.error for problem in evaluation.problems} == {"beyond_class"}
        assert evaluation.verdict is None

    def test_a_formula_without_a_value_is_a_problem_and_not_a_crash(self, document, tables):
        data = document("r2-truck-scale")
        data["tests"][0]["outputs"][0]["expression"] = "L/dm"
        cells = {CellKey("weighing", "20000", "L"): "1", CellKey("weighing", "20000", "dm"): "0"}
        evaluation = evaluate(
            parse(data),
            parameters={"accuracy_class": "III", "e": "10"},
            stage="initial",
            cells=cells,
            tables=tables,
        )
        assert [problem.error for problem in evaluation.problems] == ["division_by_zero"]
        assert evaluation.verdict is None

    def test_a_carried_value_of_a_point_that_is_not_there_is_a_problem(self, document, tables):
        data = document("jjg539-2016")
        for section in (data["tests"][2], data["tests"][3]):
            section["carries"][0]["point"] = "nowhere"
        method = parse(data)
        cells = scale_sheet(method, SCALE)
        evaluation = evaluate(method, parameters=SCALE, stage="initial", cells=cells, tables=tables)
        assert {problem.error for problem in evaluation.problems} == {"not_computable"}
        assert evaluation.verdict is None


def test_it_may_judge_what_is_printed(document, tables):
    data = document("r2-truck-scale")
    output = data["tests"][0]["outputs"][0]
    parameters = {"accuracy_class": "III", "e": "10"}
    cells = {CellKey("weighing", "20000", "L"): "20010.4", CellKey("weighing", "20000", "dm"): "5"}
    for first, verdict in ((False, Verdict.FAIL), (True, Verdict.PASS)):
        output["rounding"] = {"decimals": 0, "before_judging": first}
        evaluation = evaluate(parse(data), parameters=parameters, stage="initial", cells=cells, tables=tables)
        assert evaluation.verdict is verdict
        assert evaluation.outputs[0].reported == "10"


class TestTheHash:
    def test_everything_that_enters_changes_it(self, gauge, method, document, tables):
        hashes = {
            gauge().input_hash,
            gauge({after("0.8"): "0.80"}).input_hash,
            gauge(stage="in_use").input_hash,
            gauge(parameters=GAUGE | {"division": "0.1"}).input_hash,
        }
        other = document("jjg52-2013")
        other["notes"][0]["en"] = "Another note."
        cells = sheet(method("jjg52-2013"), GAUGE)
        changed = dict(tables) | {"gauge52": {"rows": tables["gauge52"]["rows"]}}
        hashes |= {
            evaluate(
                parse(other), parameters=GAUGE, stage="subsequent", cells=cells, tables=tables
            ).input_hash,
            evaluate(
                method("jjg52-2013"), parameters=GAUGE, stage="subsequent", cells=cells, tables=changed
            ).input_hash,
        }
        assert len(hashes) == 6
        assert all(len(digest) == 64 for digest in hashes)

    def test_it_is_the_same_for_the_same_input_typed_wide(self, gauge):
        assert gauge({after("0.8"): "０．８"}).input_hash == gauge({after("0.8"): "0.8"}).input_hash

    def test_the_engine_is_named(self, gauge):
        assert gauge().engine == ENGINE_VERSION


def test_the_precision_of_the_thread_does_not_matter(gauge):
    expected = gauge({after("0.8"): "0.8123"})
    with localcontext() as context:
        context.prec = 3
        assert gauge({after("0.8"): "0.8123"}) == expected


def test_results_have_room_for_uncertainty(gauge):
    output = gauge().outputs[-1]
    assert (output.u, output.nu, output.k, output.U, output.contributions) == (None, None, None, None, ())
    with pytest.raises(dataclasses.FrozenInstanceError):
        output.value = "1"


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_cells_does_not_matter(method, tables, random):
    document = method("jjg539-2016")
    cells = list(scale_sheet(document, SCALE).items())
    once = evaluate(document, parameters=SCALE, stage="initial", cells=dict(cells), tables=tables)
    random.shuffle(cells)
    assert evaluate(document, parameters=SCALE, stage="initial", cells=dict(cells), tables=tables) == once


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.decimals(min_value="0.7", max_value="0.9", places=3), min_size=4, max_size=4))
def test_the_gauge_is_judged_as_by_hand(gauge, readings):
    cells = (before("0.8"), after("0.8"), before("0.8", "down"), after("0.8", "down"))
    evaluation = gauge(dict(zip(cells, map(str, readings), strict=True)))
    thousandths = [int(reading * 1000) for reading in readings]
    up_before, up_after, down_before, down_after = thousandths
    holds = (
        max(abs(reading - 800) for reading in thousandths) * 10 <= 256
        and abs(up_after - down_after) * 10 <= 256
        and max(abs(up_after - up_before), abs(down_after - down_before)) * 10 <= 128
    )
    assert (evaluation.verdict is Verdict.PASS) is holds
