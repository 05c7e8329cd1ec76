"""Which persons a change merges, splits and renames, and what did it."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

import numpy as np

from services.accounting.cases.change import Change
from services.accounting.rules.persons.changes import Became, Trigger, became, cause_of
from services.accounting.rules.persons.people import People


def caused_changes(change: Change, before: People, after: People) -> list[tuple[Became, Trigger]]:
    """Who of the persons `before` the change became whom `after` it, each with the cause."""
    order = after.keys.argsort()
    now, person = after.keys[order], after.holder_of_key()[order]
    held, holder = before.keys, before.holder_of_key()
    found = became(held, holder, now, person, change.corrections())
    if not found:
        return []
    theirs = [
        frozenset(np.concatenate((held[holder == each.former], now[person == each.successor])).tolist())
        for each in found
    ]
    return list(zip(found, causes_of(change, found, theirs), strict=True))


def causes_of(change: Change, found: Sequence[Became], theirs: Sequence[frozenset[int]]) -> list[Trigger]:
    """What caused each change, `theirs` all keys before and after of the persons it is about: for each the same as if
    it were the only one. All that came is looked through once, for what is near any of them."""
    near: dict[int, list[Trigger]] = defaultdict(list)
    for cause in change.causes(frozenset().union(*theirs)):
        for key in cause.keys:
            near[key].append(cause)
    everything = cache(change.causes)
    return [
        cause_of(each, [cause for key in keys for cause in near.get(key, ())] or everything(), keys)
        for each, keys in zip(found, theirs, strict=True)
    ]
