"""A refusing decision as an error of the domain: every failed check and what would make it pass."""

from shared.errors import Fault, Refused
from shared.kernel.decisions import Check, Decision


def refusal(decision: Decision, what: str) -> Refused:
    faults = [Fault("", _line(check)) for check in decision.failed]
    return Refused(
        f"The rules refuse {what}: every failed check is listed with what would make it pass.", faults=faults
    )


def _line(check: Check) -> str:
    """Its form has a row in the tables of the services, whose rules' findings it carries."""
    return f"{check.rule} {check.version}: {check.explanation}; {check.remedy}"
