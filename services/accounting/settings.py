"""Settings of accounting."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from shared.settings import ServiceSettings

REGISTERS = ("portal", "permits", "kandas", "consular")


class AccountingSettings(ServiceSettings):
    """`identity_secret` keys the hashes by which persons are told apart (rules.identity): keep it as long as the data,
    and nowhere else. The feeds are the registers' addresses; accounting reads events from those that are set."""

    identity_secret: SecretStr = Field(min_length=16)
    feed_portal_url: str | None = Field(None, validation_alias="KOSH_FEED_PORTAL_URL")
    feed_permits_url: str | None = Field(None, validation_alias="KOSH_FEED_PERMITS_URL")
    feed_kandas_url: str | None = Field(None, validation_alias="KOSH_FEED_KANDAS_URL")
    feed_consular_url: str | None = Field(None, validation_alias="KOSH_FEED_CONSULAR_URL")

    @property
    def feeds(self) -> dict[str, str]:
        """The address of each register that is set, by its name."""
        addresses = {register: getattr(self, f"feed_{register}_url") for register in REGISTERS}
        return {register: address for register, address in addresses.items() if address}

    @model_validator(mode="after")
    def _reads_something(self) -> Self:
        if not self.feeds:
            raise ValueError("set the address of at least one register, such as KOSH_FEED_PORTAL_URL")
        return self


def dsn(url: str) -> str:
    """SQLAlchemy's address as asyncpg takes it."""
    return url.replace("+asyncpg", "", 1)
