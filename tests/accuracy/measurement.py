"""Everything that a country's truth and accounting both know, measured."""

from pathlib import Path

import httpx

from deploy.local import issuer
from deploy.simulation.truth import TrueRecord
from tests.accuracy import naive, report
from tests.accuracy.counted import Accounting
from tests.accuracy.crossings import judged
from tests.accuracy.measures import measured
from tests.accuracy.persons import Pairs, by_group, scored
from tests.accuracy.said import Record
from tests.accuracy.truth import Truth

_TIMEOUT = 600


def measure(truth: Truth, about: dict[str, object], accounting: Accounting) -> report.Report:
    """Persons, crossings and figures, each beside the truth and today's count."""
    records = naive.standing(truth.records)
    persons = accounting.persons()
    known = {naive.record_of(each): each for each in records if naive.record_of(each) in persons}
    taken, today = _by_groups(truth, known, persons), _by_groups(truth, known, naive.by_document(records))
    verdicts = judged(truth, records, accounting.crossings("M1216"))
    return report.Report(about, taken, today, verdicts, list(measured(truth, accounting)))


def statistician(address: str, keys: Path) -> httpx.Client:
    """A client of accounting's API at an address, whose issuer keeps its keys there."""
    token = issuer.mint(keys, "statistician", agency="demonstration")
    headers = {"Authorization": f"Bearer {token}", "Kosh-Purpose": "accuracy on a simulated country"}
    return httpx.Client(base_url=address, headers=headers, timeout=_TIMEOUT)


def _by_groups(truth: Truth, records: dict[Record, TrueRecord], persons: dict[Record, str]) -> dict[str, Pairs]:
    """All pairs, then those within each origin and within each register."""
    lives = {record: each.life for record, each in records.items()}
    origin = by_group(lives, persons, lambda record: truth.lives[lives[record]].citizenship)
    register = by_group(lives, persons, lambda record: f"{record[0]} {record[1]}")
    return {"_T": scored(lives, persons)} | origin | register
