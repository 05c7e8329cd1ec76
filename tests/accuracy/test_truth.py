"""What follows of written lives: crossings with their verdicts, who is where, and the counts of today beside it."""

import json
from datetime import date
from pathlib import Path

import pytest

from deploy.simulation.life import Stay
from deploy.simulation.truth import TrueRecord
from services.accounting.rules.estimates.signs import FirstSide, SignKind
from tests.accuracy import naive
from tests.accuracy.compared import Compared, summed
from tests.accuracy.crossings import Verdicts, judged
from tests.accuracy.report import Report, text, write
from tests.accuracy.said import Verdict
from tests.accuracy.signs import country, residents
from tests.accuracy.truth import TrueLife, Truth

BEFORE = date(2020, 1, 1)


def life(number: int, kind: str, citizenship: str, *stays: str) -> TrueLife:
    """`2024-01-15 KOR work` or `2024-01-15 KAZ 61 work`, each until the next one."""
    told = [stay.split() for stay in stays]
    since = [date.fromisoformat(parts[0]) for parts in told]
    made = [
        Stay(begins, ends, parts[1], parts[2] if len(parts) == 4 else None, parts[-1], "abroad")
        for begins, ends, parts in zip(since, [*since[1:], None], told, strict=True)
    ]
    return TrueLife(number, kind, citizenship, ((BEFORE, citizenship),), tuple(made))


def record(life: int, path: str, source_id: str, day: str, what: str = "", country: str = "", version: int = 0,
           act: str = "create") -> TrueRecord:  # fmt: skip
    on = date.fromisoformat(day)
    service = "consular" if path.startswith("consular") else "portal"
    return TrueRecord(service, path, source_id, act, version, life, on, on, (), what, "KAZ:N1", "", "", country, "work")


# 1 is the worker in Korea of the method's H8; 2 comes to stay; 3 moves inside and tells nobody.
LIVES = (
    life(1, "worker_in_korea", "KAZ", "2020-01-01 KAZ 61 permanent", "2024-01-15 KOR work",
         "2024-08-01 KAZ 61 permanent", "2024-08-31 KOR work", "2025-04-01 KAZ 61 permanent"),
    life(2, "labour_immigrant", "UZB", "2020-01-01 UZB permanent", "2024-03-01 KAZ 75 work"),
    life(3, "internal_mover", "KAZ", "2020-01-01 KAZ 61 permanent", "2024-05-01 KAZ 71 work"),
)  # fmt: skip
REGISTRATIONS = "residence-registrations"
RECORDS = (
    record(1, "border-crossings", "a", "2024-01-15", "exit", "KOR"),
    record(1, "border-crossings", "b", "2024-08-01", "entry", "KOR"),
    record(2, "border-crossings", "c", "2024-03-01", "entry", "UZB"),
    record(2, REGISTRATIONS, "r", "2024-03-05", "registration", "UZB"),
    record(2, REGISTRATIONS, "s", "2024-03-05", "registration", "UZB"),
    record(2, REGISTRATIONS, "s", "2024-03-05", "registration", "UZB", version=1, act="withdraw"),
    record(1, "consular-registrations", "k", "2024-02-01", country="KOR"),
)


@pytest.fixture(scope="module")
def truth() -> Truth:
    return Truth(date(2024, 1, 1), date(2025, 12, 31), {each.number: each for each in LIVES}, RECORDS)


def test_migrations_are_those_of_the_rule(truth: Truth) -> None:
    assert truth.migrations(arrival=False) == {"2024": 1, "2024-01": 1}
    assert truth.migrations(arrival=True) == {"2024": 1, "2024-03": 1, "2025": 1, "2025-04": 1}


def test_who_is_where(truth: Truth) -> None:
    there = {(life.number, stay.country, stay.region) for life, stay in truth.present(date(2024, 12, 31))}
    assert there == {(1, "KOR", None), (2, "KAZ", "75"), (3, "KAZ", "71")}
    assert truth.moves_inside() == {"2024": 1, "2024-05": 1}
    assert list(truth.years()) == [2024, 2025]
    assert (truth.months()[0], truth.months()[-1], len(truth.months())) == ("2024-01", "2025-12", 24)


def test_who_is_abroad_for_what(truth: Truth) -> None:
    """1 is home again from April 2025 on; by the rule that exit of January 2024 is the emigration, not the second."""
    ends = [date(year, 12, 31) for year in (2024, 2025)]
    assert [truth.abroad("work", day) for day in ends] == [{"KOR": 1}, {}]
    assert [truth.abroad("study", day) for day in ends] == [{}, {}]
    assert [truth.emigrants(year) for year in (2024, 2025)] == [{"KOR": 1}, {}]


def test_records_in_effect_are_the_newest_and_not_withdrawn(truth: Truth) -> None:
    records = naive.standing(truth.records)
    assert [each.source_id for each in records] == ["a", "b", "c", "r", "k"]
    assert set(naive.by_document(records).values()) == {"KAZ:N1"}


def test_each_crossing_is_judged(truth: Truth) -> None:
    said = {"a": Verdict(True, False), "b": Verdict(None, False), "c": Verdict(False, False)}
    verdicts = judged(truth, naive.standing(truth.records), said)
    assert verdicts["_T"] == Verdicts(right=1, wrong=1, open=1, missing=2)
    assert verdicts["UZB"] == Verdicts(right=0, wrong=1, open=0, missing=0)


def test_a_report_says_all_of_it(truth: Truth, tmp_path: Path) -> None:
    compared = [
        Compared("EMI", "2024", 100, 90, "A", 20, low=80, high=110),
        Compared("EMI", "2025", 100, 110, "A", 40, low=101, high=120),
        Compared("moves", "2024", 0, None, "", 0),
    ]
    emigration, moves = summed(compared)
    assert (emigration.periods, emigration.bias) == (2, 0.0)
    assert emigration.error == pytest.approx(0.1)
    assert emigration.naive_bias == pytest.approx(-0.7)
    assert (emigration.coverage, moves.error, moves.naive_error) == (0.5, None, None)
    report = Report({"people": 3, "seed": 1, "start": "2024", "through": "2025"}, {}, {}, {}, compared)
    write(report, tmp_path)
    assert "EMI" in text(report)
    assert json.loads((tmp_path / "accuracy.json").read_text())["summaries"][0]["coverage"] == 0.5
    assert (tmp_path / "accuracy.csv").read_text().splitlines()[1].startswith("EMI,2024,100,90,A,20")
    assert "<polyline" in (tmp_path / "accuracy.html").read_text()


def test_signs_are_of_the_records_and_residents_of_the_rule(truth: Truth) -> None:
    """1 works abroad from 2024-08-31 on by the rule, 2 comes to stay, 3 has always lived here."""
    assert residents(truth) == {2025: 2, 2026: 3}
    found = country(truth)
    told = {(int(each["person"]), SignKind(each["kind"]).name) for each in found.signs}
    assert told == {(0, "EXIT_WORK"), (0, "ENTRY_WORK"), (1, "ENTRY_WORK"), (1, "REGISTERED"), (0, "CONSULAR")}
    assert found.side.tolist() == [FirstSide.LEFT_FIRST, FirstSide.CAME_FIRST], "no register has met 3"
