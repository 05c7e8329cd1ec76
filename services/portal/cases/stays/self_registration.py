"""Foreigners free of visa register themselves, and the host confirms or refuses (order 923): switched by its norm."""

from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.cases.stays.host_notification import NOTICES, faults_of, ingest
from services.portal.cases.stays.notice import Notice
from services.portal.cases.stays.notification_receipt import NoticeReceipt
from services.portal.rules.rulebook import rulebook
from services.portal.rules.stays.host_notification import is_open
from shared import clock
from shared.db.records import SubmitResult
from shared.errors import Fault, Invalid, Refused
from shared.identity.callers import Caller
from shared.identity.scope import outside
from shared.outbox.unit_of_work import unit_of_work

STAFF = frozenset({"notifier", "clerk"})


async def register(engine: AsyncEngine, notice: Notice, caller: Caller) -> tuple[SubmitResult, NoticeReceipt]:
    """Takes a foreigner's own registration, which then waits for the host. Raises Refused while self-registration is
    not in force, Invalid, and Conflict where the number holds another one."""
    today = clock.today()
    if not is_open(rulebook(), "self_registration", today):
        detail = f"Self-registration is not in force on {today}; the host reports the foreigner."
        raise Refused(detail, name="self-registration-not-in-force")
    if faults := _faults(notice, caller):
        raise Invalid("You cannot hand in this registration.", faults=faults)
    async with unit_of_work(engine) as unit:
        return await ingest(unit, notice, caller)


def _faults(notice: Notice, caller: Caller) -> list[Fault]:
    faults = faults_of(notice)
    if notice.channel != "self":
        faults.append(Fault("/channel", "Is self where a foreigner registers."))
    if notice.state != "awaiting_host":
        faults.append(Fault("/state", "Is awaiting_host until the host has answered."))
    if not caller.roles.isdisjoint(STAFF):
        return [*faults, *outside(caller, NOTICES.scope, notice)]
    if caller.iin is None or notice.person.iin != caller.iin:
        faults.append(Fault("/person/iin", "Everybody registers only themselves."))
    return faults
