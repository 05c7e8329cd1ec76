"""The first page: arrivals, departures, net, the official series beside them, and how sure they are. HTML, without a
script, and nothing from any other server."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from services.accounting.publish.dashboard import views
from services.accounting.publish.dashboard.views import Reader, Sureness
from services.accounting.publish.dashboard.wording import Wording, wording
from services.accounting.publish.languages import LANGUAGE_NAMES, LANGUAGES
from services.accounting.rules.figures.figures import FigureSource
from shared import clock
from shared.kernel.codes import Language
from shared.kernel.periods import Frequency

FREQUENCIES: Final[dict[Frequency, str]] = {"A": "yearly", "Q": "quarterly"}
STATUSES: Final = {"A": "final", "P": "provisional", "U": "partial"}

_TEMPLATES: Final = Path(__file__).with_name("templates")
_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_STYLE: Final = (_TEMPLATES / "style.css").read_text(encoding="utf-8")

POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of the page: its own style and nothing else."""


@dataclass(frozen=True, slots=True)
class Page:
    html: str
    changed: datetime


async def first_page(source: FigureSource, language: Language, frequency: Frequency) -> Page:
    """The page in one language, its first view by years or quarters."""
    words = wording(language)
    reader = Reader(source)
    flows = await views.flows(reader, frequency, words)
    official = await views.official(reader, words)
    sure = await views.sureness(reader)
    changed = max(reader.changed)
    html = _ENVIRONMENT.get_template("page.html").render(
        words=words,
        language=language,
        frequency=frequency,
        languages={each: LANGUAGE_NAMES[each] for each in LANGUAGES},
        frequencies=FREQUENCIES,
        statuses=STATUSES,
        style=Markup(_STYLE),  # noqa: S704  (our own file)
        flows=flows,
        official=official,
        sentences=list(_sentences(sure, words)),
        changed=words.day(changed.astimezone(clock.ALMATY).date()),
        data_note=_linked(words),
    )
    return Page(html, changed)


def _sentences(sure: Sureness, words: Wording) -> Iterator[str]:
    if sure.covered:
        first, last = map(words.day, sure.covered)
        yield words["sure_coverage"].format(start=first, through=last)
        if sure.final_quarter:
            yield words["sure_final"].format(quarter=words.period(sure.final_quarter))
        else:
            yield words["sure_not_final"]
    if sure.undetermined:
        yield words["sure_undetermined"].format(count=words.number(sure.undetermined))
    if sure.imputed:
        yield words["sure_imputed"].format(share=words.share(sure.imputed, sure.imputed + sure.crossings))
    yield words["sure_missing"]


def _linked(words: Wording) -> Markup:
    """The sentence about the data, with its two addresses as links."""
    flows, state = "/sdmx/v1/dataflow/KOSH", "/v1/status"
    links = {"address": f'<a href="{flows}">{flows}</a>', "state": f'<a href="{state}">{state}</a>'}
    return Markup(str(escape(words["data_note"])).format(**links))  # noqa: S704  (escaped; the links are our own)
