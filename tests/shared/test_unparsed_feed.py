"""Large answers of a feed for who parses them elsewhere; whatever is small, or asked for alone, is looked through."""

import httpx
import orjson
import pytest

from shared.inbox.feed import FeedSource
from shared.inbox.source import Place, Unparsed, Unreadable

EVENTS = [{"position": position, "data": "x" * 100} for position in range(1, 11)]
SIZE = len(orjson.dumps(EVENTS[:4]))


def feed(*faulty: int) -> FeedSource:
    """`faulty`: positions at which there is no event."""

    async def answer(request: httpx.Request) -> httpx.Response:
        after, limit = int(request.url.params["after"]), int(request.url.params["limit"])
        found = [0 if each["position"] in faulty else each for each in EVENTS[after : after + limit]]
        head = {"Kosh-Position": str(after + len(found)), "Kosh-Epoch": "one"}
        return httpx.Response(200, content=orjson.dumps(found), headers=head)

    return FeedSource("portal", "http://portal", httpx.Auth(), httpx.MockTransport(answer), parse_below=SIZE)


async def test_a_large_answer_is_handed_over_as_it_came_and_a_small_one_parsed() -> None:
    source = feed()
    large, small = await source.read({0: 2}, 4, 0), await source.read({0: 2}, 3, 0)
    assert large.unparsed == Unparsed(orjson.dumps(EVENTS[2:6]), 2, 6)
    assert (large.events, large.positions, large.reached, large.epoch) == ([], {0: 6}, 6, "one")
    assert large.unparsed.events() == EVENTS[2:6]
    assert (small.unparsed, small.events, small.places) == (None, EVENTS[2:5], [Place(0, n) for n in (3, 4, 5)])
    await source.close()


@pytest.mark.parametrize("limit", [1, 3])
async def test_what_is_no_event_is_found_in_a_small_one_and_never_handed_over_unparsed(limit: int) -> None:
    source = feed(3)
    found = await source.read({0: 2}, limit, 0)
    assert (found.unparsed, found.positions, found.places) == (None, {0: 3}, [Place(0, 3)])
    assert found.events == [Unreadable(b"[0]")]
    page = (await source.read({}, 5, 0)).unparsed
    assert page is not None
    assert page.events() is None
    await source.close()
