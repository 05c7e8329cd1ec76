"""What the addresses of pages and files have in common: the choices in their query, and the releases beside them."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Query, Request

from services.accounting.cases.releases.vintages import vintages
from services.accounting.publish.site.about import About, Issued
from services.accounting.publish.site.address import Address
from services.accounting.publish.site.reading import Shown
from services.accounting.publish.site.views import VIEWS
from shared.errors import NotFound

NO_VIEW = "There is no such view; the first page lists them."
_CODE = r"^[A-Za-z0-9_]{1,40}$"


def choices(
    freq: Annotated[str | None, Query(pattern=_CODE, description="A years, Q quarters, M months")] = None,
    indicator: Annotated[str | None, Query(pattern=_CODE, description="a code of CL_INDICATOR")] = None,
    country: Annotated[str | None, Query(pattern=_CODE, description="ISO 3166-1 alpha-3")] = None,
    region: Annotated[str | None, Query(pattern=_CODE, description="KATO")] = None,
    period: Annotated[
        str | None, Query(pattern=r"^[0-9]{4}(-(Q[1-4]|[0-9]{2}))?$", description="2024, 2024-Q1 or 2024-05")
    ] = None,
    method: Annotated[str | None, Query(pattern=_CODE, description="a code of CL_METHOD")] = None,
    sex: Annotated[str | None, Query(pattern=_CODE, description="M or F")] = None,
    release: Annotated[
        str | None, Query(max_length=40, description="figures as they stood then: a day, or a time with its offset")
    ] = None,
) -> Mapping[str, str | None]:
    """The state of a view, as far as its address says it; a view leaves out what it does not take."""
    return {
        "freq": freq,
        "indicator": indicator,
        "country": country,
        "region": region,
        "period": period,
        "method": method,
        "sex": sex,
        "release": release,
    }


Asked = Annotated[Mapping[str, str | None], Depends(choices)]


def address_of(view: str, asked: Mapping[str, str | None]) -> Address:
    """Raises NotFound for a view that there is not, Invalid for a choice that it does not offer."""
    if view not in VIEWS:
        raise NotFound(NO_VIEW)
    return Address.of(VIEWS[view], asked)


async def releases_of(request: Request) -> list[Issued]:
    """The newest first."""
    notes = await vintages(request.app.state.read_figures)
    return [Issued(each.id, each.cut_at, each.method_version, each.next_due) for each in notes]


async def about_of(request: Request, found: Shown) -> About:
    invented = request.app.state.read_figures.invented
    return About.of(found, await releases_of(request), str(request.base_url), invented=invented)
