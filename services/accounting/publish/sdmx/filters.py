"""Filters of SDMX-REST 2 read: `c[SEX]=F`, `c[CITIZEN]=UZB,KAZ`, `c[TIME_PERIOD]=ge:2023+le:2025` (2.1, 4.4).

Of one component's values `,` means or and `+` means and; an operator before a colon compares, and holds for the values
after it up to the next operator or `+`. A filter of a dimension becomes the codes that it lets pass; one of the time,
the bounds that are read and the periods that are kept; one of an attribute or of the value keeps figures.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from services.accounting.publish.sdmx.data_message import ATTRIBUTE_IDS, attributes_of
from services.accounting.publish.sdmx.periods import EXPECTED, asked_span
from services.accounting.publish.sdmx.query import shown
from services.accounting.publish.sdmx.refusals import QueryFault
from services.accounting.rules.figures.dataflows import Dimension, codes_of
from services.accounting.rules.figures.figures import Figure, Query

Keep = Callable[[Figure], bool]
Span = tuple[date, date]

COMPONENT: Final = re.compile(r"c\[([A-Za-z][A-Za-z0-9_-]{0,40})\]")
MOST: Final = 1_000
"""Conditions in one filter; more than any list of codes holds."""

_OPERATOR: Final = re.compile(r"(eq|ne|lt|le|gt|ge|co|nc|sw|ew):(.*)", re.DOTALL)
_NEGATIVE: Final = frozenset({"ne", "nc"})
_ORDER: Final = frozenset({"lt", "le", "gt", "ge"})
_MOMENT: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T.*")
_TEXT: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "eq": lambda text, value: text == value,
    "ne": lambda text, value: text != value,
    "co": lambda text, value: value in text,
    "nc": lambda text, value: value not in text,
    "sw": str.startswith,
    "ew": str.endswith,
}
_NUMBER: Final[Mapping[str, Callable[[Decimal, Decimal], bool]]] = {
    "eq": lambda number, value: number == value,
    "ne": lambda number, value: number != value,
    "lt": lambda number, value: number < value,
    "le": lambda number, value: number <= value,
    "gt": lambda number, value: number > value,
    "ge": lambda number, value: number >= value,
}
_PERIOD: Final[Mapping[str, Callable[[Span, Span], bool]]] = {
    "lt": lambda period, value: period[1] <= value[0],
    "le": lambda period, value: period[1] <= value[1],
    "gt": lambda period, value: period[0] >= value[1],
    "ge": lambda period, value: period[0] >= value[0],
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison: an operator and a value."""

    operator: str
    value: str


Alternatives = tuple[Condition, ...]


class NoFilter(Exception):
    """A filter that says nothing; `args` holds the sentence."""


def conditions(text: str) -> list[Alternatives]:
    """What a filter asks: all of the list, of each at least one, or every one where they exclude. Raises NoFilter."""
    # An un-encoded + arrives as a space.
    parts = [_alternatives(part) for part in text.replace(" ", "+").split("+")]
    if sum(map(len, parts)) > MOST:
        raise NoFilter(f"has more than {MOST:,} conditions.")
    return parts


def _alternatives(part: str) -> Alternatives:
    found, operator = [], "eq"
    for item in part.split(","):
        given = _OPERATOR.fullmatch(item)
        operator, value = (given[1], given[2]) if given else (operator, item)
        if not value:
            raise NoFilter("has an empty value.")
        found.append(Condition(operator, value))
    return tuple(found)


def _holds(found: Sequence[Alternatives], test: Callable[[Condition], bool]) -> bool:
    return all(_any(alternatives, test) for alternatives in found)


def _any(alternatives: Alternatives, test: Callable[[Condition], bool]) -> bool:
    excluding = [each for each in alternatives if each.operator in _NEGATIVE]
    others = [each for each in alternatives if each.operator not in _NEGATIVE]
    return all(map(test, excluding)) and (not others or any(map(test, others)))


