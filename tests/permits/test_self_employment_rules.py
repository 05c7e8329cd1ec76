"""Points of certificates of self-employment: the table, and what the decision makes of it."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.permits.rules import self_employment as rule
from services.permits.rules.entry_ban import Barred
from services.permits.rules.rulebook import rulebook
from shared.kernel.decisions import CheckOutcome

DAY = date(2026, 3, 2)
NORMS = rulebook().on(DAY)
APPLICANT = rule.Applicant("TUR", "1990-05-01", "25", 6, 5, DAY, date(2027, 3, 1), None, "C1")
LEVELS = st.sampled_from([None, "A1", "A2", "B1", "B2", "C1", "C2"])
APPLICANTS = st.builds(
    replace,
    st.just(APPLICANT),
    birth_date=st.dates(date(1900, 1, 1), date(2030, 1, 1)).map(date.isoformat),
    education=st.integers(0, 8),
    experience_years=st.integers(0, 80),
    kk=LEVELS,
    ru=LEVELS,
)


def test_each_table_sums_up_to_100_and_reaches_its_threshold_without_age() -> None:
    for norm in rulebook().history["self_employment_points"]:
        most = {part: max(step.points for step in rule.steps(part, norm)) for part in rule.PARTS}
        assert set(norm.table()) == set(rule.PARTS)
        assert sum(most.values()) == 100
        threshold = rulebook().on_or_first("self_employment_threshold", norm.since)
        assert sum(most.values()) - most["age"] >= threshold.whole()


@given(APPLICANTS)
def test_points_stay_in_bounds_and_the_whole_remedy_mends_a_refusal(applicant: rule.Applicant) -> None:
    found = rule.points(applicant, NORMS)
    assert all(0 <= each.points <= each.most for each in found)
    decision = rule.decide(applicant, (), NORMS)
    assert bool(decision.failed) == (sum(each.points for each in found) < 60)
    mended = replace(applicant, education=8, experience_years=10, kk="C1", ru="C1")
    assert not rule.decide(mended, (), NORMS).failed


@given(APPLICANTS)
def test_more_of_education_experience_or_language_never_gives_less(applicant: rule.Applicant) -> None:
    def total(who: rule.Applicant) -> int:
        return sum(each.points for each in rule.points(who, NORMS))

    least = total(applicant)
    assert total(replace(applicant, education=min(applicant.education + 1, 8))) >= least
    assert total(replace(applicant, experience_years=applicant.experience_years + 1)) >= least
    assert total(replace(applicant, kk="C2")) >= least
    assert total(replace(applicant, ru="C2")) >= least


@given(st.dates(date(1900, 1, 1), DAY), st.dates(DAY, date(2100, 1, 1)))
def test_of_a_date_known_in_part_the_age_lies_between_the_two(born: date, day: date) -> None:
    exact, same = rule.ages(born.isoformat(), day)
    assert exact == same
    for known in (born.isoformat()[:4], born.isoformat()[:7]):
        least, most = rule.ages(known, day)
        assert least <= exact <= most <= least + 1


def test_a_birthday_counts_on_its_day_and_who_is_not_born_is_not_below_0() -> None:
    assert rule.ages("2008-03-02", DAY) == (18, 18)
    assert rule.ages("2008-03-03", DAY) == (17, 17)
    assert rule.ages("2027", DAY) == (0, 0)


def test_an_unread_list_refuses_nobody_and_a_filled_one_who_is_not_on_it() -> None:
    norm = NORMS["demanded_occupations"]
    assert rule.demanded(APPLICANT, norm).outcome is CheckOutcome.UNKNOWN
    assert rule.demanded(APPLICANT, replace(norm, value=["25", "7"])).outcome is CheckOutcome.PASSED
    assert rule.demanded(APPLICANT, replace(norm, value=["7"])).remedy == "apply for an occupation of the list"


def test_who_is_barred_from_entry_is_refused_whatever_the_points() -> None:
    decision = rule.decide(APPLICANT, [Barred(1, "document")], NORMS)
    assert [check.rule for check in decision.failed] == ["entry_ban"]
