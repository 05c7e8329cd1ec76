"""Access log of signed notices: the submission itself processes the data of guest and host, whatever the verdict.

A row for the foreigner and, where the host is a person, one for the host: when a notice comes in (valid, pending or
refused), when it is answered again, when a later verdict refuses it. What is not kept, beyond the bounds of
`refused_signature`, leaves none.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.portal.cases.stays.notice import Notice
from shared.audit import access_log
from shared.audit.access_log import Action, Subject
from shared.identity.callers import Caller

KIND = "signed_notice"


async def log_signed(
    connection: AsyncConnection, caller: Caller, action: Action, id: UUID, notice: Notice, reason: str | None = None
) -> None:
    """Logs one use of a signed notice for everybody whom its document names, in the transaction of the use."""
    named = [Subject.of(notice.person), *notice.host.subjects]
    await access_log.log_versions(connection, caller, action, KIND, id, named, reason)
