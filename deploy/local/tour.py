"""`make demo`: a guided tour of the running system: what one may ask, the call that asks it, and what is answered; and
the site's views by the questions of its own tour, each with its address and the sentence at the top of its page.

Everybody in the demonstration is invented. The curl lines can be copied as they stand: the tokens in them are made anew
by `make token`.
"""

import csv
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import httpx

from deploy.local import issuer
from services.accounting.publish.site.tour import chapters

_TIMEOUT = 60
_LINES, _WIDTH = 12, 150  # of an answer, as much as one looks at
_AT_THE_TOP = re.compile('<p class="lead">(.*?)</p>', re.DOTALL)


@dataclass(frozen=True)
class Stop:
    """One question with the call that asks it. `role` is whose token is sent; None: everybody may ask."""

    question: str
    service: str
    path: str
    role: str | None = None


class Guide:
    """Asks the services of the running system, and remembers what the next question needs of an answer."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._ports = {name: environment[f"KOSH_{name.upper()}_PORT"] for name in ("portal", "permits", "accounting")}
        self._issuer = Path(environment["KOSH_OIDC_JWKS_FILE"]).parent

    def show(self, stop: Stop) -> str:
        """Prints the question, the call and the beginning of the answer; the whole answer. A series without figures
        says so. Raises HTTPStatusError where the call is no good one."""
        answer = self._asked(stop)
        if answer.status_code != httpx.codes.NOT_FOUND:
            answer.raise_for_status()
        print(f"\n{stop.question}\n  {self._curl(stop)}\n")
        for line in _beginning(answer):
            print(f"    {line}")
        return answer.text

    def show_page(self, stop: Stop) -> None:
        """The question, the page's address, and what stands at its top."""
        said = _AT_THE_TOP.search(self._asked(stop).raise_for_status().text)
        print(f"  {stop.question}\n    {self._address(stop)}\n    {unescape(said[1]) if said else ''}")

    def _asked(self, stop: Stop) -> httpx.Response:
        head = {"Kosh-Purpose": "a guided tour"}
        if stop.role:
            head["Authorization"] = f"Bearer {issuer.mint(self._issuer, stop.role, agency='demonstration')}"
        return httpx.get(self._address(stop), headers=head, timeout=_TIMEOUT)

    def _address(self, stop: Stop) -> str:
        return f"http://127.0.0.1:{self._ports[stop.service]}{stop.path}"

    def _curl(self, stop: Stop) -> str:
        token = f' -H "Authorization: Bearer $(make -s token ROLE={stop.role})"' if stop.role else ""
        return f"curl -s{token} '{self._address(stop)}'"


def main() -> None:
    guide = Guide(os.environ)
    for stop in _figures():
        guide.show(stop)
    person = _first(guide.show(_CROSSINGS), lambda line: line["migration"])["person"]
    guide.show(Stop("That person's whole way", "accounting", f"/v1/persons/{person}/timeline", "statistician"))
    guide.show(_DOUBTS)
    for chapter in chapters():
        print(f"\nOn the site: {chapter.title['en']}")
        for question in chapter.stops:
            guide.show_page(Stop(question.asked["en"], "accounting", question.address.on_site("en")))
    print("\nHow near all this is to the truth, which is known of invented people: make accuracy (see README).")


def _figures() -> Iterator[Stop]:
    yield Stop("Do the figures hold all that the registers hold?", "accounting", "/v1/status")
    yield _series(
        "Who came to stay, who left for good (12/16-month rule)?", "DF_FLOW/A.IMM+EMI+NET.M1216.KZ._T._T._T._T._T"
    )
    yield _series("The same by the coupons that are counted today", "DF_FLOW/A.IMM+EMI+NET.COUPON.KZ._T._T._T._T._T")
    yield _series("Where did they come from?", "DF_FLOW/A.IMM.M1216.KZ._T.._T._T._T", "statistician")
    yield _series(
        "How many foreigners work here, and on what ground?",
        "DF_LABOUR/A.WORKERS.REGISTER.._T._T.KZ._T._T",
        "statistician",
    )
    yield _series(
        "How many citizens work abroad, as they tell the missions?", "DF_ABROAD/A.WORKING..KZ.._T._T._T", "statistician"
    )
    yield _series("And as the host countries tell?", "DF_MIRROR/A.WORKING+IRREGULAR....", None)
    yield _series("Kandas by the region where they settle", "DF_KANDAS/A.KANDAS_GRANTED.REGISTER.._T", "statistician")
    yield _series(
        "The concept's targets, and where we stand",
        "DF_INDICATOR/A.HEADS_SHARE+SPECIALISTS_SHARE+QUALIFIED_SHARE+QUOTA_SHARE+KANDAS_EMPLOYED_SHARE..KZ",
        None,
    )


def _series(question: str, key: str, role: str | None = None) -> Stop:
    return Stop(question, "accounting", f"/sdmx/v1/data/{key}?format=csv", role)


_CROSSINGS = Stop(
    "What does the rule say of every single crossing?", "accounting", "/v1/classifications?method=M1216", "statistician"
)
_DOUBTS = Stop("Whose identity only a person can settle?", "accounting", "/v1/reviews", "statistician")


def _first(lines: str, wanted: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """The first line that is wanted; where none is, the first at all."""
    parsed: list[dict[str, Any]] = [json.loads(line) for line in lines.splitlines()]
    return next(filter(wanted, parsed), parsed[0])


def _beginning(answer: httpx.Response) -> Iterator[str]:
    """The first lines of an answer as one reads them, each cut at the width of a page."""
    told = answer.headers["content-type"]
    if told.startswith("application/json"):
        lines = json.dumps(answer.json(), indent=1, ensure_ascii=False).splitlines()
    elif "csv" in told:
        lines = list(_table(answer.text))
    else:
        lines = answer.text.splitlines()
    yield from (line[:_WIDTH] for line in lines[:_LINES])
    if len(lines) > _LINES:
        yield f"... {len(lines) - _LINES} lines more"


def _table(text: str) -> Iterator[str]:
    """A table without the columns in which nothing differs: the question says what stands there."""
    header, *rows = csv.reader(text.lstrip("\ufeff").splitlines())
    differs = {name for name, column in zip(header, zip(*rows, strict=True), strict=True) if len(set(column)) > 1}
    shown = [at for at, name in enumerate(header) if name in differs | {"TIME_PERIOD", "OBS_VALUE"}]
    width = {at: max(len(row[at]) for row in (header, *rows)) for at in shown}
    for row in (header, *rows):
        yield "  ".join(row[at].ljust(width[at]) for at in shown).rstrip()


if __name__ == "__main__":
    main()
