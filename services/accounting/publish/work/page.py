"""The work pages: one document that is the same for everybody and holds nobody's data.

Its script signs the person in at the identity provider (OpenID Connect, code flow with PKCE: decision 0078) and asks
our own API with their token, which lives in the script's memory alone; what they may not see the API refuses, in words.
"""

import tomllib
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.accounting.publish.languages import LANGUAGE_NAMES, LANGUAGES
from shared.kernel.codes import Language

CLIENT: Final = "kosh-work"
"""As whom the page asks the identity provider: a public client."""

PAGES: Final = ("reviews", "parked", "status", "reconciliation", "releases")
"""The pages, in their order; each is a script beside this file that registers itself under its name."""

_HERE: Final = Path(__file__).parent
_TEMPLATES: Final = _HERE / "templates"
_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_SITE: Final = _HERE.parent / "site/assets"
_SCRIPTS: Final = ("told", "sign_in", *PAGES, "begin")


def policy(issuer: str) -> str:
    """Content-Security-Policy of the page: its own style and script, our API and the identity provider, nothing else;
    no text can become markup or code (Trusted Types)."""
    provider = "{0.scheme}://{0.netloc}".format(urlsplit(issuer))
    return (
        f"default-src 'none'; style-src {_hash(_style())}; script-src {_hash(_script())}; img-src data:; "
        f"connect-src 'self' {provider}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def work_page(language: Language, issuer: str) -> str:
    """The page in one language; `issuer` is the identity provider as browsers reach it."""
    words = _texts()[language]
    return _ENVIRONMENT.get_template("page.html").render(
        words=words,
        language=language,
        languages={each: LANGUAGE_NAMES[each] for each in LANGUAGES},
        pages=PAGES,
        style=Markup(_style()),  # noqa: S704  (our own file)
        script=Markup(_script()),  # noqa: S704  (our own file)
        told={"language": language, "words": words, "issuer": issuer, "client": CLIENT},
    )


@cache
def _style() -> str:
    files = (_SITE / "chart.css", _SITE / "site.css", _TEMPLATES / "page.css")
    return "".join(file.read_text(encoding="utf-8") for file in files)


@cache
def _script() -> str:
    """The scripts as one function: nothing of them can be reached from outside."""
    texts = [(_TEMPLATES / f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS]
    return '"use strict";\n(() => {\n' + "".join(texts) + "})();\n"


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@cache
def _texts() -> Mapping[Language, Mapping[str, Any]]:
    return tomllib.loads((_HERE / "texts.toml").read_text(encoding="utf-8"))  # type: ignore[return-value]
