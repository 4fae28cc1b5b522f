"""A body is plain storable JSON, or it is refused with the place."""

import io

import pytest
from rest_framework.exceptions import ParseError

from metrology.errors import Invalid
from metrology.parsing import StrictJSONParser, TooLarge


def parse(raw: bytes) -> object:
    return StrictJSONParser().parse(io.BytesIO(raw))


def test_it_reads_plain_json() -> None:
    assert parse('{"a": ["１，２", 1, 1.5, null, true]}'.encode()) == {"a": ["１，２", 1, 1.5, None, True]}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"a": NaN}',
        b"Infinity",
        b'{"a": 1, "a": 2}',
        b"[" * 100_000,
        b"1" * 5000,
        b"1e400",
        b'{"a": -1e400}',
    ],
)
def test_it_refuses_what_is_not_json(raw: bytes) -> None:
    with pytest.raises(ParseError):
        parse(raw)


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [
        (rb'{"a": {"b": ["x", "\u0000"]}}', "/a/b/1"),
        (rb'{"a": "\ud800"}', "/a"),
        (rb'{"\ud800": 1}', "/?"),
        (b"[" * 30 + b"]" * 30, "/0" * 21),
    ],
)
def test_it_names_the_place_of_text_that_cannot_be_stored(raw: bytes, pointer: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse(raw)
    assert pointer in refusal.value.fields


def test_it_refuses_ten_megabytes() -> None:
    with pytest.raises(TooLarge):
        parse(b'"' + b"x" * 10_000_000 + b'"')
