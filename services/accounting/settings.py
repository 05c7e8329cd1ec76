"""Settings of accounting."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from shared.events.catalogue import FACTS
from shared.settings import ORIGIN, ServiceSettings, SettingsError

_REGISTERS = frozenset(fact.PRODUCER for fact in FACTS.values())


class _OfFigures(ServiceSettings):
    """What both processes that publish are told of their figures."""

    invented_figures: bool = Field(
        False,
        validation_alias="KOSH_INVENTED_FIGURES",
        description="the registers are a demonstration's: every page, file and report says so",
    )


class AccountingSettings(_OfFigures):
    """`identity_secret` keys the hashes by which persons are told apart (rules.identity): keep it as long as the data,
    and nowhere else. So with `disclosure_secret`, which gives the record keys of published figures
    (rules.disclosure.cell_key): with another one every published count would change, and the two together tell more
    than either. Accounting reads the events of every register whose feed is set."""

    intake_database_url: str | None = Field(
        None, repr=False, description="the role that writes facts and figures, and who is who: of the intake"
    )
    review_database_url: str | None = Field(
        None, repr=False, description="the role that reads what identifies persons: of the API's lists of persons"
    )
    public_database_url: str | None = Field(
        None, repr=False, description="the role that reads what everybody may read: by it the API answers strangers"
    )
    identity_secret: SecretStr = Field(min_length=16)
    disclosure_secret: SecretStr | None = Field(
        None,
        min_length=32,
        description="gives the record keys by which published counts have their noise: of whoever cuts releases",
    )
    monthly_releases: bool = Field(
        True, description="cut a release in each month that has none yet, forecast from the newest"
    )

    reports_folder: Path | None = Field(
        None, description="where the intake writes the reports to hand in; without it they are made on demand alone"
    )

    register_addresses: str = Field(
        "",
        validation_alias="KOSH_REGISTER_ADDRESSES",
        description="where people's browsers reach the registers: portal=https://portal.example, separated by spaces",
    )

    sign_in_issuer: str | None = Field(
        None,
        validation_alias="KOSH_SIGN_IN_ISSUER",
        description="the identity provider at which the work pages sign in, if it is not KOSH_OIDC_ISSUER",
    )

    @property
    def register_origins(self) -> dict[str, str]:
        """The origin of each register, by its name, for the page on which people see who used their data."""
        return dict(each.split("=", 1) for each in self.register_addresses.split())

    @model_validator(mode="after")
    def _addresses_are_origins(self) -> Self:
        for each in self.register_addresses.split():
            name, _, address = each.partition("=")
            if name not in _REGISTERS or not ORIGIN.fullmatch(address):
                example = "portal=https://portal.example"
                raise ValueError(f"KOSH_REGISTER_ADDRESSES names origins of registers, such as {example}")
        return self

    @property
    def intake_url(self) -> str:
        """Raises SettingsError where it is not set: the API's processes need not know it."""
        return _needed(self.intake_database_url, "KOSH_ACCOUNTING_INTAKE_DATABASE_URL")

    @property
    def review_url(self) -> str:
        """Raises SettingsError where it is not set: the intake's processes need not know it."""
        return _needed(self.review_database_url, "KOSH_ACCOUNTING_REVIEW_DATABASE_URL")

    @property
    def record_secret(self) -> SecretStr:
        """Raises SettingsError where it is not set: the API's processes must not know it."""
        if self.disclosure_secret is None:
            raise SettingsError("accounting cannot start: set KOSH_ACCOUNTING_DISCLOSURE_SECRET")
        return self.disclosure_secret

    @model_validator(mode="after")
    def _reads_something(self) -> Self:
        if not self.feeds:
            raise ValueError("set the address of at least one register, such as KOSH_FEED_PORTAL_URL")
        return self


class PublicSettings(_OfFigures):
    """Settings of the public process, `KOSH_ACCOUNTING_PUBLIC_...`: no identity provider, no register, no secret."""

    FIXED = {"oidc_issuer": ""}  # noqa: RUF012  (frozen by its type: no token is read)


def _needed(url: str | None, name: str) -> str:
    if url is None:
        raise SettingsError(f"accounting cannot start: set {name}")
    return url


def dsn(url: str) -> str:
    """SQLAlchemy's address as asyncpg takes it."""
    return url.replace("+asyncpg", "", 1)
