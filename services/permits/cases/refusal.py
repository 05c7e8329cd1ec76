"""A refusing decision as an error of the domain: every failed check and what would make it pass."""

from shared.errors import Fault, Refused
from shared.kernel.decisions import Decision


def refusal(decision: Decision, what: str) -> Refused:
    faults = [
        Fault("", f"{check.rule} {check.version}: {check.explanation}; {check.remedy}") for check in decision.failed
    ]
    return Refused(
        f"The rules refuse {what}: every failed check is listed with what would make it pass.", faults=faults
    )
