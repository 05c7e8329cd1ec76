"""The work pages: what entitled roles do in a browser. What a reader may not see the APIs refuse, in words."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from services.accounting.publish.signed_in.page import SignedInPage, names_of
from shared.kernel.codes import Language

PAGES: Final = ("reviews", "findings", "parked", "status", "reconciliation", "releases")
"""The pages, in their order; each is a script beside this file that registers itself under its name."""

FINDS: Final = "portal"
"""The register whose findings wait for officers: the browser asks it by itself (decision 0081)."""

WORK: Final = SignedInPage(Path(__file__).parent, "/work", "kosh-work", ("begin", *PAGES))


def policy(issuer: str, addresses: Mapping[str, str]) -> str:
    """Content-Security-Policy of the page; `addresses` has the origins of the registers that a browser reaches."""
    return WORK.policy(issuer, [addresses[FINDS]] if FINDS in addresses else [])


def work_page(language: Language, issuer: str, addresses: Mapping[str, str], *, invented: bool = False) -> str:
    """The page in one language."""
    named = {name: names_of(name, language) for name in ("countries", "regions")}
    return WORK.html(language, issuer, {"portal": addresses.get(FINDS), **named}, invented=invented, pages=PAGES)
