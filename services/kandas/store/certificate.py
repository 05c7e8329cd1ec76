"""Certificates by number, with the codes that are printed on them."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kandas.store.tables import certificate_code, status_decision


class HeldCertificate(NamedTuple):
    """The status that a certificate shows, and its code."""

    status: UUID
    code: str


async def with_code(connection: AsyncConnection, certificate: str, code: str) -> str:
    """The code of the certificate: the one that it has, else `code` from now on."""
    row = {"certificate": certificate, "code": code}
    await connection.execute(insert(certificate_code).values(row).on_conflict_do_nothing())
    query = select(certificate_code.c.code).where(certificate_code.c.certificate == certificate)
    return str(await connection.scalar(query))


async def status_of(connection: AsyncConnection, certificate: str) -> UUID | None:
    """The status that the certificate of that number shows, whether a code was given or not."""
    query = select(status_decision.c.status).where(status_decision.c.certificate == certificate)
    found: UUID | None = await connection.scalar(query)
    return found


async def find(connection: AsyncConnection, certificate: str) -> HeldCertificate | None:
    """The certificate of that number, if a code was printed on it."""
    query = (
        select(status_decision.c.status, certificate_code.c.code)
        .join(certificate_code, certificate_code.c.certificate == status_decision.c.certificate)
        .where(status_decision.c.certificate == certificate)
    )
    row = (await connection.execute(query)).one_or_none()
    return HeldCertificate(*row) if row else None
