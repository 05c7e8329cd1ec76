"""Decision records have one header and stand in the index, so that a reader can see what holds and since when."""

import re
from datetime import date
from pathlib import Path

import pytest

DECISIONS = Path(__file__).resolve().parents[2] / "contracts/decisions"
INDEX = (DECISIONS / "README.md").read_text()
RECORDS = sorted(DECISIONS.glob("[0-9]*.md"))

HEADER = re.compile(
    r"\A# (\d+)\. (.+)\n\nDate: (\d{4}-\d\d-\d\d)\nStatus: (accepted|superseded by \d{4})\n\n\*\*Decided\.\*\* "
)
HEADING = re.compile(r"^\*\*[^*]+\*\*", re.MULTILINE)


def header(record: Path) -> tuple[str, str, str, str]:
    """Number, decision, date and status."""
    found = HEADER.match(record.read_text())
    assert found, f"{record.name} does not begin as {DECISIONS.name}/README.md says"
    number, decision, day, status = found.groups()
    return number, decision, day, status


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_a_record_says_what_was_decided_when_and_whether_it_holds(record: Path) -> None:
    number, _, day, status = header(record)
    assert record.name.startswith(f"{int(number):04}-")
    assert date.fromisoformat(day) >= date(2026, 11, 22)
    assert status == "accepted" or list(DECISIONS.glob(f"{status[-4:]}-*.md"))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_a_record_says_more_than_the_decision(record: Path) -> None:
    """At least its reasons; most say what it costs and what was refused."""
    assert len(HEADING.findall(record.read_text())) > 1


def test_the_index_names_every_record_as_it_names_itself() -> None:
    rows = []
    for record in RECORDS:
        _, decision, day, status = header(record)
        rows.append(f"| [{record.stem[:4]}]({record.name}) | {decision} | {day} | {status} |")
    assert [line for line in INDEX.splitlines() if line.startswith("| [")] == rows


def test_no_number_is_given_twice() -> None:
    numbers = [record.stem[:4] for record in RECORDS]
    assert len(set(numbers)) == len(numbers)
