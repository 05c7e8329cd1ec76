"""The kandas rules as properties: whatever the days, nothing ends before it begins and no clock runs early."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.kandas.rules.decision_clock import course
from services.kandas.rules.kandas_application import clock
from services.kandas.rules.kandas_status import faults_of_end, first_day_without, has_expired
from services.kandas.rules.rulebook import rulebook
from services.kandas.rules.status_decision import Facts, rule
from shared.events.kandas import KandasStatus
from shared.kernel.calendar import is_working_day, working_days_between
from shared.kernel.decisions import CheckOutcome
from shared.testing.people import person

DAYS = st.dates(date(2021, 11, 1), date(2027, 12, 1))
FULL = ("application", "autobiography", "identity", "ethnicity")

FACTS = st.builds(
    Facts,
    member=st.sampled_from(["applicant", "spouse", "child", "parent", "other"]),
    lodged_on=DAYS,
    documents=st.frozensets(st.sampled_from(FULL)),
    citizenship=st.sampled_from(["UZB", "KAZ", "XXA"]),
    ethnicity_confirmed=st.booleans(),
    formerly_citizen=st.booleans(),
    holds_status=st.booleans(),
    heard=st.booleans(),
)


@given(FACTS, DAYS)
def test_a_ruling_follows_from_its_checks_and_every_failed_check_says_what_would_make_it_pass(
    facts: Facts, day: date
) -> None:
    ruling = rule(facts, day, rulebook())
    failed = [check for check in ruling.decision.checks if check.outcome is CheckOutcome.FAILED]

    assert (ruling.outcome == "granted") == (not failed)
    assert all(check.remedy and check.rule and check.version and check.basis for check in failed)
    assert len(ruling.decision.checks) == 5


@given(FACTS, DAYS)
def test_what_is_granted_holds_for_a_year_and_what_is_refused_has_no_end(facts: Facts, day: date) -> None:
    ruling = rule(facts, day, rulebook())

    assert (ruling.valid_until is not None) == (ruling.outcome == "granted")
    if ruling.valid_until:
        assert timedelta(days=364) < ruling.valid_until - day <= timedelta(days=366)


@given(FACTS, DAYS)
def test_a_refusal_is_preliminary_only_once_and_only_since_the_rules_ask_for_a_hearing(facts: Facts, day: date) -> None:
    ruling = rule(facts, day, rulebook())

    if ruling.outcome == "preliminary_refusal":
        assert day >= date(2025, 10, 26)
        assert not facts.heard
        assert ruling.hearing_by is not None
        assert ruling.hearing_by > day


@given(DAYS, st.lists(st.tuples(st.integers(0, 40), st.permutations(FULL)), min_size=1, max_size=4))
def test_the_clock_starts_with_the_last_document_of_the_family_and_runs_full_working_days(
    lodged_on: date, family: list[tuple[int, list[str]]]
) -> None:
    received = [
        ("applicant", {kind: lodged_on + timedelta(days=delay * place) for place, kind in enumerate(order)})
        for delay, order in family
    ]
    running = clock(lodged_on, received, rulebook())

    assert running is not None
    assert running.due_on is not None
    assert running.started_on == max(day for _, papers in received for day in papers.values())
    assert is_working_day(running.due_on)
    assert working_days_between(running.started_on, running.due_on) == running.term.whole()


@given(DAYS, st.sampled_from(FULL))
def test_no_clock_runs_while_a_document_is_missing(lodged_on: date, missing: str) -> None:
    received = [("applicant", {kind: lodged_on for kind in FULL if kind != missing})]

    assert clock(lodged_on, received, rulebook()) is None


@given(DAYS, st.integers(-500, 500), st.integers(-500, 500))
def test_an_accepted_end_lies_within_the_status(granted_on: date, length: int, later: int) -> None:
    valid_until, ended_on = granted_on + timedelta(days=365), granted_on + timedelta(days=length)
    today = granted_on + timedelta(days=later)

    accepted = not faults_of_end(ended_on, granted_on=granted_on, valid_until=valid_until, today=today)

    assert accepted == (granted_on <= ended_on <= min(valid_until, today))


@given(DAYS)
def test_a_status_holds_on_its_last_day_and_not_on_the_next(valid_until: date) -> None:
    assert not has_expired(valid_until, valid_until)
    assert has_expired(valid_until, first_day_without(valid_until))


@given(
    st.sampled_from(["applied", "granted", "refused", "ended"]),
    st.tuples(*[st.none() | DAYS] * 3),
    st.none() | st.sampled_from(["citizenship", "expiry", "withdrawal", "leaving"]),
)
def test_a_status_that_the_register_takes_never_ends_before_it_begins(
    state: str, days: tuple[date | None, date | None, date | None], end_reason: str | None
) -> None:
    decided_on, valid_until, ended_on = days
    fact = {
        "source_id": "K-1",
        "case": "K",
        "member": "applicant",
        "person": person(),
        "country_of_origin": "UZB",
        "region": "61",
        "state": state,
        "applied_on": date(2021, 11, 1),
        "decided_on": decided_on,
        "valid_until": valid_until,
        "ended_on": ended_on,
        "end_reason": end_reason,
    }
    try:
        taken = KandasStatus.model_validate(fact)
    except ValidationError:
        return
    begins = taken.decided_on or date.max
    assert taken.state == "applied" or taken.decided_on is not None
    assert taken.ended_on is None or begins <= taken.ended_on
    assert taken.valid_until is None or begins <= taken.valid_until
    assert (taken.state == "ended") == (taken.ended_on is not None) == (taken.end_reason is not None)


@given(DAYS, st.lists(st.tuples(st.integers(0, 30), st.none() | st.integers(0, 30)), max_size=4))
def test_the_days_on_which_the_clock_ran_add_up_to_the_term_however_often_papers_are_given_back(
    lodged_on: date, returns: list[tuple[int, int | None]]
) -> None:
    gaps = [
        (lodged_on + timedelta(days=after), None if length is None else lodged_on + timedelta(days=after + length))
        for after, length in returns
    ]
    found = clock(lodged_on, [("applicant", dict.fromkeys(FULL, lodged_on))], rulebook(), gaps)
    far = lodged_on + timedelta(days=200)
    spans = course(lodged_on, found, None, None, far, rulebook())

    assert spans.left == 0 or found is None or found.due_on is None
    if found is None or found.due_on is None:
        assert any(until is None for _, until in gaps)
        assert spans.used + spans.left == (found.term if found else rulebook().on(lodged_on)["decision_term"]).whole()
    else:
        in_time = course(lodged_on, found, None, None, found.due_on, rulebook())
        assert (in_time.used, in_time.left) == (found.term.whole(), 0)
    for before, after in pairwise(spans.spans):
        assert before.until == after.since


def test_a_late_preliminary_refusal_buys_no_time() -> None:
    running = clock(date(2026, 3, 2), [("applicant", dict.fromkeys(FULL, date(2026, 3, 2)))], rulebook())

    assert running is not None
    assert running.due_on == date(2026, 3, 5)
    assert running.due_after_hearing(date(2026, 3, 5), date(2026, 3, 10)) == date(2026, 3, 10)
    assert running.due_after_hearing(date(2026, 3, 6), date(2026, 3, 11)) == date(2026, 3, 5)
