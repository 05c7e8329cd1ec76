"""What SDMX-REST refuses, in its own terms; the API gives each its status."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QueryFault:
    """One wrong part of a query: the parameter (`key`, `startPeriod` ...) and what is wrong with it."""

    parameter: str
    detail: str


class Refusal(Exception):
    """Base. `detail` is a sentence for the caller's developer."""

    def __init__(self, detail: str, faults: Sequence[QueryFault] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = tuple(faults)


class BadQuery(Refusal):
    """The key, a code or a parameter is wrong; `faults` names all of them."""


class NothingFound(Refusal):
    """No such structure, or no figure that matches the query."""


class NoData(NothingFound):
    """The question is good, and no figure answers it."""


class NotOffered(Refusal):
    """None of the accepted media types is written here."""


class NotImplementedHere(Refusal):
    """A part of the standard that this service does not offer."""


class TooMuch(Refusal):
    """More observations than one answer may hold."""
