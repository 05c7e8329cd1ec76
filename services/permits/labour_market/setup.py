"""The systems that the settings describe."""

import httpx

from services.permits.labour_market.asking import System
from services.permits.labour_market.enbek import Enbek
from services.permits.labour_market.esutd import Esutd
from services.permits.labour_market.port import LabourMarket, Nobody


def make_labour_market(
    client: httpx.AsyncClient, *, enbek_url: str | None = None, esutd_url: str | None = None
) -> LabourMarket:
    """Each as far as it is set up; one that is not answers unknown."""
    return LabourMarket(
        Enbek(System(client, enbek_url)) if enbek_url else Nobody(),
        Esutd(System(client, esutd_url)) if esutd_url else Nobody(),
    )
