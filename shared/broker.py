"""How a Kafka broker is reached: its address, and how the connection is protected."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Security = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
Compression = Literal["lz4", "zstd", "gzip", "none"]


@dataclass(frozen=True)
class Broker:
    """`bootstrap` is one `host:port` or several with commas between them. With TLS the broker must prove its name by a
    certificate of `ca_file`, or else of one of the authorities that the machine trusts. `compression` is of what is
    written: every consumer must be able to read it."""

    bootstrap: str
    security: Security = "PLAINTEXT"
    mechanism: Mechanism = "SCRAM-SHA-512"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    compression: Compression = "lz4"

    def options(self) -> dict[str, Any]:
        """What every client of aiokafka must be told."""
        known: dict[str, Any] = {"bootstrap_servers": self.bootstrap, "security_protocol": self.security}
        if self.security.endswith("SSL"):
            known["ssl_context"] = ssl.create_default_context(cafile=self.ca_file)
        if self.security.startswith("SASL"):
            known["sasl_mechanism"] = self.mechanism
            known["sasl_plain_username"], known["sasl_plain_password"] = self.username, self.password
        return known
