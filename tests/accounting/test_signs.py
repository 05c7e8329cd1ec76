"""What each register's fact shows of a person, and until when: the columns that accounting stores of it."""

from datetime import date
from typing import Any

import pytest

from services.accounting.intake.decode import READ, SIGNS
from services.accounting.intake.digest.digested import NO_SIGN, sign_columns
from services.accounting.rules.residence import visas
from services.accounting.rules.residence.history import Kind
from shared.events.consular import ConsularRegistration
from shared.events.envelope import Fact
from shared.events.kandas import KandasStatus
from shared.events.permits import BusinessImmigrant, EaeuWorker, ExemptWorker, WorkPermit
from shared.events.police import ProtectionStatus
from shared.events.study import Study
from shared.events.visa import Visa
from shared.kernel.codes import rows
from tests.accounting.histories import day

PLACE = 71


def columns(fact: type[Fact], **told: Any) -> tuple[int, ...]:
    """Of a fact that tells so much; what it does not tell is absent."""
    model = READ[fact.TYPE]
    given = {name: date.fromisoformat(v) if name.endswith(DATED) else v for name, v in told.items() if v}
    nothing = dict.fromkeys(model.model_fields)
    return sign_columns(SIGNS[fact.TYPE][1](model.model_construct(**nothing | {"region": "71"} | given)))


DATED = ("_on", "_from", "_until", "since", "until")


@pytest.mark.parametrize(
    ("fact", "told", "kind", "end"),
    [
        (WorkPermit, {"kind": "employer", "valid_from": "2024-01-08", "valid_until": "2025-01-07"}, "WORK_PERMIT", 8),
        (WorkPermit, {"kind": "business_immigrant", "valid_from": "2024-01-08"}, "BUSINESS", None),
        (EaeuWorker, {"works_from": "2024-01-08", "works_until": "2025-01-07"}, "EAEU_WORKER", 8),
        (ExemptWorker, {"works_from": "2024-01-08"}, "EXEMPT_WORKER", None),
        (BusinessImmigrant, {"valid_from": "2024-01-08", "valid_until": "2025-01-07"}, "BUSINESS", 8),
        (KandasStatus, {"state": "granted", "decided_on": "2024-01-08", "valid_until": "2025-01-07"}, "KANDAS", 8),
        (ProtectionStatus, {"kind": "refugee", "granted_on": "2024-01-08", "ended_on": "2025-01-07"}, "PROTECTION", 7),
        (ProtectionStatus, {"kind": "stateless", "granted_on": "2024-01-08"}, "TEMPORARY", None),
    ],
)  # fmt: skip
def test_a_status_shows_a_place_from_its_first_day_to_its_end(
    fact: type[Fact], told: dict[str, str], kind: str, end: int | None
) -> None:
    ended = (Kind.ENDED, day(f"2025-01-0{end}")) if end else (0, 0)
    assert columns(fact, **told) == (Kind[kind], day("2024-01-08"), PLACE, *ended)


def test_what_was_taken_away_ends_before_its_term() -> None:
    term = {"kind": "employer", "valid_from": "2024-01-08", "valid_until": "2025-01-07"}
    assert columns(WorkPermit, **term, ended_on="2024-03-01")[3:] == (Kind.ENDED, day("2024-03-01"))
    assert columns(WorkPermit, **term, ended_on="2026-03-01")[3:] == (Kind.ENDED, day("2025-01-08"))


def test_a_course_is_here_or_abroad_and_names_no_place() -> None:
    assert columns(Study, country="KAZ", since="2024-09-01", until="2025-06-30") == (
        Kind.STUDY, day("2024-09-01"), 0, Kind.ENDED, day("2025-07-01")
    )  # fmt: skip
    assert columns(Study, country="KOR", since="2024-09-01", region=None)[0] == Kind.ABROAD_STUDY


@pytest.mark.parametrize("purpose", ["work", "study", "treatment", "tourism", "family", "permanent", "other"])
def test_every_purpose_of_a_consular_entry_has_its_kind(purpose: str) -> None:
    told = {"purpose": purpose, "registered_on": "2024-01-08", "ended_on": "2024-05-01"}
    assert columns(ConsularRegistration, **told) == (
        Kind[f"ABROAD_{purpose.upper()}"], day("2024-01-08"), 0, Kind.ENDED, day("2024-05-01")
    )  # fmt: skip


def test_a_visa_shows_the_purpose_of_its_category_for_its_days() -> None:
    term = {"valid_from": "2024-01-08", "valid_until": "2024-05-01"}
    assert columns(Visa, category="B12", **term) == (
        Kind.VISA_TOURISM, day("2024-01-08"), 0, Kind.ENDED, day("2024-05-02")
    )  # fmt: skip
    assert columns(Visa, category="C9", **term, annulled_on="2024-02-01")[3:] == (Kind.ENDED, day("2024-02-01"))
    assert columns(Visa, category="C3", **term) == NO_SIGN


def test_every_category_of_visas_tells_a_purpose_or_why_it_does_not() -> None:
    every = {row["code"] for row in rows("visa_categories")}
    assert every == visas.PURPOSES.keys() | visas.TELLS_NO_PURPOSE.keys()
    assert not visas.PURPOSES.keys() & visas.TELLS_NO_PURPOSE.keys()


@pytest.mark.parametrize("state", ["applied", "refused"])
def test_who_only_asked_for_a_status_shows_nothing(state: str) -> None:
    assert columns(KandasStatus, state=state, decided_on="2024-01-08") == NO_SIGN


def test_the_calendar_s_last_day_is_no_end() -> None:
    assert columns(EaeuWorker, works_from="2024-01-08", works_until="9999-12-31")[3:] == (0, 0)
