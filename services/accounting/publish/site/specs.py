"""Charts over the columns of a view: each names the columns that it draws."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Final

from services.accounting.publish.charts.bars import Bar, bar_chart
from services.accounting.publish.charts.drawing import Drawing
from services.accounting.publish.charts.flows import Stream, flow_chart
from services.accounting.publish.charts.legend import GAP, HEADING
from services.accounting.publish.charts.lines import Series, Spot, has_gaps, line_chart
from services.accounting.publish.charts.pyramid import Age, pyramid
from services.accounting.publish.charts.ranked import Ranked, ranked_chart
from services.accounting.publish.charts.tiles import Tile, tile_map
from services.accounting.publish.site.cells import interval, is_provisional, name_of, time_of, written
from services.accounting.publish.site.view import ChartSpec, Column, Row, View, number
from services.accounting.publish.site.words import Wording

Legend = list[tuple[str, str]]
KINDS: Final = tuple(f"s{number}" for number in range(8))
"""Kinds of series in the order of their colours."""


def _column(view: View, name: str) -> Column:
    return next(each for each in view.columns if each.name == name)


def tip(row: Row, view: View, name: str, words: Wording) -> str:
    """What a mark says when it is pointed at: what it is about, the measure, the value with its interval."""
    value = written(_column(view, name), row[name], words)
    text = f"{name_of(row, view.keys, words)} · {words.column(name)}: {value}"
    bounds = interval(row[name])
    return f"{text} ({words.number(round(bounds[0]))} … {words.number(round(bounds[1]))})" if bounds else text


def _any_provisional(rows: Sequence[Row]) -> bool:
    return any(map(is_provisional, rows))


@dataclass(frozen=True, slots=True)
class BarChart:
    """What came above zero, what left below it, net as a line with its interval, over the periods of a column."""

    up: str
    down: str
    net: str
    x: str = "period"

    def draw(self, rows: Sequence[Row], view: View, words: Wording, width: int) -> Drawing | None:
        bars = [bar for row in rows if (bar := self._bar(row, view, words))]
        return bar_chart(bars, width, words.number) if bars else None

    def legend(self, rows: Sequence[Row], view: View, words: Wording) -> Legend:
        shown = [("up", words.column(self.up)), ("down", words.column(self.down)), ("net", words.column(self.net))]
        return [*shown, ("provisional", words["not_final"])] if _any_provisional(rows) else shown

    def _bar(self, row: Row, view: View, words: Wording) -> Bar | None:
        up, down, net = (number(row[each]) for each in (self.up, self.down, self.net))
        if up is None or down is None:
            return None
        low, high = interval(row[self.net]) or (None, None)
        period = str(row[self.x])
        label = period[:4] if period[4:] in ("", "-Q1", "-01") else ""
        tips = (tip(row, view, self.up, words), tip(row, view, self.down, words), tip(row, view, self.net, words))
        return Bar(
            label,
            float(up),
            float(down),
            None if net is None else float(net),
            low,
            high,
            is_provisional(row),
            tips,
        )


@dataclass(frozen=True, slots=True)
class LineChart:
    """One line per measure; or, with `by`, one line of the single measure per code of a column: those that are largest
    over all periods, `at_most` of them. `largest_in`: by which columns instead, so that several charts show the same
    codes in the same colours."""

    shows: tuple[str, ...]
    x: str = "period"
    by: str | None = None
    at_most: int = 6
    largest_in: tuple[str, ...] = ()

    def draw(self, rows: Sequence[Row], view: View, words: Wording, width: int) -> Drawing | None:
        found = [Series(kind, tuple(spots)) for kind, _, spots in self._series(rows, view, words)]
        return line_chart(found, width, words.number) if found else None

    def legend(self, rows: Sequence[Row], view: View, words: Wording) -> Legend:
        drawn = self._series(rows, view, words)
        shown = [(kind, name) for kind, name, _ in drawn]
        if self.by:
            shown.insert(0, (HEADING, words.column(self.shows[0])))
        if {spot.provisional for *_, spots in drawn for spot in spots} == {True, False}:
            shown.append(("provisional", words["not_final"]))
        if has_gaps([Series(kind, tuple(spots)) for kind, _, spots in drawn]):
            shown.append((GAP, words["gap"]))
        return shown

    def _series(self, rows: Sequence[Row], view: View, words: Wording) -> list[tuple[str, str, list[Spot]]]:
        """Kind, name and spots of each that has any."""
        named = [each for each in self._named(rows, view, words) if each[1]]
        return [(kind, *each) for kind, each in zip(KINDS, named, strict=False)]

    def _named(self, rows: Sequence[Row], view: View, words: Wording) -> list[tuple[str, list[Spot]]]:
        if self.by is None:
            return [(words.column(name), self.spots(rows, view, name, words)) for name in self.shows]
        column, (measure,) = _column(view, self.by), self.shows
        parts: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            parts[str(row[self.by])].append(row)
        ranking = self.largest_in or self.shows
        sizes = {code: sum(abs(float(number(r[c]) or 0)) for r in parts[code] for c in ranking) for code in parts}
        largest = sorted(parts, key=lambda code: -sizes[code])
        return [
            (written(column, code, words), self.spots(parts[code], view, measure, words))
            for code in largest[: self.at_most]
        ]

    def spots(self, rows: Sequence[Row], view: View, name: str, words: Wording) -> list[Spot]:
        """Of one measure, in the order of time."""
        found: list[Spot] = []
        for row in rows:
            time, value = time_of(str(row[self.x])), number(row[name])
            if time is not None and value is not None:
                low, high = interval(row[name]) or (None, None)
                found.append(
                    Spot(time, float(value), low, high, is_provisional({name: row[name]}), tip(row, view, name, words))
                )
        return sorted(found, key=lambda spot: spot.time)


@dataclass(frozen=True, slots=True)
class FanChart:
    """What was counted as a line, and as another, from its end on, what is expected, within its intervals: pairs of
    columns with their bounds, the widest first; the view's text `bounds` names them. Of the past the last `months` are
    drawn: more would leave what is expected no room."""

    counted: str
    expected: str
    bounds: tuple[tuple[str, str], ...]
    months: int = 60
    x: str = "period"

    def draw(self, rows: Sequence[Row], view: View, words: Wording, width: int) -> Drawing | None:
        past = LineChart((self.counted,), self.x).spots(rows, view, self.counted, words)[-self.months :]
        coming = [row for row in rows if row[self.expected] is not None and row[self.counted] is None]
        if not past and not coming:
            return None
        end = [replace(past[-1], low=past[-1].value, high=past[-1].value, tip="")] if past else []
        fans = [
            Series(KINDS[2], (*end, *self._spots(coming, view, words, low, high)), shaded_only=at > 0)
            for at, (low, high) in enumerate(self.bounds)
            if coming
        ]
        return line_chart([Series(KINDS[1], tuple(past)), *fans], width, words.number)

    def legend(self, rows: Sequence[Row], view: View, words: Wording) -> Legend:
        names = {self.counted: words.column(self.counted), self.expected: words["bounds"]}
        known = [(kind, name) for kind, name in zip(KINDS[1:], names, strict=False) if any(map(itemgetter(name), rows))]
        shown = [(kind, names[name]) for kind, name in known]
        opened = any(is_provisional({self.counted: row[self.counted]}) for row in rows)
        return [*shown, ("provisional", words["not_final"])] if opened else shown

    def _spots(self, rows: Sequence[Row], view: View, words: Wording, low: str, high: str) -> list[Spot]:
        found: list[Spot] = []
        for row in rows:
            time, value = time_of(str(row[self.x])), number(row[self.expected])
            lower, upper = number(row[low]), number(row[high])
            if time is not None and value is not None and lower is not None and upper is not None:
                within = f"({words.number(round(lower))} … {words.number(round(upper))})"
                told = f"{tip(row, view, self.expected, words)} {within}"
                found.append(Spot(time, float(value), float(lower), float(upper), True, told))
        return found


@dataclass(frozen=True, slots=True)
class RankedChart:
    """A horizontal bar per measure and row, in the order of the rows; rows that have nothing but zeros are left to the
    table, and so is a measure that is known of none. Rows of one `group` stand under its name."""

    shows: tuple[str, ...]
    by: str
    kinds: tuple[str, ...] = ("up", "down")
    at_most: int = 15
    group: str | None = None

    def draw(self, rows: Sequence[Row], view: View, words: Wording, width: int) -> Drawing | None:
        drawn, shown = self._drawn(rows), self._shown(rows)
        if not drawn:
            return None
        items = [self._item(row, [name for _, name in shown], view, words) for row in drawn]
        return ranked_chart(items, [kind for kind, _ in shown], width, words.number)

    def legend(self, rows: Sequence[Row], view: View, words: Wording) -> Legend:
        shown = [(kind, words.column(name)) for kind, name in self._shown(rows)]
        return [*shown, ("provisional", words["not_final"])] if _any_provisional(self._drawn(rows)) else shown

    def _drawn(self, rows: Sequence[Row]) -> list[Row]:
        known = [row for row in rows if any(number(row[each]) is not None for each in self.shows)]
        return ([row for row in known if any(number(row[each]) for each in self.shows)] or known)[: self.at_most]

    def _shown(self, rows: Sequence[Row]) -> list[tuple[str, str]]:
        """Kind and name of each measure that is known of any row that is drawn."""
        drawn = self._drawn(rows)
        named = zip(self.kinds, self.shows, strict=False)
        return [(kind, name) for kind, name in named if any(number(row[name]) is not None for row in drawn)]

    def _item(self, row: Row, shown: Sequence[str], view: View, words: Wording) -> Ranked:
        return Ranked(
            written(_column(view, self.by), row[self.by], words),
            tuple(None if (value := number(row[each])) is None else float(value) for each in shown),
            tuple(tip(row, view, each, words) for each in shown),
            is_provisional(row),
            written(_column(view, self.group), row[self.group], words) if self.group else "",
        )


@dataclass(frozen=True, slots=True)
class FlowChart:
    """What comes from the places of a column and what goes to them, through one in the middle; those beyond the
    `at_most` largest of a side are one. `counted_by` names the column that says by what rows tell places apart."""

    comes: str
    goes: str
    by: str
    counted_by: str
    middle: str
    at_most: int = 8

    def draw(self, rows: Sequence[Row], view: View, words: Wording, width: int) -> Drawing | None:
        coming, going = (self._streams(rows, view, name, words) for name in (self.comes, self.goes))
        middle = written(_column(view, self.by), self.middle, words)
        return flow_chart(coming, going, middle, width, words.number) if coming or going else None

    def legend(self, rows: Sequence[Row], view: View, words: Wording) -> Legend:
        by = f": {words.option(str(rows[0][self.counted_by]))}" if rows else ""
        shown = [("up", f"{words.column(self.comes)}{by}"), ("down", f"{words.column(self.goes)}{by}")]
        return [*shown, ("provisional", words["not_final"])] if _any_provisional(rows) else shown

    def _streams(self, rows: Sequence[Row], view: View, name: str, words: Wording) -> list[Stream]:
        known = [(float(value), row) for row in rows if (value := number(row[name])) is not None and value > 0]
        largest = sorted(known, key=lambda each: -each[0])
        streams = [
            Stream(
                written(_column(view, self.by), row[self.by], words),
                value,
                tip(row, view, name, words),
                is_provisional({name: row[name]}),
            )
            for value, row in largest[: self.at_most]
        ]
        if rest := largest[self.at_most :]:
            others = words["others"].format(count=len(rest))
            together = sum(value for value, _ in rest)
            text = f"{others} · {words.column(name)}: {words.number(together)}"
            streams.append(Stream(others, together, text, _any_provisional([{name: row[name]} for _, row in rest])))
        return streams


@dataclass(frozen=True, slots=True)
class Picked:
    """Another chart over some of the rows: those that `pick` leaves."""

    chart: ChartSpec
    pick: Callable[[Sequence[Row]], Sequence[Row]]

    def draw(self, rows: Sequence[Row], view: View, words: Wording, width: int) -> Drawing | None:
        return self.chart.draw(self.pick(rows), view, words, width)

    def legend(self, rows: Sequence[Row], view: View, words: Wording) -> Legend:
        return self.chart.legend(self.pick(rows), view, words)


@dataclass(frozen=True, slots=True)
class TileMap:
    """A tile per region; where nothing is known of the measure, of `otherwise`."""

    measure: str
    by: str = "region"
    otherwise: str = ""

    def draw(self, rows: Sequence[Row], view: View, words: Wording, width: int) -> Drawing | None:
        name = self._shown(rows)
        tiles = {
            code: Tile(
                words.texts["tiles"].get(code, code),
                None if (value := number(row[name])) is None else float(value),
                tip(row, view, name, words),
            )
            for row in rows
            if (code := str(row[self.by])) != "KZ"
        }
        return tile_map(tiles, width, words.number) if tiles else None

    def legend(self, rows: Sequence[Row], view: View, words: Wording) -> Legend:
        name = self._shown(rows)
        if all((number(row[name]) or 0) >= 0 for row in rows):
            return [("p2", words.column(name))]
        return [("p2", f"{words.column(name)}: {words['gain']}"), ("n2", words["loss"])]

    def _shown(self, rows: Sequence[Row]) -> str:
        known = any(number(row[self.measure]) is not None for row in rows)
        return self.measure if known or not self.otherwise else self.otherwise


@dataclass(frozen=True, slots=True)
class AgePyramid:
    """Two measures over ages, men to the left."""

    left: str
    right: str
    by: str = "age"

    def draw(self, rows: Sequence[Row], view: View, words: Wording, width: int) -> Drawing | None:
        ages = [
            Age(
                _years(str(row[self.by])),
                float(number(row[self.left]) or 0),
                float(number(row[self.right]) or 0),
                (tip(row, view, self.left, words), tip(row, view, self.right, words)),
            )
            for row in rows
        ]
        known = any(each.left or each.right for each in ages)
        return pyramid(ages, width, words.number) if known else None

    def legend(self, rows: Sequence[Row], view: View, words: Wording) -> Legend:
        return [("down", words.column(self.left)), ("up", words.column(self.right))]


def _years(code: str) -> str:
    """An age group in figures alone: `20–24`, `85+`."""
    return f"{code[4:]}+" if code.startswith("Y_GE") else code[1:].replace("T", "–")
