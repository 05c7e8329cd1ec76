"""A drawing as SVG 1.1: inside a page, which styles it by its kinds, or as a file of its own with its style in it."""

from collections.abc import Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from services.accounting.publish.charts.drawing import Dot, Drawing, Mark, Path, Rect, Ribbon, Stroke, Text
from services.accounting.publish.charts.legend import legend as drawn_legend
from services.accounting.publish.charts.lettering import NOTE, TITLE, wrapped
from services.accounting.publish.charts.scales import LETTER

_MARGIN: Final = 16
_LINE: Final = 18
_TITLE_LINE: Final = 22


def inline(drawing: Drawing, label: str, size: str) -> str:
    """Inside a page: `label` says in words what is to be seen, `size` is wide or narrow."""
    box = f'viewBox="0 0 {drawing.width} {drawing.height}"'
    return f'<svg class="{size}" {box} role="img" aria-label={quoteattr(label)}>{"".join(_marks(drawing))}</svg>'


def standalone(
    drawing: Drawing, title: str, key: Sequence[tuple[str, str]], notes: Sequence[str], style: str, language: str
) -> str:
    """A file of its own: title and legend above, notes (source, licence) below, its style inside."""
    titles = wrapped(title, drawing.width, TITLE)
    lines = [line for note in notes for line in wrapped(note, drawing.width, NOTE)]
    legend = drawn_legend(key, drawing.width)
    under = _MARGIN + len(titles) * _TITLE_LINE + 6
    above = under + legend.height + 8
    below = above + drawing.height + 4
    width, height = drawing.width + 2 * _MARGIN, below + len(lines) * _LINE + _MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'xml:lang="{language}" role="img"><title>{escape(title)}</title><style>{escape(style)}</style>'
        f'<rect class="paper" width="{width}" height="{height}"/>'
        f"{_lines(titles, 'title', _MARGIN - 4, _TITLE_LINE)}{_placed(legend, under)}{_placed(drawing, above)}"
        f"{_lines(lines, 'note', below, _LINE)}</svg>"
    )


def _lines(texts: Sequence[str], kind: str, top: int, high: int) -> str:
    return "".join(
        f'<text class="{kind}" x="{_MARGIN}" y="{top + high * number}">{escape(text)}</text>'
        for number, text in enumerate(texts, 1)
    )


def _placed(drawing: Drawing, top: int) -> str:
    return f'<g transform="translate({_MARGIN} {top})">{"".join(_marks(drawing))}</g>'


def _marks(drawing: Drawing) -> Iterator[str]:
    return map(_mark, drawing.marks)


def _mark(mark: Mark) -> str:
    match mark:
        case Rect():
            place = f'x="{_n(mark.x)}" y="{_n(mark.y)}" width="{_n(mark.width)}" height="{_n(mark.height)}"'
            return _tipped("rect", f'class="{mark.kind}" {place}', mark.tip)
        case Dot():
            return _tipped(
                "circle", f'class="{mark.kind}" cx="{_n(mark.x)}" cy="{_n(mark.y)}" r="{_n(mark.radius)}"', mark.tip
            )
        case Stroke():
            ends = f'x1="{_n(mark.x1)}" y1="{_n(mark.y1)}" x2="{_n(mark.x2)}" y2="{_n(mark.y2)}"'
            return f'<line class="{mark.kind}" {ends}/>'
        case Path():
            steps = "L".join(f"{_n(point.x)} {_n(point.y)}" for point in mark.points)
            return f'<path class="{mark.kind}" d="M{steps}{"Z" if mark.closed else ""}"/>'
        case Ribbon():
            return _tipped("path", f'class="{mark.kind}" d="{_ribbon(mark)}"', mark.tip)
        case Text():
            anchor = "" if mark.anchor == "start" else f' text-anchor="{mark.anchor}"'
            pressed = _pressed(mark.text, mark.within) if mark.within else ""
            place = f'x="{_n(mark.x)}" y="{_n(mark.y)}"'
            return f'<text class="{mark.kind}" {place}{anchor}{pressed}>{escape(mark.text)}</text>'


def _ribbon(mark: Ribbon) -> str:
    """There along the tops and back along the bottoms, level at both ends."""
    half = _n((mark.x1 + mark.x2) / 2)
    x1, top1, bottom1, x2, top2, bottom2 = map(_n, (mark.x1, mark.top1, mark.bottom1, mark.x2, mark.top2, mark.bottom2))
    there = f"M{x1} {top1}C{half} {top1} {half} {top2} {x2} {top2}"
    return f"{there}L{x2} {bottom2}C{half} {bottom2} {half} {bottom1} {x1} {bottom1}Z"


def _tipped(tag: str, attributes: str, tip: str) -> str:
    return f"<{tag} {attributes}><title>{escape(tip)}</title></{tag}>" if tip else f"<{tag} {attributes}/>"


def _pressed(text: str, within: float) -> str:
    """Letters that would be wider than `within` are pressed into it."""
    return "" if len(text) * LETTER <= within else f' textLength="{_n(within)}" lengthAdjust="spacingAndGlyphs"'


def _n(value: float) -> str:
    return f"{round(value, 1):g}"
