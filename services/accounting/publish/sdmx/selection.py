"""Which structures a query asks for, by kind, name, `references` and `detail` (SDMX-REST 1.5 and 2.1, 4.3)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from services.accounting.publish.sdmx.agency import AGENCY, VERSION
from services.accounting.publish.sdmx.refusals import BadQuery, NothingFound, QueryFault
from services.accounting.publish.sdmx.structures import Kind, artefacts, children, parents

Reference = tuple[Kind, str]

DETAILS: Final = (
    *("full", "allstubs", "referencestubs", "allcompletestubs", "referencecompletestubs", "referencepartial", "raw"),
)
"""A partial list of codes is the whole one here: a structure takes every code of its lists. Nor is a list an extension
of another, which `raw` would leave unresolved."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The chosen artefacts, and which of them are named without their content."""

    chosen: frozenset[Reference]
    stubs: frozenset[Reference]

    def by_kind(self) -> Mapping[Kind, list[str]]:
        """The chosen names of each kind, in the order of the house."""
        return {kind: [id for id in named if (kind, id) in self.chosen] for kind, named in artefacts().items()}


def select(kind: Kind, id: str, references: str = "none", detail: str = "full") -> Selection:
    """`all` are all of a kind, `structure` is every kind; several names or kinds stand with `+` between them. Raises
    NothingFound, BadQuery."""
    asked = _asked(kind, id)
    referenced = _referenced(asked, references) - asked
    if detail not in DETAILS:
        raise BadQuery("detail is not understood.", [QueryFault("detail", f"is none of {', '.join(DETAILS)}.")])
    shortened = detail.replace("completestubs", "stubs")
    stubs = {"allstubs": asked | referenced, "referencestubs": referenced}.get(shortened, set())
    return Selection(frozenset(asked | referenced), frozenset(stubs))


def _asked(kind: Kind, id: str) -> set[Reference]:
    kinds = list(artefacts()) if kind == "structure" else kind.split("+")
    wanted = None if id == "all" else set(id.split("+"))
    found = {(each, name) for each in kinds for name in artefacts()[each] if wanted is None or name in wanted}
    if missing := (wanted or set()) - {name for _, name in found}:
        raise NothingFound(f"Agency {AGENCY} has no {kind} of {len(missing)} of these names in version {VERSION}.")
    return found


def _referenced(asked: set[Reference], references: str) -> set[Reference]:
    below = _closure(children, asked)
    up = {above for each in asked for above in parents(*each)}
    ways = {
        "none": set[Reference](),
        "children": {below for each in asked for below in children(*each)},
        "descendants": below,
        "parents": up,
        "ancestors": _closure(parents, asked),
        "parentsandsiblings": up | {sibling for each in up for sibling in children(*each)},
    }
    ways["all"] = ways["parentsandsiblings"] | below
    if references in ways:
        return ways[references]
    kinds = references.split("+")
    if set(kinds) <= artefacts().keys():
        return {each for each in ways["all"] if each[0] in kinds}
    offered = ", ".join([*ways, *artefacts()])
    raise BadQuery("references is not understood.", [QueryFault("references", f"is none of {offered}.")])


def _closure(step: Callable[[Kind, str], Iterable[Reference]], of: Iterable[Reference]) -> set[Reference]:
    found: set[Reference] = set()
    level = set(of)
    while level:
        level = {each for one in level for each in step(*one)} - found
        found |= level
    return found
