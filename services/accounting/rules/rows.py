"""The rows of stored facts as they travel from the digests to COPY: plain tuples in the order of the columns."""

from typing import Final, NamedTuple

CONSUMER: Final = "accounting"
"""As whom contracts/topics.yaml grants us facts and their members."""


class CrossingRow(NamedTuple):
    """One version of a border crossing; see tables.crossing. `fact` to `withdrawn` say which record and version. `told`
    and `seal` are what reconciliation compares by (rules.reconciliation.seal), none in rows of former versions."""

    fact: int
    source_id: str
    version: int
    withdrawn: bool
    day: int
    second: int
    source_order: int
    birth: int
    partner: int
    citizen: int
    purpose: int
    sex: int
    arrival: int
    stated: int
    claim: int
    document: int
    checkpoint: int
    told: int | None = None
    seal: int | None = None


class RegisterRow(NamedTuple):
    """One version of any other fact; see tables.register_fact. `evidence` is a history.Kind or 0: what the fact tells
    of a person's being in the country on `day`, and in which `region`. `end_evidence` is what ends that on `end_day`, a
    history.Kind too, or 0."""

    fact: int
    source_id: str
    version: int
    withdrawn: bool
    kind: str
    claim: int
    document: int
    evidence: int
    day: int
    region: int
    end_evidence: int
    end_day: int
    body: str
    former: int
    told: int | None = None
    seal: int | None = None


class ParkedRow(NamedTuple):
    """An event that was not taken: where it lies in what carried it, and the digest of what lies there. Nothing of its
    content is kept, so that it can be stored whatever it is; `reason` holds none of it either."""

    type: str | None
    reason: str
    digest: bytes | None
    part: int | None
    position: int | None


class ParkedMessage(NamedTuple):
    """Where an event lies that was set aside; nowhere that is known, where an earlier version set it aside."""

    id: int
    transport: str | None
    part: int | None
    position: int | None


FactRow = CrossingRow | RegisterRow


class Held(NamedTuple):
    """What a stored version says of identity."""

    version: int
    withdrawn: bool
    claim: int
    document: int
    former: int


def keys_of(row: FactRow | Held) -> tuple[int, ...]:
    """The identity keys that a version holds: none once it is withdrawn."""
    if row.withdrawn:
        return ()
    former = () if isinstance(row, CrossingRow) else (row.former,)
    return tuple(filter(None, (row.claim, row.document, *former)))  # NO_KEY is false
