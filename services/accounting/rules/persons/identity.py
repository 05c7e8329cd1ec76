"""Who is the same person: records that share a document, or an IIN together with a birth date or a name.

Every record holds at most two *keys*: its document (issuing state and number, whatever the type) and its claim (IIN
with birth date and name). Claims on one IIN agree when their birth dates can be one day (1990 and 1990-05-01 can) or
their folded names are equal; agreeing claims belong to one person, others are left to a reviewer, because one mistyped
digit in eleven passes an IIN's check. A person is a connected component of keys. There is no order in this: whatever
arrives when, the same records give the same persons, so a rebuild and a replay do as well.

Keys are keyed hashes of 63 bits: without the secret nobody can find out whose they are. A person's pseudonymous id is
the smallest of its keys. It therefore follows from the records alone, and changes only when a smaller key joins or the
smallest one leaves; a former id goes on to lead to the person as long as that key is held.
"""

from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from shared.kernel import documents, names

Keys = npt.NDArray[np.int64]

NO_KEY: Final = 0
CLAIM: Final = np.dtype([("key", "<i8"), ("iin", "<i8"), ("born", "<i4"), ("name", "<i8")])
"""What a claim key says. `born` is year * 512 + month * 32 + day, month and day 0 where they are not known."""


FACT_KEYS: Final = np.dtype([("fact", "<i8"), ("claim", "<i8"), ("document", "<i8")])
"""The keys that a fact holds, at least one of them; the other may be NO_KEY."""


class Claim(NamedTuple):
    key: int
    iin: int
    born: int
    name: int


def fact_key(record: str) -> int:
    """The key of a record's facts, from its `subject`. Two of 100 million records share one with odds of 1 to 1,800."""
    return int.from_bytes(blake2b(record.encode(), digest_size=8).digest()) >> 1 or 1


class Hashes:
    """Makes keys with the installation's secret. Another secret gives other persons' ids and needs a full reload."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError("the identity secret needs 16 bytes or more")
        self._secret = secret[:64]
        self._name = lru_cache(50_000)(self._folded)

    def document(self, issuing_state: str, number: str) -> int:
        """The key of a document."""
        return self.document_key(documents.identity_key(issuing_state, number))

    def document_key(self, identity_key: str) -> int:
        """The same of issuing state and number as one text (documents.identity_key)."""
        return self._hash(b"document", identity_key)

    def iin(self, iin: str) -> int:
        """The keyed hash of an IIN, by which claims on it meet."""
        return self._hash(b"iin", iin)

    def claim(self, iin: str, birth_date: str, surname: str, given_names: str | None) -> Claim:
        """The key of an IIN claimed with a birth date (ISO 8601, maybe in part) and a name in Latin letters."""
        name = self._name(surname, given_names)
        year, month, day = (*map(int, birth_date.split("-")), 0, 0)[:3]
        key = self._hash(b"claim", f"{iin}:{birth_date}:{name}")
        return Claim(key, self.iin(iin), year * 512 + month * 32 + day, name)

    def _folded(self, surname: str, given_names: str | None) -> int:
        return self._hash(b"name", names.fold(surname, given_names))

    def _hash(self, domain: bytes, text: str) -> int:
        return int.from_bytes(blake2b(text.encode(), digest_size=8, key=self._secret, person=domain).digest()) >> 1 or 1


def agree(one: Claim, other: Claim) -> bool:
    """Whether two claims on the same IIN may be one person's."""
    return one.name == other.name or _same_day(one.born, other.born)


def _same_day(one: int, other: int) -> bool:
    """Whether two birth dates can be the same day: nothing that both know differs."""
    if one >> 9 != other >> 9:
        return False
    months, days = (one >> 5 & 15, other >> 5 & 15), (one & 31, other & 31)
    return (months[0] == months[1] or 0 in months) and (days[0] == days[1] or 0 in days)


def links(claims: npt.NDArray[np.void]) -> Keys:
    """Pairs of agreeing claims, as an array of two columns of keys. `claims` (CLAIM) may come in any order."""
    pairs = [(one.key, other.key) for bucket in _buckets(claims) for one, other in combinations(bucket, 2)
             if agree(one, other)]  # fmt: skip
    return np.array(pairs, np.int64).reshape(-1, 2)


def _buckets(claims: npt.NDArray[np.void]) -> Iterator[list[Claim]]:
    """The claims on each IIN that was claimed in more than one way."""
    claims = claims[np.argsort(claims["iin"], kind="stable")]
    starts = np.flatnonzero(np.diff(claims["iin"], prepend=-1))
    ends = np.append(starts[1:], len(claims))
    several = ends - starts > 1
    for start, end in zip(starts[several].tolist(), ends[several].tolist(), strict=True):
        yield [Claim(*claim) for claim in claims[start:end].tolist()]


def components(pairs: Keys) -> tuple[Keys, Keys]:
    """The connected components of a graph given by its edges, an array of two columns of keys.

    Returns all keys in ascending order, and for each the smallest key of its component. Every round links whole trees
    to smaller neighbours and then halves the way to the root: the rounds grow with the logarithm of the longest chain.
    """
    keys = distinct(pairs.ravel())
    one, other = np.searchsorted(keys, pairs[pairs[:, 0] != pairs[:, 1]]).T
    label = np.arange(len(keys))
    while True:
        smaller = np.minimum(label[one], label[other])
        linked = label.copy()
        for end in (one, other):
            np.minimum.at(linked, label[end], smaller)
        linked = linked[linked]
        if np.array_equal(linked, label):
            return keys, keys[label]
        label = linked


def distinct(values: Keys) -> Keys:
    """The values in ascending order, each once. Sorting millions of numbers is faster than numpy's hashing of them."""
    ordered = np.sort(values)
    first = np.ones(len(ordered), np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def pairs(fact_keys: npt.NDArray[np.void]) -> Keys:
    """The edges that facts make by holding a claim and a document; one that holds a single key joins it to itself."""
    claim, document = fact_keys["claim"], fact_keys["document"]
    return np.stack((np.where(claim != NO_KEY, claim, document), anchor(fact_keys)), axis=1)


def anchor(fact_keys: npt.NDArray[np.void]) -> Keys:
    """One key of each fact: all of a fact's keys lead to the same person."""
    return np.where(fact_keys["document"] != NO_KEY, fact_keys["document"], fact_keys["claim"])
