"""The fee of an application or an extension: due, set by an officer, received (L3). How much it is: rules/fee.py."""

from uuid import UUID

from pydantic import Field

from services.permits.store import work_permit_application as store
from shared import clock
from shared.errors import Conflict, Fault, Refused
from shared.events.wire import Date, Region, SourceId, Text, WireModel
from shared.outbox.unit_of_work import UnitOfWork


class FeeShare(WireModel):
    """What is due to the budget of one region."""

    region: Region
    tenge: int | None


class FeeDue(WireModel):
    """`tenge` is none where the rate is not in the rulebook: an officer sets it before anything can be paid. Where
    `missing` says what was not read of it, `tenge` is a default, and an officer may set another. Of several regions
    `shares` says what is due to the budget of each, and `tenge` is their sum."""

    tenge: int | None
    pay_by: Date
    explanation: str
    rules: tuple[str, ...]
    shares: tuple[FeeShare, ...] = ()
    missing: tuple[str, ...] = ()


class FeeSetting(WireModel):
    """The fee where the rulebook does not know the rate or takes a default, and by what act it is that; of several
    regions, what is due to each."""

    tenge: int = Field(strict=True, ge=1, le=10**12)
    reason: Text


class PaymentShare(WireModel):
    """The fee as the budget of one region received it, under the payment's own number."""

    region: Region
    reference: SourceId
    tenge: int = Field(strict=True, ge=0, le=10**12)


class Payment(WireModel):
    """The fee as it was received. `reference` is the payment's own number: one payment settles one application. Of
    several regions `shares` has the payment to each budget, and `tenge` is their sum."""

    reference: SourceId
    paid_on: Date
    tenge: int = Field(strict=True, ge=0, le=10**12)
    shares: tuple[PaymentShare, ...] = Field((), max_length=20)

    @property
    def references(self) -> list[str]:
        """The numbers of the payments that were made."""
        return [share.reference for share in self.shares] or [self.reference]


def fee_set(fee: FeeDue | None, setting: FeeSetting) -> FeeDue:
    """The fee as an officer sets it. Raises Conflict where the rules know it, it was set, or none is due."""
    if fee is None or (fee.tenge is not None and not fee.missing):
        raise Conflict("The fee of this application follows from the rules.")
    shares = tuple(share.model_copy(update={"tenge": setting.tenge}) for share in fee.shares)
    tenge = setting.tenge * max(1, len(shares))
    said = {"explanation": "set by an officer", "missing": ()}
    return fee.model_copy(update={"tenge": tenge, "shares": shares, **said})


def expect_right(payment: Payment, due: FeeDue | None) -> None:
    """Raises Refused with everything that is wrong with the payment."""
    faults = []
    if due and payment.paid_on > due.pay_by:
        faults.append(Fault("/paid_on", f"The fee was due by {due.pay_by}; apply again."))
    if payment.paid_on > clock.today():
        faults.append(Fault("/paid_on", "Lies in the future."))
    if due and due.tenge is None:
        faults.append(Fault("/tenge", "The fee is not known yet: an officer sets it by `:set-fee`."))
    elif due and payment.tenge != due.tenge:
        faults.append(Fault("/tenge", f"The fee is {due.tenge} tenge."))
    shares = sorted((share.region, share.tenge) for share in due.shares) if due else []
    if shares != sorted((share.region, share.tenge) for share in payment.shares):
        faults.append(Fault("/shares", "Must be what `shares` of the fee says, one payment to each budget."))
    if faults:
        raise Refused("The payment does not settle the fee.", name="fee-not-settled", faults=faults)


async def expect_unspent(unit: UnitOfWork, payment: Payment, application: UUID) -> None:
    """Raises Refused where the payment has settled another application."""
    spent = [await store.spend(unit.connection, number, application) for number in payment.references]
    if not all(spent):
        fault = Fault("/reference", "This payment has settled another application: one payment, one application.")
        raise Refused("The payment does not settle the fee.", name="fee-not-settled", faults=[fault])
