"""Settings of a service, from the environment or from files, never from defaults that hold a secret.

A service's own settings carry its name (`KOSH_PORTAL_DATABASE_URL`), those of the whole system do not
(`KOSH_TRANSPORT`). With `KOSH_SECRETS_DIR` every setting may lie in a file of that directory instead, named
like the variable in lower case (Docker and Kubernetes secrets).
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.broker import Broker, Compression, Mechanism, Security

_FEED = re.compile(r"KOSH_FEED_([A-Z]+)_URL", re.IGNORECASE)

ORIGIN = re.compile(r"https://[a-z0-9.-]+(:[0-9]{1,5})?|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?")
"""As browsers write it: lower case, no path. Tokens travel to it in the clear only within one machine."""


class SettingsError(Exception):
    """The environment does not say what the service needs; the message names every variable at fault."""


class KafkaSettings(BaseSettings):
    """Where Kafka is, and how connections to it are protected."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True)

    kafka_bootstrap: str | None = Field(None, validation_alias="KOSH_KAFKA_BOOTSTRAP")
    kafka_security: Security = Field("PLAINTEXT", validation_alias="KOSH_KAFKA_SECURITY")
    kafka_mechanism: Mechanism = Field("SCRAM-SHA-512", validation_alias="KOSH_KAFKA_MECHANISM")
    kafka_username: str | None = Field(None, validation_alias="KOSH_KAFKA_USERNAME")
    kafka_password: str | None = Field(None, repr=False, validation_alias="KOSH_KAFKA_PASSWORD")
    kafka_ca_file: Path | None = Field(None, validation_alias="KOSH_KAFKA_CA_FILE")
    kafka_compression: Compression = Field("lz4", validation_alias="KOSH_KAFKA_COMPRESSION")

    @model_validator(mode="after")
    def _sasl_has_a_name_and_a_password(self) -> Self:
        if self.kafka_security.startswith("SASL") and not (self.kafka_username and self.kafka_password):
            raise ValueError(f"KOSH_KAFKA_SECURITY={self.kafka_security} needs KOSH_KAFKA_USERNAME and _PASSWORD")
        return self

    @property
    def broker(self) -> Broker | None:
        """The broker, where one is set."""
        if self.kafka_bootstrap is None:
            return None
        known = (self.kafka_security, self.kafka_mechanism, self.kafka_username, self.kafka_password)
        return Broker(self.kafka_bootstrap, *known, self.kafka_ca_file, self.kafka_compression)


