import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrology.science.method import (
    Confidence,
    MethodError,
    Service,
    SpacedPoints,
    TableMpe,
    as_document,
    parse,
)

DOCUMENTS = [
    "jjg539-2016",
    "jjg52-2013",
    "r1-price-scale",
    "r2-truck-scale",
    "r4-pressure-gauge",
    "r5-transmitter",
]


def errors_of(document):
    with pytest.raises(MethodError) as refusal:
        parse(document)
    return [(error.pointer, error.key) for error in refusal.value.errors]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_reads_and_writes_back_to_the_same(document, name):
    method = parse(document(name))
    written = as_document(method)
    assert parse(json.loads(json.dumps(written))) == method
    assert as_document(parse(written)) == written


def test_it_reads_what_the_gauge_document_says(document):
    method = parse(document("jjg52-2013"))
    assert (method.code, method.edition, method.period_months) == ("JJG 52", "2013", 6)
    assert method.service is Service.VERIFICATION
    assert method.confidence is Confidence.MEDIUM
    indication = method.section("indication")
    assert isinstance(indication.points[0], SpacedPoints)
    assert isinstance(indication.mpe, TableMpe)
    assert [output.key for output in indication.outputs] == ["error", "hysteresis", "tapping"]


def test_every_shipped_document_admits_what_must_be_checked(document):
    for name in ("jjg539-2016", "jjg52-2013"):
        method = parse(document(name))
        assert {source.confidence for source in method.sources} >= {Confidence.HIGH, Confidence.MEDIUM}
        assert any("条款号" in note.zh for note in method.notes)


def test_it_reports_every_error_with_its_place(document):
    bad = document("r1-price-scale")
    bad["schema_version"] = 2
    bad["title"] = {"zh": "只有中文"}
    bad["service"] = "repair"
    bad["colour"] = "red"
    bad["parameters"][1]["positive"] = "yes"
    bad["tests"][0]["points"][0]["nominal"] = "__import__('os')"
    bad["tests"][0]["columns"][0]["repeats"] = "ten"
    bad["tests"][0]["outputs"][0]["rounding"] = {"decimals": 2.5}
    bad["stage_factors"]["in_use"] = 2
    assert errors_of(bad) == [
        ("/colour", "unknown_key"),
        ("/parameters/1/positive", "wrong_type"),
        ("/service", "unknown_choice"),
        ("/stage_factors/in_use", "decimal_not_text"),
        ("/tests/0/columns/0/repeats", "wrong_type"),
        ("/tests/0/outputs/0/rounding/decimals", "wrong_type"),
        ("/tests/0/points/0/nominal", "character"),
        ("/title/en", "missing"),
    ]


def test_it_reports_every_contradiction_with_its_place(document):
    bad = document("r1-price-scale")
    section = bad["tests"][0]
    bad["schema_version"] = 2
    bad["environment"] = [{"key": "t", "zh": "温度", "en": "T", "unit": "°C", "min": "30", "max": "10"}]
    bad["stage_factors"] = {"repaired": "1"}
    bad["standards"] = [{"role": "master", "zh": "砝码", "en": "Weights", "ratio": "0"}]
    bad["conclusions"]["pass"]["zh"] = "{grade}级"
    bad["conclusions"]["fine"] = {"zh": "好", "en": "Fine"}
    bad["parameters"].append({"key": "e", "zh": "重", "en": "Again", "required": False})
    section["points"].append({"nominal": "500*f", "when": "g < Max"})
    section["mpe"]["table"] = "r99"
    section["mpe"]["accuracy_class"] = "Max"
    section["columns"].append({"key": "Q", "zh": "名", "en": "Name", "repeats": 0})
    section["summaries"] = [{"key": "P", "zh": "值", "en": "Value", "expression": "max(E)"}]
    section["outputs"][0]["rule"] = "coin"
    section["outputs"][1]["expression"] = "P + later"
    section["outputs"][2]["rounding"] = {"decimals": 1, "significant": 1}
    assert set(errors_of(bad)) == {
        ("/schema_version", "schema_version"),
        ("/environment/0/max", "limits_crossed"),
        ("/stage_factors/repaired", "stage"),
        ("/standards/0/ratio", "out_of_range"),
        ("/conclusions/pass/zh", "unknown_name"),
        ("/conclusions/fine", "verdict"),
        ("/parameters/3/key", "taken"),
        ("/parameters/3/default", "missing"),
        ("/tests/0/points/3/nominal", "unknown_name"),
        ("/tests/0/points/3/when", "unknown_name"),
        ("/tests/0/mpe/table", "unknown_table"),
        ("/tests/0/mpe/accuracy_class", "unknown_name"),
        ("/tests/0/columns/1/repeats", "repeats"),
        ("/tests/0/summaries/0/key", "taken"),
        ("/tests/0/outputs/0/rule", "unknown_rule"),
        ("/tests/0/outputs/1/expression", "several_values"),
        ("/tests/0/outputs/1/expression", "unknown_name"),
        ("/tests/0/outputs/2/rounding", "rounding"),
    }


