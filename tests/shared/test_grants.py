"""Grants: what contracts/topics.yaml says is what a consumer sees of any fact, whatever the fact holds."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events import grants as module
from shared.events.catalogue import FACTS
from shared.events.envelope import Event
from shared.events.grants import Grant, GrantError, Members, _members, grants
from shared.events.views import granted

EXAMPLES = [orjson.loads(path.read_bytes()) for path in sorted(Path("contracts/examples").glob("*/*/*.json"))]
PAIRS = [(grant, type) for grant in grants() for type in grant.facts]


def event_of(type: str, data: Any) -> Event:
    return Event(type, "a record", 1, datetime(2026, 3, 1, tzinfo=UTC), orjson.dumps(data).decode())


def paths(data: Any, above: str = "") -> set[str]:
    """Every member that is told, by its way from the top."""
    if not isinstance(data, dict):
        return {above}
    return {path for name, below in data.items() for path in paths(below, f"{above}.{name}".strip("."))}


def allowed(members: Members, above: str = "") -> set[str]:
    found: set[str] = set()
    for name, below in members.items():
        path = f"{above}.{name}".strip(".")
        found |= {path} if below is None else {path} | allowed(below, path)
    return found


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["id"])
def test_every_example_is_readable_as_every_consumer_sees_it(example: dict[str, Any]) -> None:
    for grant, type in PAIRS:
        if type == example["type"]:
            seen = grant.view(event_of(type, example["data"]))
            assert seen is not None
            told = orjson.loads(seen.data)
            assert paths(told) <= allowed(grant.facts[type])
            model = granted(grant.consumer, FACTS[type])
            assert model.model_validate(told) == model.model_validate(example["data"], extra="ignore")


@pytest.mark.parametrize(("grant", "type"), PAIRS, ids=lambda part: part if isinstance(part, str) else part.consumer)
@given(
    added=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
        st.integers(-(2**60), 2**60) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
        max_size=4,
    )
)
def test_a_member_that_nobody_granted_is_told_to_nobody(grant: Grant, type: str, added: dict[str, Any]) -> None:
    example = next(each for each in EXAMPLES if each["type"] == type)
    data = {f"new_{name}": value for name, value in added.items()} | example["data"]
    if data.get("person"):
        data["person"] = data["person"] | {f"new_{name}": value for name, value in added.items()}
    seen = grant.view(event_of(type, data))
    assert seen == grant.view(event_of(type, example["data"]))


@pytest.mark.parametrize(
    ("consumer", "untold"),
    [
        ("accounting", {"occupation", "city", "mission", "legal_basis", "employer_bin", "visa_number"}),
        ("accounting", {"surname_cyrillic", "given_names_cyrillic", "patronymic_cyrillic", "article", "penalty"}),
        ("permits", {"surname", "given_names", "birth_date", "citizenship", "sex", "ground", "lift_reason"}),
        ("portal", {"surname", "given_names", "birth_date", "citizenship", "employer_bin", "occupation", "activity"}),
    ],
)
def test_what_a_consumer_does_not_need_it_is_not_granted(consumer: str, untold: set[str]) -> None:
    for grant, type in PAIRS:
        if grant.consumer == consumer:
            assert untold.isdisjoint(".".join(allowed(grant.facts[type])).split("."))


def test_nobody_is_granted_security_registers_but_who_must_refuse_by_them() -> None:
    named = {(grant.consumer, type.split(".")[3]) for grant, type in PAIRS}
    assert {who for who, fact in named if fact in ("entry_ban", "lost_document", "border_alert")} == {"permits"}


@pytest.mark.parametrize(
    ("fact", "members"),
    [
        ("no_fact.v1", ["source_id"]),
        ("entry_ban.v1", ["surname"]),
        ("entry_ban.v1", ["person.nickname"]),
        ("entry_ban.v1", ["ground.of_it"]),
        ("entry_ban.v1", [{"person": ["iin"]}]),  # else the whole of it would be granted
    ],
)
def test_a_grant_of_what_there_is_not_is_refused_at_start(fact: str, members: list[object]) -> None:
    with pytest.raises(GrantError):
        _members("portal", fact, members)


def test_what_is_not_granted_has_no_model_to_read_it_by() -> None:
    with pytest.raises(GrantError, match="accounting may not read"):
        granted("accounting", FACTS["kz.kosh.portal.entry_ban.v1"])
    assert module.grants_of("accounting") == []
