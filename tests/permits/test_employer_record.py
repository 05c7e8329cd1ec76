"""What the register itself holds of an employer counts when it applies: findings, earlier workers (L3, L8)."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from services.permits.rules.rulebook import rulebook
from services.permits.rules.unread_lists import occupations
from services.permits.rules.work_permit_application import PermitsAsked, WorkerAsked
from shared.clock import ALMATY, set_to
from shared.kernel.decisions import CheckOutcome
from shared.testing.api import Api
from tests.permits import steps
from tests.permits.test_labour_control import INSPECTIONS, inspection

RULES = ("block_after_illegal_work", "replacement_of_category_4")


async def checked(permits: Api, **changes: Any) -> list[tuple[str, str | None]]:
    body = steps.application(steps.worker(**{"category": "4"} | changes))
    answer = await permits.client.post(f"{steps.APPLICATIONS}:check", json=body, headers=steps.employer(permits))
    found = {each["rule"]: each for each in answer.raise_for_status().json()["decision"]["checks"]}
    return [(found[rule]["outcome"], found[rule]["remedy"]) for rule in RULES]


async def test_findings_of_illegal_work_block_for_a_year_and_no_other_finding_does(permits: Api) -> None:
    with set_to(steps.DAY):
        await steps.register_employer(permits)
        await steps.set_quota(permits, steps.pool(5, category="4"))
        for number, (kind, day, bin_number) in enumerate(
            [
                ("wage_below_promise", "2026-02-01", steps.EMPLOYER),
                ("work_without_permit", "2026-02-02", steps.OTHER_EMPLOYER),
                ("other_trade_than_permitted", "2025-03-02", steps.EMPLOYER),
            ]
        ):
            found = inspection(
                source_id=f"C-{number}",
                employer_bin=bin_number,
                inspected_on=day,
                result="violations",
                violations=[{"kind": kind, "workers": 1}],
            )
            answer = await permits.client.post(INSPECTIONS, json=found, headers=steps.officer(permits))
            assert answer.status_code == 201, answer.text
        assert (await checked(permits))[0] == ("passed", None), "a year ago to the day"
        late = inspection(
            source_id="C-9",
            inspected_on="2025-03-03",
            result="violations",
            violations=[{"kind": "work_without_permit", "workers": 1}],
        )
        kept = await permits.client.post(INSPECTIONS, json=late, headers=steps.officer(permits))
        remedy = "apply on 2026-03-03 or later, or have the finding corrected"
        assert (await checked(permits))[0] == ("failed", remedy)
        headers = steps.officer(permits) | {"If-Match": '"1"'}
        path = f"{INSPECTIONS}/{kept.json()['id']}:withdraw"
        (await permits.client.post(path, json={"reason": "x"}, headers=headers)).raise_for_status()
        assert (await checked(permits))[0] == ("passed", None), "the finding was withdrawn"


async def test_workers_of_category_4_are_to_be_replaced_within_a_year(permits: Api) -> None:
    with set_to(steps.DAY):
        await steps.register_employer(permits)
        await steps.set_quota(permits, steps.pool(5, category="4"))
        assert (await checked(permits))[1] == ("passed", None)
        await steps.issue(permits, steps.application(steps.worker(category="4")))
        assert (await checked(permits))[1] == ("passed", None), "their time to be replaced is not over"
    with set_to(datetime(2027, 4, 1, 10, tzinfo=ALMATY)):
        await permits.up_to_date_with("portal")
        later = await checked(permits, valid_from="2027-04-01", valid_until="2028-03-01")
        assert later[1] == ("unknown", None)


@pytest.mark.parametrize(("occupation", "outcome"), [("2512", "passed"), ("31", "unknown"), (None, "unknown")])
def test_a_list_that_is_filled_one_day_passes_who_is_on_it(occupation: str | None, outcome: str) -> None:
    day = date(2026, 3, 2)
    filled = replace(rulebook().on(day)["demanded_occupations"], value=["25", "7"])
    asked = WorkerAsked("3", "UZB", 1, day, day, occupation=occupation)
    check = occupations(PermitsAsked("employer", "75", "F", (asked,)), filled)
    assert check.outcome is CheckOutcome(outcome)
