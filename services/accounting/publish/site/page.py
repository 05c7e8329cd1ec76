"""The pages of the site, from one template: headline, chart, table, files, sources, method, release, citation."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from services.accounting.publish import disclosure, methods
from services.accounting.publish.charts import svg
from services.accounting.publish.charts.drawing import NARROW, WIDE
from services.accounting.publish.invented import notice_in
from services.accounting.publish.languages import LANGUAGE_NAMES, LANGUAGES
from services.accounting.publish.site import made as making
from services.accounting.publish.site import tour
from services.accounting.publish.site.about import LICENCE, LICENCE_ADDRESS, About
from services.accounting.publish.site.address import Address
from services.accounting.publish.site.cells import STATUSES, error_of, is_provisional, name_of, written
from services.accounting.publish.site.feed import ADDRESS as FEED
from services.accounting.publish.site.reading import Shown, sdmx, series_of
from services.accounting.publish.site.style import ASSETS
from services.accounting.publish.site.sureness import Sureness
from services.accounting.publish.site.view import Choice, Row, status
from services.accounting.publish.site.views import HOME, VIEWS
from services.accounting.publish.site.words import Wording, words_of
from services.accounting.rules.figures.dataflows import codes_of
from shared.http.assets import addresses as files_of
from shared.http.reference import page as reference
from shared.http.reference.document import Document
from shared.kernel.codes import Language

ROWS_SHOWN: Final = 120
"""Rows of a page's table; the files hold them all."""
_AS_LINKS: Final = 4  # a choice of no more codes is a row of links, one of more a list to choose from
_NAMED: Final = 12  # codes of a dimension that a page writes one by one
_FILES: Final = {"CSV": "csv", "XLSX": "xlsx", "JSON": "json", "Metadata": "metadata.json"}
_QUOTED_ADDRESS: Final = re.compile("«(https?://[^»]+)»")

