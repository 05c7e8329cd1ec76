"""Names and texts that look alike are alike: composed, without what nobody sees, each in its own script."""

import unicodedata
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.events.consular import HostCountryFigure
from shared.events.person import Person
from shared.events.wire import Occupation, Text
from shared.kernel import names
from shared.testing.people import person

FIGURE = {
    "source_id": "F-1", "country": "KOR", "concept": "working", "period": "2025", "value": 1, "source": "ministry",
    "reliability": "official", "reported_on": "2026-01-31",
}  # fmt: skip


def taken(**changes: Any) -> Person:
    return Person.model_validate_json(orjson.dumps(person(**changes)))


@pytest.mark.parametrize(
    "name", ["Каримов", "Әйгерім", "Салтыков-Щедрин", "Абд-аль-Рахман", "О’Нил", "Ли Эр", "Иванов А."]
)
def test_cyrillic_names_are_taken(name: str) -> None:
    assert taken(surname_cyrillic=name).surname_cyrillic == name


@pytest.mark.parametrize(
    "name",
    ["Иванoв", "Smith", "Иван\u200bов", "Иван\u00adов", "\ufeffИванов", "Иванов1", "Ива\u202eнов", " ", "Иван\u0000"],
)
def test_foreign_and_invisible_characters_are_refused_without_repeating_them(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        taken(surname_cyrillic=name)
    assert [fault["loc"] for fault in refused.value.errors()] == [("surname_cyrillic",)]
    assert name.strip() == "" or name not in refused.value.errors()[0]["msg"]


def test_names_are_kept_in_one_form() -> None:
    apart = unicodedata.normalize("NFD", "Йылдыз")
    assert apart != "Йылдыз"
    assert taken(given_names_cyrillic=apart).given_names_cyrillic == "Йылдыз"


@given(st.text(max_size=30))
def test_a_text_is_normal_once_it_is_taken(text: str) -> None:
    try:
        normal = names.normalise(text)
    except ValueError:
        return
    assert unicodedata.is_normalized("NFC", normal)
    assert names.normalise(normal) == normal


def test_what_is_on_file_is_read_as_it_is() -> None:
    old = person(surname_cyrillic="Иванoв")  # taken before Latin letters were looked for
    assert Person.read(orjson.dumps(old)).surname_cyrillic == "Иванoв"
    assert HostCountryFigure.read(orjson.dumps(FIGURE | {"period": "3000"})).period == "3000"


def test_a_passport_with_one_name_has_it_as_surname() -> None:
    assert taken(surname="SUKARNO", given_names=None).given_names is None


@pytest.mark.parametrize("text", ["a\u200bb", "\u202eab", "a\u0007b"])
def test_a_text_holds_nothing_invisible(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Text).validate_python(text)


@pytest.mark.parametrize("period", ["3000", "0999", "\u0662\u0660\u0662\u0664", "2024-Q\u0661"])
def test_a_period_that_no_figure_can_be_read_by_is_refused(period: str) -> None:
    with pytest.raises(ValidationError):
        HostCountryFigure.model_validate_json(orjson.dumps(FIGURE | {"period": period}))


def test_digits_are_those_of_ascii() -> None:
    assert TypeAdapter(Occupation).validate_python("25") == "25"
    with pytest.raises(ValidationError):
        TypeAdapter(Occupation).validate_python("\u0662\u0665")
