"""Which records matching adds to those that are one person's by numbers, pair by pair: the plain reading of
rules.persons.matching and rules.persons.likeness, with sets of letter pairs where these have filters.
"""

import tomllib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from services.accounting.rules.persons.likeness import read_by_office, skeleton
from services.accounting.rules.persons.matching import HOUSE
from shared.kernel import names
from shared.kernel.documents import is_filler
from shared.kernel.periods import PartialDate
from shared.kernel.spellings import canonical, stem
from tests.accounting.oracle_identity import impossible

MODEL = tomllib.loads(HOUSE.read_text())
UNKNOWN, DIFFERENT, SIMILAR, ALIKE, SAME = range(5)
Record = dict[str, Any]


class Claimed(NamedTuple):
    """A number and what is said of its holder; a record that shows none claims one of its own."""

    number: tuple[str, ...]
    born: str
    name: str
    words: tuple[str, ...]
    sex: str


def matched(
    records: Mapping[str, Record], one_by_numbers: Callable[[Iterable[tuple[str, str]]], Mapping[str, int]]
) -> Iterator[tuple[str, str]]:
    """Pairs of subjects that are joined by name and birth date. `one_by_numbers` groups subjects by pairs added."""
    subjects: dict[Claimed, list[str]] = defaultdict(list)
    for subject, record in records.items():
        for claim in _claims(subject, record):
            subjects[claim].append(subject)
    group = one_by_numbers(())
    joined = [
        (subjects[one][0], subjects[other][0])
        for one, other in _met(list(subjects))
        if group[subjects[one][0]] != group[subjects[other][0]]
    ]
    together = one_by_numbers(joined)
    by_group: dict[int, list[str]] = defaultdict(list)
    for subject in records:
        by_group[together[subject]].append(subject)
    for one, other in joined:
        if not _contradiction(by_group[together[one]], records, group):
            yield one, other


def _claims(subject: str, record: Record) -> Iterator[Claimed]:
    person = record["person"]
    words = tuple((person["given_names"] or "").replace("-", " ").split())
    name = names.fold(person["surname"], person["given_names"])
    said = person["birth_date"], name, words, person["sex"]
    shown = [each for each in (person["document"], record.get("former_document")) if each]
    numbers: list[tuple[str, ...]] = [
        ("document", each["issuing_state"], each["number"]) for each in shown if not is_filler(each["number"])
    ]
    numbers += [("iin", person["iin"])] if person["iin"] else []
    present = person["document"] and not is_filler(person["document"]["number"])
    if not present and not person["iin"]:
        numbers.append(("nothing", subject))
    for number in numbers:
        yield Claimed(number, *said)


def _met(claims: Sequence[Claimed]) -> Iterator[tuple[Claimed, Claimed]]:
    days: dict[tuple[str, str], list[Claimed]] = defaultdict(list)
    years: dict[tuple[str, ...], list[Claimed]] = defaultdict(list)
    for claim in claims:
        words = _skeletons(claim)
        if len(claim.born) == 10 and words:
            days[claim.born, words[0]].append(claim)
        years[(claim.born[:4], *words) if len(words) == 2 else ()].append(claim)
    others = {
        claim: len({each.born for each in block if _date(each.born, claim.born) == DIFFERENT})
        if len(block) <= MODEL["most"] and key
        else 99
        for key, block in years.items()
        for claim in block
    }
    numbers: dict[tuple[str, ...], list[Claimed]] = defaultdict(list)
    for claim in claims:
        numbers[claim.number].append(claim)
    proving = {number for number, block in numbers.items() if len(block) <= MODEL["most"]}
    for block in (*days.values(), *numbers.values()):
        if len(block) <= MODEL["most"]:
            for one, other in combinations(block, 2):
                rarity = MODEL["namesakes"][min(max(others[one], others[other]), len(MODEL["namesakes"]) - 1)]
                if _weight(one, other, proving) + rarity >= MODEL["join"]:
                    yield one, other


def _surname(claim: Claimed) -> str:
    return canonical(_as_read(claim)[0])


def _given(claim: Claimed) -> list[str]:
    return [canonical(word) for word in (_as_read(claim)[1] or "").split()]


def _as_read(claim: Claimed) -> tuple[str, str | None]:
    state = claim.number[1] if claim.number[0] == "document" else None
    return read_by_office(claim.name.split(",")[0], " ".join(claim.words), state)


def _skeletons(claim: Claimed) -> list[str]:
    given = _given(claim)
    return sorted(filter(None, (skeleton(_surname(claim)), skeleton(given[0]) if given else "")))


def _weight(one: Claimed, other: Claimed, proving: Collection[tuple[str, ...]]) -> float:
    surnames = [_letters([_surname(each)]) for each in (one, other)]
    givens = [_letters(_given(each)) for each in (one, other)]
    straight = _of("surname", _text(*surnames)) + _of("given", _text(*givens))
    crossed = _of("surname", _text(surnames[0], givens[1])) + _of("given", _text(givens[0], surnames[1]))
    sexes = {one.sex, other.sex}
    sex = UNKNOWN if "X" in sexes else SAME if len(sexes) == 1 else DIFFERENT
    states = [each.number[1] if each.number[0] == "document" else None for each in (one, other)]
    state = UNKNOWN if None in states else SAME if states[0] == states[1] else DIFFERENT
    names = max(straight, crossed + float(MODEL["swapped"]))
    number = SAME if one.number == other.number else DIFFERENT
    relatives = _text(*surnames) >= ALIKE and _text(*givens) < ALIKE
    if relatives or not {one.number, other.number} <= set(proving):
        number = UNKNOWN
    return (
        names + _of("number", number) + _of("born", _date(one.born, other.born)) + _of("sex", sex) + _of("state", state)
    )


def _of(field: str, level: int) -> float:
    weight: float = MODEL["field"][field]["weights"][level]
    return weight


def _letters(words: Iterable[str]) -> set[str]:
    stems = [stem(word) for word in words if word]
    return {f"_{word}_"[place : place + 2] for word in stems for place in range(len(word) + 1)}


def _text(one: set[str], other: set[str]) -> int:
    if not one or not other:
        return UNKNOWN
    if one == other:
        return SAME
    dice = 2 * len(one & other) / (len(one) + len(other))
    if dice >= 0.8 or len(one & other) >= 0.95 * min(len(one), len(other)):
        return ALIKE
    return SIMILAR if dice >= 0.6 else DIFFERENT


def _date(one: str, other: str) -> int:
    if one == other:
        return SAME
    if PartialDate.parse(one).agrees_with(PartialDate.parse(other)):
        return ALIKE
    parts, others = ([*each.split("-"), "", ""][:3] for each in (one, other))
    same = sum(a == b for a, b in zip(parts, others, strict=True))
    exchanged = parts[0] == others[0] and parts[1:] == others[:0:-1]
    return SIMILAR if exchanged or same == 2 else DIFFERENT


def _contradiction(subjects: Sequence[str], records: Mapping[str, Record], group: Mapping[str, int]) -> bool:
    iins: dict[int, set[str]] = defaultdict(set)
    for subject in subjects:
        if iin := records[subject]["person"]["iin"]:
            iins[group[subject]].add(iin)
    if iins and len(set[str]().union(*iins.values())) > max(map(len, iins.values())):
        return True
    crossed = [subject for subject in subjects if "crossed_at" in records[subject]]
    return any(
        group[one] != group[other] and impossible(records[one], records[other])
        for one, other in combinations(crossed, 2)
    )