def codes(dimension: Dimension, found: Sequence[Alternatives]) -> frozenset[str]:
    """The codes of a dimension that a filter lets pass. Raises NoFilter for an order, which codes have not, and for a
    code that there is not."""
    known = codes_of(dimension.enumeration)
    for each in (condition for alternatives in found for condition in alternatives):
        if each.operator in _ORDER:
            raise NoFilter(f"compares by {each.operator}, but codes have no order.")
        if each.operator in ("eq", "ne") and each.value not in known:
            raise NoFilter(f"has no code {shown(each.value)}; see {dimension.enumeration.id}.")

    def passes(code: str) -> bool:
        return _holds(found, lambda condition: _TEXT[condition.operator](code, condition.value))

    return frozenset(filter(passes, known))


def of_time(query: Query, found: Sequence[Alternatives]) -> tuple[Query, Keep | None]:
    """The query within the bounds that every period must keep, and what says of one whether it is wanted. Raises
    NoFilter."""
    spans = {each: _span(each) for alternatives in found for each in alternatives}
    bounds = [each for (each, *others) in found if not others and each.operator in _ORDER]
    for each in bounds:
        start, end = spans[each]
        match each.operator:
            case "ge" | "gt":
                query = _since(query, start if each.operator == "ge" else end)
            case _:
                query = _until(query, end if each.operator == "le" else start)
    if len(bounds) == len(found):
        return query, None

    def wanted(figure: Figure) -> bool:
        try:
            period = asked_span(figure.period)
        except ValueError:  # stored before intake refused it: it lies nowhere, and must not break all others
            return False

        def test(condition: Condition) -> bool:
            if condition.operator in _ORDER:
                return _PERIOD[condition.operator](period, spans[condition])
            return (period == spans[condition]) == (condition.operator == "eq")

        return _holds(found, test)

    return query, wanted


def _since(query: Query, start: date) -> Query:
    return query if query.start and query.start >= start else replace(query, start=start)


def _until(query: Query, end: date) -> Query:
    return query if query.end and query.end <= end else replace(query, end=end)


def _span(condition: Condition) -> Span:
    if condition.operator not in _ORDER | {"eq", "ne"}:
        raise NoFilter(f"compares by {condition.operator}, but periods are no text.")
    text = condition.value
    if moment := _MOMENT.fullmatch(text):
        text = moment[1]
    if text == date.max.isoformat():  # "without end"
        return date.max, date.max
    try:
        return asked_span(text)
    except ValueError:
        raise NoFilter(f"is not a period: {EXPECTED} is expected.") from None


def of_attribute(id: str, found: Sequence[Alternatives]) -> Keep:
    """What keeps figures by one attribute; a figure that has none passes only what excludes. Raises NoFilter."""
    if any(each.operator in _ORDER for alternatives in found for each in alternatives):
        raise NoFilter("compares by an order, which texts have not.")
    position = ATTRIBUTE_IDS.index(id)

    def wanted(figure: Figure) -> bool:
        text = attributes_of(figure)[position]
        return _holds(
            found,
            lambda each: each.operator in _NEGATIVE if text is None else _TEXT[each.operator](text, each.value),
        )

    return wanted


def of_value(found: Sequence[Alternatives]) -> Keep:
    """What keeps figures by their value. Raises NoFilter for what is no number."""
    numbers = {each: _number(each) for alternatives in found for each in alternatives}

    def wanted(figure: Figure) -> bool:
        value = Decimal(figure.value)
        return _holds(found, lambda each: _NUMBER[each.operator](value, numbers[each]))

    return wanted


def _number(condition: Condition) -> Decimal:
    try:
        number = Decimal(condition.value)
    except InvalidOperation:
        number = Decimal("NaN")
    if condition.operator not in _NUMBER or not number.is_finite():
        raise NoFilter("compares the value with what is no finite number, or as a text.")
    return number


def both(wanted: Iterable[Keep | None]) -> Keep | None:
    """What keeps a figure that all keep; None where nothing asks."""
    asked = [each for each in wanted if each]
    return (lambda figure: all(each(figure) for each in asked)) if asked else None


def fault(component: str, unreadable: NoFilter) -> QueryFault:
    return QueryFault(f"c[{component}]", str(unreadable))
