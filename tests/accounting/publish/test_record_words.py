"""The page for the person has words for whatever a register may show them of a record or a finding."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any, get_args

from pydantic import BaseModel

from services.accounting.publish.my_page.page import MY_PAGE, REGISTERS, members
from services.kandas.cases.leaving_finding import State as LeavingState
from services.portal.rules.police.violation import State
from services.portal.rules.stays.stay_span import Right
from shared.events.police import VIOLATIONS
from shared.kernel import codes

WORDS = MY_PAGE.texts["en"]


def held(model: type[BaseModel]) -> Iterator[str]:
    """The names of its members, and of those of the models inside."""
    for name, field in model.model_fields.items():
        yield name
        yield from (each for inner in models_in(field.annotation) for each in held(inner))


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    yield from (each for part in get_args(annotation) for each in models_in(part))


def test_every_member_of_a_record_that_is_shown_has_its_name_in_three_languages() -> None:
    shown = [kind for name in REGISTERS for kind in import_module(f"services.{name}.cases.my_records").KINDS]
    rows = {row["name"]: row for row in members()}
    assert rows.keys() == {name for kind in shown for name in held(kind.fact)}
    assert all(all(row[language] for language in ("kk", "ru", "en")) for row in rows.values())
    assert {row["codes"] for row in rows.values() if row["codes"]} <= {path.stem for path in codes.FOLDER.glob("*.csv")}
    assert WORDS["rights"].keys() == set(get_args(Right))
    assert WORDS["states"].keys() == {*get_args(State), *get_args(LeavingState)} - {"undone"}
    assert WORDS["violations"].keys() == set(get_args(VIOLATIONS))
