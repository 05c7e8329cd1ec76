"""The sources that the settings name, over the transport that they choose."""

from services.accounting.intake.feed import FeedSource
from services.accounting.intake.kafka import KafkaSource
from services.accounting.intake.source import Source
from services.accounting.settings import AccountingSettings
from shared.http.system_token import SystemAuth


def make_sources(settings: AccountingSettings) -> list[Source]:
    """One per register. Kafka carries the events where it is chosen; where the register ends, its feed tells always."""
    auth = SystemAuth.of(settings)
    feeds = [FeedSource(name, address, auth) for name, address in settings.feeds.items()]
    if settings.broker is None or settings.transport == "feed":
        return list(feeds)
    return [KafkaSource(feed, settings.broker) for feed in feeds]
