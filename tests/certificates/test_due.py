"""Due dates follow from issued certificates alone (rules 4.5)."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from certificates import due
from certificates.due import Document

DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
KINDS = st.sampled_from(["verification", "calibration", "rejection", "test"])


@st.composite
def documents(draw):
    tested_on, kind = draw(DAYS), draw(KINDS)
    end = due.validity(tested_on, draw(st.sampled_from([6, 12, 24]))) if kind == "verification" else None
    return Document(tested_on, kind, end)


MANY = st.lists(documents(), max_size=8)


def test_the_last_day_is_one_day_short_and_short_months_are_clamped(settings):
    assert due.validity(date(2024, 3, 15), 12) == date(2025, 3, 14)
    assert due.validity(date(2024, 8, 31), 6) == date(2025, 2, 28)
    settings.VALIDITY_MINUS_ONE_DAY = False
    assert due.validity(date(2024, 3, 15), 12) == date(2025, 3, 15)


@given(MANY, st.one_of(st.none(), st.integers(1, 60)))
def test_a_mandatory_instrument_knows_only_passed_verifications(known, interval):
    found = due.derive(known, own_interval=interval, mandatory=True)
    passed = [document for document in known if document.kind == "verification"]
    last = max((document.tested_on for document in passed), default=None)

    assert (found.due_on is None) == (not passed)
    if passed:
        assert found.due_on == max(d.valid_until for d in passed if d.tested_on == last)
    assert found.last_tested_on == max((document.tested_on for document in known), default=None)


@given(MANY, st.integers(1, 60))
def test_failures_reports_and_the_order_of_documents_move_nothing(known, interval):
    found = due.derive(known, own_interval=interval, mandatory=False)
    counting = [document for document in known if document.kind in ("verification", "calibration")]

    assert due.derive(counting, own_interval=interval, mandatory=False).due_on == found.due_on
    assert due.derive(reversed(known), own_interval=interval, mandatory=False) == found


@given(MANY)
def test_a_calibration_counts_only_by_the_owners_interval(known):
    without = due.derive(known, own_interval=None, mandatory=False)
    verified = [document for document in known if document.kind == "verification"]

    assert without.due_on == due.derive(verified, own_interval=None, mandatory=False).due_on


@given(MANY, documents(), st.integers(1, 60))
def test_taking_a_document_away_is_as_if_it_had_never_been(known, more, interval):
    before = due.derive(known, own_interval=interval, mandatory=False)
    due.derive([*known, more], own_interval=interval, mandatory=False)

    assert due.derive(known, own_interval=interval, mandatory=False) == before
