"""Evidence: where the figures of one dataflow stand a second time, beside other evidence of the same thing.

A line says where they are found and where they stand: a place of the key is a code, or `{DIMENSION}`, whose code both
keys share. FREQ is always shared. Where two lines say one figure of a period, the earlier line's stands.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from services.accounting.rules.figures.dataflows import FLOWS, Flow
from services.accounting.rules.figures.figures import Key, Query
from services.accounting.rules.figures.series import PLACE

_SHARED = re.compile(r"\{([A-Z_]+)\}")


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """`key`: INDICATOR, METHOD and all further places in `flow`; `places`: the places after METHOD where it stands."""

    flow: str
    key: str
    places: str


class Evidenced(NamedTuple):
    """Figures of other dataflows, which stand here beside other evidence of the same thing."""

    lines: tuple[EvidenceLine, ...]


def asked_of(line: EvidenceLine, query: Query) -> Query | None:
    """What to ask of the line's dataflow so that the query is answered; None where it wants nothing of the line."""
    wanted = {each.id: codes for each, codes in zip(query.flow.dimensions, query.codes, strict=True)}
    for place, codes in zip(_places(line.places), query.codes[PLACE:], strict=True):
        if not _SHARED.fullmatch(place) and codes is not None and place not in codes:
            return None
    found = [wanted["FREQ"]]
    for place in _places(line.key):
        shared = _SHARED.fullmatch(place)
        found.append(wanted[shared[1]] if shared else frozenset([place]))
    return Query(FLOWS[line.flow], tuple(found), query.start, query.end, query.as_of)


def stands_at(line: EvidenceLine, flow: Flow, indicator: str, method: str, key: Key) -> Key | None:
    """Where the figure of `key` stands in `flow`; None where the codes that it shares are not one."""
    codes: dict[str, str] = {}
    for name, code in _shared(line.key, key[1:]):
        if codes.setdefault(name, code) != code:
            return None
    return (key[0], indicator, method, *_filled(line.places, codes))


def _places(pattern: str) -> list[str]:
    return pattern.split(".")


def _shared(pattern: str, key: Key) -> Iterator[tuple[str, str]]:
    for place, code in zip(_places(pattern), key, strict=True):
        if shared := _SHARED.fullmatch(place):
            yield shared[1], code


def _filled(pattern: str, codes: Mapping[str, str]) -> list[str]:
    return [codes[shared[1]] if (shared := _SHARED.fullmatch(place)) else place for place in _places(pattern)]


def _lines(places: str, *found: str) -> Evidenced:
    """`found`: dataflow and key from INDICATOR on."""
    return Evidenced(tuple(EvidenceLine(flow, key, places) for flow, _, key in (each.partition("/") for each in found)))


_HOSTS: Final = {
    "HOST_REGISTERED": "REGISTERED",
    "HOST_WORKING": "WORKING",
    "HOST_STUDYING": "STUDYING",
    "HOST_IRREGULAR": "IRREGULAR",
}
_PUBLISHED_OF_HOSTS: Final = {
    "HOST_WORKING": "WORKING",
    "HOST_IRREGULAR": "IRREGULAR",
    "HOST_IMMIGRANTS": "IMM",
    "HOST_NET": "NET",
}
_REPORTERS: Final = ("{PARTNER}", "_X", "KAZ", "_O")
"""Of published figures of a host stands its own, else one by nobody named, else our ministries', else others'."""

_LEFT: Final = {
    ("DEREGISTERED", "COUPON"): "DF_FLOW/EMI.COUPON.KZ.{}._T._T._T._T",
    ("LEFT_BORDER", "M1216R"): "DF_FLOW/EMI.M1216R.KZ.{}._T._T._T._T",
}
_EMIGRATION: Final = {
    **{at: (found.format("{PARTNER}"),) for at, found in _LEFT.items()},
    ("CONSULAR_REGISTERED", "REGISTER"): ("DF_ABROAD/REGISTERED.REGISTER.KZ.{PARTNER}._T._T._T",),
    ("CONSULAR_WORKING", "REGISTER"): ("DF_ABROAD/WORKING.REGISTER.KZ.{PARTNER}._T._T._T",),
    ("CONSULAR_STUDYING", "REGISTER"): ("DF_STUDY/STUDYING.REGISTER.KZ.{PARTNER}._T",),
    **{
        (code, method): (f"DF_MIRROR/{concept}.{method}.{{PARTNER}}.KAZ.{{PARTNER}}",)
        for code, concept in _HOSTS.items()
        for method in ("HOST", "HOST_ESTIMATE", "HOST_PRESS")
    },
    **{
        (code, "PUBLISHED"): tuple(f"DF_MIRROR/{concept}.PUBLISHED.{{PARTNER}}.KAZ.{each}" for each in _REPORTERS)
        for code, concept in _PUBLISHED_OF_HOSTS.items()
    },
    **{
        (f"HOST_{concept}", "PUBLISHED"): (f"DF_ABROAD/{concept}.PUBLISHED.KZ.{{PARTNER}}._T._T._T",)
        for concept in ("REGISTERED", "STUDYING")
    },
    ("TRANSFERS_IN", "REPORTED"): ("DF_REMITTANCE/TRANSFERS_IN.REPORTED.{PARTNER}.USD",),
    ("TRANSFERS_IN", "PUBLISHED"): ("DF_REMITTANCE/TRANSFERS_IN.PUBLISHED.{PARTNER}.USD",),
}
_DOUBLE_ENTRY: Final = {
    **{("EMI", method): found.format("{REF_AREA}") for (_, method), found in _LEFT.items()},
    ("EMI", "PUBLISHED"): "DF_EMIGRATION/DEREGISTERED.PUBLISHED.{REF_AREA}",
}
_HERE: Final = {
    ("WORKERS", "REGISTER"): ("{EVIDENCE}", "DF_LABOUR/WORKERS.REGISTER.{EVIDENCE}._T._T.{REF_AREA}.{PARTNER}._T"),
    ("WORKERS", "PUBLISHED"): ("{EVIDENCE}", "DF_LABOUR/WORKERS.PUBLISHED.{EVIDENCE}._T._T.{REF_AREA}.{PARTNER}._T"),
    ("WORK_ENTRIES", "REGISTER"): ("crossings_work", "DF_BORDER/ENTRIES.REGISTER.{REF_AREA}.{PARTNER}.work"),
    ("WORK_GUESTS", "REGISTER"): ("host_notices", "DF_STAY/WORK_GUESTS.REGISTER.{REF_AREA}.{PARTNER}"),
}
_MOVES: Final = {
    ("INTERNAL_BETWEEN", method): f"DF_INTERNAL/INTERNAL_BETWEEN.{method}.{{REF_AREA}}.KZ"
    for method in ("REGISTER", "PUBLISHED")
}

EVIDENCE: Final[Mapping[tuple[str, str, str], Evidenced]] = {
    **{("DF_EMIGRATION", *at): _lines("{PARTNER}", *found) for at, found in _EMIGRATION.items()},
    **{("DF_MIRROR", *at): _lines("{REF_AREA}.KAZ.KAZ", found) for at, found in _DOUBLE_ENTRY.items()},
    **{("DF_EVIDENCE", *at): _lines(f"{{REF_AREA}}.{{PARTNER}}.{kind}", found) for at, (kind, found) in _HERE.items()},
    **{("DF_EVIDENCE", *at): _lines("{REF_AREA}._T.registered_moves", found) for at, found in _MOVES.items()},
}
"""Dataflow, indicator and method -> where its figures are found. Each kind of evidence is a series of its own."""
