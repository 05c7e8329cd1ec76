"""A record is followed from its own request, though many requests share one transaction."""

import asyncio

from shared.testing.api import Api
from shared.testing.people import crossing


async def test_each_event_belongs_to_the_trace_of_its_own_request(portal: Api) -> None:
    headers = portal.token("border")

    async def submit(number: int) -> tuple[str, str]:
        traceparent = f"00-{number:032x}-{number:016x}-01"
        answer = await portal.client.post(
            "/v1/border-crossings", json=crossing(), headers=headers | {"traceparent": traceparent}
        )
        assert answer.status_code == 201, answer.text
        return answer.json()["id"], traceparent

    submitted = dict(await asyncio.gather(*(submit(number) for number in range(1, 31))))
    assert {event["subject"]: event["traceparent"] for event in await portal.events()} == submitted
