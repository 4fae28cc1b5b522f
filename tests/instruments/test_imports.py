"""A table on its way into the ledger: every trap named at its cell, nothing entered twice, none lost."""

from datetime import datetime

import pytest

from instruments.actions import imports, ledger
from instruments.imports import outbox
from instruments.models import ImportBatch, ImportRow, Instrument
from metrology import clock
from metrology.errors import Conflict, Forbidden, Invalid
from metrology.models import Event
from metrology.roles import Role
from tests import make
from tests.instruments import tables

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _catalogue(db):
    tables.categories()


@pytest.fixture(autouse=True)
def queue(monkeypatch):
    """What was asked of the workers."""
    asked = []
    monkeypatch.setattr(outbox.current_app, "send_task", lambda name, args: asked.append((name, *args)))
    return asked


def brought(clerk, lines=(), name="台账.xlsx", owner=None, **more):
    content = tables.workbook(lines, **more) if not isinstance(lines, bytes) else lines
    return imports.open_batch(owner or clerk.organization, by=clerk, content=content, name=name)


def found(batch):
    """Every problem as (line, column, code)."""
    return {(row.line, key, code) for row in batch.rows.all() for key, _level, code, _facts in row.problems}


def wrong(batch):
    return {
        (row.line, key, code)
        for row in batch.rows.all()
        for key, level, code, _facts in row.problems
        if level == "wrong"
    }


def row_at(batch, line):
    return batch.rows.select_related("batch__owner").get(line=line)


PLANTED = [
    ("serial", 12345678901234567, "digits_lost"),
    ("serial", "1.23E+16", "digits_lost"),
    ("serial", 46082, "day_number"),
    ("serial", datetime(2026, 3, 1), "day"),
    ("accuracy_class", "1,2.3", "comma"),
    ("quantity", "1,2.3", "comma"),
    ("quantity", 5, "quantity"),
    ("category", "量天尺", "category_unknown"),
    ("purpose", "玩耍", "purpose_unknown"),
    ("delivery", "飞鸽传书", "delivery_unknown"),
    ("name", "", "missing"),
    ("serial", "", "missing"),
    ("maker", "厂" * 121, "too_long"),
    ("location", "摊位\U0001f600", "unprintable"),
    ("model", "#REF!", "formula_error"),
]


def planted():
    """500 rows with 17 errors: the traps above, a serial no. twice, a merged cell; and where they stand."""
    lines = tables.rows(500)
    expected = set()
    for place, (key, value, code) in enumerate(PLANTED):
        at = 10 + place * 20
        lines[at][tables.PLACES[key]] = value
        expected.add((at + 2, key, code))
    lines[400][tables.PLACES["serial"]] = lines[4][tables.PLACES["serial"]]
    expected.add((402, "serial", "twice"))
    column = tables.PLACES["maker"]
    lines[449][column] = ""
    expected.add((451, "maker", "merged"))
    return tables.workbook(lines, merged=[(450, 451, column, "演示衡器厂")]), expected


def test_seventeen_errors_in_500_rows_are_each_named_at_their_cell(acme, clerk):
    content, expected = planted()
    batch = brought(clerk, content)
    imports.check_waiting(batch.pk)
    assert len(expected) == 17
    assert wrong(batch) == expected
    batch.refresh_from_db()
    assert (batch.state, batch.total, batch.rows.filter(state="wrong").count()) == ("review", 500, 17)


def test_every_error_of_a_row_is_named_at_once(clerk):
    batch = brought(clerk, [tables.row(1, name="", category="量天尺", purpose="?", quantity="3", serial="")])
    assert {key for _line, key, _code in wrong(batch)} == {
        "name",
        "category",
        "purpose",
        "quantity",
        "serial",
    }


