"""The checklists of CONTRIBUTING.md: what a forgotten step would leave behind, where no other test finds it."""

import ast
import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.accounting.rules.figures.dataflows import FLOWS, codes_of
from shared.events.catalogue import FACTS
from shared.events.envelope import Fact
from shared.kernel.codes import code_list

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text()
EXAMPLES = [json.loads(path.read_text()) for path in sorted((ROOT / "contracts/examples").glob("*/*/*.json"))]


def facts_of_the_code() -> Iterator[type[Fact]]:
    """Every model that is published under a type of its own."""
    for path in sorted((ROOT / "shared/events").glob("*.py")):
        module = importlib.import_module(f"shared.events.{path.stem}")
        for name, found in vars(module).items():
            if isinstance(found, type) and issubclass(found, Fact) and found is not Fact and not name.startswith("_"):
                yield found


def test_every_fact_is_in_the_catalogue() -> None:
    assert set(facts_of_the_code()) == set(FACTS.values())


def test_every_member_of_every_fact_stands_in_an_example() -> None:
    shown = {f"{event['type']}: {name}" for event in EXAMPLES for name, v in event["data"].items() if v is not None}
    members = {f"{kind}: {name}" for kind, fact in FACTS.items() for name in fact.model_fields}
    assert sorted(members - shown) == []


# What no figure needs today: it stays in the event. Whoever counts by one of these takes it out of here.
NOT_COUNTED = {
    "portal.border_crossing.v1": {"visa_number"},
    "portal.host_notification.v1": {"host_kind"},
    "portal.visa.v1": {"electronic", "entries", "invitation", "mission", "stay_days"},
    "portal.stay_registration.v1": {"visa_number"},
    "portal.protection_status.v1": {"reviewed_on"},
    "portal.violation.v1": {"article", "contested_on", "penalty"},
    "portal.expulsion.v1": {"barred_until"},
    "portal.entry_ban.v1": {"barred_from", "barred_until", "lift_reason", "lifted_on"},
    "portal.border_alert.v1": {"certainty"},
    "portal.lost_document.v1": {"report", "settled_on"},
    "permits.work_permit.v1": {"business_trips", "employer_bin", "further_regions", "occupation", "suspended_on"},
    "permits.eaeu_worker.v1": {"employer_bin", "occupation"},
    "permits.employer_inspection.v1": {
        *("employer_bin", "inspected_on", "measures", "office", "violations"),
    },
    "permits.labour_complaint.v1": {"employer_bin", "received_on", "settled_on"},
    "permits.exempt_worker.v1": {"employer_bin", "ground_document", "occupation"},
    "permits.business_immigrant.v1": {"company_bin"},
    "permits.biometric_registration.v1": {"office", "reference", "taken_on"},
    "kandas.kandas_status.v1": {"case", "member"},
    "kandas.notable_kazakh.v1": {"city", "known_for", "name_kazakh", "page"},
    "kandas.cultural_centre.v1": {"city", "closed_on", "founded_on", "page"},
    "kandas.support_grant.v1": {"expected_employment", "housing_price", "inclusion", "mci"},
    "kandas.quota_inclusion.v1": {"programme"},
    "kandas.employment_request.v1": {
        *("close_reason", "closed_on", "employer_bin", "expected_employment", "inclusion"),
        *("occupation", "office"),
    },
    "kandas.centre.v1": {"orders"},
    "kandas.centre_stay.v1": {"centre"},
    "kandas.adaptation_course.v1": {"attended_on", "offered_on", "passed_on"},
    "consular.consular_registration.v1": {
        *("abroad_since", "city", "employer", "expected_until", "legal_basis", "mission", "occupation", "renewed_on"),
    },
    "portal.sign_of_life.v1": {"precision"},
    "consular.statistics_request.v1": {"answer_by", "declined_because", "mission", "settled_on"},
    "consular.register_total.v1": {"registered", "stale", "working"},
    "consular.assistance_case.v1": {"closed_on", "mission"},
    "consular.placement_agency.v1": {"agency_bin", "listed_on"},
    "consular.placement_contract.v1": {"agency_bin", "employer", "occupation", "signed_on", "workers"},
    "consular.placement_complaint.v1": {"agency_bin", "received_on", "settled_on"},
    "consular.study.v1": {"funding", "institution"},
}


def names_read_by_accounting() -> Iterator[str]:
    """What accounting reads of anything by name: as an attribute, or as a string in what makes SQL; the words of SDMX
    are the standard's and those of the command line the operators', and no facts are read where they stand."""
    accounting = ROOT / "services/accounting"
    sources = {each for each in accounting.rglob("*.py") if "sdmx" not in str(each.relative_to(accounting))}
    for path in sorted(sources - {accounting / "__main__.py"}):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute):
                yield node.attr
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_every_member_is_read_by_accounting_or_knowingly_not() -> None:
    """By its name alone: a member that is called as another one that is read passes unseen."""
    read = set(names_read_by_accounting())
    unread = {f"{fact.PRODUCER}.{fact.NAME}": set(fact.model_fields) - read for fact in FACTS.values()}
    assert {fact: members for fact, members in unread.items() if members} == NOT_COUNTED


def test_every_dataflow_has_its_names_and_every_dimension_its_codes() -> None:
    """That each name is written in its language, tests/kernel/test_codes.py looks at."""
    assert set(code_list("dataflows")) == set(FLOWS)
    assert [
        f"{flow.id}.{dimension.id}"
        for flow in FLOWS.values()
        for dimension in flow.dimensions
        if not codes_of(dimension.enumeration)
    ] == []


def test_every_dimension_and_every_enumeration_has_its_names() -> None:
    dimensions = [dimension for flow in FLOWS.values() for dimension in flow.dimensions]
    assert sorted({dimension.id for dimension in dimensions} - set(code_list("concepts"))) == []
    assert sorted({dimension.enumeration.id for dimension in dimensions} - set(code_list("code_lists"))) == []


CHECKLISTS = re.findall(r"^### (.+)\n\n((?:\d\. .*\n(?:   .*\n)*)+)", GUIDE, re.MULTILINE)


def test_there_are_six() -> None:
    assert [title for title, _ in CHECKLISTS] == [
        "A member",
        "A norm",
        "A fact",
        "A register",
        "A dataflow",
        "A view of the site",
    ]


@pytest.mark.parametrize("steps", [steps for _, steps in CHECKLISTS], ids=[title for title, _ in CHECKLISTS])
def test_every_step_names_the_test_that_fails_where_it_is_forgotten(steps: str) -> None:
    for step in re.findall(r"^\d\. (?:.|\n   )*", steps, re.MULTILINE):
        proofs = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", step)
        assert proofs, step
        for path, test in proofs:
            assert (ROOT / path).is_file(), step
            assert not test or f"def {test}(" in (ROOT / path).read_text(), step
