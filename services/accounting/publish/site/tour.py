"""The tour: questions that a visitor brings, each with the address of the view that answers it (`tour.toml`)."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from services.accounting.publish.site.address import Address
from services.accounting.publish.site.views import VIEWS
from shared.kernel.codes import Language


@dataclass(frozen=True, slots=True)
class Stop:
    """A question in each language, and where its answer stands at the top of the page."""

    name: str
    address: Address
    asked: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Chapter:
    title: Mapping[str, str]
    stops: tuple[Stop, ...]


@cache
def chapters() -> tuple[Chapter, ...]:
    """In the order in which they are read."""
    return tuple(Chapter(each, tuple(_stops(each))) for each in _read()["chapters"])


def texts(language: Language) -> Mapping[str, str]:
    """The `title` and the `lead` of the tour's own page."""
    found: Mapping[str, str] = _read()[language]
    return found


def _stops(chapter: Mapping[str, Any]) -> Iterator[Stop]:
    for each in chapter["stops"]:
        yield Stop(each["name"], Address.of(VIEWS[each["view"]], each.get("chosen", {})), each)


@cache
def _read() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("tour.toml").read_text(encoding="utf-8"))
