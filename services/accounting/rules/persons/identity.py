"""Who is the same person: keys that records hold, and persons as connected components of keys.

A key is a claim: a number (of a document by its issuing state, whatever the type, or an IIN) together with the birth
date, name and sex that a record gives its holder. Neither kind of number proves by itself that two records are about
one person: which claims on one number join is said in rules.claims. A record joins the claims that it makes: at most
one on an IIN, one on its document, one on the document before it. A person is a connected component of claims. There
is no order in this: whatever arrives when, the same records give the same persons, so a rebuild and a replay do as
well.

Keys are keyed hashes of 63 bits: without the secret nobody can find out whose they are. A person's pseudonymous id is
the smallest of its keys. It therefore follows from the records alone, and changes only when a smaller key joins or the
smallest one leaves; a former id goes on to lead to the person as long as that key is held.
"""

from collections.abc import Collection
from functools import lru_cache
from hashlib import blake2b
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from services.accounting.rules.figures.dimensions import sex_code
from services.accounting.rules.persons.likeness import Filters, words_of
from shared.kernel import documents, iin, names
from shared.kernel.digests import subject_key

Keys = npt.NDArray[np.int64]

NO_KEY: Final = 0
REMEMBERED: Final = 2**14
"""Claims made last: a person who enters is notified by a host and leaves again within weeks, so three in four of a
country's claims are among them."""
MANY: Final = 500  # values: so many cost less to filter than to look for
SPARSE: Final = 16  # places for each value that is looked for
CLAIM: Final = np.dtype(
    [("key", "<i8"), ("number", "<i8"), ("born", "<i4"), ("name", "<i8"), ("sex", "u1"), ("dated", "?")]
)
"""What a claim key says. `born` is year * 512 + month * 32 + day, month and day 0 where they are not known; `name` is
0 where it was not kept; `sex` as dimensions.sex_code. `dated`: the birth date is evidence, and not read off the IIN."""

FACT_KEYS: Final = np.dtype([("fact", "<i8"), ("claim", "<i8"), ("document", "<i8"), ("former", "<i8")])
"""The keys that a fact holds, on an IIN, a document and the document before that; one of the first two at least, the
others may be NO_KEY."""


class Claim(NamedTuple):
    key: int
    number: int
    born: int
    name: int
    sex: int
    dated: bool


class MadeClaim(NamedTuple):
    """A claim as a record makes it: Claim, and Likeness, which is what is kept of the holder's name."""

    key: int
    number: int
    born: int
    name: int
    sex: int
    dated: bool
    state: int
    day_block: int
    year_block: int
    surname_1: int
    surname_2: int
    given_1: int
    given_2: int


def fact_key(record: str) -> int:
    """The key of a record's facts, from its `subject`. Two of 100 million records share one with odds of 1 to 1,800."""
    return subject_key(record)


class Holder(NamedTuple):
    """Whom a record gives as the holder of a number: birth date (ISO 8601, maybe in part), name in Latin letters."""

    birth_date: str
    surname: str
    given_names: str | None
    sex: str | None


_READ_ALIKE: Final = str.maketrans("OI", "01")
"""Letters that are read for digits, and digits for letters: no state tells two documents apart by them."""


