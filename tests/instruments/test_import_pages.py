"""Bringing a table as people do: upload, match, correct in the page, enter; nobody sees another's batch."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instruments.actions import imports
from instruments.imports import outbox, template
from instruments.models import ImportBatch, ImportRow, Instrument
from metrology.importing import read
from metrology.roles import Role
from tests import make
from tests.calls import API, calling, pointers
from tests.instruments import tables
from tests.pages import INLINE, SIGNED_IN, enter, is_absent, reads

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


def upload(client, content, name="台账.xlsx", query=""):
    return client.post(f"{reverse('imports')}{query}", {"file": SimpleUploadedFile(name, content)})


def page_of(batch, **query):
    return reverse("import", args=[batch.public_id], query=query)


def row_path(batch, line):
    return reverse("import_row", args=[batch.rows.get(line=line).public_id])


def correct(client, batch, line, **values):
    return client.post(row_path(batch, line), values, headers={"HX-Request": "true"})


def states(batch):
    return dict(batch.rows.values_list("line", "state"))


def test_a_sound_table_goes_from_upload_to_ledger_in_two_steps(client, acme, clerk):
    enter(client, clerk)
    answer = upload(client, tables.workbook(tables.rows(3)))
    batch = ImportBatch.objects.get()
    assert answer["Location"] == page_of(batch)
    assert "3" in reads(client, clerk, page_of(batch))
    client.post(reverse("import_enter", args=[batch.public_id]), {"whole": "on"})
    assert Instrument.objects.filter(owner=acme).count() == 3
    assert "已" in reads(client, clerk, page_of(batch)) or ImportBatch.objects.get().state == "done"


def test_pasted_cells_are_a_table_too(client, clerk):
    enter(client, clerk)
    client.post(reverse("imports"), {"pasted": tables.delimited(tables.rows(2), "\t")})
    batch = ImportBatch.objects.get()
    assert (batch.state, set(states(batch).values())) == ("review", {"ready"})


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\xd0\xcf\x11\xe0" + b"0" * 600, "old.xls"),
        (b"PK\x03\x04 no archive", "broken.xlsx"),
        (b"\x00\x01\x02\x03", "picture.png"),
        (b"", "empty.csv"),
        (b"\n\n ,,\n", "blank.csv"),
        (b"\xff" * 50, "noise.csv"),
    ],
)
def test_what_is_no_table_is_refused_beside_the_field(client, clerk, content, name):
    enter(client, clerk)
    answer = upload(client, content, name)
    assert answer.status_code == 400
    assert answer.context["form"].errors["file"]
    assert not ImportBatch.objects.exists()


def test_a_cell_at_the_end_of_the_sheet_is_refused_before_it_is_unfolded(client, clerk):
    target = io.BytesIO()
    with tables.xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, tables.HEADINGS)
        sheet.write_string(1_000_000, 16_000, "x")
    enter(client, clerk)
    answer = upload(client, target.getvalue())
    assert answer.status_code == 400 and "1000001" in str(answer.context["form"].errors["file"])


def test_too_many_rows_are_refused(client, clerk):
    enter(client, clerk)
    text = tables.delimited([["秤", "非自动衡器"]] * 5001, headings=["名称", "项别"])
    assert client.post(reverse("imports"), {"pasted": text}).status_code == 400


def test_a_counter_brings_a_clients_table_for_its_client(client, acme, counter):
    enter(client, counter)
    assert acme.name_zh in client.get(reverse("imports")).content.decode()
    assert upload(client, tables.workbook(tables.rows(1))).status_code == 400
    assert not ImportBatch.objects.exists()
    upload(client, tables.workbook(tables.rows(1)), query=f"?client={acme.public_id}")
    batch = ImportBatch.objects.get()
    assert (batch.owner, batch.organization) == (acme, counter.organization)


def test_a_counter_brings_nothing_for_a_client_of_another_region(client, counter):
    enter(client, counter)
    far = make.enterprise(region=make.region("380000"))
    assert (
        upload(client, tables.workbook(tables.rows(1)), query=f"?client={far.public_id}").status_code == 404
    )


def test_those_who_keep_no_ledger_are_refused(client, tester, city):
    for actor in (tester, city, make.actor(Role.AUDITOR, make.organization("authority"))):
        enter(client, actor)
        assert client.get(reverse("imports")).status_code == 403
        assert client.get(reverse("import_template")).status_code == 403


@pytest.fixture
def batch(clerk):
    lines = [
        *tables.rows(2),
        tables.row(3, serial=""),
        tables.row(4, category="秤类"),
        tables.row(5, category="秤类"),
        tables.row(6, serial=46082),
    ]
    return imports.open_batch(clerk.organization, by=clerk, content=tables.workbook(lines), name="台账.xlsx")


def test_it_opens_on_the_rows_to_correct_and_says_why_at_the_cell(client, clerk, batch):
    page = reads(client, clerk, page_of(batch))
    assert 'value="B00001"' not in page and 'value="秤类"' in page
    assert re.search(r'id="note-\d+-serial"[^>]*>\s*<p class="import-problem problem-wrong">', page)
    assert 'value="B00001"' in reads(client, clerk, page_of(batch, show="all"))


def test_a_corrected_cell_is_answered_with_its_row_only(client, clerk, batch):
    enter(client, clerk)
    answer = correct(client, batch, 4, serial="B77")
    said = answer.content.decode()
    assert answer.status_code == 200 and "<input" not in said and not INLINE.search(said)
    assert said.count("hx-swap-oob") == 14
    assert states(batch)[4] == "ready"
    assert "problem-wrong" in correct(client, batch, 4, purpose="玩").content.decode()


def test_a_row_is_corrected_without_script_as_well(client, clerk, batch):
    page = reads(client, clerk, row_path(batch, 4))
    assert 'name="serial"' in page
    answer = client.post(row_path(batch, 4), {"serial": "B78"})
    assert answer["Location"] == page_of(batch)
    assert states(batch)[4] == "ready"
    assert batch.rows.get(line=4).values["name"] == "电子计价秤"


def test_a_number_that_is_no_date_is_kept_by_a_click(client, clerk, batch):
    enter(client, clerk)
    assert 'name="keep" value="serial"' in client.get(page_of(batch)).content.decode()
    correct(client, batch, 7, serial="46082", keep="serial")
    assert states(batch)[7] == "ready"


def test_one_word_is_replaced_in_every_row(client, clerk, batch):
    enter(client, clerk)
    unknown = client.get(page_of(batch)).context["unknown"]
    assert [(one["key"], one["value"], one["count"]) for one in unknown] == [("category", "秤类", 2)]
    given_words = {"column": "category", "old": "秤类", "new": "非自动衡器"}
    client.post(reverse("import_replace", args=[batch.public_id]), given_words)
    assert {states(batch)[5], states(batch)[6]} == {"ready"}


def test_all_or_nothing_says_how_many_are_wrong(client, clerk, batch):
    enter(client, clerk)
    path = reverse("import_enter", args=[batch.public_id])
    answer = client.post(path, {"whole": "on"})
    assert answer.status_code == 409 and "4" in str(answer.context["form"].non_field_errors())
    client.post(path, {})
    assert (Instrument.objects.count(), ImportBatch.objects.get().state) == (2, "review")


def test_a_planted_file_is_corrected_and_entered(client, clerk, queue):
    lines = tables.rows(250)
    lines[7][tables.PLACES["quantity"]] = 5
    lines[200][tables.PLACES["serial"]] = 12345678901234567
    enter(client, clerk)
    upload(client, tables.workbook(lines))
    batch = ImportBatch.objects.get()
    assert batch.state == "checking"
    page = reads(client, clerk, page_of(batch))
    assert "<progress" in page and 'max="250"' in page
    imports.check_waiting(batch.pk)
    polled = client.get(reverse("import_progress", args=[batch.public_id]), headers={"HX-Request": "true"})
    assert polled["HX-Redirect"] == page_of(batch)
    correct(client, batch, 9, quantity="1")
    correct(client, batch, 202, serial="12345678901234567")
    client.post(reverse("import_enter", args=[batch.public_id]), {"whole": "on"})
    assert "<progress" in reads(client, clerk, page_of(batch))
    for _ in range(3):
        imports.enter_rows(batch.pk)
    assert Instrument.objects.count() == 250
    assert Instrument.objects.filter(serial="12345678901234567").exists()


def test_unknown_columns_are_shown_and_stay_visible(client, clerk):
    enter(client, clerk)
    content = tables.workbook([[*tables.row(1), "红"]], headings=[*tables.HEADINGS, "颜色"])
    upload(client, content)
    batch = ImportBatch.objects.get()
    columns = reverse("import_columns", args=[batch.public_id])
    assert client.get(page_of(batch))["Location"] == columns
    page = reads(client, clerk, columns)
    assert "颜色" in page and "红" in page
    sent = {f"column_{place}": key for place, key in enumerate(batch.mapping)} | {"headed": "on"}
    client.post(columns, sent)
    assert "颜色" in reads(client, clerk, page_of(batch))


def test_two_columns_cannot_be_the_same(client, clerk):
    enter(client, clerk)
    upload(client, tables.workbook([["秤", "1", "2"]], headings=["名称", "甲", "乙"]))
    batch = ImportBatch.objects.get()
    sent = {"column_0": "name", "column_1": "serial", "column_2": "serial", "headed": "on"}
    answer = client.post(reverse("import_columns", args=[batch.public_id]), sent)
    assert answer.status_code == 400 and answer.context["form"].errors["column_2"]


def test_another_sheet_is_chosen_by_name(client, clerk):
    enter(client, clerk)
    upload(client, tables.workbook([["秤", "x"]], headings=["名称", "甲"], sheets=("一", "二")))
    batch = ImportBatch.objects.get()
    path = reverse("import_columns", args=[batch.public_id])
    answer = client.post(path, {"sheet": "二", "headed": "on", "column_0": "name", "column_1": ""})
    assert answer.status_code == 302
    batch.refresh_from_db()
    assert (batch.sheet, batch.state) == ("二", "mapping")


def test_a_foreign_batch_is_an_absent_one(client, counter, mallory, batch):
    row = batch.rows.first()
    for actor in (mallory, counter):
        assert is_absent(client, actor, page_of(batch))
        for name in ("columns", "progress", "replace", "decide", "enter", "remove"):
            path = reverse(f"import_{name}", args=[batch.public_id])
            assert client.post(path, {}).status_code in (404, 405), name
        assert is_absent(client, actor, reverse("import_row", args=[row.public_id]))
        assert calling(actor).get(f"{API}/instrument-imports/{batch.public_id}/").status_code == 404
        assert "台账.xlsx" not in client.get(reverse("imports")).content.decode()


def test_a_removed_batch_is_gone_and_what_it_entered_stays(client, clerk, batch):
    enter(client, clerk)
    imports.enter(batch, by=clerk, whole=False)
    client.post(reverse("import_remove", args=[batch.public_id]), {})
    assert (ImportBatch.objects.count(), ImportRow.objects.count(), Instrument.objects.count()) == (0, 0, 2)


@pytest.mark.parametrize("count", [3, 60])
def test_a_batch_costs_at_most_ten_queries(client, clerk, count, django_assert_max_num_queries):
    lines = [tables.row(number, purpose="?") for number in range(count)]
    made = imports.open_batch(clerk.organization, by=clerk, content=tables.workbook(lines), name="x.xlsx")
    enter(client, clerk)
    with django_assert_max_num_queries(10 + SIGNED_IN):
        client.get(page_of(made))


def test_the_list_of_imports_costs_at_most_ten_queries(client, clerk, django_assert_max_num_queries):
    for number in range(6):
        lines = [tables.row(number)]
        imports.open_batch(clerk.organization, by=clerk, content=tables.workbook(lines), name="x.xlsx")
    enter(client, clerk)
    with django_assert_max_num_queries(10 + SIGNED_IN):
        assert client.get(reverse("imports")).content.decode().count("x.xlsx") == 6


def test_the_template_comes_back_without_its_sample_row(client, clerk):
    enter(client, clerk)
    content = client.get(reverse("import_template")).content
    table = read(content, "t.xlsx", known=tables.HEADINGS)
    assert table.headings[:13] == tables.HEADINGS and table.sheets == ["台账"]
    assert len(table.rows) == 1 and template.SAMPLE["name"] in table.rows[0].cells
    assert upload(client, content).status_code == 400


@pytest.mark.parametrize("wanted", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_exported_ledger_comes_back_without_a_change(client, clerk, wanted, language):
    odd = [
        tables.row(1, serial="=1+1", model="-5", location="二楼, 东侧"),
        tables.row(2, serial="00012", maker="“甲”厂"),
        tables.row(3, serial="12345678901234567890", purpose="其他用途", delivery=""),
    ]
    made = imports.open_batch(clerk.organization, by=clerk, content=tables.workbook(odd), name="x.xlsx")
    imports.enter(made, by=clerk, whole=True)
    enter(client, clerk)
    client.cookies["django_language"] = language
    answer = client.get(reverse("instruments"), {"format": wanted})
    content = b"".join(answer.streaming_content)
    upload(client, content, f"ledger.{wanted}")
    again = ImportBatch.objects.latest("pk")
    assert again.state == "review"
    assert list(again.rows.values_list("doing", "state")) == [("same", "ready")] * 3
    imports.enter(again, by=clerk, whole=True)
    assert list(Instrument.objects.values_list("version", flat=True)) == [1, 1, 1]


CELLS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(st.lists(CELLS, max_size=6), max_size=6),
    headed=st.booleans(),
    mark=st.sampled_from(",;\t"),
)
def test_no_table_makes_it_fail(client, clerk, lines, headed, mark):
    enter(client, clerk)
    headings = ["名称", "项别", "出厂编号", "数量", "用途"] if headed else []
    text = "\n".join(mark.join(cells) for cells in [headings, *lines])
    answer = client.post(reverse("imports"), {"pasted": text})
    assert answer.status_code in (200, 302, 400)
    if answer.status_code == 302:
        made = ImportBatch.objects.latest("pk")
        assert client.get(page_of(made), follow=True).status_code == 200
        if made.state == "review":
            row = made.rows.first()
            path = reverse("import_row", args=[row.public_id])
            sent = {"serial": mark.join(cell for line in lines for cell in line)}
            assert client.post(path, sent, headers={"HX-Request": "true"}).status_code == 200
            assert client.post(reverse("import_enter", args=[made.public_id]), {}).status_code in (302, 409)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=400), place=st.integers(0, 4000))
def test_no_damaged_workbook_makes_it_fail(client, clerk, noise, place):
    enter(client, clerk)
    sound = tables.workbook(tables.rows(2))
    damaged = sound[:place] + noise + sound[place + len(noise) :]
    assert upload(client, damaged).status_code in (302, 400)


def test_the_api_brings_shows_and_enters_a_table(acme, clerk):
    caller = calling(clerk)
    lines = [tables.row(1), tables.row(2, quantity="5")]
    file = SimpleUploadedFile("台账.xlsx", tables.workbook(lines))
    made = caller.post(f"{API}/instrument-imports/", {"file": file}, format="multipart")
    assert made.status_code == 201, made.content
    path = f"{API}/instrument-imports/{made.json()['id']}/"
    assert caller.get(path).json()["counts"] == {
        "waiting": 0,
        "ready": 1,
        "notice": 0,
        "wrong": 1,
        "entered": 0,
    }
    wrong = caller.get(f"{path}rows/", {"state": "wrong"}).json()["results"]
    assert [(row["line"], row["problems"][0]["column"]) for row in wrong] == [(3, "quantity")]
    assert caller.post(f"{path}enter/", {"whole": True}).status_code == 409
    entered = caller.post(f"{path}enter/", {"whole": False})
    assert (entered.status_code, entered.json()["counts"]["entered"]) == (200, 1)
    assert Instrument.objects.filter(owner=acme).count() == 1


def test_the_api_takes_a_table_as_text_and_refuses_none(clerk):
    caller = calling(clerk)
    text = tables.delimited(tables.rows(2))
    assert caller.post(f"{API}/instrument-imports/", {"text": text}).status_code == 201
    refused = caller.post(f"{API}/instrument-imports/", {})
    assert (refused.status_code, pointers(refused)) == (400, {"/file"})
