"""What a body, a query, a header or a path may hold that nobody meant, and plausible bodies to spoil.

A body is built from the OpenAPI schema of its operation and from the ids of the world; then one property
after the other is spoiled. Values that cannot be written as Python are raw JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MARK = "@@raw@@"
HUGE = 2**63
LONG = "长" * 5000
DEEP = 3000
ABSENT = "0190b1a2-0000-7000-8000-000000000000"
DATES = ("0001-01-01", "9999-12-31", "2026-02-30", "20260230", "1899-12-31", "yesterday")
TEXTS = (
    "",
    "   ",
    "a\0b",
    "\0",
    LONG,
    "１，２",
    "1e400",
    "-1",
    "NaN",
    "'; --",
    "%s%(x)s",
    "../../etc/passwd",
)
WRONG: dict[str, tuple[Any, ...]] = {
    "string": (["x"], {"a": 1}),
    "integer": ("x", ["x"], {"a": 1}, True, "1e400"),
    "number": ("x", ["x"], {"a": 1}),
    "boolean": ("perhaps", ["x"], {"a": 1}),
    "array": ({"a": 1}, "x", 5),
    "object": (["x"], "x", 5),
}


@dataclass(frozen=True)
class Raw:
    """JSON text that no Python value is written as."""

    text: str


RAWS = (
    Raw('"\\ud800"'),
    Raw("1e400"),
    Raw("-1e400"),
    Raw("NaN"),
    Raw("9" * 500),
    Raw("[" * DEEP + "]" * DEEP),
)


@dataclass
class Operation:
    """One way to write: method, path, and what its body may hold."""

    method: str
    path: str
    body: dict[str, Any]
    schemas: dict[str, Any]
    queries: list[dict[str, Any]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def noun(self) -> str:
        return self.path.removeprefix("/api/v1/").split("/")[0]

    @property
    def properties(self) -> dict[str, Any]:
        found: dict[str, Any] = self.body.get("properties", {})
        return found

    @property
    def required(self) -> set[str]:
        return set(self.body.get("required", ()))


def operations(schema: dict[str, Any], *methods: str) -> list[Operation]:
    """Every operation of the generated schema with one of these methods."""
    schemas = schema["components"]["schemas"]
    return [
        Operation(method, path, _body(one, schemas), schemas, _queries(one, schemas))
        for path, ways in schema["paths"].items()
        for method, one in ways.items()
        if method in methods
    ]


def _body(one: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    content = one.get("requestBody", {}).get("content", {})
    found = content.get("application/json", {}).get("schema", {})
    return resolved(found, schemas)


def _queries(one: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": given["name"], **resolved(given["schema"], schemas)}
        for given in one.get("parameters", ())
        if given["in"] == "query"
    ]


def resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """A schema without its references, the null alternatives folded into `nullable`."""
    if "$ref" in schema:
        return resolved(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas)
    for key in ("allOf", "oneOf", "anyOf"):
        if key in schema:
            kinds = [resolved(one, schemas) for one in schema[key]]
            solid = [one for one in kinds if one.get("type") != "null" and one.get("enum") != [None]]
            rest = {name: value for name, value in schema.items() if name != key}
            return {**solid[0], **rest, "nullable": len(solid) < len(kinds)}
    kind = schema.get("type")
    if isinstance(kind, list):
        solid_kind = next(one for one in kind if one != "null")
        return {**schema, "type": solid_kind, "nullable": "null" in kind}
    return schema


def plausible(schema: dict[str, Any], schemas: dict[str, Any], hints: dict[str, Any]) -> dict[str, Any]:
    """A body with every property filled in by its name, or else by its type."""
    properties = schema.get("properties", {})
    return {
        name: hints[name] if name in hints else _filled(name, resolved(one, schemas), schemas, hints)
        for name, one in properties.items()
    }


def _filled(name: str, schema: dict[str, Any], schemas: dict[str, Any], hints: dict[str, Any]) -> Any:
    if "enum" in schema:
        return next(one for one in schema["enum"] if one not in ("", None))
    kind = schema.get("type")
    if kind == "array":
        items = resolved(schema.get("items", {}), schemas)
        return [_filled(name, items, schemas, hints)] if items else []
    if kind == "object" and schema.get("properties"):
        return plausible(schema, schemas, hints)
    if kind == "string":
        return {"date": hints["on"], "date-time": f"{hints['on']}T00:00:00+08:00", "uuid": ABSENT}.get(
            schema.get("format", ""), "1"
        )
    return {"integer": max(1, int(schema.get("minimum", 1))), "boolean": True, "number": 1}.get(str(kind), {})


def spoilt_values(schema: dict[str, Any], foreign: list[str]) -> Iterator[tuple[Any, bool]]:
    """Every hostile value of a property, and whether it must be refused by that property's name."""
    kind = str(schema.get("type", ""))
    free = not kind
    if not free:
        for wrong in WRONG.get(kind, ()):
            yield wrong, True
        yield None, not schema.get("nullable", False)
        yield RAWS[0], True
    for text in TEXTS:
        yield text, "\0" in text or ("enum" in schema and text.strip() != "")
    for one in (*RAWS, HUGE, -HUGE - 1, -1, 0, 1.5, True, [], {}, [None], [[]], {"": ""}, *DATES, *foreign):
        yield one, schema.get("format") == "date" and one in DATES
    yield "0" * 4096, "enum" in schema or schema.get("format") in ("date", "uuid")


