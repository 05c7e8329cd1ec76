"""A proposal for a year's quota, beside what the law asks to weigh; nothing is set by it (L2).

A quota follows from figures of regional development and from the quotas of kandas and resettlers, not from employers'
wishes alone. Source: concept of migration policy, decree 602 of 29.09.2017, section 4.1.
"""

from collections.abc import Mapping
from datetime import date
from itertools import chain

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.cases.quota import WHOLE, expect_codes_of, labour_force_of
from services.permits.cases.quota_document import QuotaOrder, QuotaVersion, nearest
from services.permits.rules import quota as rule
from services.permits.rules.dated_figures import (
    LabourForce,
    PublishedQuota,
    labour_force_for,
    published_quotas,
    resettlement_quota,
)
from services.permits.rules.quota import Pool
from services.permits.rules.rulebook import rulebook
from services.permits.store import quota as store
from services.permits.store import quota_weighing
from services.permits.store.quota_weighing import RegionUse
from shared import clock
from shared.identity.callers import Caller
from shared.identity.scope import expect_whole_country
from shared.kernel.codes import COUNTRY_TOTAL, code_list
from shared.kernel.decisions import Decision
from shared.kernel.norms import NormsInForce


class ResettlementQuota(BaseModel):
    """A published quota of kandas or of resettlers, in persons, of the year or, where that is not known, the one
    before."""

    year: int
    persons: int
    source: str


class Weighed(BaseModel):
    """One region, or the whole country (KZ): what is proposed for it, and what stands against that. None is not known.
    `last_year` and `this_year` are what this register counts: places used and reserved, workers refused for lack of
    quota."""

    region: str
    proposed: int
    labour_force: LabourForce | None
    last_year: RegionUse
    this_year: RegionUse
    kandas: ResettlementQuota | None
    resettlers: ResettlementQuota | None


class QuotaProposal(BaseModel):
    """What would become of the order, and the figures to weigh it by. `published` is what was reported of the quotas of
    the year and the one before, contradictions between sources included."""

    decision: Decision
    country: Weighed
    regions: list[Weighed]
    published: list[PublishedQuota]


async def propose(engine: AsyncEngine, year: int, proposed: QuotaOrder, caller: Caller) -> QuotaProposal:
    """The decision that setting it would get now, granted or refused. Raises Forbidden, Invalid as the order would."""
    expect_whole_country(caller, WHOLE)
    expect_codes_of(year, proposed)
    norms = rulebook().on(proposed.holds_from or nearest(clock.today(), year))
    lines = QuotaVersion.ordered(proposed).lines
    labour_force = labour_force_of(year, proposed, norms)
    async with engine.connect() as connection:
        in_use = await store.places_in_use(connection, year)
        uses = [await quota_weighing.use(connection, each) for each in (year - 1, year)]
    first = date(year, 1, 1)
    regions = [code for code, each in code_list("regions").items() if code != COUNTRY_TOTAL and each.holds_on(first)]
    totals = [_together(each) for each in uses]
    return QuotaProposal(
        decision=rule.decide_order(lines, labour_force, in_use, norms),
        country=_weighed(year, COUNTRY_TOTAL, [line for line in lines if line.national], totals, norms),
        regions=[
            _weighed(year, code, _of_region(lines, code), [each.get(code, RegionUse()) for each in uses], norms)
            for code in regions
        ],
        published=list(chain.from_iterable(published_quotas(each) for each in (year - 1, year))),
    )


def _of_region(lines: list[Pool], region: str) -> list[Pool]:
    """The lines of the region as a whole: those of an activity or a country limit within them."""
    return [line for line in lines if line.region == region and not (line.activity or line.country)]


def _together(uses: Mapping[str, RegionUse]) -> RegionUse:
    every = list(uses.values())
    return RegionUse(*(sum(getattr(each, name) for each in every) for name in ("used", "reserved", "refused")))


def _weighed(year: int, region: str, lines: list[Pool], uses: list[RegionUse], norms: NormsInForce) -> Weighed:
    return Weighed(
        region=region,
        proposed=sum(line.size for line in lines),
        labour_force=labour_force_for(year, norms, region),
        last_year=uses[0],
        this_year=uses[1],
        kandas=_resettlement(year, "kandas", region),
        resettlers=_resettlement(year, "resettler", region),
    )


def _resettlement(year: int, kind: str, region: str) -> ResettlementQuota | None:
    for of in (year, year - 1):
        if found := resettlement_quota(of, kind, region):
            return ResettlementQuota(year=of, persons=found[0], source=found[1])
    return None
