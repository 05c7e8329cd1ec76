"""The rule of extensions, for any days, kind and history (L3)."""

from datetime import date, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from services.permits.rules import work_permit_extension as rule
from services.permits.rules.rulebook import rulebook
from services.permits.rules.work_permit_extension import ExtensionAsked
from shared.kernel.calendar import add_months

DAY = date(2027, 2, 10)
NORMS = rulebook().on(DAY)
ASKED = st.builds(
    ExtensionAsked,
    kind=st.sampled_from(["employer", "seasonal", "intra_corporate"]),
    category=st.sampled_from([None, "1", "2", "3", "4"]),
    state=st.sampled_from(["issued", "suspended", "expired", "revoked"]),
    ends=st.dates(DAY, date(2027, 5, 31)),
    until=st.dates(date(1900, 1, 1), date(2199, 12, 31)) | st.dates(DAY, date(2031, 1, 1)),
    submitted_on=st.dates(DAY - timedelta(days=3), DAY),
    before=st.integers(0, 5),
)


WITHOUT_CATEGORY = ExtensionAsked("employer", None, "issued", DAY + timedelta(days=40), DAY, DAY)
"""A permit that no norm of extensions knows, asked for until a day before its last."""


@given(ASKED)
@example(WITHOUT_CATEGORY)
def test_what_is_granted_is_longer_asked_for_in_time_and_never_beyond_a_norm(asked: ExtensionAsked) -> None:
    decision = rule.decide(asked, (), NORMS)
    assert all(check.remedy for check in decision.failed), "whoever is refused is told what would make it pass"
    if decision.outcome == "granted":
        assert asked.state == "issued"
        assert 30 <= (asked.ends - asked.submitted_on).days <= 60
        assert add_months(asked.ends, 1) <= asked.until <= add_months(asked.ends, 37)
        assert asked.group in {"1", "2", "3", "intra_corporate"}
        assert asked.group == "1" or asked.before < 3


@given(ASKED)
def test_one_more_extension_never_makes_another_possible(asked: ExtensionAsked) -> None:
    more = ExtensionAsked(
        asked.kind, asked.category, asked.state, asked.ends, asked.until, asked.submitted_on, asked.before + 1
    )
    if rule.decide(more, (), NORMS).outcome == "granted":
        assert rule.decide(asked, (), NORMS).outcome == "granted"
