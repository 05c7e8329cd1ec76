"""What follows of written lives: crossings with their verdicts, who is where, and the counts of today beside it."""

import json
from datetime import date
from pathlib import Path

import pytest

from tests.accuracy import naive
from tests.accuracy.compared import Compared, summed
from tests.accuracy.crossings import Verdicts, judged
from tests.accuracy.report import Report, text, write
from tests.accuracy.said import Verdict
from tests.accuracy.truth import Truth, read

# 1: the worker in Korea of the method's H8; 2: comes to stay; 3: moves inside and tells nobody.
LIVES = """life,household,kind,sex,born,died,citizenship,people,iin
1,1,worker_in_korea,M,1990-01-01,,KAZ,kazakh,
2,2,labour_immigrant,M,1990-01-01,,UZB,uzbek,
3,3,internal_mover,F,1990-01-01,,KAZ,kazakh,
"""
STAYS = """life,since,until,country,region,purpose,ground
1,2020-01-01,2024-01-15,KAZ,61,permanent,citizen
1,2024-01-15,2024-08-01,KOR,,work,abroad
1,2024-08-01,2024-08-31,KAZ,61,permanent,citizen
1,2024-08-31,2025-04-01,KOR,,work,abroad
1,2025-04-01,,KAZ,61,permanent,citizen
2,2020-01-01,2024-03-01,UZB,,permanent,abroad
2,2024-03-01,,KAZ,75,work,none
3,2020-01-01,2024-05-01,KAZ,61,permanent,citizen
3,2024-05-01,,KAZ,71,work,citizen
"""
RECORDS = """life,service,path,source_id,act,day,known_on,what,document,iin,region,country,purpose
1,portal,border-crossings,a,create,2024-01-15,2024-01-15,exit,KAZ:N1,,,KOR,work
1,portal,border-crossings,b,create,2024-08-01,2024-08-01,entry,KAZ:N1,,,KOR,work
2,portal,border-crossings,c,create,2024-03-01,2024-03-01,entry,UZB:FA1,,,UZB,work
2,portal,residence-registrations,r,create,2024-03-05,2024-03-05,registration,UZB:FA1,,75,UZB,work
2,portal,residence-registrations,s,create,2024-03-05,2024-03-05,registration,UZB:FA1,,75,UZB,work
2,portal,residence-registrations,s,withdraw,2024-03-05,2024-04-05,registration,UZB:FA1,,75,UZB,work
1,consular,consular-registrations,k,create,2024-02-01,2024-02-01,,KAZ:N1,,,KOR,work
"""


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    folder = tmp_path_factory.mktemp("truth")
    for name, content in (("lives", LIVES), ("stays", STAYS), ("records", RECORDS)):
        (folder / f"{name}.csv").write_text(content)
    about = {"seed": 1, "people": 3, "start": "2024-01-01", "through": "2025-12-31"}
    (folder / "about.json").write_text(json.dumps(about))
    return read(folder)


def test_migrations_are_those_of_the_rule(truth: Truth) -> None:
    assert truth.migrations(arrival=False) == {"2024": 1, "2024-01": 1}
    assert truth.migrations(arrival=True) == {"2024": 1, "2024-03": 1, "2025": 1, "2025-04": 1}


def test_who_is_where(truth: Truth) -> None:
    there = {(life.life, stay.country, stay.region) for life, stay in truth.present(date(2024, 12, 31))}
    assert there == {(1, "KOR", ""), (2, "KAZ", "75"), (3, "KAZ", "71")}
    assert truth.moves_inside() == {"2024": 1}
    assert list(truth.years()) == [2024]
    assert (truth.months()[0], truth.months()[-1], len(truth.months())) == ("2024-01", "2025-12", 24)


def test_the_counts_of_today(truth: Truth) -> None:
    records = naive.standing(truth)
    assert naive.registered_moves(records, "registration") == {"2024": 1, "2024-03": 1}
    assert not naive.registered_moves_inside(records)
    assert naive.in_register(records, "consular-registrations", date(2024, 12, 31), "work") == 1
    assert naive.in_register(records, "consular-registrations", date(2024, 1, 31), "work") == 0


def test_each_crossing_is_judged(truth: Truth) -> None:
    said = {"a": Verdict(True, False), "b": Verdict(None, False), "c": Verdict(False, False)}
    verdicts = judged(truth, naive.standing(truth), said)
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
