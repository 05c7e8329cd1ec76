"""Days at the calendar's ends, by which many say "without end", are reckoned with or refused: never a failure."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared import clock
from shared.testing.api import Api
from tests.portal.guests import foreigner, invitation, invited, key
from tests.portal.test_visa import asked

LAST = "9999-12-31"


@pytest.fixture(autouse=True)
def in_march() -> Any:
    with clock.set_to(datetime(2026, 3, 24, 7, tzinfo=UTC)):
        yield


@pytest.mark.parametrize("day", [LAST, "9999-12-30", "2200-01-01"])
async def test_a_visa_or_invitation_from_the_end_of_time_is_a_fault(portal: Api, day: str) -> None:
    visa = asked(foreigner(), valid_from=day, valid_until=LAST)
    issued = await portal.client.post("/v1/visas:issue", json=visa, headers=portal.token("consul") | key())
    invite = invitation(foreigner(), stay_from=day, stay_until=LAST)
    answer = await portal.client.post("/v1/invitations", json=invite, headers=portal.token("clerk") | key())

    assert [error["pointer"] for error in issued.json()["errors"]] == ["/valid_from"]
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/stay_from"]


async def test_an_invitation_to_the_end_of_time_is_refused_by_its_rule(portal: Api) -> None:
    refused = await invited(portal, foreigner(), stay_until=LAST)

    assert refused["decision"]["outcome"] == "refused"
