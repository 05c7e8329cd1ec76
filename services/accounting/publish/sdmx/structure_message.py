"""Structure messages in SDMX-ML 2.1 and 3.0: written by pysdmx, then given their Kazakh and Russian names and code
parents.

Structures change only with the software, so every message is written once.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Final, Literal
from xml.etree import ElementTree

from pysdmx.io.format import Format
from pysdmx.io.writer import write_sdmx
from pysdmx.model import Agency
from pysdmx.model.message import Header

from services.accounting.publish.sdmx.agency import AGENCY
from services.accounting.publish.sdmx.selection import Selection
from services.accounting.publish.sdmx.structures import enumerations
from services.accounting.rules.figures.dataflows import codes_of
from shared.kernel.codes import Code, code_list

RELEASED: Final = datetime(2026, 11, 1, tzinfo=UTC)
"""When the structures were last changed."""

Version = Literal["2.1", "3.0.0"]

_FORMATS: Final[Mapping[Version, Format]] = {
    "2.1": Format.STRUCTURE_SDMX_ML_2_1,
    "3.0.0": Format.STRUCTURE_SDMX_ML_3_0,
}
_NAME_OF_3: Final = re.compile(r"[A-Za-z][A-Za-z0-9_\-]*")
"""What the schema of version 3.0 takes for a code's parent, though a code itself may be `_T` or `71`: such a parent is
left out there; version 2.1 and SDMX-JSON name every one."""
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class _Schemas:
    """The names of a version: the beginning of every structure's tag, the tag of a name."""

    structure: str
    name: str
    refers_by_element: bool

    @classmethod
    def of(cls, version: Version) -> "_Schemas":
        base = f"http://www.sdmx.org/resources/sdmxml/schemas/v{version.removesuffix('.0').replace('.', '_')}"
        for prefix, schema in {"mes": "message", "str": "structure", "com": "common"}.items():
            ElementTree.register_namespace(prefix, f"{base}/{schema}")
        return cls(f"{{{base}/structure}}", f"{{{base}/common}}Name", version == "2.1")


@lru_cache(64)
def structure_message(selection: Selection, version: Version = "2.1") -> bytes:
    """The message of the chosen artefacts."""
    schemas = _Schemas.of(version)
    root = ElementTree.fromstring(_written(selection, version))  # noqa: S314  (our own text)
    for holder in list(root.iter()):
        for owner in holder:
            _add_names(owner, holder.get("id", ""), schemas, selection)
        if holder.get("agencyID") and holder.tag.startswith(schemas.structure):
            kind = holder.tag.removeprefix(schemas.structure).lower()
            if (kind, holder.get("id")) in selection.stubs:
                _make_stub(holder, schemas)
    ElementTree.indent(root)
    message: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return message


def _written(selection: Selection, version: Version) -> str:
    models = [selection.model(kind, id) for kind, ids in selection.by_kind().items() for id in ids]
    header = Header(id=f"{AGENCY}_STRUCTURES", prepared=RELEASED, sender=Agency(AGENCY))
    text = write_sdmx(models, _FORMATS[version], header=header, prettyprint=False)
    if text is None:
        raise RuntimeError("pysdmx wrote no message")
    return text


def _add_names(owner: ElementTree.Element, holder: str, schemas: _Schemas, selection: Selection) -> None:
    named = names_of(owner.tag.removeprefix(schemas.structure), owner.get("id", ""), holder)
    if named is None:
        return
    after = next(number for number, child in enumerate(owner, 1) if child.tag == schemas.name)
    for language, label in (("ru", named.ru), ("kk", named.kk)):
        other = ElementTree.Element(schemas.name, {_LANG: language})
        other.text = label
        owner.insert(after, other)
    if not selection.has("codelist", holder, named.parent):
        return
    if named.parent and schemas.refers_by_element:
        ElementTree.SubElement(ElementTree.SubElement(owner, f"{schemas.structure}Parent"), "Ref", {"id": named.parent})
    elif named.parent and _NAME_OF_3.fullmatch(named.parent):
        ElementTree.SubElement(owner, f"{schemas.structure}Parent").text = named.parent


def names_of(tag: str, id: str, holder: str = "") -> Code | None:
    """The names of an artefact or of an item of `holder`, by the standard's name of what it is."""
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


def _make_stub(artefact: ElementTree.Element, schemas: _Schemas) -> None:
    artefact.set("isExternalReference", "true")
    for child in list(artefact):
        if child.tag != schemas.name:
            artefact.remove(child)
