"""Problems are said in the language that is asked for, and every fixed sentence of shared has all three."""

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

import shared
from shared.http import faults, languages, problems
from shared.http.languages import LANGUAGES, negotiated, translated
from shared.kernel.codes import Language
from shared.records.batch import _OUR_FAULT
from shared.records.bulk_correction import _OTHERWISE
from shared.records.missions import NOT_LISTED
from shared.records.plausibility import BEFORE_BIRTH, IN_THE_FUTURE
from shared.testing.serving import serving
from tests.shared.http.conftest import TokenFor

SHARED = Path(shared.__file__).parent
TABLE = Path(languages.__file__).with_name("sentences.csv")
SAYING = {
    "BadToken", "Conflict", "Fault", "Forbidden", "HTTPException", "Invalid", "Malformed", "NotFound", "Refused",
    "TooManyRequests", "Unavailable", "VersionMismatch", "VersionRequired", "_too_large", "_unauthenticated", "problem",
}  # fmt: skip
SPOKEN_IN = ("db", "http", "identity", "inbox", "outbox", "records")
VALIDATORS = ("events/person.py", "events/visa.py", "events/wire.py", "kernel/documents.py", "kernel/periods.py")


def written(node: ast.expr) -> str | None:
    """What an expression says, with a number for what differs from one occasion to the next."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else differing(part) for part in node.values)
    return None


def differing(part: ast.expr) -> str:
    return "2 fields are" if "count" in ast.unparse(part) else "7"


def said_by(path: Path, names: set[str]) -> Iterator[str]:
    """Every sentence of a module that ends in an answer: given at once, or as `detail` before."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        candidates: list[ast.expr] = []
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if called in names:
                candidates = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "detail")]
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("detail", "count"):
            candidates = [node.value] if ast.unparse(node.targets[0]) == "detail" else []
        yield from (text for text in map(written, candidates) if text and " " in text)


def sentences() -> set[str]:
    modules = [path for folder in SPOKEN_IN for path in (SHARED / folder).rglob("*.py")]
    found = {text for path in modules for text in said_by(path, SAYING)}
    found |= {text for path in VALIDATORS for text in said_by(SHARED / path, {"ValueError"})}
    found |= {title for _, title in problems.STATUS.values()}
    found |= {text for _, title, detail in problems._REFUSALS.values() for text in (title, detail)}
    found |= {_OTHERWISE, _OUR_FAULT.format("F-1"), NOT_LISTED, IN_THE_FUTURE, BEFORE_BIRTH}
    return found | set(faults._SENTENCES.values()) | {problems.NO_RULE, "1 field is not valid; correct and send again."}


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_every_fixed_sentence_of_shared_has_all_three(language: Language) -> None:
    found = sentences()
    assert len(found) > 90
    assert sorted(text for text in found if translated(text, language) == text) == []


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_says_the_same_in_each_language() -> None:
    assert len({row["en"] for row in rows()}) == len(rows())
    for row in rows():
        places = set(re.findall(r"\{(\w+)\}", row["en"])) - {"why"}  # the reason of a date is the parser's, in English
        assert set(re.findall(r"\{(\w+)\}", row["kk"])) == set(re.findall(r"\{(\w+)\}", row["ru"])) == places, row
        assert not re.search("[әғқңөұүһі]", row["ru"].lower()), row
        assert re.search("[а-яәғқңөұүһі]", row["kk"].lower()), row
        assert re.search("[а-я]", row["ru"].lower()), row


def test_each_sentence_is_taken_for_itself_and_no_other() -> None:
    for row in rows():
        said = re.sub(r"\{\w+\}", "7", row["en"])
        for language in LANGUAGES:
            assert translated(said, language) == re.sub(r"\{\w+\}", "7", row[language]), row["en"]


@given(st.text(max_size=300))
def test_any_header_and_any_sentence_is_borne(text: str) -> None:
    assert negotiated(text) in LANGUAGES
    assert translated(text, "en") == text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("*", "en"),
        ("kk", "kk"),
        ("KK-Cyrl-KZ", "kk"),
        ("de, ru;q=0.5, en;q=0.4", "ru"),
        ("ru;q=0.2, kk;q=0.9", "kk"),
        ("kk;q=0, ru;q=0.1", "ru"),
        ("kk;q=0", "en"),
        ("rus, kkk", "en"),
        ("ru;q=7", "en"),
    ],
)
def test_the_language_is_the_preferred_one(accepted: str | None, language: str) -> None:
    assert negotiated(accepted) == language


async def test_a_problem_is_said_in_the_language_that_is_asked_for(
    client: httpx.AsyncClient, as_role: TokenFor
) -> None:
    asked = {**as_role(), "Accept-Language": "kk-KZ, ru;q=0.8"}
    told = await client.post("/v1/things/1", json={"document": {"number": "1" * 31, "expires": "x"}}, headers=asked)
    assert told.status_code == 422
    assert (told.headers["Content-Language"], told.headers["Vary"]) == ("kk", "Accept-Language")
    assert (told.json()["title"], told.json()["detail"]) == (
        "Енгізілген деректер дұрыс емес",
        "3 өріс дұрыс емес; түзетіп, қайта жіберіңіз.",
    )
    assert {fault["pointer"]: fault["detail"] for fault in told.json()["errors"]} == {
        "/source_id": "Міндетті.",
        "/document/number": "30 таңбадан аспауға тиіс",
        "/document/expires": "Бүтін сан болуға тиіс, мәтіннен сан оқылмайды",
    }
    assert told.json()["type"] == "https://kosh.kz/problems/invalid-input"


@pytest.mark.parametrize("accepted", [{}, {"Accept-Language": "de"}])
async def test_english_is_said_where_nothing_else_is_asked_for(
    client: httpx.AsyncClient, accepted: dict[str, str]
) -> None:
    told = await client.get("/v1/nothing", headers=accepted)
    assert (told.headers["Content-Language"], told.json()["title"]) == ("en", "Not found")
    assert told.headers["Vary"] == "Accept-Language"


async def test_what_the_edge_itself_refuses_is_said_so_too(client: httpx.AsyncClient) -> None:
    asked = {"Accept-Language": "ru"}
    failed = await client.get("/v1/failures/any", headers=asked)
    assert (failed.status_code, failed.json()["title"]) == (500, "Внутренняя ошибка")
    many = await client.get("/v1/figures", headers={**asked, **{f"x-{number}": "1" for number in range(120)}})
    assert (many.status_code, many.json()["title"]) == (431, "Заголовки слишком велики")


async def test_a_sentence_that_has_no_other_form_stays_and_the_answer_says_so(client: httpx.AsyncClient) -> None:
    told = await client.get("/v1/failures/conflict", headers={"Accept-Language": "ru"})
    assert told.json()["title"] == "Это противоречит тому, что записано"
    assert told.json()["detail"] == "This source id holds other content."
    assert told.headers["Content-Language"] == "ru, en"


async def test_length_and_head_are_true(app: FastAPI) -> None:
    asked = {"Accept-Language": "kk"}
    async with serving(app) as served, httpx.AsyncClient(base_url=served.url, headers=asked) as client:
        told = await client.get("/v1/nothing")
        assert int(told.headers["Content-Length"]) == len(told.content)
        head = await client.head("/v1/nothing")
        assert (head.status_code, head.headers["Content-Language"], head.content) == (404, "kk", b"")
        assert "Content-Length" not in head.headers
        good = await client.get("/v1/figures")
        assert (good.status_code, "Content-Language" in good.headers) == (200, False)
