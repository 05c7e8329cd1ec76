"""Settings of a service, from the environment or from files, never from defaults that hold a secret.

A service's own settings carry its name (`KOSH_PORTAL_DATABASE_URL`), those of the whole system do not
(`KOSH_TRANSPORT`). With `KOSH_SECRETS_DIR` every setting may lie in a file of that directory instead, named
like the variable in lower case (Docker and Kubernetes secrets).
"""

import os
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """The environment does not say what the service needs; the message names every variable at fault."""


class ServiceSettings(BaseSettings):
    """What every service needs to run. Subclass it for what only one service needs."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True)

    database_url: str = Field(repr=False, description="postgresql://app-role@host/database")
    owner_database_url: str | None = Field(None, repr=False, description="the role that owns the tables: migrations")
    host: str = "127.0.0.1"
    port: int = Field(ge=0, le=65535)

    transport: Literal["feed", "kafka"] = Field("feed", validation_alias="KOSH_TRANSPORT")
    kafka_bootstrap: str | None = Field(None, validation_alias="KOSH_KAFKA_BOOTSTRAP")

    oidc_issuer: str = Field(validation_alias="KOSH_OIDC_ISSUER", description="`iss` of every token we accept")
    oidc_audience: str = Field("kosh", validation_alias="KOSH_OIDC_AUDIENCE")
    oidc_jwks_file: Path | None = Field(
        None, validation_alias="KOSH_OIDC_JWKS_FILE", description="instead of discovery"
    )

    system_token_file: Path | None = Field(None, validation_alias="KOSH_SYSTEM_TOKEN_FILE")
    system_client_id: str | None = Field(None, validation_alias="KOSH_SYSTEM_CLIENT_ID")
    system_client_secret: str | None = Field(None, repr=False, validation_alias="KOSH_SYSTEM_CLIENT_SECRET")

    max_body: int = Field(1_048_576, gt=0, validation_alias="KOSH_MAX_BODY", description="bytes, but for streams")
    max_running: int = Field(256, gt=0, validation_alias="KOSH_MAX_RUNNING", description="requests at a time")
    max_rate: float = Field(5_000, gt=0, validation_alias="KOSH_MAX_RATE", description="requests a second of a client")

    otlp_endpoint: str | None = Field(
        None, validation_alias="KOSH_OTLP_ENDPOINT", description="of an OpenTelemetry collector"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", validation_alias="KOSH_LOG_LEVEL")

    @model_validator(mode="after")
    def _kafka_has_an_address(self) -> Self:
        if self.transport == "kafka" and not self.kafka_bootstrap:
            raise ValueError("KOSH_TRANSPORT=kafka needs KOSH_KAFKA_BOOTSTRAP")
        return self

    @classmethod
    def of(cls, service: str) -> Self:
        """Read the settings of `service` ("portal"), or raise SettingsError naming all that is missing or wrong."""
        prefix = f"KOSH_{service.upper()}_"
        try:
            return cls(_env_prefix=prefix, _secrets_dir=os.environ.get("KOSH_SECRETS_DIR"))
        except ValidationError as error:
            raise SettingsError(f"{service} cannot start:\n" + "\n".join(_complaints(error, prefix))) from None


def _complaints(error: ValidationError, prefix: str) -> list[str]:
    faults = error.errors(include_input=False, include_url=False, include_context=False)
    return [f"  {_variable(fault['loc'], prefix)}{_sentence(fault['type'], fault['msg'])}" for fault in faults]


def _variable(loc: tuple[int | str, ...], prefix: str) -> str:
    if not loc:
        return ""
    name = str(loc[0])
    return (name if name.startswith("KOSH_") else prefix + name.upper()) + ": "


def _sentence(kind: str, message: str) -> str:
    return "is not set" if kind == "missing" else message.removeprefix("Value error, ")
