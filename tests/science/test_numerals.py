import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrology.science.errors import NumeralError
from metrology.science.numerals import normalise, plain


@pytest.mark.parametrize(
    "text", ["10.00", "0.10", "1E-9", "50000623.0001", "-0.05", "+5", "0", "-0.0", "007"]
)
def test_it_keeps_what_was_typed_character_for_character(text):
    assert normalise(text).text == text


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("０．００１", "0.001"),
        ("－１２．５０", "-12.50"),
        ("\u2212" + "3.0", "-3.0"),
        ("　10.00 ", "10.00"),
        ("１Ｅ－９", "1E-9"),
    ],
)
def test_it_folds_full_width_forms(typed, text):
    assert normalise(typed).text == text


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("\u3000", "empty"),
        ("１，２", "comma"),
        ("1,000.5", "comma"),
        ("NaN", "not_finite"),
        ("sNaN", "not_finite"),
        ("-Infinity", "not_finite"),
        ("ＩＮＦ", "not_finite"),
        ("1E31", "out_of_range"),
        ("1e-999", "out_of_range"),
        ("1e9999", "not_a_number"),
        ("1" * 29, "out_of_range"),
        ("1" * 41, "too_long"),
        ("1" * 10_000_000, "too_long"),
        ("10²", "foreign_character"),
        ("①", "foreign_character"),
        ("½", "foreign_character"),
        ("٣", "foreign_character"),
        ("\x00", "foreign_character"),
        ("1\x00", "foreign_character"),
        ("\ud800", "foreign_character"),
        ("1 2", "not_a_number"),
        ("1_000", "not_a_number"),
        (".5", "not_a_number"),
        ("5.", "not_a_number"),
        ("0x10", "not_a_number"),
        ("--1", "not_a_number"),
        ("1.2.3", "not_a_number"),
    ],
)
def test_it_refuses_what_is_not_one_plain_number_and_says_why(typed, key):
    with pytest.raises(NumeralError) as refusal:
        normalise(typed)
    assert refusal.value.key == key
    assert refusal.value.message == str(refusal.value)
    assert "%(" not in refusal.value.message
    refusal.value.message.encode("utf-8")


@given(st.text(max_size=60))
def test_it_never_fails_in_another_way(typed):
    try:
        numeral = normalise(typed)
    except NumeralError:
        return
    assert numeral.value.is_finite()
    assert normalise(numeral.text) == numeral


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_it_writes_plain_numbers_that_read_back_equal(value):
    assert normalise(plain(value)).value == value
    assert plain(value) != "-0"