class AnchorSettings(BaseSettings):
    """Where the daily heads of the access logs' chains are kept, beside the processes' own logs (shared.audit)."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    audit_anchors: Path | None = Field(
        None, validation_alias="KOSH_AUDIT_ANCHORS", description="a directory outside the database"
    )


class ServiceSettings(KafkaSettings):
    """What every service needs to run. Subclass it for what only one service needs."""

    FIXED: ClassVar[Mapping[str, Any]] = {}
    """What a kind of process never asks its environment for."""

    database_url: str = Field(repr=False, description="postgresql://app-role@host/database")
    owner_database_url: str | None = Field(None, repr=False, description="the role that owns the tables: migrations")
    host: str = "127.0.0.1"
    port: int = Field(ge=0, le=65535)

    transport: Literal["feed", "kafka"] = Field("feed", validation_alias="KOSH_TRANSPORT")

    oidc_issuer: str = Field(validation_alias="KOSH_OIDC_ISSUER", description="`iss` of every token we accept")
    oidc_address: str | None = Field(
        None, validation_alias="KOSH_OIDC_ADDRESS", description="where we reach the issuer, if not by its name"
    )
    oidc_audience: str = Field("kosh", validation_alias="KOSH_OIDC_AUDIENCE")
    oidc_jwks_file: Path | None = Field(
        None, validation_alias="KOSH_OIDC_JWKS_FILE", description="instead of discovery"
    )

    system_token_file: Path | None = None
    system_client_id: str | None = Field(None, description="as whom this service reads others' feeds")
    system_client_secret: str | None = Field(None, repr=False)

    feeds: dict[str, str] = Field(
        default_factory=dict,
        validation_alias="KOSH_FEED_<REGISTER>_URL",
        description="the address of each register whose feed can be read, by its name",
    )

    max_body: int = Field(1_048_576, gt=0, validation_alias="KOSH_MAX_BODY", description="bytes, but for streams")
    max_running: int = Field(256, gt=0, validation_alias="KOSH_MAX_RUNNING", description="requests at a time")
    max_connections: int = Field(
        2_000, gt=0, validation_alias="KOSH_MAX_CONNECTIONS", description="of clients at a time, silent ones included"
    )
    max_rate: float = Field(
        5_000, gt=0, validation_alias="KOSH_MAX_RATE", description="requests a second of an address and of a subject"
    )
    trusted_proxies: str | None = Field(
        None, validation_alias="KOSH_TRUSTED_PROXIES", description="whose X-Forwarded-For is believed"
    )

    outbox_rows: int = Field(
        1_000_000, gt=0, validation_alias="KOSH_OUTBOX_ROWS", description="newest events that are never archived"
    )

    frontends: str = Field(
        "",
        validation_alias="KOSH_FRONTENDS",
        description="origins whose pages may call with a person's token, separated by spaces",
    )

    otlp_endpoint: str | None = Field(
        None, validation_alias="KOSH_OTLP_ENDPOINT", description="of an OpenTelemetry collector"
    )
    api_metrics_port: int | None = Field(
        None, ge=0, le=65535, description="of the figures for Prometheus of the process that serves the API"
    )
    metrics_port: int | None = Field(
        None, ge=0, le=65535, validation_alias="KOSH_METRICS_PORT", description="of processes that serve no API"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", validation_alias="KOSH_LOG_LEVEL")

    @property
    def frontend_origins(self) -> frozenset[str]:
        """The origins that CORS names (shared.http.cors)."""
        return frozenset(self.frontends.split())

    @model_validator(mode="after")
    def _frontends_are_origins(self) -> Self:
        if not all(map(ORIGIN.fullmatch, self.frontends.split())):
            raise ValueError("KOSH_FRONTENDS names origins, such as https://cabinet.example or http://localhost:3000")
        return self

    @model_validator(mode="after")
    def _kafka_has_an_address(self) -> Self:
        if self.transport == "kafka" and not self.kafka_bootstrap:
            raise ValueError("KOSH_TRANSPORT=kafka needs KOSH_KAFKA_BOOTSTRAP")
        return self

    @classmethod
    def of(cls, service: str) -> Self:
        """Read the settings of `service` ("portal"), or raise SettingsError naming all that is missing or wrong."""
        prefix, secrets = f"KOSH_{service.upper()}_", os.environ.get("KOSH_SECRETS_DIR")
        try:
            return cls(_env_prefix=prefix, _secrets_dir=secrets, feeds=_feeds(secrets), **cls.FIXED)
        except ValidationError as error:
            raise SettingsError(f"{service} cannot start:\n" + "\n".join(_complaints(error, prefix))) from None


def owners_url(settings: ServiceSettings, service: str) -> str:
    """The address for what only the owner of the tables may do. Raises SettingsError where it is not set."""
    if settings.owner_database_url is None:
        raise SettingsError(f"this is the owner's work: set KOSH_{service.upper()}_OWNER_DATABASE_URL")
    return settings.owner_database_url


def _feeds(secrets: str | None) -> dict[str, str]:
    """The addresses of feeds, by the register that the name of each setting holds: whichever registers there are."""
    files = sorted(Path(secrets).iterdir()) if secrets else []
    found = {file.name: file.read_text().strip() for file in files if _FEED.fullmatch(file.name)} | dict(os.environ)
    names = {match[1].lower(): match[0] for match in map(_FEED.fullmatch, found) if match}
    return {register: found[name] for register, name in names.items() if found[name]}


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
