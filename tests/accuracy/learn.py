"""`python -m tests.accuracy.learn 5 11 17 29`: weights of services/accounting/rules/persons/matching.toml.

From simulated countries, apart from the services and from the seeds that accuracy is measured on. m is counted over
all pairs of claims of one life, each claim as its records make it, u over pairs of random lives; a weight is log2(m /
u), of what is not known 0. Names in each other's place are rare: they are counted over all pairs of all lives, and the
weight of both is given beside that of two equal names. The weight of a number is assumed, not learned (decision 0070).
"""

import argparse
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from deploy.simulation.country import Country
from deploy.simulation.rates import rates
from deploy.simulation.registers import written
from deploy.simulation.registers.office import World
from deploy.simulation.simulate import first_day
from services.accounting.intake.digest.digested import identify
from services.accounting.rules.persons.identity import NO_KEY, Claim, Hashes
from services.accounting.rules.persons.likeness import likeness_of
from services.accounting.rules.persons.matching import LEVELS, SAME, Model, candidates
from services.accounting.store.persons.matching import COMPARED
from shared.events.person import Document, Person

LIVES: Final = 5_000
YEARS: Final = 3
THROUGH: Final = date(2026, 6, 30)
RANDOM: Final = 2_000_000
_OF_ONE_LIFE: Final = 64  # claims: who has more is left out
_HASHES: Final = Hashes(b"the secret of a teacher")

Records = npt.NDArray[np.void]


def claims(seed: int) -> tuple[Records, npt.NDArray[np.int64]]:
    """Every claim of a country once, as LIKENESS, and whose it is."""
    start = first_day(THROUGH, YEARS)
    world = World(seed, start, THROUGH, rates())
    found: dict[int, tuple[tuple[int, ...], int]] = {}
    for life in Country(seed, LIVES, start, THROUGH).lives():
        for number, each in enumerate(written(world, life)):
            if "person" in each.record:
                found |= {made[0]: (made, life.number) for made in _made(each.record, life.number * 1_000 + number)}
    rows, lives = zip(*found.values(), strict=True)
    return likeness_of(np.array(rows, COMPARED)), np.array(lives, np.int64)


def _made(record: dict[str, Any], fact: int) -> Iterator[tuple[int, ...]]:
    """As COMPARED."""
    person = Person.model_validate(record["person"])
    former = Document.model_validate(record["former_document"]) if record.get("former_document") else None
    for each in identify(person, fact, _HASHES, former).claims:
        yield each.key, each.number, each.born, each.sex, *each[len(Claim._fields) :], NO_KEY


def exchanged(records: Records, life: npt.NDArray[np.int64]) -> tuple[int, int]:
    """How many pairs of one life have two names in each other's place, and how many of two lives."""
    own, other = (
        np.ascontiguousarray(_names(records, *parts)) for parts in (("surname", "given"), ("given", "surname"))
    )
    names = np.unique(np.concatenate((own, other)), return_inverse=True)[1]
    name, turned = names[: len(own)], names[len(own) :]
    known = (records["surname"].any(axis=1) & records["given"].any(axis=1)) & (name != turned)
    pairs = _meeting(name[known], turned[known])
    same = _meeting(*((life * (names.max() + 1) + each)[known] for each in (name, turned)))
    return same // 2, (pairs - same) // 2


def _names(records: Records, *parts: str) -> npt.NDArray[np.void]:
    bits = np.ascontiguousarray(np.concatenate([records[part] for part in parts], axis=1))
    return bits.view([("", bits.dtype)] * bits.shape[1])[:, 0]


def _meeting(one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> int:
    """Pairs of a place in `one` and a place in `other` that hold the same."""
    value, times = np.unique(one, return_counts=True)
    found, again = np.unique(other, return_counts=True)
    _, mine, theirs = np.intersect1d(value, found, assume_unique=True, return_indices=True)
    return int((times[mine] * again[theirs]).sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", type=int, nargs="+")
    random, model = np.random.default_rng(1), Model.read()
    m, u = (np.full((len(model.fields), 5), 0.5) for _ in range(2))
    turned, of = np.full(2, 0.5), np.zeros(2)
    for seed in parser.parse_args().seeds:
        records, life = claims(seed)
        same = candidates(life + 1, _OF_ONE_LIFE)
        one, other = random.integers(0, len(records), (2, RANDOM))
        strangers = life[one] != life[other]
        turned += exchanged(records, life)
        of += len(same.one), len(records) * (len(records) - 1) / 2 - len(same.one)
        for number, field in enumerate(model.fields):
            value, levels = records[field.name], LEVELS[field.kind]
            m[number] += np.bincount(levels(value[same.one], value[same.other]), minlength=5)
            u[number] += np.bincount(levels(value[one[strangers]], value[other[strangers]]), minlength=5)
    straight = list[float]()
    for field, mine, theirs in zip(model.fields, m, u, strict=True):
        weight = np.log2(mine / mine.sum() / (theirs / theirs.sum()))
        print(field.name, [0.0, *weight[1:].round(1).tolist()])
        straight.append(weight[SAME])
    mine, theirs = turned / of
    print("swapped", round(np.log2(mine / theirs) - straight[0] - straight[1], 1), "counted", turned.tolist())


if __name__ == "__main__":
    main()
