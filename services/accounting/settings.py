"""Settings of accounting."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from shared.settings import ServiceSettings


class AccountingSettings(ServiceSettings):
    """`identity_secret` keys the hashes by which persons are told apart (rules.identity): keep it as long as the data,
    and nowhere else. Accounting reads the events of every register whose feed is set."""

    identity_secret: SecretStr = Field(min_length=16)
    monthly_releases: bool = Field(True, description="cut a release of the figures in each month that has none yet")

    @model_validator(mode="after")
    def _reads_something(self) -> Self:
        if not self.feeds:
            raise ValueError("set the address of at least one register, such as KOSH_FEED_PORTAL_URL")
        return self


def dsn(url: str) -> str:
    """SQLAlchemy's address as asyncpg takes it."""
    return url.replace("+asyncpg", "", 1)
