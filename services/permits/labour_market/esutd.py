"""The register of labour contracts (ESUTD): a worker's contracts with an employer.

No description of its interface was among the sources: path and members are assumed, spoken by the stand-in in
`tests/permits/test_labour_market.py`, and stand in this module alone. The IIN stands in the body: addresses are logged.

    POST <url>/contracts:find {"iin": ..., "bin": ...}
    200 {"contracts": [{"from": "2026-01-04", "until": null, "occupation": "..."}]}, empty or 404 where there is none
"""

import logging
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from services.permits.labour_market.asking import NoAnswer, System
from services.permits.labour_market.port import ContractsAnswer, LabourContract
from shared.events.wire import Date

log = logging.getLogger(__name__)


class _Contract(BaseModel):
    since: Date = Field(alias="from")
    until: Date | None = None
    occupation: Annotated[str, Field(max_length=200)] | None = None


class _Contracts(BaseModel):
    contracts: list[_Contract]


@dataclass(frozen=True, slots=True)
class Esutd:
    """The register at `system`."""

    system: System

    async def contracts_of(self, iin: str, employer_bin: str) -> ContractsAnswer:
        try:
            content = await self.system.ask("POST", "/contracts:find", {"iin": iin, "bin": employer_bin})
            told = _Contracts(contracts=[]) if content is None else _Contracts.model_validate_json(content)
        except NoAnswer as reason:
            log.warning("the register of labour contracts does not tell: %s", reason)
            return ContractsAnswer("unknown")
        except ValidationError:
            log.warning("the register of labour contracts does not tell: an answer of another form")
            return ContractsAnswer("unknown")
        if any(contract.until is not None and contract.until < contract.since for contract in told.contracts):
            log.warning("the register of labour contracts does not tell: a contract that ends before it begins")
            return ContractsAnswer("unknown")
        if not told.contracts:
            return ContractsAnswer("not_found")
        return ContractsAnswer("found", tuple(LabourContract(c.since, c.until, c.occupation) for c in told.contracts))