_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader([Path(__file__).with_name("templates"), reference.TEMPLATES]),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class PageServer:
    """By which server a page is shown: `inner` where the pages of people and operators are beside it, `invented` where
    nobody whom it counts exists."""

    inner: bool = False
    invented: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of a view, drawn wide and narrow, with what its kinds of marks stand for; `number` counts from 1."""

    number: int
    legend: list[tuple[str, str]]
    drawings: tuple[Markup, Markup]


@dataclass(frozen=True, slots=True)
class Option:
    """A code that can be chosen, and the page that shows it."""

    code: str
    name: str
    address: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Chooser:
    parameter: str
    title: str
    options: tuple[Option, ...]

    as_links: bool


def view_page(shown: Shown, about: About, language: Language, served: PageServer, sure: Sureness | None = None) -> str:
    """The page of an address; with `sure`, the first page of the site."""
    address, view = shown.address, shown.address.view
    words = words_of(view.name, language)
    charts = list(_charts(shown, words))
    return _rendered(
        "view.html",
        words,
        {each: address.on_site(each) if sure is None else f"/{each}/{address.query()}" for each in LANGUAGES},
        served,
        title=words["title"],
        view=view,
        address=address,
        headline=_headline(shown, words),
        choosers=[_chooser(choice, shown, words) for choice in view.choices],
        release=address.state.get("release"),
        charts=charts,
        explored=address.file("json", language) if view.keys[0].of == "period" and len(view.keys) == 1 else None,
        columns=[*view.columns],
        rows=list(_rows(shown, words)),
        rows_in_all=len(shown.rows),
        rows_shown=ROWS_SHOWN,
        withheld=shown.withheld,
        all_withheld=shown.all_withheld,
        reasons=words.texts.get("why", ()),
        files=[*_files(address, charts, language)],
        series=[(_shortened(each), sdmx(each, address)) for each in series_of(address)],
        code=_code(address, about, language),
        about=about,
        citation=about.citation(shown, words),
        published=[_QUOTED_ADDRESS.sub(r"\1", each) for each in shown.sources],
        licence=(LICENCE, LICENCE_ADDRESS),
        beside=[(VIEWS[each], words_of(each, language)) for each in view.beside if each in VIEWS],
        sentences=list(sure.sentences(words)) if sure else [],
    )


def made_page(
    found: Sequence[making.Made], addresses: Mapping[Language, str], language: Language, served: PageServer
) -> str:
    """Where figures explain themselves."""
    words = words_of("", language)
    return _rendered("made.html", words, addresses, served, title=words["made_title"], found=found, view=None)


def disclosure_page(language: Language, served: PageServer) -> str:
    """What was done to published counts, in plain words."""
    told = disclosure.words()[language]
    addresses = {each: f"/{each}/method/disclosure" for each in LANGUAGES}
    return _rendered("told.html", words_of("", language), addresses, served, title=told.title, told=told, view=None)


def method_page(language: Language, served: PageServer) -> str:
    """By which methods figures are counted, in plain words."""
    told = methods.words()[language]
    addresses = {each: f"/{each}/method" for each in LANGUAGES}
    return _rendered("told.html", words_of("", language), addresses, served, title=told.title, told=told, view=None)


def tour_page(language: Language, served: PageServer) -> str:
    """Question by question to the views that answer them."""
    addresses = {each: f"/{each}/tour" for each in LANGUAGES}
    return _rendered(
        "tour.html",
        words_of("", language),
        addresses,
        served,
        **tour.texts(language),
        chapters=tour.chapters(),
        titles={name: words_of(name, language)["title"] for name in VIEWS},
        view=None,
    )


def reference_page(document: Document, language: Language, served: PageServer) -> str:
    """Every operation of the API, from its OpenAPI document, with a field for a token."""
    words, parts = words_of("", language), reference.parts(document, language)
    addresses = {each: f"/{each}/api" for each in LANGUAGES}
    return _rendered("reference.html", words, addresses, served, title=words["api"], view=None, **parts)


def _rendered(
    template: str, words: Wording, languages: Mapping[Language, str], served: PageServer, **beside: Any
) -> str:
    language = words.language
    return _ENVIRONMENT.get_template(template).render(
        words=words,
        language=language,
        inner=served.inner,
        notice=notice_in(language) if served.invented else None,
        languages=[(each, LANGUAGE_NAMES[each], address) for each, address in languages.items()],
        views=[(name, words_of(name, language)) for name in VIEWS],
        home=HOME,
        assets=files_of(ASSETS, "/assets"),
        feed=FEED,
        data_note=_linked(words),
        method=(f"/{language}/method", methods.words()[language].title),
        protection=(f"/{language}/method/disclosure", disclosure.words()[language].title),
        tour=(f"/{language}/tour", tour.texts(language)["title"]),
        **beside,
    )


def _headline(shown: Shown, words: Wording) -> str | None:
    said = shown.address.view.headline(shown.rows, shown.address.state)
    if said is None:
        return None
    columns = (*shown.address.view.columns, *said.columns)
    return words[said.text].format(
        **{each.name: written(each, said.row.get(each.name), words) for each in columns if each.name in said.row}
    )


def _chooser(choice: Choice, shown: Shown, words: Wording) -> Chooser:
    address = shown.address
    codes = choice.codes or ("", *shown.periods)
    options = (
        Option(
            code,
            _option_name(choice, code, words),
            address.on_site(words.language, **{choice.parameter: code}),
            address.state[choice.parameter] == code,
        )
        for code in codes
    )
    as_links = not choice.open and len(codes) <= _AS_LINKS
    return Chooser(choice.parameter, words.texts["parameters"][choice.parameter], tuple(options), as_links)


def _option_name(choice: Choice, code: str, words: Wording) -> str:
    if choice.open:
        return words.period(code) if code else words["newest_period"]
    if choice.named and code in codes_of(choice.named):
        return words.code(choice.named, code)
    return words.option(code)


def _charts(shown: Shown, words: Wording) -> Iterator[Chart]:
    view = shown.address.view
    for number, spec in enumerate(view.charts, start=1):
        wide, narrow = (spec.draw(shown.rows, view, words, width) for width in (WIDE, NARROW))
        if wide and narrow:
            legend = spec.legend(shown.rows, view, words)
            label = words["chart"]
            if len(view.charts) > 1:
                label = f"{label} {number}/{len(view.charts)}: {', '.join(name for _, name in legend)}"
            drawn = (svg.inline(wide, label, "wide"), svg.inline(narrow, label, "narrow"))
            yield Chart(number, legend, (Markup(drawn[0]), Markup(drawn[1])))  # noqa: S704  (ours)


def _files(address: Address, charts: Sequence[Chart], language: Language) -> Iterator[tuple[str, str, str]]:
    """Of each data file, and of each chart by itself: its label, the name it is kept under, its address."""
    name = address.view.name
    for label, ending in _FILES.items():
        yield label, f"{name}.{ending}", address.file(ending, language)
    svg_file = address.file("svg", language)
    for chart in charts:
        if chart.number == 1:
            yield "SVG", f"{name}.svg", svg_file
        else:
            yield f"SVG {chart.number}", f"{name}-{chart.number}.svg", f"{svg_file}&chart={chart.number}"


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """A row as it is read: each cell with its standard error where it has one, and where its figures are explained."""

    cells: tuple[tuple[str, str | None], ...]
    status: str
    provisional: bool
    about: str
    made: str | None


def _rows(shown: Shown, words: Wording) -> Iterator[WrittenRow]:
    view = shown.address.view
    rows: Sequence[Row] = shown.rows[::-1] if view.latest_first else shown.rows
    for row in rows[:ROWS_SHOWN]:
        yield WrittenRow(
            tuple((written(each, row[each.name], words), _error(row, each.name, words)) for each in view.columns),
            words[STATUSES[status(row)]],
            is_provisional(row),
            name_of(row, view.keys, words),
            making.address_of(row, words.language),
        )


def _error(row: Row, column: str, words: Wording) -> str | None:
    error = error_of(row[column])
    return f"±{words.number(round(error * 196 / 100))}" if error else None


def _code(address: Address, about: About, language: Language) -> list[tuple[str, str]]:
    """How programs get the same figures."""
    name, url = address.view.name, about.origin + address.file("csv", language)
    return [
        ("curl", f"curl --fail -o {name}.csv '{url}'"),
        ("Python", f'import pandas\n\n{name} = pandas.read_csv("{url}")'),
        ("R", f'{name} <- read.csv("{url}", fileEncoding = "UTF-8")'),
    ]


def _shortened(series: str) -> str:
    """A series to be read: of a dimension that names many codes the first two and the last."""
    flow, _, key = series.partition("/")
    named = [codes.split("+") for codes in key.split(".")]
    return f"{flow}/{'.'.join('+'.join(c if len(c) <= _NAMED else (*c[:2], '…', c[-1])) for c in named)}"


def _linked(words: Wording) -> Markup:
    """The sentence about the data, with its address as a link."""
    flows = "/sdmx/v1/dataflow/KOSH"
    link = f'<a href="{flows}">{flows}</a>'
    return Markup(str(escape(words["data_note"])).format(address=link))  # noqa: S704  (escaped; the link is our own)


def changed_of(shown: Shown, about: About) -> datetime:
    """When a page last changed: with the figures, or with the release that it names."""
    return max(shown.changed_at, about.release.cut_at) if about.release else shown.changed_at
