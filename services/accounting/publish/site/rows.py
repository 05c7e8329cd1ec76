"""How rows come of observations: the usual ways, for views to choose from."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from services.accounting.publish.site.view import Headed, Headline, Observation, Row, Rows, State, Value, number, status


def pivot(
    keys: Mapping[str, str],
    measures: Mapping[str, str],
    *,
    of: str = "INDICATOR",
    flow: str | None = None,
    whole: Iterable[str] = (),
) -> Rows:
    """One row per combination of `keys` (column -> dimension, or TIME_PERIOD), one measure per code of dimension `of`
    (code -> column); of one dataflow, where a view reads several. A row that lacks a column of `whole` is left out."""
    needed = tuple(whole)

    def rows(observations: Sequence[Observation], _: State) -> list[Row]:
        found: dict[tuple[str, ...], dict[str, Value]] = defaultdict(dict)
        for each in observations:
            if flow not in (None, each.flow.id):
                continue
            column = measures.get(each.code(of))
            if column is not None:
                found[tuple(map(each.code, keys.values()))][column] = each
        empty = dict.fromkeys(measures.values())
        made = [{**dict(zip(keys, key, strict=True)), **empty, **found[key]} for key in sorted(found)]
        return [row for row in made if all(row[column] is not None for column in needed)]

    return rows


def of_period(rows: Rows, column: str = "period") -> Rows:
    """Only the rows of the chosen period; else of the newest whole one."""

    def chosen(observations: Sequence[Observation], state: State) -> list[Row]:
        found = list(rows(observations, state))
        wanted = state["period"] or newest_whole(found, column)
        return [row for row in found if row[column] == wanted]

    return chosen


def newest_whole(rows: Sequence[Row], column: str = "period") -> str:
    """The newest period in which all is final and hardly a figure is missing, else the newest; "" without rows."""
    counted: Counter[str] = Counter()
    for row in rows:
        counted[str(row[column])] += sum(isinstance(value, Observation) for value in row.values())
    open_ones = {str(row[column]) for row in rows if status(row) in ("P", "U", "E")}
    most = max(counted.values(), default=0)
    whole = {period for period, count in counted.items() if 2 * count >= most}
    return max(whole - open_ones or counted, default="")


def without(rows: Rows, column: str, *codes: str) -> Rows:
    """Leaves out the rows of some codes, such as a total."""

    def kept(observations: Sequence[Observation], state: State) -> list[Row]:
        return [row for row in rows(observations, state) if row[column] not in codes]

    return kept


def ranked(rows: Rows, by: Callable[[Row], float]) -> Rows:
    """The largest first."""

    def in_order(observations: Sequence[Observation], state: State) -> list[Row]:
        return sorted(rows(observations, state), key=by, reverse=True)

    return in_order


def total(*columns: str) -> Callable[[Row], float]:
    """The sum of some columns, where what is not known counts as nothing."""
    return lambda row: float(sum(number(row[column]) or 0 for column in columns))


def either(counted: str, published: str) -> Headline:
    """The first row, in the sentence of what it has: `headline` for both, else `headline_counted` or
    `headline_published`."""

    def said(rows: Sequence[Row], _: State) -> Headed | None:
        if not rows:
            return None
        text = "headline" if rows[0][published] is not None else "headline_counted"
        return Headed(text if rows[0][counted] is not None else "headline_published", rows[0])

    return said
