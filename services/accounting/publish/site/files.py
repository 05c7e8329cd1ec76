"""Data files of a view under stable names: CSV, JSON, metadata, XLSX, SVG. Each holds its release, source and licence.

A table is tidy: a row per observation unit, a column per variable, under names that never change.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any, Final

from xlsxwriter import Workbook

from services.accounting.publish.charts import svg
from services.accounting.publish.charts.drawing import WIDE
from services.accounting.publish.site.about import LICENCE, LICENCE_ADDRESS, PUBLISHER, About
from services.accounting.publish.site.cells import error_of, raw, written
from services.accounting.publish.site.reading import Shown, sdmx, series_of
from services.accounting.publish.site.style import CHART_STYLE
from services.accounting.publish.site.view import Column, Row, status
from services.accounting.publish.site.words import Wording
from services.accounting.rules.figures.dataflows import Enumeration
from shared import clock

Plain = str | int | Decimal | None

MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "metadata.json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "svg": "image/svg+xml",
}
_REASON: Final = ("cause", "series", "text", "source")
_ONCE: Final = datetime(2026, 1, 1, tzinfo=UTC)  # a file without figures has no day of its own


def header(shown: Shown) -> list[str]:
    """The names of a file's columns."""
    names: list[str] = []
    for column in shown.address.view.columns:
        names.append(column.name)
        if isinstance(column.of, Enumeration) or column.of == "word":
            names.append(f"{column.name}_name")
        if column.estimated:
            names.append(f"{column.name}_std_error")
    return [*names, "status"]


def table(shown: Shown, words: Wording) -> Iterator[list[Plain]]:
    """The rows of a file, in the order of `header`."""
    for row in shown.rows:
        yield [*(cell for column in shown.address.view.columns for cell in _cells(column, row, words)), status(row)]


def as_csv(shown: Shown, about: About, words: Wording) -> bytes:
    """RFC 4180, UTF-8; the last three columns say release, source and licence in each row."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([*header(shown), "release", "source", "licence"])
    released = about.released.isoformat() if about.released else ""
    notice = about.notice(words.language)
    source = f"{PUBLISHER}: {notice.mark}" if notice else PUBLISHER
    writer.writerows([*row, released, source, LICENCE] for row in table(shown, words))
    return buffer.getvalue().encode()


def as_json(shown: Shown, about: About, words: Wording) -> bytes:
    """The rows as objects, with everything that `metadata` says."""
    names = header(shown)
    rows = [dict(zip(names, map(_json, row), strict=True)) for row in table(shown, words)]
    return _encoded({**metadata(shown, about, words), "rows": rows})


def as_metadata(shown: Shown, about: About, words: Wording) -> bytes:
    return _encoded(metadata(shown, about, words))


def metadata(shown: Shown, about: About, words: Wording) -> Mapping[str, Any]:
    """What is to be known of a view's figures."""
    address, view = shown.address, shown.address.view
    release, notice = about.release, about.notice(words.language)
    return {
        "invented": notice is not None,
        "notice": ". ".join(notice) if notice else None,
        "view": view.name,
        "title": words["title"],
        "description": words["lead"],
        "method": words["note"],
        "language": words.language,
        "state": dict(address.state),
        "released": about.released.isoformat() if about.released else None,
        "release": release.id if release else None,
        "method_version": release.method_version if release else None,
        "next_release": release.next_due.isoformat() if release else None,
        "withheld": shown.withheld,
        "sources": [words["sources"], *shown.sources],
        "why_figures_differ": [dict(zip(_REASON, each, strict=True)) for each in words.texts.get("why", ())],
        "citation": about.citation(shown, words),
        "licence": {"name": LICENCE, "address": LICENCE_ADDRESS},
        "address": about.origin + address.on_site(words.language),
        "sdmx": [about.origin + sdmx(series, address) for series in series_of(address)],
        "columns": [
            {
                "name": column.name,
                "title": words.column(column.name),
                "type": "code" if isinstance(column.of, Enumeration) else column.of,
                "codes": column.of.id if isinstance(column.of, Enumeration) else None,
            }
            for column in view.columns
        ],
    }


def as_xlsx(shown: Shown, about: About, words: Wording) -> bytes:
    """Two sheets: the data with frozen headings and real numbers, and what is to be known of them."""
    file = io.BytesIO()
    book = Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    at = datetime.combine(about.released, time(), clock.ALMATY) if about.released else _ONCE
    book.set_properties({"title": words["title"], "author": PUBLISHER, "created": at})
    bold, whole, rate = (
        book.add_format(each) for each in ({"bold": True}, {"num_format": "#,##0"}, {"num_format": "0.0"})
    )
    data = book.add_worksheet("data")
    data.freeze_panes(1, len(shown.address.view.keys))
    names = header(shown)
    data.write_row(0, 0, names, bold)
    for number, row in enumerate(table(shown, words), start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, int | Decimal):
                data.write_number(number, column, float(cell), whole if cell == int(cell) else rate)
            elif cell is not None:
                data.write_string(number, column, cell)
    data.autofilter(0, 0, max(len(shown.rows), 1), len(names) - 1)
    data.set_column(0, len(names) - 1, 16)
    if notice := about.notice(words.language):
        data.set_header(f"&C{notice.mark}")
    notes = book.add_worksheet("about")
    notes.set_column(0, 0, 18, bold)
    notes.set_column(1, 1, 120)
    for number, (name, text) in enumerate(_notes(shown, about, words)):
        notes.write_string(number, 0, name)
        notes.write_string(number, 1, text)
    book.close()
    return file.getvalue()


def as_svg(shown: Shown, about: About, words: Wording, number: int = 0) -> bytes | None:
    """One of the view's charts as a file of its own; None where there is nothing to draw."""
    view = shown.address.view
    if number >= len(view.charts):
        return None
    drawing = view.charts[number].draw(shown.rows, view, words, WIDE)
    if drawing is None:
        return None
    legend = view.charts[number].legend(shown.rows, view, words)
    citation = about.citation(shown, words)
    return svg.standalone(drawing, words["title"], legend, [citation], CHART_STYLE, words.language).encode()


def _notes(shown: Shown, about: About, words: Wording) -> Iterator[tuple[str, str]]:
    found = metadata(shown, about, words)
    for name in ("notice", "title", "description", "method", "released", "next_release", "citation", "address"):
        yield name, str(found[name] or "")
    for name in ("sources", "sdmx"):
        for text in found[name]:
            yield name, text
    for reason in found["why_figures_differ"]:
        yield "why_figures_differ", f"{reason['cause']} ({reason['series']}): {reason['text']} [{reason['source']}]"
    yield "licence", f"{LICENCE}, {LICENCE_ADDRESS}"
    for column in shown.address.view.columns:
        yield column.name, words.column(column.name)


def _cells(column: Column, row: Row, words: Wording) -> Iterator[Plain]:
    value = row[column.name]
    yield raw(value)
    if isinstance(column.of, Enumeration) or column.of == "word":
        yield written(column, value, words)
    if column.estimated:
        yield error_of(value)


def _json(cell: Plain) -> str | int | float | None:
    return float(cell) if isinstance(cell, Decimal) else cell


def _encoded(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()
