"""The page for the person: who used their data, merged from the access logs of all services in the person's browser.

The page itself holds nobody's data and is the same for everybody. Its script asks each service with the token that the
person gives; so accounting, which holds no IIN, learns none of another register's records either.
"""

import tomllib
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.accounting.publish.languages import LANGUAGE_NAMES, LANGUAGES
from shared.kernel import codes
from shared.kernel.codes import Language

REGISTERS: Final = ("portal", "permits", "kandas", "consular")
FINDS: Final = "portal"
"""The register that tells a person what was found against them."""

_HERE: Final = Path(__file__).parent
_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_SITE: Final = _HERE.parent / "site/assets"
_STYLE: Final = "".join(
    path.read_text(encoding="utf-8") for path in (_SITE / "chart.css", _SITE / "site.css", _HERE / "templates/page.css")
)
_SCRIPT: Final = (_HERE / "templates/page.js").read_text(encoding="utf-8")


def policy(addresses: Mapping[str, str]) -> str:
    """Content-Security-Policy of the page: its own style and script, the registers at their addresses, nothing else;
    no text can become markup or code (Trusted Types)."""
    asked = " ".join(["'self'", *addresses.values()])
    return (
        f"default-src 'none'; style-src {_hash(_STYLE)}; script-src {_hash(_SCRIPT)}; img-src data:; "
        f"connect-src {asked}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def my_page(language: Language, addresses: Mapping[str, str]) -> str:
    """The page in one language; `addresses` has the origin of each register that a browser reaches."""
    texts = _texts()[language]
    told = {
        "language": language,
        "words": {name: text for name, text in texts.items() if isinstance(text, str)},
        "kinds": texts["kinds"],
        "roles": texts["roles"],
        "labels": texts["services"],
        "agencies": {row["code"]: row[language] for row in codes.rows("agencies")},
        "services": [_service(name, texts["services"][name], addresses.get(name)) for name in REGISTERS]
        + [_service("accounting", texts["services"]["accounting"], "")],
    }
    return _ENVIRONMENT.get_template("page.html").render(
        words=texts,
        language=language,
        languages={each: LANGUAGE_NAMES[each] for each in LANGUAGES},
        style=Markup(_STYLE),  # noqa: S704  (our own file)
        script=Markup(_SCRIPT),  # noqa: S704  (our own file)
        told=told,
    )


def _service(name: str, label: str, address: str | None) -> dict[str, Any]:
    """What the script is told of a service; accounting is of the page's own origin and passes nothing on."""
    return {"label": label, "address": address, "passes_on": name in REGISTERS, "finds": name == FINDS}


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@cache
def _texts() -> Mapping[Language, Mapping[str, Any]]:
    return tomllib.loads((_HERE / "texts.toml").read_text(encoding="utf-8"))  # type: ignore[return-value]
