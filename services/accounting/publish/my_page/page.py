"""The page for the person: what is on record about them, what was found against them, who used it and why.

The page itself holds nobody's data and is the same for everybody. Its scripts ask each service with the token that the
person got by signing in; so accounting, which holds no IIN, learns none of another register's records either.
"""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from services.accounting.publish.signed_in.page import SignedInPage, names_of
from shared.kernel.codes import Language

REGISTERS: Final = ("portal", "permits", "kandas", "consular")
FINDINGS: Final = {"portal": "/v1/me/violations", "kandas": "/v1/me/kandas-leavings"}
"""Where registers tell a person what was found against them; there it is contested too."""

_HERE: Final = Path(__file__).parent
MY_PAGE: Final = SignedInPage(_HERE, "/me", "kosh-me", ("begin", "findings", "records", "uses"))


def policy(issuer: str, addresses: Mapping[str, str]) -> str:
    """Content-Security-Policy of the page: the registers are asked at their `addresses`."""
    return MY_PAGE.policy(issuer, list(addresses.values()))


def my_page(language: Language, issuer: str, addresses: Mapping[str, str], *, invented: bool = False) -> str:
    """The page in one language; `addresses` has the origin of each register that a browser reaches."""
    labels = MY_PAGE.texts[language]["services"]
    coded = {row["name"]: row["codes"] for row in members() if row["codes"]}
    told = {
        "agencies": names_of("agencies", language),
        "members": {row["name"]: row[language] for row in members()},
        "codes": {name: names_of(name, language) for name in sorted(set(coded.values()))},
        "coded": coded,
        "services": [_service(name, labels[name], addresses.get(name)) for name in REGISTERS]
        + [_service("accounting", labels["accounting"], "")],
    }
    return MY_PAGE.html(language, issuer, told, invented=invented)


@cache
def members() -> list[dict[str, str]]:
    """What the members of records are called in the three languages, and by which code list their values are named."""
    with (_HERE / "members.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _service(name: str, label: str, address: str | None) -> dict[str, Any]:
    """What the script is told of a service; accounting is of the page's own origin, and no register."""
    return {"label": label, "address": address, "registers": name in REGISTERS, "findings": FINDINGS.get(name)}
