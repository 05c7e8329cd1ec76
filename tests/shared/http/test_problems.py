"""Every refusal is a problem that names all faults at once and repeats nothing of what was sent."""

import json
import logging
from typing import Annotated, Any, Literal
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, Field, TypeAdapter, ValidationError

from shared.errors import Invalid
from shared.events.wire import Timestamp
from shared.http.app import make_app
from shared.http.faults import MAX_FAULTS, faults_of
from shared.http.json_body import MAX_DEPTH, TWICE, Malformed, parse_json
from shared.http.reading import read_model
from shared.http.routes import router
from shared.identity.callers import public
from shared.telemetry.logs import JsonLines
from tests.shared.http.conftest import Submission, TokenFor, client_of

SECRET = "KARIMOV900501300123"
THING = {"source_id": "B-1", "document": {"number": "1", "expires": 2030}}


def problem_of(answer: httpx.Response, status: int, name: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["type"] == f"https://kosh.kz/problems/{name}"
    assert told["status"] == status
    assert told["title"]
    assert told["detail"].endswith((".", "!", "?"))
    assert len(told["trace_id"]) == 32
    return told


async def test_every_wrong_field_is_named_at_once(client: httpx.AsyncClient, as_role: TokenFor) -> None:
    wrong = {"document": {"number": 7, "expires": SECRET}, "notes": [{"number": "1"}], SECRET.lower(): 1}
    answer = await client.post("/v1/things/x?limit=y", json=wrong, headers=as_role())
    told = problem_of(answer, 422, "invalid-input")
    assert {fault.get("pointer", fault.get("parameter")) for fault in told["errors"]} == {
        *("thing", "limit", "/source_id", "/document/number", "/document/expires", "/notes/0/expires"),
        f"/{SECRET.lower()}",
    }
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"{", "malformed-json"),
        (b"", "invalid-input"),
        (b'"text"', "invalid-input"),
        (b"[]", "invalid-input"),
        (b"NaN", "malformed-json"),
        (b'{"a": 1e999}', "malformed-json"),
        (b"\xff\xfe", "malformed-json"),
        (b'"\\ud800"', "malformed-json"),
        (b"[" * 100_000, "malformed-json"),
        (b"[" * 200 + b"]" * 200, "malformed-json"),
        (b'{"a":' * 200 + b"1" + b"}" * 200, "malformed-json"),
    ],
    ids=repr,
)
async def test_a_body_that_is_nothing(client: httpx.AsyncClient, as_role: TokenFor, body: bytes, name: str) -> None:
    headers = {**as_role(), "Content-Type": "application/json"}
    answer = await client.post("/v1/things/1", content=body, headers=headers)
    problem_of(answer, 400 if name == "malformed-json" else 422, name)


async def test_nul_is_refused_with_its_place(client: httpx.AsyncClient, as_role: TokenFor) -> None:
    wrong = {**THING, "document": {"number": "a\0b", "expires": 1}, "notes": [{"number": "\0", "expires": 1}]}
    answer = await client.post("/v1/things/1", json=wrong, headers=as_role())
    told = problem_of(answer, 422, "invalid-input")
    assert [fault["pointer"] for fault in told["errors"]] == ["/document/number", "/notes/0/number"]


