"""Every fixed sentence by which a service refuses something has Kazakh and Russian in its own table."""

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import services
import shared
from deploy.services import SERVICES
from services.permits.rules import entry_ban
from shared.http.languages import LANGUAGES, rows_of, table_of, translated
from shared.kernel.codes import Language
from tests.shared.http.test_languages import SAYING, said_by, written

REFUSING = SAYING | {
    "BadQuery", "Contradiction", "FileType", "MalformedSignature", "NotImplementedHere", "NotOffered", "NothingFound",
    "QueryFault", "Requirement", "TooMuch", "contradiction", "expect_whole_country", "not_before", "refusal", "twice",
}  # fmt: skip
SPEAKING = [Path(entry_ban.__file__)]
"""Rules whose findings stand in problems; those of others stand in decisions, which are answers (decision 0026)."""

LOCAL = {"_REFUSALS", "TRANSITIONS", "_STATUS"}
"""Tables of sentences, by which state or class something is refused."""


PUT_IN = {"Is too late: 7.": "Is too late: no period is covered yet."}
"""What a sentence says where the other part of it is one of few sentences too."""


def modules(service: str) -> list[Path]:
    return [
        path for path in sorted((Path(services.__path__[0]) / service).rglob("*.py")) if "migrations" not in path.parts
    ]


def sentences(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    yield from (text for text in said_by(path, REFUSING) if re.search("[a-z]", text))
    constants: dict[str, ast.expr] = {}
    for node in ast.walk(tree):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = getattr(node, "value", None)
        if targets and isinstance(targets[0], ast.Name) and isinstance(value, ast.expr):
            constants[targets[0].id] = value
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in REFUSING:
            named = [constants.get(each.id) for each in node.args if isinstance(each, ast.Name) and each.id.isupper()]
            yield from (text for each in named if each is not None and (text := written(each)) and " " in text)
    for name in LOCAL & constants.keys():
        strings = [each.value for each in ast.walk(constants[name]) if isinstance(each, ast.Constant)]
        yield from (each for each in strings if isinstance(each, str) and " " in each)


def found_by(path: Path) -> Iterator[str]:
    """What checks of the rules say: every string with words, its documentation apart."""
    tree = ast.parse(path.read_text("utf-8"))
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "failed"
    ]
    for call in calls:
        for node in ast.walk(call):
            if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in inside:
                text = written(node)
                if text and re.search("[a-z] [a-z]", text):
                    yield text


@pytest.mark.parametrize("language", ["kk", "ru"])
@pytest.mark.parametrize("service", SERVICES)
def test_every_fixed_sentence_of_a_service_has_all_three(service: str, language: Language) -> None:
    found = {text for path in modules(service) for text in sentences(path)}
    found |= {text for path in SPEAKING if service == "permits" for text in found_by(path)}
    assert len(found) > 8
    assert (
        sorted(
            text for text in found if translated(PUT_IN.get(text, text), language, service) == PUT_IN.get(text, text)
        )
        == []
    )


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_what_contradicts_itself_in_the_published_language_is_said_in_all_three(language: Language) -> None:
    events = Path(shared.__file__).parent
    found = {
        text
        for folder in ("events", "records")
        for path in (events / folder).glob("*.py")
        for text in sentences(path)
        if path.name != "contradictions.py"
    }
    assert len(found) > 20
    backwards = "a status must not end before it begins"
    found = {re.sub("^7: ", f"{backwards}: ", text) for text in found}
    assert sorted(text for text in found if translated(text, language) == text) == []


@pytest.mark.parametrize("service", SERVICES)
def test_the_tables_say_the_same_in_each_language(service: str) -> None:
    with table_of(service).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    both = rows_of(service)
    assert len({row["en"] for row in both}) == len(both), "a sentence of shared is not said again"
    for row in rows:
        places = set(re.findall(r"\{(\w+)\}", row["en"]))
        assert set(re.findall(r"\{(\w+)\}", row["kk"])) == set(re.findall(r"\{(\w+)\}", row["ru"])) == places, row
        assert not re.search("[әғқңөұүһі]", row["ru"].lower()), row
    for row in both:
        said = re.sub(r"\{\w+\}", "7", row["en"])
        for language in LANGUAGES:
            assert translated(said, language, service) == re.sub(r"\{\w+\}", "7", row[language]), row["en"]


def test_what_stands_in_a_sentence_is_said_in_its_language_too() -> None:
    said = (
        "entry_ban 2024: workers 1, 3: barred from entry, as document shows; leave out workers 1, 3, or apply again"
        " when the migration police has lifted the ban or found that it means another"
    )
    assert translated(said, "ru", "permits") == (
        "entry_ban 2024: работники 1, 3: въезд запрещён, на что указывает: document; исключите из заявления"
        " (работники 1, 3) либо подайте снова, когда миграционная полиция снимет запрет или установит, что он относится"
        " к другому лицу"
    )
    refused = "The signature is refused. Asked for: The certificate's key is for signing."
    assert translated(refused, "kk", "portal").endswith("Талап: Сертификат кілті қол қоюға арналған.")
