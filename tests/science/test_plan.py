import pytest

from metrology.science.errors import NumeralError
from metrology.science.method import ColumnKind, parse
from metrology.science.plan import ParameterError, check_parameters, points_for, read_cell

SCALE = {"unit": "kg", "accuracy_class": "III", "Max": "15", "Min": "0.1", "e": "0.005", "d": "0.005"}
GAUGE = {"unit": "MPa", "accuracy_class": "1.6", "upper": "1.6", "intervals": "4", "division": "0.05"}


class TestTheGrid:
    def test_a_gauge_is_read_at_its_numbered_marks(self, method):
        plans = points_for(method("jjg52-2013"), GAUGE)
        marks = [plan.nominal for plan in plans if plan.test == "indication"]
        assert marks == ["0.4", "0.8", "1.2", "1.6"]
        assert {plan.unit for plan in plans if plan.test == "indication"} == {"MPa"}
        assert [key.direction for key in plans[2].cells()] == ["up", "down", "up", "down"]

    def test_a_scale_is_loaded_where_its_limit_changes(self, method):
        plans = points_for(method("jjg539-2016"), SCALE)
        assert [p.nominal for p in plans if p.test == "weighing"] == ["0.1", "2.5", "7.5", "10", "15"]
        assert [p.nominal for p in plans if p.test == "eccentricity"] == ["5"] * 5

    def test_points_beyond_the_maximum_are_left_out_and_equal_ones_merge(self, method):
        plans = points_for(method("jjg539-2016"), SCALE | {"Max": "5", "e": "0.005"})
        assert [p.nominal for p in plans if p.test == "weighing"] == ["0.1", "2.5", "5"]

    def test_the_class_chooses_the_points(self, method):
        plans = points_for(
            method("jjg539-2016"), SCALE | {"accuracy_class": "IIII", "Max": "5", "Min": "0.05"}
        )
        assert [p.nominal for p in plans if p.test == "weighing"] == ["0.05", "0.25", "1", "2.5", "5"]

    def test_thirds_are_rounded_to_a_load_that_can_be_laid_on(self, method):
        plans = points_for(method("jjg539-2016"), SCALE | {"Max": "20"})
        assert {p.nominal for p in plans if p.test == "eccentricity"} == {"6.665"}

    def test_a_written_nominal_keeps_its_digits(self, method):
        plans = points_for(method("r4-pressure-gauge"), {"accuracy_class": "1.6", "upper": "2.5"})
        assert [plan.point for plan in plans] == ["1.5", "2.0", "2.5"]

    def test_it_offers_the_optional_repeats(self, method):
        plan = next(p for p in points_for(method("jjg539-2016"), SCALE) if p.test == "repeatability")
        assert (plan.columns[0].repeats, plan.columns[0].repeats_at_most) == (3, 10)
        assert len(list(plan.cells())) == 10

    def test_of_equal_points_the_mandatory_one_stays(self, document):
        for order in ((True, False), (False, True)):
            data = document("r2-truck-scale")
            data["tests"][0]["points"] = [{"nominal": "20000", "mandatory": must} for must in order]
            plans = points_for(parse(data), {"accuracy_class": "III", "e": "10"})
            assert [(plan.point, plan.mandatory) for plan in plans] == [("20000", True)]


class TestTheParameters:
    def test_every_wrong_one_is_named(self, method):
        with pytest.raises(ParameterError) as refusal:
            points_for(
                method("jjg52-2013"),
                {"unit": "psi", "accuracy_class": "3", "upper": "-1", "intervals": "2.5", "colour": "red"},
            )
        assert [(error.pointer, error.key) for error in refusal.value.errors] == [
            ("/parameters/colour", "unknown_key"),
            ("/parameters/unit", "unknown_choice"),
            ("/parameters/accuracy_class", "unknown_choice"),
            ("/parameters/upper", "not_positive"),
            ("/parameters/intervals", "not_whole"),
            ("/parameters/division", "missing"),
        ]

    def test_full_width_digits_and_other_spellings_of_a_class_are_understood(self, method):
        found = check_parameters(method("jjg52-2013"), GAUGE | {"upper": "１．６０", "accuracy_class": "4"})
        assert (found["upper"], found["accuracy_class"]) == ("1.60", "4.0")

    def test_too_many_points_are_refused(self, method):
        with pytest.raises(ParameterError):
            points_for(method("jjg52-2013"), GAUGE | {"intervals": "100000"})

    def test_a_scale_interval_of_zero_is_refused(self, method):
        with pytest.raises(ParameterError):
            points_for(method("jjg539-2016"), SCALE | {"e": "0"})


class TestACell:
    @pytest.mark.parametrize(
        ("typed", "kept"), [("合格", "pass"), ("PASS", "pass"), ("不合格", "fail"), (" fail ", "fail")]
    )
    def test_a_check_is_passed_or_failed_in_either_language(self, typed, kept):
        assert read_cell(ColumnKind.CHECK, typed) == kept

    @pytest.mark.parametrize("typed", ["", "1", "maybe", "\ud800"])
    def test_anything_else_is_no_answer_to_a_check(self, typed):
        with pytest.raises(NumeralError):
            read_cell(ColumnKind.CHECK, typed)

    def test_a_reading_keeps_its_digits(self):
        assert read_cell(ColumnKind.DECIMAL, "１０．００") == "10.00"
