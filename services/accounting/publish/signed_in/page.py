"""A page on which a person signs in: one document that is the same for everybody and holds nobody's data.

Its script signs the person in at the identity provider (OpenID Connect, code flow with PKCE: decision 0078) and calls
APIs with their token, which lives in the script's memory alone. What it may do the page's policy says: its own style
and script by their hashes, connections to the named origins, and no text that becomes markup or code (Trusted Types).
"""

import tomllib
from base64 import b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.accounting.publish.invented import notice_in
from services.accounting.publish.languages import LANGUAGE_NAMES, LANGUAGES
from shared.kernel import codes
from shared.kernel.codes import Language

_TEMPLATES: Final = Path(__file__).parent / "templates"
_SITE: Final = _TEMPLATES.parents[1] / "site"
_COMMON: Final = ("told.js", "sign_in.js")


@dataclass(frozen=True)
class SignedInPage:
    """The page whose `texts.toml` and `templates` stand in `folder`. It is served at `path`/kk, /ru and /en, where the
    provider sends people back to, and `client` is as whom it asks there: a public client. `scripts` are its own, in
    their order, after those that all pages have."""

    folder: Path
    path: str
    client: str
    scripts: tuple[str, ...]

    def policy(self, issuer: str, origins: Collection[str] = ()) -> str:
        """Content-Security-Policy: our API, the identity provider and the further `origins` are asked, nothing else."""
        asked = " ".join(["'self'", "{0.scheme}://{0.netloc}".format(urlsplit(issuer)), *origins])
        return (
            f"default-src 'none'; style-src {_hash(self.style)}; script-src {_hash(self.script)}; img-src data:; "
            f"connect-src {asked}; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        )

    def html(
        self, language: Language, issuer: str, told: Mapping[str, Any], *, invented: bool = False, **shown: Any
    ) -> str:
        """The page in one language. `issuer` is the identity provider as browsers reach it, `told` what the scripts
        are told beside the words, `shown` what its template asks for; `invented`: the people on record do not exist."""
        sign_in = {"issuer": issuer, "client": self.client, "back": f"{self.path}/{language}"}
        return self._environment.get_template("page.html").render(
            words=self.texts[language],
            language=language,
            notice=notice_in(language) if invented else None,
            languages={each: LANGUAGE_NAMES[each] for each in LANGUAGES},
            style=Markup(self.style),  # noqa: S704  (our own file)
            script=Markup(self.script),  # noqa: S704  (our own file)
            told={"language": language, "words": self.texts[language], **sign_in, **told},
            **shown,
        )

    @cached_property
    def texts(self) -> Mapping[Language, Mapping[str, Any]]:
        """Its words, by language."""
        return tomllib.loads((self.folder / "texts.toml").read_text(encoding="utf-8"))  # type: ignore[return-value]

    @cached_property
    def style(self) -> str:
        """The site's style, and what the pages have beside it."""
        files = (_SITE / "assets/chart.css", _SITE / "assets/site.css", _TEMPLATES / "page.css")
        return "".join(file.read_text(encoding="utf-8") for file in files)

    @cached_property
    def script(self) -> str:
        """The scripts as one function: nothing of them can be reached from outside."""
        own = (self.folder / f"templates/{name}.js" for name in self.scripts)
        files = [*(_TEMPLATES / name for name in _COMMON), *own]
        return '"use strict";\n(() => {\n' + "".join(file.read_text(encoding="utf-8") for file in files) + "})();\n"

    @cached_property
    def _environment(self) -> Environment:
        environment = Environment(
            loader=FileSystemLoader([self.folder / "templates", _SITE / "templates"]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}  # words, at half their size
        return environment


def names_of(code_list: str, language: Language) -> dict[str, str]:
    """The names of a code list's codes."""
    rows = codes.rows(code_list)
    label = language if language in rows[0] else f"label_{language}"
    return {row["code"]: row[label] for row in rows}


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
