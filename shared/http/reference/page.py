"""The reference of an API as a page of its own server: whole without a script, asked by nobody else (decision 0082).

Every service that has no site serves `docs_page`; one that has shows `parts` within its own pages, by including
`operations.html` from TEMPLATES, with the files of ASSETS.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.http.assets import Assets, addresses, assets_of
from shared.http.reference.document import Document, problems, subjects
from shared.http.reference.schemas import schemas
from shared.kernel.codes import Language

_HERE: Final = Path(__file__).parent
TEMPLATES: Final = _HERE / "templates"
ASSETS: Final[Assets] = assets_of(_HERE / "assets")
LANGUAGES: Final[tuple[Language, ...]] = ("kk", "ru", "en")
_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def parts(document: Document, language: Language) -> dict[str, Any]:
    """What `operations.html` is made of."""
    return {
        "told": words()[language],
        "subjects": subjects(document),
        "schemas": schemas(document),
        "problems": problems(document),
    }


def docs_page(document: Document, language: Language, under: str) -> str:
    """The page in one language, whose files are served below the path `under`."""
    return _ENVIRONMENT.get_template("docs.html").render(
        title=document["info"]["title"],
        language=language,
        languages=[(each, words()[each]["language"], f"{under}/{each}") for each in LANGUAGES],
        assets=addresses(ASSETS, f"{under}/assets"),
        **parts(document, language),
    )


@cache
def words() -> Mapping[Language, Mapping[str, str]]:
    """What stands on the page beside the document, in each language."""
    return tomllib.loads((_HERE / "words.toml").read_text(encoding="utf-8"))  # type: ignore[return-value]