def test_every_message_is_a_finished_sentence(document):
    bad = document("r1-price-scale")
    bad["tests"][0]["mpe"]["arguments"] = {"load": "nominal"}
    bad["tests"][0]["outputs"][1]["expression"] = "P + later"
    with pytest.raises(MethodError) as refusal:
        parse(bad)
    for error in refusal.value.errors:
        assert "%(" not in error.message
    assert refusal.value.message == f"Errors in the method document: {len(refusal.value.errors)}."


def test_a_formula_sees_only_what_stands_above_it(document):
    bad = document("r1-price-scale")
    bad["tests"][0]["outputs"].reverse()
    assert ("/tests/0/outputs/0/expression", "unknown_name") in errors_of(bad)


def test_a_carried_value_must_exist_before_it_is_used(document):
    bad = document("jjg539-2016")
    bad["tests"][1], bad["tests"][2] = bad["tests"][2], bad["tests"][1]
    found = errors_of(bad)
    assert ("/tests/1/carries/0", "unknown_output") in found
    assert ("/tests/1/outputs/0/expression", "unknown_name") in found


def test_a_calibration_has_no_legal_period(document):
    bad = document("r1-price-scale")
    bad["service"] = "calibration"
    assert errors_of(bad) == [("/period_months", "no_period")]


def test_a_verification_judges_something(document):
    bad = document("r1-price-scale")
    for name in ("low", "high"):
        del bad["tests"][0]["outputs"][2][name]
    assert errors_of(bad) == [("/tests", "nothing_judged")]


@pytest.mark.parametrize("document", [None, [], "x", 1, {}, {"tests": {}}, {"title": "x", "tests": [1]}])
def test_it_refuses_what_is_no_document(document):
    assert errors_of(document)


@pytest.mark.parametrize("text", ["\x00", "\ud800", "x" * 2001])
def test_it_refuses_text_that_cannot_be_written(document, text):
    bad = document("r1-price-scale")
    bad["title"]["en"] = text
    bad["\ud800"] = 1
    assert ("/title/en", "unwritable_text") in errors_of(bad)


def _places(node, path=()):
    yield path
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from _places(child, (*path, key))


junk = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.lists(st.none(), max_size=2)
    | (st.dictionaries(st.text(max_size=4), st.none(), max_size=2))
)


@settings(max_examples=40)
@given(st.data())
def test_a_damaged_document_is_read_or_refused_but_never_crashes(document, data):
    damaged = document(data.draw(st.sampled_from(["jjg539-2016", "r5-transmitter"])))
    path = data.draw(st.sampled_from([place for place in _places(damaged) if place]))
    parent = damaged
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = data.draw(junk)
    untouched = copy.deepcopy(damaged)
    try:
        method = parse(damaged)
    except MethodError as refusal:
        assert all(error.message for error in refusal.errors)
    else:
        assert parse(as_document(method)) == method
    assert damaged == untouched
