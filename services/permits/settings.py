"""What only permits needs to know: where the labour exchange and the register of labour contracts are."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class LabourMarketSettings(BaseSettings):
    """`KOSH_LABOUR_MARKET_...`: what is not set is not asked, and is unknown."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_prefix="KOSH_LABOUR_MARKET_", env_ignore_empty=True
    )

    enbek_url: str | None = Field(None, description="of the electronic labour exchange")
    esutd_url: str | None = Field(None, description="of the register of labour contracts")
    patience: float = Field(5.0, gt=0, description="seconds that either may take to answer")
