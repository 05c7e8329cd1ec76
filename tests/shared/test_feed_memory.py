"""What was read of a feed is let go as soon as its events are: a process that reads for days holds no more than one
page, although its garbage collector hardly ever runs."""

import gc
import tracemalloc
from collections.abc import AsyncIterator, Iterator

import httpx
import orjson
import pytest

from shared.inbox.feed import FeedSource

PAGE = 2**20  # bytes
PAGES = 20


@pytest.fixture
def without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        yield
    finally:
        tracemalloc.stop()
        gc.enable()


@pytest.mark.usefixtures("without_collector")
async def test_a_page_that_was_read_is_not_held() -> None:
    source = FeedSource("portal", "http://portal", httpx.Auth(), httpx.MockTransport(_answer))
    await source.read({}, 1, 0)
    before, _ = tracemalloc.get_traced_memory()
    for position in range(1, PAGES):
        delivery = await source.read({0: position}, 1, 0)
        assert delivery.positions == {0: position + 1}
    after, _ = tracemalloc.get_traced_memory()
    assert after - before < 2 * PAGE
    await source.close()


async def _answer(request: httpx.Request) -> httpx.Response:
    position = int(request.url.params["after"]) + 1
    return httpx.Response(200, content=_page(position), headers={"Kosh-Position": str(position)})


async def _page(position: int) -> AsyncIterator[bytes]:
    """In parts, as they come from a network."""
    page = orjson.dumps([{"position": position, "data": "x" * PAGE}])
    for start in range(0, len(page), 2**16):
        yield page[start : start + 2**16]