def test_it_enters_500_rows_once_however_often_the_task_runs(
    clerk, queue, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        batch = brought(clerk, tables.rows(500))
    assert queue == [("instruments.tasks.check_import", batch.pk)]
    imports.check_waiting(batch.pk)
    batch.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        imports.enter(batch, by=clerk, whole=True)
    assert queue[1:] == [("instruments.tasks.enter_import", batch.pk)]
    assert Instrument.objects.count() == 0
    for _ in range(3):
        imports.enter_rows(batch.pk)
    batch.refresh_from_db()
    labels = list(Instrument.objects.order_by("pk").values_list("label_no", flat=True))
    assert labels == [f"370900{number:012d}" for number in range(1, 501)]
    assert (batch.state, bytes(batch.content)) == ("done", b"")
    assert not batch.rows.exclude(state="entered").exists()
    events = Event.objects.filter(verb="import.entered")
    assert events.count() == 1 and '"entered":500' in events.get().facts
    assert not Event.objects.filter(verb="instrument.registered").exists()


def test_labels_go_on_without_a_gap_after_an_import(acme, clerk):
    batch = brought(clerk, tables.rows(3))
    imports.enter(batch, by=clerk, whole=True)
    after = ledger.register_instrument(acme, by=clerk, category=make.category(), name="秤", serial="Z")
    assert after.label_no == "370900000000000004"


def test_what_it_enters_is_what_the_row_says(acme, clerk):
    batch = brought(clerk, [tables.row(7)])
    imports.enter(batch, by=clerk, whole=True)
    made = Instrument.objects.get()
    assert (made.owner, made.category.code, made.kind, made.model) == (acme, "scale", "计价秤", "ACS-15")
    assert (made.purpose, made.is_mandatory, made.delivery) == ("trade", True, "delivered")
    assert (made.region, made.location, made.accuracy_class) == (acme.region, "7号摊位", "III")
    assert row_at(batch, 2).instrument == made


def test_a_worker_killed_in_the_middle_leaves_nothing_behind(clerk, monkeypatch):
    batch = brought(clerk, tables.rows(201))
    imports.check_waiting(batch.pk)
    batch.refresh_from_db()
    imports.enter(batch, by=clerk, whole=False)
    with monkeypatch.context() as patched:
        patched.setattr(imports, "record", lambda *args, **facts: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            imports.enter_rows(batch.pk)
    assert Instrument.objects.count() == 0
    assert batch.rows.filter(state="entered").count() == 0
    imports.enter_rows(batch.pk)
    assert Instrument.objects.count() == 201


def test_the_sweep_sends_again_what_was_lost(clerk, queue):
    batch = brought(clerk, tables.rows(201))
    queue.clear()
    assert outbox.resend() == 0
    ImportBatch.objects.update(sent_at=clock.now() - 2 * outbox.STALE)
    assert [outbox.resend(), outbox.resend()] == [1, 0]
    assert queue == [("instruments.tasks.check_import", batch.pk)]


def test_good_rows_go_in_and_the_rest_stay(clerk):
    batch = brought(clerk, [*tables.rows(3), tables.row(4, purpose="?")])
    with pytest.raises(Conflict):
        imports.enter(batch, by=clerk, whole=True)
    imports.enter(batch, by=clerk, whole=False)
    assert (batch.state, Instrument.objects.count()) == ("review", 3)
    imports.correct(row_at(batch, 5), by=clerk, values={"purpose": "贸易结算"})
    batch.refresh_from_db()
    imports.enter(batch, by=clerk, whole=True)
    assert (batch.state, Instrument.objects.count()) == ("done", 4)


def test_a_corrected_serial_no_frees_its_twin(clerk):
    batch = brought(clerk, [tables.row(1), tables.row(1), tables.row(2)])
    assert wrong(batch) == {(3, "serial", "twice")}
    imports.correct(row_at(batch, 2), by=clerk, values={"serial": "A1"})
    assert wrong(batch) == set()
    imports.correct(row_at(batch, 4), by=clerk, values={"serial": "A1"})
    assert wrong(batch) == {(4, "serial", "twice")}


def test_a_cell_that_is_right_in_spite_of_its_trap_is_kept(clerk):
    batch = brought(clerk, [tables.row(1, serial=46082)])
    row = imports.correct(row_at(batch, 2), by=clerk, values={"serial": "46082"})
    assert wrong(batch) == {(2, "serial", "day_number")}
    imports.correct(row, by=clerk, values={}, kept=["serial"])
    assert wrong(batch) == set()


def test_lost_digits_cannot_be_kept_by_typing_them(clerk):
    batch = brought(clerk, [tables.row(1, serial=12345678901234567)])
    imports.correct(row_at(batch, 2), by=clerk, values={"serial": "1.2345E+16"})
    assert wrong(batch) == {(2, "serial", "digits_lost")}


def test_one_value_is_written_for_another_in_every_row(clerk):
    batch = brought(clerk, [*(tables.row(n, category="秤类") for n in range(1, 6)), tables.row(6)])
    assert len(wrong(batch)) == 5
    assert imports.replace(batch, by=clerk, column="category", old="秤类", new="scale") == 5
    assert wrong(batch) == set()


def test_what_the_ledger_has_is_left_or_updated_as_chosen(acme, clerk):
    imports.enter(brought(clerk, tables.rows(3)), by=clerk, whole=True)
    again = brought(clerk, [tables.row(1), tables.row(2, maker="新厂"), tables.row(3, maker="新厂")])
    assert [row.doing for row in again.rows.all()] == ["same", "skip", "skip"]
    imports.correct(row_at(again, 3), by=clerk, values={}, choice="update")
    imports.enter(again, by=clerk, whole=True)
    assert list(Instrument.objects.order_by("pk").values_list("maker", flat=True)) == [
        "演示衡器厂",
        "新厂",
        "演示衡器厂",
    ]
    third = brought(clerk, [tables.row(3, maker="新厂")])
    imports.decide(third, by=clerk, on_duplicate="update")
    imports.enter(third, by=clerk, whole=True)
    assert Instrument.objects.filter(maker="新厂").count() == 2 and Instrument.objects.count() == 3


def test_an_empty_cell_erases_nothing(clerk):
    imports.enter(brought(clerk, [tables.row(1)]), by=clerk, whole=True)
    again = brought(clerk, [tables.row(1, maker="", origin="")])
    assert [row.doing for row in again.rows.all()] == ["same"]


def test_a_label_no_names_the_entry_whose_serial_no_is_corrected(clerk):
    imports.enter(brought(clerk, [tables.row(1)]), by=clerk, whole=True)
    label = Instrument.objects.get().label_no
    lines = [[*tables.row(2), label], [*tables.row(3), "999999999999999999"]]
    again = brought(clerk, lines, headings=[*tables.HEADINGS, "标签号"])
    assert wrong(again) == {(3, "label_no", "label_unknown")}
    imports.decide(again, by=clerk, on_duplicate="update")
    imports.enter(again, by=clerk, whole=False)
    assert list(Instrument.objects.values_list("label_no", "serial")) == [(label, "B00002")]


def test_what_another_entered_meanwhile_is_not_entered_again(acme, clerk):
    batch = brought(clerk, tables.rows(2))
    taken = ledger.register_instrument(
        acme, by=clerk, category=make.category(), name="电子计价秤", model="ACS-15", serial="B00001"
    )
    imports.enter(batch, by=clerk, whole=True)
    assert Instrument.objects.count() == 2
    assert row_at(batch, 2).instrument == taken and row_at(batch, 2).doing == "skip"


def test_a_scrapped_entry_is_not_updated(acme, clerk):
    imports.enter(brought(clerk, [tables.row(1)]), by=clerk, whole=True)
    ledger.scrap(Instrument.objects.get(), by=clerk, reason="报废")
    again = brought(clerk, [tables.row(1, maker="新厂")])
    imports.decide(again, by=clerk, on_duplicate="update")
    assert wrong(again) == {(2, "serial", "scrapped")}


def test_only_those_who_keep_the_ledger_bring_a_table(acme, counter, mallory, tester):
    assert brought(counter, [tables.row(1)], owner=acme).organization == counter.organization
    for other in (mallory, tester, make.actor(Role.COUNTER, make.institute(region=make.county()))):
        with pytest.raises(Forbidden):
            brought(other, [tables.row(1)], owner=acme)


def test_a_batch_is_seen_in_the_house_that_brought_it_only(acme, clerk, counter, mallory):
    batch = brought(counter, [tables.row(1)], owner=acme)
    for actor, seen in ((counter, 1), (clerk, 0), (mallory, 0)):
        assert ImportBatch.objects.visible_to(actor).filter(pk=batch.pk).count() == seen
        assert ImportRow.objects.visible_to(actor).filter(batch=batch).count() == seen


def test_unknown_columns_wait_until_somebody_says_what_they_are(clerk):
    lines = [["电子秤", "S1", "非自动衡器", "红"]]
    batch = brought(clerk, lines, headings=["名称", "机身号", "类别", "颜色"])
    assert (batch.state, batch.mapping) == ("mapping", ["name", "", "category", ""])
    with pytest.raises(Invalid) as refused:
        imports.match_columns(batch, by=clerk, mapping=["name", "name", "", ""])
    assert set(refused.value.fields) == {"/mapping/1", "/mapping"}
    imports.match_columns(batch, by=clerk, mapping=["name", "serial", "category", ""])
    assert (batch.state, wrong(batch)) == ("review", set())


def test_a_title_above_the_headings_is_passed_over(clerk):
    batch = brought(clerk, [tables.row(1, serial="")], above=3)
    assert wrong(batch) == {(5, "serial", "missing")}


def test_another_sheet_is_read_by_its_name(clerk):
    batch = brought(clerk, [tables.row(1)], sheets=("封面", "台账"))
    assert batch.sheets == ["封面", "台账"]
    imports.match_columns(batch, by=clerk, sheet="台账")
    assert batch.sheet == "台账"
    with pytest.raises(Invalid):
        imports.match_columns(batch, by=clerk, sheet="没有")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_text_file_is_read_in_any_usual_dress(clerk, encoding, mark):
    content = tables.delimited(tables.rows(2), mark).encode(encoding)
    batch = brought(clerk, content, name="台账.csv")
    assert (batch.total, wrong(batch)) == (2, set())


def test_one_item_with_several_kinds_asks_for_the_kind(clerk):
    for code, name in (("glass", "玻璃体温计"), ("electronic", "其他体温计(电子/红外耳温)")):
        category = make.category(code)
        type(category).objects.filter(pk=category.pk).update(catalogue_no=1, name_zh=name)
    batch = brought(
        clerk, [tables.row(1, category="体温计"), tables.row(2, category="体温计", kind="玻璃体温计")]
    )
    assert wrong(batch) == {(2, "category", "category_several")}
    imports.enter(batch, by=clerk, whole=False)
    assert Instrument.objects.get().category.code == "glass"


def test_old_batches_are_forgotten_and_their_entries_stay(clerk):
    imports.enter(brought(clerk, tables.rows(2)), by=clerk, whole=True)
    ImportBatch.objects.update(created_at=clock.now() - 2 * outbox.KEPT_FOR)
    outbox.forget()
    assert (ImportBatch.objects.count(), Instrument.objects.count()) == (0, 2)


def test_500_rows_are_checked_in_a_few_statements(clerk, django_assert_max_num_queries):
    batch = brought(clerk, tables.rows(500))
    with django_assert_max_num_queries(30):
        imports.check_waiting(batch.pk)
