"""Which records are one person's, pair by pair: the plain reading of rules.identity and rules.claims.

Slow and simple on purpose. Numbers with more claims than the rule takes in are left out, as there.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import combinations, pairwise, product
from typing import Any, NamedTuple

from shared.kernel import names
from shared.kernel.documents import is_filler
from shared.kernel.periods import PartialDate

Record = dict[str, Any]
Subjects = list[str]


class Said(NamedTuple):
    """What records say of the holder of a number."""

    born: str
    name: str
    sex: str


def linked(records: dict[str, Record]) -> Iterator[tuple[str, str]]:
    """Pairs of subjects of records that are about one person."""
    for number, subjects in _sharing(records).items():
        groups: dict[Said, Subjects] = defaultdict(list)
        for subject in subjects:
            groups[_said(records[subject]["person"])].append(subject)
        for alike in groups.values():
            yield from pairwise(alike)
        if len(groups) <= 64:
            for one, other in _joined(number, groups, records):
                yield groups[one][0], groups[other][0]


def _sharing(records: dict[str, Record]) -> dict[tuple[str, ...], Subjects]:
    sharing: dict[tuple[str, ...], Subjects] = defaultdict(list)
    for subject, record in records.items():
        person = record["person"]
        for document in filter(None, (person["document"], record.get("former_document"))):
            if not is_filler(document["number"]):
                sharing["document", document["issuing_state"], document["number"]].append(subject)
        if person["iin"]:
            sharing["iin", person["iin"]].append(subject)
    return sharing


def _said(person: Record) -> Said:
    return Said(person["birth_date"], names.fold(person["surname"], person["given_names"]), person["sex"])


def _joined(
    number: tuple[str, ...], groups: dict[Said, Subjects], records: dict[str, Record]
) -> Iterator[tuple[Said, Said]]:
    agreeing = [pair for pair in combinations(groups, 2) if _agree(number, *pair)]
    for one, other in agreeing:
        together = _reached(one, agreeing)
        if (one.name == other.name and _one_day(one, other)) or not any(
            _cannot_be_one(a, b, [records[s] for s in groups[a]], [records[s] for s in groups[b]])
            for a, b in combinations(together, 2)
        ):
            yield one, other


def _reached(start: Said, agreeing: Iterable[tuple[Said, Said]]) -> set[Said]:
    reached = {start}
    while more := {end for pair in agreeing if reached & {*pair} for end in pair} - reached:
        reached |= more
    return reached


def _agree(number: tuple[str, ...], one: Said, other: Said) -> bool:
    if one.name == other.name:
        return True
    told = number[0] == "document" or not any(_is_in_iin(number[1], each.born) for each in (one, other))
    return told and _one_day(one, other)


def _is_in_iin(iin: str, born: str) -> bool:
    return all(part in ("", own) for part, own in zip((*_parts(born),), (iin[:2], iin[2:4], iin[4:6]), strict=True))


def _parts(born: str) -> tuple[str, str, str]:
    year, month, day = [*born.split("-"), "", ""][:3]
    return year[2:], month, day


def _one_day(one: Said, other: Said) -> bool:
    return PartialDate.parse(one.born).agrees_with(PartialDate.parse(other.born))


def _cannot_be_one(one: Said, other: Said, records: Sequence[Record], others: Sequence[Record]) -> bool:
    if one.name != other.name and {one.sex, other.sex} == {"M", "F"} and not _one_day(one, other):
        return True
    return any(impossible(*pair) for pair in product(records, others) if all("crossed_at" in each for each in pair))


def impossible(one: Record, other: Record) -> bool:
    """Whether no one person can have made both crossings."""
    at, elsewhere = (datetime.fromisoformat(each["crossed_at"]).replace(microsecond=0) for each in (one, other))
    seconds, same_way = abs((at - elsewhere).total_seconds()), one["direction"] == other["direction"]
    here, there = (each["checkpoint"].strip().upper() for each in (one, other))
    if here == there:
        return same_way and seconds < 60
    return seconds < (7_200 if same_way else 1_800)
