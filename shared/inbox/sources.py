"""The sources that the settings name, over the transport that they choose."""

from collections.abc import Collection, Sequence
from math import inf

from shared.identity.system_token import SystemAuth
from shared.inbox.feed import FeedSource
from shared.inbox.source import Source
from shared.settings import ServiceSettings


def make_sources(
    settings: ServiceSettings,
    consumer: str,
    registers: Collection[str] | None = None,
    types: Sequence[str] = (),
    parse_below: float = inf,
) -> list[Source]:
    """One per register, or per one of `registers`, as `consumer` sees it. Kafka carries the events where it is chosen;
    where the register ends, its feed tells always. `types` and `parse_below` as of FeedSource."""
    feeds = make_feeds(settings, registers, types, parse_below)
    if settings.broker is None or settings.transport == "feed":
        return list(feeds)
    from shared.inbox.kafka import KafkaSource  # here: without a broker, no process loads aiokafka

    return [KafkaSource(feed, settings.broker, consumer) for feed in feeds]


def make_feeds(
    settings: ServiceSettings,
    registers: Collection[str] | None = None,
    types: Sequence[str] = (),
    parse_below: float = inf,
) -> list[FeedSource]:
    """Their feeds, whatever carries the events."""
    auth = SystemAuth.of(settings)
    return [
        FeedSource(name, address, auth, types=types, parse_below=parse_below)
        for name, address in settings.feeds.items()
        if registers is None or name in registers
    ]
