"""Merges and splits: which persons became which, by what was theirs before a change and is somebody's after it.

A person who only gets records or claims, and one who is new, becomes nobody else. Who got a smaller key has another id
but the former one is still a key of theirs and leads to them; they are `renamed` only where it is not held any longer.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

import numpy as np

from services.accounting.rules.persons.identity import Keys, among, distinct

Kind = Literal["merge", "split", "renamed"]
TriggerKind = Literal["record", "correction", "withdrawal", "word"]
NOBODY: Final[frozenset[int]] = frozenset()


class Trigger(NamedTuple):
    """What may have merged or parted persons: a fact by its key or a word by its number, and all claims that it holds
    or held; `released` are those that it holds no longer."""

    kind: TriggerKind
    id: int
    keys: frozenset[int]
    released: frozenset[int] = NOBODY


class Became(NamedTuple):
    """The person `former` is now `successor`, as far as these keys: the former one's that are the successor's now."""

    kind: Kind
    former: int
    successor: int
    keys: tuple[int, ...]


def became(
    keys: Keys, holder: Keys, now: Keys, person: Keys, corrections: Iterable[tuple[int, int]] = ()
) -> list[Became]:
    """Who became whom, in order. `holder` held each of `keys` before, `person` holds each of `now` (ascending).

    `corrections` are pairs of a key that a record held and one that it holds instead: by these a person is followed of
    whom nothing else is left.
    """
    held = among(keys, now)
    to = np.zeros(len(keys), np.int64)
    to[held] = person[np.searchsorted(now, keys[held])]
    moved = held & (to != holder)
    ended = np.setdiff1d(holder, holder[held])
    if not moved.any() and not len(ended):
        return []
    followed = list(_followed(keys, holder, now, person, set(ended.tolist()), corrections))
    joined = np.concatenate((to[moved], np.array([successor for _, successor in followed], np.int64)))
    concerned = among(holder, distinct(holder[moved])) | among(to, distinct(joined))
    parts: dict[tuple[int, int], list[int]] = {}
    some = held & concerned
    for key, former, successor in zip(keys[some].tolist(), holder[some].tolist(), to[some].tolist(), strict=True):
        parts.setdefault((former, successor), []).append(key)
    for former, successor in followed:
        parts.setdefault((former, successor), [])
    return _named(parts, now)


def _followed(
    keys: Keys, holder: Keys, now: Keys, person: Keys, ended: set[int], corrections: Iterable[tuple[int, int]]
) -> Iterable[tuple[int, int]]:
    """Those of whom no key is left, and who has their records now."""
    if not ended:
        return
    former = dict(zip(keys.tolist(), holder.tolist(), strict=True))
    for one, other in corrections:
        if former.get(one) in ended:
            yield former[one], int(person[np.searchsorted(now, other)])


def _named(parts: Mapping[tuple[int, int], Sequence[int]], now: Keys) -> list[Became]:
    successors: dict[int, set[int]] = {}
    formers: dict[int, set[int]] = {}
    for former, successor in parts:
        successors.setdefault(former, set()).add(successor)
        formers.setdefault(successor, set()).add(former)
    ids = np.array([*successors], np.int64)
    unheld = set(ids[~among(ids, now)].tolist())
    found = []
    for (former, successor), keys in sorted(parts.items()):
        if len(successors[former]) > 1:
            found.append(Became("split", former, successor, tuple(sorted(keys))))
        elif former != successor and len(formers[successor]) > 1:
            found.append(Became("merge", former, successor, tuple(sorted(keys))))
        elif former != successor and former in unheld:
            found.append(Became("renamed", former, successor, tuple(sorted(keys))))
    return found


def cause_of(change: Became, causes: Sequence[Trigger], theirs: frozenset[int]) -> Trigger:
    """What caused it, of all that came together: for a merge what holds claims of both, for a split what let go of one;
    else whatever is about the persons, of whom `theirs` are all keys before and after, or about others near them."""
    near = [cause for cause in causes if cause.keys & theirs] or causes
    return max(near, key=lambda cause: (_strength(change, cause), -cause.id))


def _strength(change: Became, cause: Trigger) -> int:
    own, others = cause.keys & {*change.keys}, cause.keys - {*change.keys}
    if change.kind == "merge":
        return 2 * bool(own and others) + bool(own)
    return 2 * bool(cause.released) + bool(own)
