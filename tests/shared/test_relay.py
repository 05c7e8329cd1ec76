"""A relay whose broker cannot be had tries again, and leaves nothing open behind each try."""

import asyncio
import gc
import warnings

from services.portal.app import make_app
from shared.broker import Broker
from shared.events.grants import grants_of
from shared.outbox.relay import Relay
from shared.process import Telemetry
from shared.testing.api import StartApi


async def test_a_relay_that_does_not_come_to_start_closes_its_producer(start_api: StartApi) -> None:
    portal, monitor = await start_api("portal", make_app), Telemetry("portal-relay")
    outages = monitor.metrics.registry
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        relaying = asyncio.create_task(
            Relay(portal.engine, grants_of("portal"), Broker("127.0.0.1:1"), monitor).run()  # nobody listens there
        )
        async with asyncio.timeout(60):
            while (seen := outages.get_sample_value("kosh_relay_outages_total")) is None or seen < 1:  # noqa: ASYNC110 (of a metric there is no event)
                await asyncio.sleep(0.05)
        relaying.cancel()
        await asyncio.gather(relaying, return_exceptions=True)
        gc.collect()
    assert [str(each.message) for each in found if "Unclosed" in str(each.message)] == []