def written(body: Any) -> bytes:
    """JSON bytes of a body in which some values are raw."""
    raws: list[str] = []

    def plain(value: Any) -> Any:
        if isinstance(value, Raw):
            raws.append(value.text)
            return f"{MARK}{len(raws) - 1}"
        if isinstance(value, dict):
            return {key: plain(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [plain(inner) for inner in value]
        return value

    text = json.dumps(plain(body))
    for place, raw in enumerate(raws):
        text = text.replace(f'"{MARK}{place}"', raw)
    return text.encode()


BODIES: tuple[tuple[bytes, str, bool], ...] = (
    (b"\xff\xfe{", "application/json", True),
    (b"{", "application/json", True),
    (b'{"a": NaN}', "application/json", True),
    (b'{"a": 1, "a": 2}', "application/json", True),
    (b"[]", "application/json", True),
    (b'"text"', "application/json", True),
    (b"5", "application/json", True),
    (b"null", "application/json", True),
    (b"[" * 100_000, "application/json", True),
    (b'{"a":' * 100_000, "application/json", True),
    (b"a=1&b=2", "application/x-www-form-urlencoded", True),
    (b"<a/>", "text/xml", True),
    (b"--x\r\n", "multipart/form-data; boundary=x", True),
    (b"{}", "application/json; charset=klingon", False),
    (b"{}", "\xff/\xfe", False),
    (b"", "application/json", False),
    (b"", "", False),
)
HEADERS: tuple[dict[str, str], ...] = (
    {"HTTP_IF_MATCH": "x"},
    {"HTTP_IF_MATCH": '"-1"'},
    {"HTTP_IF_MATCH": '"9223372036854775808"'},
    {"HTTP_IF_MATCH": '"３"'},
    {"HTTP_IF_MATCH": "\xff\xfe"},
    {"HTTP_IDEMPOTENCY_KEY": ""},
    {"HTTP_IDEMPOTENCY_KEY": "k" * 129},
    {"HTTP_IDEMPOTENCY_KEY": "\xff\xfe"},
    {"HTTP_IDEMPOTENCY_KEY": "a\0b"},
    {"HTTP_AUTHORIZATION": "Token \xff\xfe"},
    {"HTTP_AUTHORIZATION": "Token"},
    {"HTTP_AUTHORIZATION": "Token a b"},
    {"HTTP_AUTHORIZATION": "Token lz_" + "x" * 5000},
    {"HTTP_AUTHORIZATION": "Token lz_\0aaaaaaaaaaaaaaaaa"},
    {"HTTP_AUTHORIZATION": "Basic !!!"},
    {"HTTP_COOKIE": 'sessionid="aaaaaaaaaaaa\\000"'},
    {"HTTP_COOKIE": "sessionid=" + "x" * 5000},
    {"HTTP_COOKIE": "sessionid=\xff\xfe\xff\xfe\xff\xfe\xff\xfe"},
    {"HTTP_ACCEPT": "\xff/\xfe;q=x"},
    {"HTTP_ACCEPT_LANGUAGE": "\xff,zh;q=9e9"},
)
QUERIES = (
    "%00",
    "a%00b",
    "%ff%fe",
    "%ed%a0%80",
    "9223372036854775808",
    "-9223372036854775809",
    "1e400",
    "NaN",
    "x" * 3000,
    "0001-01-01",
    "9999-12-31",
    "9999-12-31T23:59:59-14:00",
    "２０２６-０１-０１",
    "0190b1a2",
    "%25s",
    "",
    ".eJx:1:2",
)
SEGMENTS = ("%00", "%ff", "a%00b", "9223372036854775808", "x" * 3000, "..%2f..", "%E9%87%8F", "-", "0190b1a2")
INNER: tuple[Any, ...] = (
    *(None, [], {}, [None], "", "a\0b", LONG, "１，２", "1e400", "-1", HUGE, -1, True, 1.5, ABSENT),
    *DATES[:3],
    *RAWS[:3],
)


def inner_places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place below the top of a body, by its keys and positions."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        if at:
            yield (*at, key)
        yield from inner_places(inner, (*at, key))


def spoil(value: Any, place: tuple[Any, ...], by: Any) -> Any:
    """A copy of a body with another value at one place."""
    if not place:
        return by
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[place[0]] = spoil(value[place[0]], place[1:], by)
    return copy
