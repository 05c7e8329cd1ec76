"""What only the portal needs to know: by what signatures are verified."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class SignatureSettings(BaseSettings):
    """`KOSH_SIGNATURES_...`: what is not set is not asked, and signatures that would need it wait.

    `trusted` is a folder of issuers' certificates (PEM or DER), each of them trusted; `revocation` a folder of *.crl
    and *.ocsp files, which may be replaced while the service runs.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_prefix="KOSH_SIGNATURES_", env_ignore_empty=True)

    trusted: Path | None = None
    revocation: Path | None = None
    crl_urls: str = Field("", description="addresses of revocation lists, separated by spaces")
    ocsp_url: str | None = None
    ncanode_url: str | None = Field(None, description="for GOST keys: http://ncanode:14579")
    patience: float = Field(10.0, gt=0, description="seconds that another service may take to answer")
