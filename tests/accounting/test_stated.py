"""What stored facts state, read through their models: every example, and where a last day or an end says how long."""

from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.accounting.cases.stated import MODELS, Stated, acts_of, registered_stays, status_of
from services.accounting.intake.decode import decode
from services.accounting.rules.persons.registered_stays import RegisteredStay
from services.accounting.rules.persons.statuses import in_force_until
from shared.events.consular import ConsularRegistration
from shared.events.grants import grants
from shared.events.kandas import KandasStatus
from shared.events.permits import BusinessImmigrant, EaeuWorker, ExemptWorker, WorkPermit
from shared.events.police import CitizenshipChange, Expulsion, ProtectionStatus, ResidencePermit, Violation
from shared.events.portal import BorderCrossing, HostNotification
from shared.events.visa import StayRegistration
from shared.testing.consumers import seen_by
from tests.accounting.conftest import HASHES

PUBLISHED = [orjson.loads(path.read_bytes()) for path in sorted(Path("contracts/examples").glob("*/*/*.json"))]
EXAMPLES = [seen for example in PUBLISHED if (seen := seen_by("accounting", example))]

STATUS = (
    *(ResidencePermit, ProtectionStatus, KandasStatus, ConsularRegistration),
    *(WorkPermit, EaeuWorker, ExemptWorker, BusinessImmigrant),
)
ACT = (Violation, Expulsion, CitizenshipChange)
STAY = (StayRegistration, HostNotification)


def stated(example: dict[str, Any], **changes: Any) -> Stated:
    (row,) = decode("any", [example | {"data": example["data"] | changes}], HASHES).register_facts.values()
    return Stated.of(row.fact, row.kind, row.body)


def test_a_facts_stored_name_says_which_fact_it_is() -> None:
    assert len(MODELS) == len({type for grant in grants() if grant.consumer == "accounting" for type in grant.facts})


def test_every_example_states_what_facts_of_its_kind_do() -> None:
    found = [stated(example) for example in EXAMPLES if example["type"] != BorderCrossing.TYPE]
    for each in found:
        untold = isinstance(each.fact, KandasStatus) and each.fact.state in ("applied", "refused")
        assert (status_of(each.fact) is not None) == (isinstance(each.fact, STATUS) and not untold), each.fact.NAME
        assert bool(list(acts_of(each.fact))) == isinstance(each.fact, ACT), each.fact.NAME
    told = [each for each in found if isinstance(each.fact, STAY)]
    assert registered_stays(found) == registered_stays(told) != []
    assert {type(each.fact) for each in found} >= {*STATUS, *ACT, *STAY}


@pytest.mark.parametrize(
    ("until", "ended_on", "days"),
    [
        (None, None, (None, None)),
        ("2026-05-02", "2026-03-28", (date(2026, 5, 3), date(2026, 3, 28))),
        ("9999-12-31", None, (None, None)),
    ],
)
def test_a_stay_registered_on_entry_is_allowed_to_its_last_day_and_ends_with_the_exit(
    until: str | None, ended_on: str | None, days: tuple[date | None, date | None]
) -> None:
    example = next(each for each in EXAMPLES if each["type"] == StayRegistration.TYPE)
    fact = stated(example, since="2026-03-04", until=until, ended_on=ended_on, region="75", basis="visa")
    assert registered_stays([fact]) == [RegisteredStay(date(2026, 3, 4), *days, "75", "visa")]


@pytest.mark.parametrize(
    ("last_day", "ended_on", "until"),
    [
        (date(2026, 5, 2), None, date(2026, 5, 3)),
        (date(2026, 5, 2), date(2026, 3, 1), date(2026, 3, 1)),
        (date(2026, 5, 2), date(2026, 8, 1), date(2026, 5, 3)),
        (None, date(2026, 3, 1), date(2026, 3, 1)),
        (date.max, None, None),
        (None, None, None),
    ],
)
def test_a_status_holds_to_its_last_day_or_to_its_earlier_end(
    last_day: date | None, ended_on: date | None, until: date | None
) -> None:
    assert in_force_until(last_day, ended_on) == until
