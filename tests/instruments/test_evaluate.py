"""From readings to results: published measurements come out to the printed digit, and again later."""

import pytest
from django.core.management import CommandError, call_command

from instruments import evaluate
from instruments.actions import records, review
from instruments.models import OutputValue, Result
from instruments.record import Record
from metrology import guards
from tests import make

pytestmark = pytest.mark.django_db

SCALE = {
    "1000": "1000.0 1000.2 1000.0 1000.0 1000.0 1000.0 1000.0 1000.0 1000.0 1000.0",
    "3000": "2999.2 2999.0 2999.0 2999.4 2999.0 2999.4 2999.0 2999.2 2999.2 2999.4",
    "6000": "5998.8 5999.0 5999.2 5999.4 5998.8 5999.2 5999.0 5999.0 5999.2 5999.0",
}
GAUGE = {
    "1.5": "1.48 1.49 1.48 1.48 1.48 1.48 1.48 1.48 1.48 1.48",
    "2.0": "1.98 1.99 1.97 1.98 1.97 1.98 1.97 1.98 1.97 1.98",
    "2.5": "2.49 2.49 2.48 2.48 2.48 2.48 2.48 2.48 2.48 2.48",
}


def rows(test, published):
    return [
        {"test": test, "point": point, "column": "P", "repeat": repeat, "value": value}
        for point, values in published.items()
        for repeat, value in enumerate(values.split(), start=1)
    ]


def reported(job):
    found = {}
    for value in OutputValue.objects.filter(result__job=job).select_related("point"):
        found.setdefault(value.point.key, {})[value.key] = value
    return found


def test_the_price_scale_of_the_literature_has_its_published_deviations():
    job = make.job("submitted", readings=rows("weighing", SCALE))
    found = reported(job)
    assert {load: values["P_s"].reported for load, values in found.items()} == {
        "1000": "0.06",
        "3000": "0.18",
        "6000": "0.19",
    }
    assert [values["E"].reported for values in found.values()] == ["0.02", "-0.82", "-0.94"]
    assert [values["E"].mpe for values in found.values()] == ["1", "2", "3"]
    assert job.results.get().verdict == "pass"


def test_the_pressure_gauge_of_the_literature_has_its_published_means_and_deviations():
    house = make.house("r4-pressure-gauge", parameters={"accuracy_class": "1.6", "upper": "2.5"})
    job = make.job("submitted", at=house, readings=rows("repeatability", GAUGE))
    found = reported(job)
    assert [values["P_mean"].reported for values in found.values()] == ["1.481", "1.977", "2.482"]
    assert [values["P_s"].reported for values in found.values()] == ["0.00316", "0.00675", "0.00422"]
    result = job.results.get()
    assert (result.verdict, result.conclusion_zh) == ("pass", "准予作1.6级使用")


def test_a_failing_reading_fails_the_whole():
    assert make.job("submitted", fails=True).results.get().verdict == "fail"


def test_equal_input_is_stored_once():
    house = make.house()
    job = make.job("submitted", at=house)
    review.return_(job, by=house.checker, text="请说明")
    review.submit(job, by=house.tester)
    assert job.results.count() == 1


def test_a_changed_reading_makes_the_next_result():
    house = make.house()
    job = make.job("submitted", at=house)
    review.return_(job, by=house.checker, text="重读")
    records.commit_readings(job, by=house.tester, cells=rows("weighing", {"1000": "1000.2"}))
    review.submit(job, by=house.tester)
    assert list(job.results.values_list("revision", "record_revision")) == [(1, 1), (2, 2)]


def test_what_was_read_after_adjustment_is_judged():
    house = make.house()
    job = make.job("measuring", at=house)
    records.commit_readings(job, by=house.tester, cells=make.cells(job, fails=True))
    after = [{**cell, "adjustment": "as_left"} for cell in make.cells(job)]
    records.commit_readings(job, by=house.tester, cells=after)
    review.submit(job, by=house.tester)
    assert dict(job.results.values_list("adjustment", "verdict")) == {"as_found": "fail", "as_left": "pass"}
    assert Record(job).final_adjustment == "as_left"


def test_recompute_confirms_every_result_also_the_older_ones(capsys):
    house = make.house()
    job = make.job("submitted", at=house)
    review.return_(job, by=house.checker, text="重读")
    records.commit_readings(job, by=house.tester, cells=rows("weighing", {"1000": "1000.2"}))
    review.submit(job, by=house.tester)
    call_command("recompute")
    assert "no difference" in capsys.readouterr().out


def test_recompute_finds_a_falsified_result(capsys):
    make.job("submitted")
    with guards.lifted():
        Result.objects.update(verdict="fail")
        OutputValue.objects.filter(key="E", point__key="1000").update(reported="0.50")
    with pytest.raises(CommandError):
        call_command("recompute")
    said = capsys.readouterr().out
    assert "the verdict would be" in said or "结论" in said
    assert "weighing/1000/E" in said


def test_a_version_is_parsed_once_and_tables_are_read_once():
    assert evaluate.tables() is evaluate.tables()


def test_values_after_adjustment_that_were_withdrawn_judge_nothing_any_more():
    house = make.house()
    job = make.job("measuring", at=house)
    records.commit_readings(job, by=house.tester, cells=make.cells(job, fails=True))
    after = [{**cell, "adjustment": "as_left"} for cell in make.cells(job)]
    records.commit_readings(job, by=house.tester, cells=after)
    review.submit(job, by=house.tester)
    assert [result.verdict for result in evaluate.counting(job)] == ["fail", "pass"]
    review.return_(job, by=house.checker, text="没有调整过")
    records.commit_readings(job, by=house.tester, cells=[{**cell, "value": ""} for cell in after])
    review.submit(job, by=house.tester)
    assert [result.verdict for result in evaluate.counting(job)] == ["fail"]
