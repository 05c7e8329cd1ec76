"""Structure messages in SDMX-ML 2.1: written by pysdmx, then given their Kazakh and Russian names and code parents.

Structures change only with the software, so every message is written once.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Final
from xml.etree import ElementTree

from pysdmx.io.format import Format
from pysdmx.io.writer import write_sdmx
from pysdmx.model import Agency
from pysdmx.model.message import Header

from services.accounting.publish.sdmx.refusals import BadQuery, NothingFound, NotImplementedHere, QueryFault
from services.accounting.publish.sdmx.structures import (
    AGENCY,
    VERSION,
    Kind,
    artefacts,
    children,
    enumerations,
    parents,
)
from services.accounting.rules.figures.dataflows import codes_of
from shared.kernel.codes import Code, code_list

RELEASED: Final = datetime(2026, 11, 1, tzinfo=UTC)
"""When the structures were last changed."""

_SCHEMAS: Final = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
_STR: Final = f"{{{_SCHEMAS}/structure}}"
_NAME: Final = f"{{{_SCHEMAS}/common}}Name"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"

for _prefix, _schema in {"mes": "message", "str": "structure", "com": "common"}.items():
    ElementTree.register_namespace(_prefix, f"{_SCHEMAS}/{_schema}")

Reference = tuple[Kind, str]


@lru_cache(256)
def structure_message(kind: Kind, id: str, references: str = "none", detail: str = "full") -> bytes:
    """The message for one artefact, or all of a kind (`all`; `structure` is every kind). Raises NothingFound, BadQuery,
    NotImplementedHere."""
    asked = _asked(kind, id)
    referenced = _referenced(asked, references) - asked
    stubs = {"full": set(), "allstubs": asked | referenced, "referencestubs": referenced}.get(
        detail.replace("completestubs", "stubs")
    )
    if stubs is None:
        raise NotImplementedHere("detail is offered as full, allstubs, referencestubs and their complete forms.")
    return _write(asked | referenced, {name for _, name in stubs})


def _asked(kind: Kind, id: str) -> set[Reference]:
    kinds = list(artefacts()) if kind == "structure" else [kind]
    wanted = None if id == "all" else set(id.split("+"))
    found = {(each, name) for each in kinds for name in artefacts()[each] if wanted is None or name in wanted}
    if missing := (wanted or set()) - {name for _, name in found}:
        raise NothingFound(f"Agency {AGENCY} has no {kind} of {len(missing)} of these names in version {VERSION}.")
    return found


def _referenced(asked: set[Reference], references: str) -> set[Reference]:
    up = {above for each in asked for above in parents(*each)}
    siblings = {below for each in up for below in children(*each)}
    ways = {
        "none": set[Reference](),
        "children": {below for each in asked for below in children(*each)},
        "descendants": _descendants(asked),
        "parents": up,
        "parentsandsiblings": up | siblings,
        "all": up | siblings | _descendants(asked),
    }
    if references in ways:
        return ways[references]
    if references in artefacts():
        return {each for each in ways["all"] if each[0] == references}
    offered = ", ".join([*ways, *artefacts()])
    raise BadQuery("references is not understood.", [QueryFault("references", f"is none of {offered}.")])


def _descendants(of: Iterable[Reference]) -> set[Reference]:
    found: set[Reference] = set()
    level = set(of)
    while level:
        level = {below for each in level for below in children(*each)} - found
        found |= level
    return found


def _write(chosen: set[Reference], stubs: set[str]) -> bytes:
    models = [artefact for kind, named in artefacts().items() for id, artefact in named.items() if (kind, id) in chosen]
    header = Header(id=f"{AGENCY}_STRUCTURES", prepared=RELEASED, sender=Agency(AGENCY))
    text = write_sdmx(models, Format.STRUCTURE_SDMX_ML_2_1, header=header, prettyprint=False)
    if text is None:
        raise RuntimeError("pysdmx wrote no message")
    root = ElementTree.fromstring(text)  # noqa: S314  (our own text)
    for holder in list(root.iter()):
        for owner in holder:
            _add_names(owner, holder.get("id", ""))
        if holder.get("agencyID") and holder.tag.startswith(_STR) and holder.get("id") in stubs:
            _make_stub(holder)
    ElementTree.indent(root)
    message: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return message


def _add_names(owner: ElementTree.Element, holder: str) -> None:
    named = _names(owner.tag.removeprefix(_STR), owner.get("id", ""), holder)
    if named is None:
        return
    after = next(number for number, child in enumerate(owner, 1) if child.tag == _NAME)
    for language, label in (("ru", named.ru), ("kk", named.kk)):
        other = ElementTree.Element(_NAME, {_LANG: language})
        other.text = label
        owner.insert(after, other)
    if named.parent:
        ElementTree.SubElement(ElementTree.SubElement(owner, f"{_STR}Parent"), "Ref", {"id": named.parent})


def _names(tag: str, id: str, holder: str) -> Code | None:
    match tag:
        case "Code":
            return _codes_by_list()[holder][id]
        case "Concept":
            return code_list("concepts")[id]
        case "Codelist":
            return code_list("code_lists")[id]
        case "Dataflow" | "DataStructure":
            return code_list("dataflows")[id.replace("DSD_", "DF_", 1)]
        case "Agency" | "AgencyScheme" | "ConceptScheme":
            return code_list("structure_names")[id]
    return None


@cache
def _codes_by_list() -> Mapping[str, Mapping[str, Code]]:
    return {each.id: codes_of(each) for each in enumerations()}


def _make_stub(artefact: ElementTree.Element) -> None:
    artefact.set("isExternalReference", "true")
    for child in list(artefact):
        if child.tag != _NAME:
            artefact.remove(child)
