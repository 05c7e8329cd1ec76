"""Where a border is crossed, by the country on its other side. Codes: contracts/codes/checkpoints.csv.

Shares by road, rail and air are assumed: published counts name countries and no checkpoints.
"""

from itertools import accumulate
from random import Random

_AIR = {"ALA-AIR": 52, "NQZ-AIR": 30, "CIT-AIR": 7, "SCO-AIR": 6, "GUW-AIR": 3, "AKX-AIR": 2}
_LAND = {
    "RUS": {
        "SYRYM-ROAD": 12, "SHAGAN-ROAD": 4, "TASKALA-ROAD": 5, "ZHAISAN-ROAD": 9, "KAIRAK-ROAD": 12, "AYAT-ROAD": 4,
        "KARAKOGA-ROAD": 7, "KYZYL-ZHAR-ROAD": 5, "KOSAK-ROAD": 8, "SHARBAKTY-ROAD": 6, "AUYL-ROAD": 7, "UBA-ROAD": 7,
        "KURMANGAZY-ROAD": 9, "URLYTOBE-ROAD": 3, "ZHEZKENT-ROAD": 2,
    },
    "KGZ": {
        "KORDAY": 55, "KARASU-ROAD": 12, "AUKHATTY-ROAD": 8, "SORTOBE-ROAD": 8, "SYPATAI-BATYR-ROAD": 7,
        "KEGEN-ROAD": 5, "LUGOVAYA-RAIL": 5,
    },
    "UZB": {
        "ZHIBEK-ZHOLY-ROAD": 55, "KAPLANBEK-ROAD": 15, "KAZYGURT-ROAD": 7, "KONYSBAEVA-ROAD": 8, "ATAMEKEN-ROAD": 3,
        "TAZHEN-ROAD": 5, "SARYAGASH-RAIL": 7,
    },
    "CHN": {
        "NUR-ZHOLY-ROAD": 45, "DOSTYK-ROAD": 8, "BAKHTY-ROAD": 12, "MAIKAPSHAGAI-ROAD": 8, "KOLZHAT-ROAD": 7,
        "ALTYNKOL-RAIL": 12, "DOSTYK-RAIL": 8,
    },
    "TKM": {"TEMIR-BABA-ROAD": 80, "BOLASHAK-RAIL": 20},
}  # fmt: skip
_BY_LAND = {"RUS": 0.75, "KGZ": 0.95, "UZB": 0.93, "CHN": 0.55, "TKM": 0.85}
_BEHIND = {"TJK": "UZB", "BLR": "RUS", "UKR": "RUS", "ARM": "RUS", "GEO": "RUS", "AZE": "RUS", "MNG": "RUS"}
"""Countries without a border of their own, and through which neighbour some of their travellers come."""
_THROUGH = 0.3

_Table = tuple[list[str], list[int]]


def _table(shares: dict[str, int]) -> _Table:
    return list(shares), list(accumulate(shares.values()))


_FLIGHTS = _table(_AIR)
_ROADS = {country: _table(shares) for country, shares in _LAND.items()}


def checkpoint(country: str, random: Random) -> str:
    """Where somebody crosses who comes from or goes to a country."""
    neighbour, share = (country, _BY_LAND[country]) if country in _ROADS else (_BEHIND.get(country, ""), _THROUGH)
    codes, sums = _ROADS[neighbour] if neighbour in _ROADS and random.random() < share else _FLIGHTS
    return random.choices(codes, cum_weights=sums)[0]
