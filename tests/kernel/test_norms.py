"""Rulebooks: the value of a day, and what a rulebook that contradicts itself is told."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.norms import Norm, NotInForce, Rulebook, RulebookError
from shared.kernel.terms import last_day_of


def value(since: str, content: str = "1", more: str = "") -> str:
    basis = 'act = "Act"\narticle = "article 1"\nread_in_original = false\n'
    return f"[[term.values]]\nfrom = {since}\nvalue = {content}\n{basis}{more}\n"


def book(*values: str, unit: str = "days") -> Rulebook:
    return Rulebook.parse(f'[term]\nsays = "A term"\nunit = "{unit}"\n' + "".join(values))


TWO_VALUES = (value("2021-11-01", "5"), value("2025-10-26", "3"))


@pytest.mark.parametrize(("day", "days"), [("2021-11-01", 5), ("2025-10-25", 5), ("2025-10-26", 3), ("2030-01-01", 3)])
def test_the_value_of_a_day(day: str, days: int) -> None:
    assert book(*TWO_VALUES).on(date.fromisoformat(day))["term"].whole() == days


def test_a_norm_names_its_version_and_basis() -> None:
    norm = book(*TWO_VALUES).on(date(2025, 11, 3))["term"]
    assert (norm.name, norm.version, norm.basis) == ("term", "2025-10-26", "Act, article 1")
    assert (norm.since, norm.until, norm.read_in_original) == (date(2025, 10, 26), None, False)


def test_before_the_first_value_nothing_is_known() -> None:
    in_force = book(*TWO_VALUES).on(date(2021, 10, 31))
    assert list(in_force) == []
    assert "term" not in in_force
    assert in_force.get("term") is None
    with pytest.raises(NotInForce, match="term is known on 2021-10-31"):
        in_force["term"]


def test_a_repealed_norm_is_no_longer_in_force() -> None:
    repealed = book(value("2020-01-01", more="until = 2021-01-01"))
    assert repealed.on(date(2020, 12, 31))["term"].whole() == 1
    assert "term" not in repealed.on(date(2021, 1, 1))


def test_a_gap_is_said_with_its_reason_and_nothing_is_known_in_it() -> None:
    gap = 'until = 2020-12-30\ngap = "what held then was not read"'
    norms = book(value("2020-01-01", more=gap), value("2021-01-01", "2"))
    assert [
        norms.on(day).get("term") is None for day in (date(2020, 12, 29), date(2020, 12, 30), date(2021, 1, 1))
    ] == [
        False,
        True,
        False,
    ]
    assert norms.history["term"][0].gap == "what held then was not read"


def test_an_unknown_norm_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError, match="trem"):
        book(*TWO_VALUES).on(date(2025, 1, 1))["trem"]


def test_the_order_in_the_file_does_not_matter() -> None:
    assert book(*TWO_VALUES).history == book(*reversed(TWO_VALUES)).history


def test_the_version_follows_the_content_and_not_the_layout() -> None:
    text = '[term]\nsays = "A term"\nunit = "days"\n' + value("2021-11-01", "5")
    assert Rulebook.parse(text).version == Rulebook.parse("# a remark\n\n" + text).version
    assert Rulebook.parse(text).version != Rulebook.parse(text.replace("value = 5", "value = 6")).version


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ((), "norm term: says, unit and at least one of values"),
        ((value("2020-01-01"), value("2020-01-01", "2")), "norm term: two values hold on 2020-01-01"),
        (
            (value("2020-01-01", more="until = 2021-06-01"), value("2021-01-01", "2")),
            "norm term: two values hold on 2021-01-01",
        ),
        (
            (value("2020-01-01", more="until = 2020-12-30"), value("2021-01-01", "2")),
            "norm term: no value holds from 2020-12-30 to 2020-12-31",
        ),
        ((value("2020-01-01", more='gap = "why"'), value("2021-01-01", "2")), "norm term: a gap begins on the day"),
        ((value("2020-01-01", more="until = 2020-01-01"),), "norm term: the value of 2020-01-01 ends before"),
        ((value("2020-01-01", more="untill = 2021-01-01"),), "norm term: untill is no entry"),
        ((value('"2020-01-01"'),), "norm term: from is not a day"),
        ((value("2020-01-01T00:00:00"),), "norm term: from is not a day"),
        ((value("2020-01-01").replace("act = ", "note = "),), "norm term: a value lacks act"),
    ],
)
def test_a_rulebook_that_contradicts_itself_is_refused(values: tuple[str, ...], fault: str) -> None:
    with pytest.raises(RulebookError) as refused:
        book(*values)
    assert fault in str(refused.value)


def test_every_fault_is_named_at_once() -> None:
    other = value("2020-01-01").replace("term", "other").replace("read_in_original = false\n", "")
    with pytest.raises(RulebookError) as refused:
        book(value("2020-01-01"), value("2020-01-01"), '[other]\nsays = ""\nunit = ""\n', other)
    assert "norm term: two values" in str(refused.value)
    assert "norm other: a value lacks read_in_original" in str(refused.value)


def test_values_are_read_by_their_kind() -> None:
    def norm(content: str) -> Norm:
        return book(value("2020-01-01", content)).on(date(2020, 1, 1))["term"]

    assert norm("5").whole() == 5
    assert norm("0.70").share() == Decimal("0.70")
    assert norm("true").applies() is True
    assert norm('["CHN", "IND"]').codes() == ("CHN", "IND")
    assert norm("{ a = 1 }").table() == {"a": 1}


@pytest.mark.parametrize("read", [Norm.whole, Norm.share, Norm.codes, Norm.table, Norm.applies])
def test_a_value_of_another_kind_is_not_bent(read: Callable[[Norm], object]) -> None:
    text = book(value("2020-01-01", '"text"')).on(date(2020, 1, 1))["term"]
    with pytest.raises(TypeError, match="norm term is no"):
        read(text)


def test_a_switch_is_no_number() -> None:
    with pytest.raises(TypeError, match="norm term is no whole number"):
        book(value("2020-01-01", "true")).on(date(2020, 1, 1))["term"].whole()


def test_a_rulebook_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "norms.toml"
    path.write_text('[term]\nsays = "Срок"\nunit = "days"\n' + value("2020-01-01"), encoding="utf-8")
    assert Rulebook.load(path).on(date(2020, 1, 1))["term"].says == "Срок"


@given(st.lists(st.dates(date(2000, 1, 1), date(2030, 1, 1)), min_size=1, max_size=6, unique=True), st.data())
def test_every_day_since_the_first_value_has_exactly_one(starts: list[date], data: st.DataObject) -> None:
    rulebook = book(*(value(start.isoformat(), str(n)) for n, start in enumerate(starts)))
    day = data.draw(st.dates(min(starts), date(2031, 1, 1)))
    assert sum(norm.holds_on(day) for norm in rulebook.history["term"]) == 1
    assert rulebook.on(day)["term"].since == max(start for start in starts if start <= day)


@pytest.mark.parametrize(
    ("unit", "length", "end"),
    [
        ("days", 10, "2025-11-03"),
        ("working days", 3, "2025-10-30"),
        ("months", 6, "2026-04-24"),
        ("years", 1, "2026-10-24"),
    ],
)
def test_a_term_ends_as_its_unit_says(unit: str, length: int, end: str) -> None:
    term = book(value("2020-01-01", str(length)), unit=unit).on(date(2025, 10, 24))["term"]
    assert last_day_of(term, date(2025, 10, 24)) == date.fromisoformat(end)


def test_a_sum_of_money_is_no_term() -> None:
    fee = book(value("2020-01-01"), unit="MCI").on(date(2020, 1, 1))["term"]
    with pytest.raises(ValueError, match="norm term is no term"):
        last_day_of(fee, date(2020, 1, 1) + timedelta(days=1))
