"""The structural metadata of agency KOSH: dataflows, their data structures, code lists, concepts, as pysdmx models.

Names are English in the models, since a model holds one language; `messages` adds Kazakh and Russian when it writes.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from pysdmx.model import (
    Agency,
    AgencyScheme,
    Code,
    Codelist,
    Component,
    Components,
    Concept,
    ConceptScheme,
    Dataflow,
    DataStructureDefinition,
    DataType,
    ItemReference,
    Role,
)
from pysdmx.model.__base import MaintainableArtefact

from services.accounting.publish.sdmx.agency import AGENCY, VERSION
from services.accounting.rules.figures.dataflows import ATTRIBUTES, FLOWS, Dimension, Enumeration, Flow, codes_of
from shared.kernel.codes import Code as ListedCode
from shared.kernel.codes import began, code_list, ended

CONCEPTS: Final = "CS_KOSH"
MANDATORY: Final = frozenset({"OBS_STATUS", "UNIT_MEASURE"})

Kind = str
"""A structural resource's name in an address: dataflow, datastructure, codelist, conceptscheme, agencyscheme."""


@cache
def artefacts() -> Mapping[Kind, Mapping[str, MaintainableArtefact]]:
    """Everything there is, by kind and id."""
    return {
        "agencyscheme": {"AGENCIES": _agencies()},
        "dataflow": {flow.id: _dataflow(flow) for flow in FLOWS.values()},
        "codelist": {each.id: _codelist(each) for each in enumerations()},
        "conceptscheme": {CONCEPTS: _concept_scheme()},
        "datastructure": {structure_id(flow): _structure(flow) for flow in FLOWS.values()},
    }


def urn(kind: Kind, id: str) -> str:
    """The universal name of a dataflow, a data structure or a code list."""
    named = {"dataflow": "datastructure.Dataflow", "datastructure": "datastructure.DataStructure"}
    return f"urn:sdmx:org.sdmx.infomodel.{named.get(kind, 'codelist.Codelist')}={AGENCY}:{id}({VERSION})"


def structure_id(flow: Flow) -> str:
    return flow.id.replace("DF_", "DSD_", 1)


@cache
def children(kind: Kind, id: str) -> frozenset[tuple[Kind, str]]:
    """What an artefact refers to, one step down."""
    flow = FLOWS.get(id.replace("DSD_", "DF_", 1))
    if kind == "dataflow" and flow:
        return frozenset({("datastructure", structure_id(flow))})
    if kind == "datastructure" and flow:
        return frozenset({("conceptscheme", CONCEPTS), *(("codelist", each.id) for each in _used(flow))})
    return frozenset()


@cache
def parents(kind: Kind, id: str) -> frozenset[tuple[Kind, str]]:
    """What refers to an artefact, one step up."""
    return frozenset(
        (other, name) for other, named in artefacts().items() for name in named if (kind, id) in children(other, name)
    )


def enumerations() -> list[Enumeration]:
    """Every code list that a flow uses."""
    return list({each.id: each for flow in FLOWS.values() for each in _used(flow)}.values())


def _used(flow: Flow) -> list[Enumeration]:
    return [each.enumeration for each in flow.dimensions] + [each for each in ATTRIBUTES.values() if each]


def _agencies() -> AgencyScheme:
    names = code_list("structure_names")
    agency = Agency(AGENCY, name=names[AGENCY].en)
    return AgencyScheme(id="AGENCIES", name=names["AGENCIES"].en, agency=AGENCY, items=[agency])


def _codelist(enumeration: Enumeration) -> Codelist:
    return Codelist(
        id=enumeration.id,
        name=code_list("code_lists")[enumeration.id].en,
        agency=AGENCY,
        version=VERSION,
        items=[_code(enumeration, code) for code in codes_of(enumeration).values()],
    )


def _code(enumeration: Enumeration, named: ListedCode) -> Code:
    """Of a code that has not always held, the description says when, and what stood before or stands since."""
    (*_, name) = (name for name in (*enumeration.lists, "special_codes") if code_list(name).get(named.code) is named)
    validity = [said for said in (began(name, named), ended(name, named)) if said is not None] if named.dated else []
    return Code(id=named.code, name=named.en, description=" ".join(validity) or None)


def _concept_scheme() -> ConceptScheme:
    concepts = [Concept(id=code, name=named.en) for code, named in code_list("concepts").items()]
    return ConceptScheme(
        id=CONCEPTS, name=code_list("structure_names")[CONCEPTS].en, agency=AGENCY, version=VERSION, items=concepts
    )


def _dataflow(flow: Flow) -> Dataflow:
    return Dataflow(
        id=flow.id, name=code_list("dataflows")[flow.id].en, agency=AGENCY, version=VERSION, structure=_structure(flow)
    )


def _structure(flow: Flow) -> DataStructureDefinition:
    components = [_dimension(each) for each in flow.dimensions]
    components.append(_component("TIME_PERIOD", Role.DIMENSION, local_dtype=DataType.PERIOD))
    components.append(_component("OBS_VALUE", Role.MEASURE, local_dtype=DataType.DECIMAL))
    components += [_attribute(id, enumeration) for id, enumeration in ATTRIBUTES.items()]
    return DataStructureDefinition(
        id=structure_id(flow),
        name=code_list("dataflows")[flow.id].en,
        agency=AGENCY,
        version=VERSION,
        components=Components(components),
    )


def _dimension(dimension: Dimension) -> Component:
    return _component(dimension.id, Role.DIMENSION, **_enumerated(dimension.enumeration))


def _attribute(id: str, enumeration: Enumeration | None) -> Component:
    representation = _enumerated(enumeration) if enumeration else {"local_dtype": DataType.STRING}
    return _component(id, Role.ATTRIBUTE, id in MANDATORY, attachment_level="O", **representation)


def _enumerated(enumeration: Enumeration) -> dict[str, Any]:
    return {"local_enum_ref": urn("codelist", enumeration.id)}


def _component(id: str, role: Role, required: bool = True, **representation: Any) -> Component:
    concept = ItemReference("Concept", AGENCY, CONCEPTS, VERSION, id)
    return Component(id, required, role, concept, **representation)
