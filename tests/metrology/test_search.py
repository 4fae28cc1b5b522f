"""The one search box: what is found, by whom, and that nothing is missing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instruments.actions.ledger import change_instrument, register_instrument
from instruments.models import Instrument
from metrology import clock
from metrology.actions.organizations import change_organization
from metrology.actors import Actor
from metrology.models import Organization, SearchEntry
from metrology.search import index, query, sources, tables
from metrology.search.words import fold, grams, parse, pinyin
from tests import make
from tests.pages import SIGNED_IN, enter, reads

KIND = 20


def indexed(owner: Organization, **fields: Any) -> Instrument:
    made = make.instrument(owner, **fields)
    index.refresh(Instrument, [made.pk])
    return made


def titles(asked: str, actor: Actor) -> list[str]:
    return [hit.entry.title for group in query.search(asked, actor).groups for hit in group.hits]


def oracle(term: str) -> set[int]:
    """What LIKE would find in the same text, and pinyin as it is promised."""
    found = set()
    for entry in SearchEntry.objects.all():
        text = fold(term)
        letters = text.isascii() and text.isalpha()
        starts = f"\n{text}"
        named = letters and (
            starts in entry.spelled or starts in entry.initials or (len(text) > 2 and text in entry.initials)
        )
        if text in entry.words or named:
            found.add(entry.pk)
    return found


@pytest.mark.parametrize(
    ("name", "initials", "whole"),
    [
        ("压力表", "ylb", "yalibiao"),
        ("东平县", "dpx", "dongpingxian"),
        ("重庆", "cq", "chongqing"),
        ("行星轮", "xxl", "xingxinglun"),
        ("乐器", "yq", "yueqi"),
        ("X射线机", "xsxj", "xshexianji"),
        ("ACS", "", ""),
    ],
)
def test_a_name_is_spelled_by_its_phrase(name: str, initials: str, whole: str) -> None:
    assert pinyin(fold(name)) == (initials, whole)


def test_two_characters_are_enough_and_one_is_not() -> None:
    assert parse("秤").is_too_short
    assert [word.text for word in parse(" 天平  ＳＮ００１ ").words] == ["天平", "sn001"]


@pytest.mark.parametrize(
    "asked", ["ylb", "YLB", "jmylb", "yalib", "压力", "力表", "WP-0042", "ｗｐ-0042", "0042", "阿克"]
)
def test_it_finds_an_instrument_by_any_part_of_what_is_known_of_it(
    acme: Organization, clerk: Actor, asked: str
) -> None:
    indexed(acme, name="精密压力表", serial="WP-0042")
    indexed(acme, name="压力表", serial="WP-1042" if asked == "yalib" else "WP-0042 B")
    assert any(title.startswith(("精密压力表", "压力表")) for title in titles(asked, clerk))


def test_two_letters_are_the_beginning_of_a_name_only(acme: Organization, clerk: Actor) -> None:
    indexed(acme, name="精密压力表", serial="1-1")
    assert titles("jm", clerk)
    assert not titles("yl", clerk)


def test_every_word_must_be_found(acme: Organization, clerk: Actor) -> None:
    indexed(acme, name="电子天平", serial="A-17")
    indexed(acme, name="电子天平", serial="B-18")
    assert titles("天平 b-18", clerk) == ["电子天平 B-18"]


def test_a_word_does_not_reach_over_two_fields(acme: Organization, clerk: Actor) -> None:
    indexed(acme, name="天平", serial="秤XX")
    assert not titles("平秤", clerk)


def test_the_newest_come_first_and_the_rest_is_said(acme: Organization, clerk: Actor) -> None:
    for n in range(query.SHOWN + 2):
        indexed(acme, name="台秤", serial=f"N{n}")
    (group,) = query.search("台秤", clerk).groups
    assert [hit.entry.title for hit in group.hits] == [f"台秤 N{n}" for n in range(6, 1, -1)]
    assert group.more


def test_nobody_finds_what_is_anothers(acme: Organization, mallory: Actor, city: Actor) -> None:
    indexed(acme, name="台秤", serial="HIDDEN-1")
    assert query.search("HIDDEN-1", mallory) == query.Answer(parse("HIDDEN-1"))
    assert titles("HIDDEN-1", city) == ["台秤 HIDDEN-1"]


def test_who_sees_little_finds_it_behind_many_that_are_others(
    acme: Organization, clerk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = indexed(acme, name="台秤", serial="MINE")
    other = make.enterprise()
    rows = [make.instrument(other, name="台秤", serial=f"O{n}").pk for n in range(query.CANDIDATES + 5)]
    index.refresh(Instrument, rows)
    assert titles("台秤", clerk) == [str(mine)]
    monkeypatch.setattr(query, "FEW", 0)
    assert titles("台秤", clerk) == [str(mine)]


def test_a_code_typed_in_full_is_the_one_thing_meant(acme: Organization, clerk: Actor) -> None:
    made = indexed(acme, serial="SN-77")
    indexed(acme, serial="SN-778")
    for code in ("sn-77", made.label_no):
        exact = query.search(code, clerk).exact
        assert exact is not None and exact.url == f"/instruments/{made.public_id}/"
    assert query.search("sn-7", clerk).exact is None
    indexed(acme, serial="SN-77", model="B")
    assert query.search("SN-77", clerk).exact is None


def test_a_verb_is_found_by_its_words_at_once(acme: Organization, clerk: Actor) -> None:
    made = register_instrument(
        acme, by=clerk, category=make.category(), name="血压计", serial="BP-1", purpose="medical"
    )
    assert titles("xyj", clerk) == ["血压计 BP-1"]
    change_instrument(made, by=clerk, serial="BP-2")
    assert titles("BP-2", clerk) and not titles("BP-1", clerk)


def test_an_owner_renamed_is_found_under_the_new_name_with_all_it_owns(
    acme: Organization, clerk: Actor
) -> None:
    indexed(acme, serial="S1")
    index.refresh(Organization, [acme.pk])
    change_organization(acme, by=clerk, name_zh="新名衡器（演示）")
    found = query.search("新名", clerk)
    assert {group.source.number for group in found.groups} == {2, KIND}
    assert not titles("阿克米商贸", clerk)


def test_the_night_finds_what_was_written_past_the_verbs(acme: Organization, clerk: Actor) -> None:
    gone, kept = indexed(acme, serial="GONE"), indexed(acme, serial="KEPT")
    make.instrument(acme, serial="NEVER")
    Instrument.objects.filter(pk=kept.pk).update(serial="MOVED")
    Instrument.objects.filter(pk=gone.pk).delete()
    day = clock.now()
    for _share in range(index.SHARES):
        index.reconcile(day)
        day += timedelta(days=1)
    assert titles("NEVER", clerk) and titles("MOVED", clerk)
    assert not titles("GONE", clerk) and not titles("KEPT", clerk)
    assert index.reconcile(day) == 0


def test_made_anew_it_is_what_it_was(acme: Organization, clerk: Actor) -> None:
    made = indexed(acme, name="电子天平", serial="R-1")
    before = list(SearchEntry.objects.filter(pk=sources.sources[KIND].first | made.pk).values())
    counts = index.rebuild()
    assert counts[KIND] == 1
    assert list(SearchEntry.objects.filter(pk=before[0]["id"]).values()) == before
    assert titles("dztp", clerk) == ["电子天平 R-1"]


def test_a_whole_job_leaves_every_entry_true(db: None) -> None:
    make.job("issued", at=make.house())
    every = {entry.pk: entry for entry in SearchEntry.objects.filter(pk__gte=21 << 40)}
    index.rebuild()
    anew = SearchEntry.objects.filter(pk__gte=21 << 40)
    assert {entry.pk for entry in anew} == set(every) and every
    assert all(index._equal(entry, every[entry.pk]) for entry in anew)


TERMS = st.text("天平压力表秤计-ASN017 ｱ％_ß\"'^~", min_size=1, max_size=7)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(TERMS, TERMS), min_size=1, max_size=6, unique=True),
    term=st.text("天平压力表秤计-ASN017ylbtp％_ß\"'^~", min_size=2, max_size=6),
)
def test_it_finds_all_that_like_finds_and_nothing_else(
    acme: Organization, clerk: Actor, rows: list[tuple[str, str]], term: str
) -> None:
    Instrument.objects.all().delete()
    SearchEntry.objects.all().delete()
    for name, serial in rows:
        indexed(acme, name=name, serial=serial)
    if len(fold(term)) < 2 or " " in fold(term):
        return
    found = query.search(term, clerk, shown=query.MOST)
    assert {hit.entry.pk for group in found.groups for hit in group.hits} == oracle(term)
    listed = query.narrowed(Instrument.objects.all(), term)
    assert listed is not None
    assert {row.pk for row in listed} == {key & sources.ROW for key in oracle(term)}


def test_the_database_cuts_the_grams_that_we_cut(acme: Organization) -> None:
    made = indexed(acme, name="精密压力表 X射线", serial="SN-0042", model="ＡＣＳ")
    entry = SearchEntry.objects.get(pk=sources.sources[KIND].first | made.pk)
    ours = grams(entry.words, entry.codes, entry.initials, entry.spelled)
    assert {"精密", "sn-00", "~yly", "^jm", "^jmyly", "acs"} & ours >= {"精密", "sn-00", "^jm", "acs"}
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {tables.EXPRESSION} FROM metrology_searchentry WHERE id = %s",
                [entry.pk],
            )
            theirs = {gram for gram in cursor.fetchone()[0] if not gram.startswith(" ")}
        assert theirs == ours


def test_grams_of_an_earlier_edition_are_made_anew(acme: Organization, clerk: Actor) -> None:
    indexed(acme, name="台秤", serial="OLD-1")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER INDEX {tables.INDEX} RENAME TO search_grams")
        else:
            for act in ("insert", "update", "delete"):
                cursor.execute(f"DROP TRIGGER {tables.TABLE}_{act}")
            cursor.execute(f"INSERT INTO {tables.GRAMS}({tables.GRAMS}) VALUES ('delete-all')")
    tables.install()
    tables.install()
    assert titles("OLD-1", clerk) == ["台秤 OLD-1"]
    indexed(acme, name="台秤", serial="NEW-1")
    assert titles("NEW-1", clerk) == ["台秤 NEW-1"]


@pytest.mark.parametrize("rows", [3, 30])
def test_it_asks_the_database_a_handful_of_times(acme: Organization, clerk: Actor, rows: int) -> None:
    for n in range(rows):
        indexed(acme, name="台秤", serial=f"Q{n}")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert query.search("台秤", clerk).groups
    assert len(asked) == 3


def test_the_page_shows_what_is_found_by_kind(client: Client, acme: Organization, clerk: Actor) -> None:
    made = indexed(acme, name="台秤", serial="P-1")
    indexed(acme, name="台秤", serial="P-2")
    page = reads(client, clerk, "/search/?q=tc")
    assert f"/instruments/{made.public_id}/" in page and "P-2" in page
    assert "P-1" in reads(client, clerk, "/search/?q=台秤&kind=20")
    assert "P-1" not in reads(client, clerk, "/search/?q=没有这样")
    assert client.get("/search/?q=秤").status_code == 200


def test_a_code_leads_straight_to_its_page(client: Client, acme: Organization, clerk: Actor) -> None:
    made = indexed(acme, serial="GO-1")
    enter(client, clerk)
    answer = client.get("/search/?q=go-1")
    assert (answer.status_code, answer["Location"]) == (302, f"/instruments/{made.public_id}/")
    part = client.get("/search/?q=go-1", headers={"HX-Request": "true"})
    assert part.status_code == 200 and b"<html" not in part.content


def test_the_page_keeps_within_its_queries(client: Client, acme: Organization, clerk: Actor) -> None:
    for n in range(30):
        indexed(acme, name="台秤", serial=f"L{n}")
    enter(client, clerk)
    with CaptureQueriesContext(connection) as asked:
        client.get("/search/?q=台秤")
    assert len(asked) <= SIGNED_IN + 10


def test_the_api_answers_the_same(client: Client, acme: Organization, clerk: Actor, mallory: Actor) -> None:
    made = indexed(acme, serial="API-1")
    enter(client, clerk)
    found = client.get("/api/v1/search/?q=api-1").json()
    assert found["exact"]["url"] == f"/instruments/{made.public_id}/"
    assert [group["kind"] for group in found["results"]] == ["instruments.instrument"]
    enter(client, mallory)
    assert client.get("/api/v1/search/?q=api-1").json()["results"] == []
    assert client.get("/api/v1/search/?q=a").status_code == 400


def test_a_stranger_is_sent_to_sign_in(client: Client, db: None) -> None:
    assert client.get("/search/?q=台秤").status_code == 302
    assert client.get("/api/v1/search/?q=台秤").status_code in (401, 403)


def test_the_ledger_is_searched_by_the_same_words(client: Client, acme: Organization, clerk: Actor) -> None:
    indexed(acme, name="精密压力表", serial="F-1")
    indexed(acme, name="台秤", serial="F-2")
    enter(client, clerk)
    assert len(client.get("/instruments/?q=ylb").context["rows"]) == 1
    assert len(client.get("/instruments/?q=F-").context["rows"]) == 2
    assert len(client.get("/instruments/?q=秤").context["rows"]) == 1