async def test_an_escaped_backslash_before_u0000_is_no_nul(client: httpx.AsyncClient, as_role: TokenFor) -> None:
    body = b'{"source_id": "\\\\u0000", "document": {"number": "1", "expires": 1}}'
    answer = await client.post("/v1/things/1", content=body, headers={**as_role(), "Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["source_id"]) == (201, "\\u0000")


async def test_nul_in_the_address(client: httpx.AsyncClient) -> None:
    problem_of(await client.get("/v1/failures/a%00b"), 400, "bad-request")
    problem_of(await client.get("/v1/figures?x=%00"), 400, "bad-request")


async def test_what_the_framework_refuses(client: httpx.AsyncClient, as_role: TokenFor) -> None:
    problem_of(await client.get("/v1/nothing"), 404, "not-found")
    told = await client.delete("/v1/figures")
    problem_of(told, 405, "method-not-allowed")
    assert told.headers["Allow"] == "GET, HEAD"
    told = await client.delete("/v1/things/1")
    problem_of(told, 405, "method-not-allowed")
    assert told.headers["Allow"] == "POST, PUT"


async def test_allow_names_what_an_address_with_a_verb_takes(settings_with: Any) -> None:
    acts = router()

    @acts.get("/v1/acts/{act}", dependencies=[public()])
    @acts.get("/v1/acts", dependencies=[public()])
    @acts.post("/v1/acts:batch", dependencies=[public()])
    @acts.post("/v1/acts/{act}:withdraw", dependencies=[public()])
    async def answer() -> None: ...

    async with client_of(make_app("sample", "Sample", settings_with(), [acts])) as client:
        allowed = {
            path: (await client.delete(path)).headers["Allow"]
            for path in ("/v1/acts", "/v1/acts:batch", "/v1/acts/1", "/v1/acts/1:withdraw")
        }
    assert allowed == {
        "/v1/acts": "GET, HEAD",
        "/v1/acts:batch": "POST",
        "/v1/acts/1": "GET, HEAD",
        "/v1/acts/1:withdraw": "POST",
    }


@pytest.mark.parametrize(
    ("headers", "accepted"),
    [
        ({"Content-Type": "text/plain"}, {"Accept": "application/json"}),
        ({}, {"Accept": "application/json"}),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, {"Accept-Encoding": "identity"}),
    ],
)
async def test_a_body_of_another_form_is_told_which_form_to_send(
    client: httpx.AsyncClient, as_role: TokenFor, headers: dict[str, str], accepted: dict[str, str]
) -> None:
    refused = await client.post("/v1/things/1", content=b"{}", headers={**as_role(), **headers})
    told = problem_of(refused, 415, "unsupported-media-type")
    assert told["detail"].startswith("Send the body as ")
    assert {name: refused.headers.get(name) for name in accepted} == accepted


async def test_a_body_that_is_said_to_be_sent_as_it_is_is_taken(client: httpx.AsyncClient, as_role: TokenFor) -> None:
    headers = {**as_role(), "Content-Encoding": "Identity"}
    assert (await client.post("/v1/things/1", json=THING, headers=headers)).status_code == 201


async def test_what_the_domain_refuses(client: httpx.AsyncClient) -> None:
    told = problem_of(await client.get("/v1/failures/conflict"), 409, "source-id-taken")
    assert told["detail"] == "This source id holds other content."
    told = problem_of(await client.get("/v1/failures/invalid"), 422, "invalid-input")
    assert told["errors"] == [{"pointer": "/a", "detail": "Before b."}, {"pointer": "/b", "detail": "After a."}]


async def test_versions(client: httpx.AsyncClient, as_role: TokenFor) -> None:
    problem_of(await client.put("/v1/things/1", headers=as_role()), 428, "version-required")
    for tag in ('"x"', "*", '"3", *', '"0003"', '"-1"', '"99999999999999999999"', '"²"'):
        raw = [(b"If-Match", tag.encode()), *((k.encode(), v.encode()) for k, v in as_role().items())]
        problem_of(await client.put("/v1/things/1", headers=raw), 412, "version-mismatch")
    assert (await client.put("/v1/things/1", headers={**as_role(), "If-Match": '"3"'})).json() == {"version": 3}
    for tag in ('"1", "3"', 'W/"3"', '"x", "3"', "3"):
        headers = {**as_role(), "If-Match": tag}
        assert (await client.put("/v1/things/1", headers=headers)).json() == {"version": 3}


async def test_what_nobody_foresaw_says_nothing_of_itself(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await client.get("/v1/failures/unforeseen")
    told = problem_of(answer, 500, "internal-error")
    assert "KARIMOV" not in answer.text
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    line = JsonLines("sample").format(record)
    assert "KARIMOV" not in line
    failure = json.loads(line)["failure"][0]
    assert failure["type"] == "builtins.ZeroDivisionError"
    assert any("conftest.py" in step for step in failure["where"])
    assert told["trace_id"]


class Passport(BaseModel):
    kind: Literal["passport"]
    number: str


class Card(BaseModel):
    kind: Literal["card"]
    code: int


Either = Annotated[Passport | Card, Field(discriminator="kind")]


def _quoting(value: str) -> str:
    raise ValueError(f"{value!r} is not known")


def _unquoted(value: str) -> str:
    raise ValueError(f"no such number: {value}")


class Mixed(BaseModel):
    tagged: Either
    untagged: int | list[int] = 0
    quoted: Annotated[str, AfterValidator(_quoting)]
    unquoted: Annotated[str, AfterValidator(_unquoted)]


def found_in(body: Any, model: Any = Mixed) -> list[tuple[str, str]]:
    try:
        TypeAdapter(model).validate_python(body)
    except ValidationError as error:
        return [(fault.pointer, fault.detail) for fault in faults_of(error.errors(), body)]
    raise AssertionError("the body is valid")


def test_pointers_lead_through_unions_without_their_tags() -> None:
    body = {"tagged": {"kind": "card", "code": "x"}, "untagged": [1, "x"], "quoted": SECRET, "unquoted": SECRET}
    found = found_in(body)
    assert [pointer for pointer, _ in found] == ["/tagged/code", "/untagged", "/untagged/1", "/quoted", "/unquoted"]
    assert all(SECRET not in detail for _, detail in found)


def test_an_unknown_tag_is_not_repeated() -> None:
    found = found_in({"tagged": {"kind": SECRET}, "quoted": "", "unquoted": ""})
    assert found[0] == ("/tagged", "Is none of the kinds that are known here.")


def test_keys_are_escaped_in_pointers() -> None:
    assert found_in({"a/b~c": "x"}, dict[str, int])[0][0] == "/a~1b~0c"


def test_the_list_of_faults_has_an_end() -> None:
    assert len(found_in(["x"] * 5_000, list[int])) == MAX_FAULTS


def test_depth_counts_levels_not_brackets() -> None:
    wide: list[list[int]] = [[]] * 1_000
    assert parse_json(json.dumps(wide).encode()) == wide
    deepest = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert parse_json(deepest)
    with pytest.raises(Malformed):
        parse_json(b"[" + deepest + b"]")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
near_things = st.fixed_dictionaries(
    {"source_id": json_values, "document": st.fixed_dictionaries({"number": json_values, "expires": json_values})},
    optional={"notes": json_values},
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary() | (json_values | near_things).map(lambda value: json.dumps(value).encode()))
async def test_no_body_whatever_is_our_failure(client: httpx.AsyncClient, border: dict[str, str], body: bytes) -> None:
    headers = {**border, "Content-Type": "application/json"}
    answer = await client.post("/v1/things/1", content=body, headers=headers)
    assert answer.status_code in (201, 400, 422)
    if answer.status_code != 201:
        problem_of(answer, answer.status_code, answer.json()["type"].rsplit("/", 1)[1])


def quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.text(max_size=30), query=st.text(max_size=30), header=st.binary(max_size=30))
async def test_no_address_or_header_whatever_is_our_failure(
    client: httpx.AsyncClient, path: str, query: str, header: bytes
) -> None:
    value = header.replace(b"\r", b"").replace(b"\n", b"").replace(b"\0", b"")
    headers = [(name, value) for name in (b"Authorization", b"traceparent", b"If-Match", b"Content-Type")]
    answer = await client.get(f"/v1/{quoted(path)}?{quoted(query)}", headers=headers)
    assert answer.status_code < 500


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        (b'{"source_id": "a", "document": {"number": "1", "expires": 2030}, "source_id": "b"}', ["/source_id"]),
        (b'{"source_id": "a", "document": {"number": "1", "expires": 1, "expires" : 2}}', ["/document/expires"]),
        (b'{"source_id":"a","source_id"\n:"a","document":{"number":"\\":","expires":1}}', ["/source_id"]),
        (b'{"source_id":"a","source_\\u0069d":"b","document":{"number":"1","expires":1}}', ["/source_id"]),
        (b'{"source_id":"a","document":{"number":"1","expires":1},"notes":[{"number":"1","number":"2","expires":1}]}',
         ["/notes/0/number"]),
    ],
)  # fmt: skip
async def test_a_member_that_stands_twice_is_refused(
    client: httpx.AsyncClient, as_role: TokenFor, body: bytes, pointers: list[str]
) -> None:
    headers = {**as_role(), "Content-Type": "application/json"}
    answer = await client.post("/v1/things/1", content=body, headers=headers)
    told = problem_of(answer, 422, "invalid-input")
    assert told["errors"] == [{"pointer": pointer, "detail": TWICE} for pointer in pointers]
    with pytest.raises(Invalid) as refused:  # the hottest way in
        read_model(Submission, body)
    assert [fault.pointer for fault in refused.value.faults] == pointers


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text('":\\ a\n', max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('":\\ a', max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", "\t: ")]))
def test_nothing_is_taken_for_twice_that_stands_once(value: Any, separators: tuple[str, str]) -> None:
    assert parse_json(json.dumps(value, separators=separators).encode()) == value


@given(
    st.dictionaries(st.text('":\\ a', max_size=3), JSON, min_size=1, max_size=3), st.sampled_from([":", " : ", "\n:"])
)
def test_what_stands_twice_is_found_however_it_is_written(value: dict[str, Any], colon: str) -> None:
    once = json.dumps(value, separators=(",", ":"))
    name = json.dumps(next(iter(value)))
    with pytest.raises(Invalid):
        parse_json(f"{once[:-1]},{name}{colon}0}}".encode())


async def test_a_byte_order_mark_is_passed_over_and_utf_16_is_named(
    client: httpx.AsyncClient, as_role: TokenFor
) -> None:
    headers = {**as_role(), "Content-Type": "application/json"}
    body = json.dumps(THING).encode()
    marked = await client.post("/v1/things/1", content=b"\xef\xbb\xbf" + body, headers=headers)
    wide = await client.post("/v1/things/1", content=body.decode().encode("utf-16"), headers=headers)

    assert marked.status_code == 201
    assert "UTF-16" in problem_of(wide, 400, "malformed-json")["detail"]


def test_our_own_sentence_with_an_example_is_not_hidden_by_the_example() -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Timestamp).validate_python("2026-03-01T10:15:00")
    (fault,) = faults_of(refused.value.errors(), "2026-03-01T10:15:00")
    assert fault.detail.startswith("Should be a time with its offset")
