"""Which structures a query asks for, by kind, name, `references`, `detail` and item (SDMX-REST 1.5 and 2.1, 4.3).

An item is a code, a concept or an agency. Asked by item, a scheme is partial: it holds these and no others, and an item
whose parent was not asked for names none.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace
from pysdmx.model.__base import ItemScheme, MaintainableArtefact

from services.accounting.publish.sdmx.agency import AGENCY, VERSION
from services.accounting.publish.sdmx.refusals import BadQuery, NothingFound, QueryFault
from services.accounting.publish.sdmx.structures import Kind, artefacts, children, parents

Reference = tuple[Kind, str]

DETAILS: Final = (
    *("full", "allstubs", "referencestubs", "allcompletestubs", "referencecompletestubs", "referencepartial", "raw"),
)
"""A partial list of codes is the whole one here: a structure takes every code of its lists. Nor is a list an extension
of another, which `raw` would leave unresolved."""


SCHEMES: Final[frozenset[Kind]] = frozenset({"codelist", "conceptscheme", "agencyscheme"})
"""Kinds of structure that are lists of items."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The chosen artefacts, and which of them are named without their content. Those that are `partial` have only the
    `items` of these names."""

    chosen: frozenset[Reference]
    stubs: frozenset[Reference]
    partial: frozenset[Reference] = frozenset()
    items: frozenset[str] = frozenset()

    def model(self, kind: Kind, id: str) -> MaintainableArtefact:
        """An artefact with the items that are chosen of it."""
        whole = artefacts()[kind][id]
        if (kind, id) not in self.partial or not isinstance(whole, ItemScheme):
            return whole
        return replace(whole, items=[each for each in whole.items if each.id in self.items], is_partial=True)

    def has(self, kind: Kind, id: str, item: str | None) -> bool:
        """Whether an artefact is shown with an item."""
        return item is not None and ((kind, id) not in self.partial or item in self.items)

    def by_kind(self) -> Mapping[Kind, list[str]]:
        """The chosen names of each kind, in the order of the house."""
        return {kind: [id for id in named if (kind, id) in self.chosen] for kind, named in artefacts().items()}


def select(kind: Kind, id: str, references: str = "none", detail: str = "full", items: str = "all") -> Selection:
    """`all` are all of a kind, `structure` is every kind; several names, kinds or items stand with `+` between them.
    Raises NothingFound, BadQuery."""
    asked = _asked(kind, id)
    wanted = frozenset[str]() if items == "all" else frozenset(items.split("+"))
    if wanted:
        asked = _holding(asked, wanted)
    referenced = _referenced(asked, references) - asked
    if detail not in DETAILS:
        raise BadQuery("detail is not understood.", [QueryFault("detail", f"is none of {', '.join(DETAILS)}.")])
    shortened = detail.replace("completestubs", "stubs")
    stubs = {"allstubs": asked | referenced, "referencestubs": referenced}.get(shortened, set())
    return Selection(frozenset(asked | referenced), frozenset(stubs), frozenset(asked if wanted else ()), wanted)


def _holding(asked: set[Reference], items: frozenset[str]) -> set[Reference]:
    """Those of the schemes asked for that have one of the items. Raises NothingFound for an item that none has,
    BadQuery for what has no items."""
    if other := {kind for kind, _ in asked} - SCHEMES:
        raise BadQuery("Only schemes have items.", [QueryFault("item", f"is none of a {min(other)}.")])
    held = {each: {item.id for item in artefacts()[each[0]][each[1]].items} for each in asked}  # type: ignore[attr-defined]
    if missing := items - set().union(*held.values()):
        raise NothingFound(f"{len(missing)} of these items are in none of the schemes asked for.")
    return {each for each, several in held.items() if items & several}


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