class Hashes:
    """Makes keys with the installation's secret. Another secret gives other persons' ids and needs a full reload.

    Claims on documents have even keys, those on IINs odd ones: a person with two keys of one kind may hold two claims
    on one number.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError("the identity secret needs 16 bytes or more")
        self.secret = secret[:64]
        self._name = lru_cache(50_000)(self._folded)
        self._filters = Filters(secret)
        self.state_document = lru_cache(REMEMBERED)(self._state_document)
        self.state_iin = lru_cache(REMEMBERED)(self._state_iin)

    def document_key(self, identity_key: str) -> int:
        """The keyed hash of a document, of issuing state and number as one text (documents.identity_key)."""
        return self._hash(b"document", identity_key)

    def iin(self, iin: str) -> int:
        """The keyed hash of an IIN, by which claims on it meet."""
        return self._hash(b"iin", iin)

    def _state_document(self, issuing_state: str, number: str, holder: Holder) -> MadeClaim:
        """`on_document`, as a record makes it."""
        return self._stated(self.on_document(issuing_state, number, holder), holder, issuing_state)

    def _state_iin(self, number: str, holder: Holder) -> MadeClaim:
        """`on_iin`, as a record makes it."""
        return self._stated(self.on_iin(number, holder), holder)

    def state_nothing(self, fact: int, holder: Holder) -> MadeClaim:
        """What a record claims that names neither IIN nor document: a number of its own, which nobody else claims."""
        key, born, name, sex = self._said(b"nothing", fact, holder)
        own = key & ~1 or 2
        return self._stated(Claim(own, own, born, name, sex, dated=True), holder)

    def _stated(self, claim: Claim, holder: Holder, state: str | None = None) -> MadeClaim:
        likeness = self._filters.of(holder.surname, holder.given_names, holder.birth_date, state)
        return MadeClaim(*claim, *likeness)

    def on_document(self, issuing_state: str, number: str, holder: Holder) -> Claim:
        """The claim on a document whose number is one: a filler is not to come here."""
        hashed = self.document_key(f"{issuing_state}:{documents.normalise(number).translate(_READ_ALIKE)}")
        key, born, name, sex = self._said(b"held", hashed, holder)
        return Claim(key & ~1 or 2, hashed, born, name, sex, dated=True)

    def on_iin(self, number: str, holder: Holder) -> Claim:
        """The claim on an IIN."""
        hashed = self.iin(number)
        key, born, name, sex = self._said(b"claim", hashed, holder)
        return Claim(key | 1, hashed, born, name, sex, not iin.gives_birth_date(number, holder.birth_date))

    def _said(self, domain: bytes, number: int, holder: Holder) -> tuple[int, int, int, int]:
        """A key of what is said of a number's holder, and that in parts."""
        name, born = self._name(holder.surname, holder.given_names), _born(holder.birth_date)
        sex = sex_code(holder.sex)
        said = f"{number}:{born}:{name}:{sex}"
        if not (holder.given_names or "").isalpha() and len(words := words_of(holder.given_names)) > 1:
            said += f":{' '.join(words)}"  # a likeness tells them apart, a folded name does not
        return self._hash(domain, said), born, name, sex

    def _folded(self, surname: str, given_names: str | None) -> int:
        return self._hash(b"name", names.fold(surname, given_names))

    def _hash(self, domain: bytes, text: str) -> int:
        return int.from_bytes(blake2b(text.encode(), digest_size=8, key=self.secret, person=domain).digest()) >> 1 or 1


@lru_cache(2**15)  # people share their birth dates: a lifetime has fewer days than this
def _born(birth_date: str) -> int:
    year, month, day = (*map(int, birth_date.split("-")), 0, 0)[:3]
    return year * 512 + month * 32 + day


def repeat_a_kind(keys: Keys, owner: Keys) -> Keys:
    """The keys of those owners who hold several claims on documents, or several on IINs."""
    kind = owner << 1 | keys & 1
    _, number, count = np.unique(kind, return_inverse=True, return_counts=True)
    repeated: Keys = keys[count[number] > 1]
    return repeated


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


def among(values: Keys, ordered: Keys) -> npt.NDArray[np.bool_]:
    """Which of the values are in `ordered`, which ascends. Sorts neither, as numpy's `isin` does. Of many values only
    those are looked for whose last bits one of `ordered` has: keys are hashes, so these are few."""
    if not len(ordered):
        return np.zeros(np.shape(values), np.bool_)
    if np.size(values) < MANY:
        return _found(values, ordered)
    bits = (1 << (SPARSE * len(ordered)).bit_length()) - 1
    marked = np.zeros(bits + 1, np.bool_)
    marked[ordered & bits] = True
    held: npt.NDArray[np.bool_] = marked[values & bits]
    held[held] = _found(values[held], ordered)
    return held


def _found(values: Keys, ordered: Keys) -> npt.NDArray[np.bool_]:
    held: npt.NDArray[np.bool_] = ordered[np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)] == values
    return held


def among_set(values: Keys, some: Collection[int]) -> npt.NDArray[np.bool_]:
    """The same of keys in no order."""
    return among(values, np.array(sorted(some), np.int64))


def pairs(fact_keys: npt.NDArray[np.void]) -> Keys:
    """The edges that facts make by holding several keys; one that holds a single key joins it to itself."""
    ends, renewed = anchor(fact_keys), fact_keys["former"] != NO_KEY
    claim = np.where(fact_keys["claim"] != NO_KEY, fact_keys["claim"], ends)
    return np.concatenate(
        (np.stack((claim, ends), axis=1), np.stack((fact_keys["former"][renewed], ends[renewed]), axis=1))
    )


def anchor(fact_keys: npt.NDArray[np.void]) -> Keys:
    """One key of each fact: all of a fact's keys lead to the same person."""
    return np.where(fact_keys["document"] != NO_KEY, fact_keys["document"], fact_keys["claim"])
