"""Structure messages in SDMX-JSON 2.0, every name in three languages."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

import orjson
from pysdmx.model import Codelist, Component, ConceptScheme, Dataflow, DataStructureDefinition, DataType, Role

from services.accounting.publish.languages import in_order
from services.accounting.publish.sdmx.agency import AGENCY, VERSION
from services.accounting.publish.sdmx.selection import Selection
from services.accounting.publish.sdmx.structure_message import RELEASED, names_of
from services.accounting.publish.sdmx.structures import Kind, urn
from shared.kernel.codes import Language

SCHEMA: Final = (
    "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/structure-message/tools/schemas/2.0.0/"
    "sdmx-json-structure-schema.json"
)
Item = dict[str, Any]

_MEMBERS: Final[Mapping[Kind, tuple[str, str]]] = {
    "agencyscheme": ("agencySchemes", "AgencyScheme"),
    "dataflow": ("dataflows", "Dataflow"),
    "codelist": ("codelists", "Codelist"),
    "conceptscheme": ("conceptSchemes", "ConceptScheme"),
    "datastructure": ("dataStructures", "DataStructure"),
}
"""The member of the message that holds a kind, and the standard's name of it."""
_TYPES: Final = {
    DataType.PERIOD: "ObservationalTimePeriod",
    DataType.DECIMAL: "Decimal",
    DataType.STRING: "String",
}


@lru_cache(64)
def json_structures(selection: Selection, language: Language) -> bytes:
    """The message of the chosen artefacts; `language` is the one of the names that stand alone."""
    return document(contents(selection, language), language)


def contents(selection: Selection, language: Language) -> Item:
    """The chosen artefacts by the member that holds their kind."""
    return {
        _MEMBERS[kind][0]: [_artefact(kind, id, selection, language) for id in ids]
        for kind, ids in selection.by_kind().items()
        if ids
    }


def document(data: Item, language: Language) -> bytes:
    """The whole message around its data."""
    meta = {
        "schema": SCHEMA,
        "id": f"{AGENCY}_STRUCTURES",
        "prepared": RELEASED.isoformat(timespec="seconds"),
        "test": False,
        "contentLanguages": in_order(language),
        "sender": {"id": AGENCY},
    }
    return orjson.dumps({"meta": meta, "data": data})


def _artefact(kind: Kind, id: str, selection: Selection, language: Language) -> Item:
    _, name = _MEMBERS[kind]
    artefact, stub = selection.model(kind, id), (kind, id) in selection.stubs
    written: Item = {"id": id, "version": artefact.version, "agencyID": AGENCY, "isExternalReference": stub}
    written |= _named(name, id, language)
    return written if stub else written | _CONTENT[kind](artefact, language)


def _named(tag: str, id: str, language: Language, holder: str = "") -> Item:
    if (named := names_of(tag, id, holder)) is None:
        raise KeyError(id)
    return {"name": named.label(language), "names": {each: named.label(each) for each in in_order(language)}}


def _agencies(_: Any, language: Language) -> Item:
    return {"agencies": [{"id": AGENCY} | _named("Agency", AGENCY, language)]}


def _dataflow(artefact: Dataflow, _: Language) -> Item:
    return {"structure": urn("datastructure", artefact.id.replace("DF_", "DSD_", 1))}


def _codelist(artefact: Codelist, language: Language) -> Item:
    shown = {code.id for code in artefact}
    codes = [_code(artefact.id, code.id, code.description, language) for code in artefact]
    whole = [each if each.get("parent") in shown else _without_parent(each) for each in codes]
    return {"isPartial": artefact.is_partial, "codes": whole}


def _code(holder: str, id: str, description: str | None, language: Language) -> Item:
    written: Item = {"id": id} | _named("Code", id, language, holder)
    if description:
        written |= {"description": description, "descriptions": {"en": description}}
    named = names_of("Code", id, holder)
    return written | {"parent": named.parent} if named and named.parent else written


def _concepts(artefact: ConceptScheme, language: Language) -> Item:
    concepts = [{"id": each.id} | _named("Concept", each.id, language) for each in artefact]
    return {"isPartial": artefact.is_partial, "concepts": concepts}


def _without_parent(code: Item) -> Item:
    return {name: text for name, text in code.items() if name != "parent"}


def _structure(artefact: DataStructureDefinition, _: Language) -> Item:
    by_role: dict[Role, list[Component]] = {role: [] for role in Role}
    for component in artefact.components:
        by_role[component.role].append(component)
    *dimensions, time = by_role[Role.DIMENSION]
    return {
        "dataStructureComponents": {
            "dimensionList": {
                "id": "DimensionDescriptor",
                "dimensions": [_component(each) | {"position": number} for number, each in enumerate(dimensions)],
                "timeDimension": _component(time),
            },
            "measureList": {
                "id": "MeasureDescriptor",
                "measures": [_component(each) | {"usage": "mandatory"} for each in by_role[Role.MEASURE]],
            },
            "attributeList": {
                "id": "AttributeDescriptor",
                "attributes": [_component(each) | _attached(each) for each in by_role[Role.ATTRIBUTE]],
            },
        }
    }


def _attached(attribute: Component) -> Item:
    usage = "mandatory" if attribute.required else "optional"
    return {"usage": usage, "attributeRelationship": {"observation": {}}, "measureRelationship": ["OBS_VALUE"]}


def _component(component: Component) -> Item:
    concept = f"urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept={AGENCY}:CS_KOSH({VERSION}).{component.id}"
    if component.local_enum_ref:
        representation: Item = {"enumeration": component.local_enum_ref}
    else:
        representation = {"format": {"dataType": _TYPES[component.local_dtype or DataType.STRING]}}
    return {"id": component.id, "conceptIdentity": concept, "localRepresentation": representation}


_CONTENT: Final[Mapping[Kind, Callable[[Any, Language], Item]]] = {
    "agencyscheme": _agencies,
    "dataflow": _dataflow,
    "codelist": _codelist,
    "conceptscheme": _concepts,
    "datastructure": _structure,
}
