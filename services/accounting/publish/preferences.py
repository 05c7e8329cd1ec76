"""Lists of preferences in HTTP headers: `text/csv;q=0.5, application/xml;version=2.1` (RFC 9110, 12.4.2)."""

from collections.abc import Mapping
from typing import Final

MOST: Final = 50
"""Values of a list that are looked at: nobody has more wishes, and a header may have thousands of words."""
Preference = tuple[str, Mapping[str, str]]


def by_preference(header: str) -> list[Preference]:
    """Every value with its parameters, the most wanted first, without those of weight 0 and the weights themselves."""
    wanted = [each for each in _weighted(header) if each[0] > 0 and each[1]]
    return [
        (value, {name: text for name, text in parameters.items() if name != "q"})
        for _, value, parameters in sorted(wanted, key=lambda each: -each[0])
    ]


def refused(header: str) -> frozenset[str]:
    """The values of weight 0, in small letters: what a reader does not want even where a wildcard takes the rest."""
    return frozenset(value.lower() for weight, value, _ in _weighted(header) if value and weight == 0)


def _weighted(header: str) -> list[tuple[float, str, Mapping[str, str]]]:
    return [(_weight(parameters), value, parameters) for value, parameters in map(_split, header.split(",")[:MOST])]


def _split(item: str) -> Preference:
    value, *parameters = (part.strip() for part in item.split(";"))
    named = (parameter.partition("=") for parameter in parameters)
    return value, {name.strip().lower(): text.strip().strip('"') for name, _, text in named}


def _weight(parameters: Mapping[str, str]) -> float:
    try:
        return float(parameters.get("q", "1"))
    except ValueError:
        return 0.0
