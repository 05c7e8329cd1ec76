"""Agencies by their BIN, and the contracts and complaints that name them."""

from collections.abc import Collection, Sequence

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.consular.rules.placement import Listing
from services.consular.store.tables import placement_agency, placement_complaint, placement_contract
from shared.events.consular import PlacementAgency, PlacementComplaint, PlacementContract
from shared.records.members import text_of

AGENCY_LOCK = 0x61676E63  # "agnc": first half of an advisory lock's key, the BIN is hashed into the second


async def lock(connection: AsyncConnection, bins: Collection[str]) -> None:
    """Until the transaction ends nobody else changes what the register says of these agencies, or names them."""
    for key in sorted(set(bins)):
        await connection.execute(select(func.pg_advisory_xact_lock(AGENCY_LOCK, func.hashtext(key))))


async def listings(connection: AsyncConnection, bins: Collection[str]) -> dict[str, list[Listing]]:
    """The entries of each agency that were not withdrawn."""
    found: dict[str, list[Listing]] = {each: [] for each in bins}
    for body in await _naming(connection, placement_agency, bins):
        agency = PlacementAgency.read(body)
        found[agency.agency_bin].append(Listing(agency.listed_on, agency.ended_on))
    return found


async def contracts_of(connection: AsyncConnection, bin: str) -> list[PlacementContract]:
    return [PlacementContract.read(body) for body in await _naming(connection, placement_contract, [bin])]


async def complaints_of(connection: AsyncConnection, bin: str) -> list[PlacementComplaint]:
    return [PlacementComplaint.read(body) for body in await _naming(connection, placement_complaint, [bin])]


async def _naming(connection: AsyncConnection, table: Table, bins: Collection[str]) -> Sequence[str]:
    """What the records that name one of the BINs say, withdrawn ones left out."""
    query = select(table.c.body).where(~table.c.withdrawn, text_of(table, "agency_bin").in_(list(bins)))
    return (await connection.scalars(query)).all()
