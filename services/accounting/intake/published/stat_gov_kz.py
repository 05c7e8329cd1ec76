"""Dynamic tables of stat.gov.kz: tab-separated, a column per dimension and one with its codes (L...) after it.

    NAM  DAT  PERIOD  КАТО(по каталогу)  L...  СПТМ (по каталогу)  L...  КН  L...  СП  L...  VAL

Names are Russian, values have spaces between thousands. Taken are the country and its regions, in total and by urban
and rural settlements or sex; rows that are broken down by anything else, and districts, are left out and counted.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from services.accounting.intake.published.lines import LETTER_LOST, FileRow, records
from shared.kernel.codes import code_list

_AREA: Final = "КАТО"
_SETTLEMENT: Final = "СПТМ"
_SEX: Final = "СП"
_PLAIN: Final = ("NAM", "DAT", "PERIOD", "VAL")
_TOTALS: Final = frozenset({"всего", "все группы"})
_SETTLEMENTS: Final = {"городск": "KZ_U", "город": "KZ_U", "сельск": "KZ_R", "село": "KZ_R"}
_SEXES: Final = {"мужчины": "M", "женщины": "F"}


def is_dynamic_table(header: str) -> bool:
    columns = header.lstrip("\ufeff").rstrip("\r\n").split("\t")
    return {"PERIOD", "VAL"} <= set(columns)


@dataclass
class DynamicTable:
    """The rows of a file as figures of DF_FLOW, METHOD COUPON. `left_out` counts those without a place there."""

    lines: Sequence[str]
    indicator: str
    source: str
    left_out: int = field(default=0, init=False)

    def rows(self) -> Iterator[FileRow]:
        for record in records(self.lines, "\t"):
            if record.faults:
                yield record
                continue
            row = record.values
            dimensions = [name for name in row if name not in _PLAIN and not name.startswith("L")]
            if any("?" in row[name] for name in dimensions):  # as Windows-1251 has no letters of Kazakh's own
                yield FileRow(record.number, row, (LETTER_LOST,))
                continue
            key = _key(row, dimensions)
            if key is None:
                self.left_out += 1
                continue
            yield FileRow(
                record.number,
                {
                    "flow": "DF_FLOW",
                    "key": f"A.{self.indicator}.COUPON.{key}",
                    "period": row["PERIOD"].split(" ")[0].strip(),
                    "value": row["VAL"].replace(",", "."),
                    "unit": "PS",
                    "approximate": "no",
                    "concept": row.get("NAM") or "Series of stat.gov.kz",
                    "source": self.source,
                    "citation": "",
                    "reported_on": "",
                },
            )


def _key(row: Mapping[str, str], dimensions: Sequence[str]) -> str | None:
    """REF_AREA to PURPOSE, or None where DF_FLOW has no place for the row."""
    area: str | None = None
    settlement, sex = "KZ", "_T"
    for name in dimensions:
        value = row[name].strip().casefold()
        if name.startswith(_AREA):
            area = _area(value)
        elif value in _TOTALS:
            continue
        elif name.startswith(_SETTLEMENT):
            settlement = next((code for start, code in _SETTLEMENTS.items() if value.startswith(start)), "")
        elif name == _SEX:
            sex = _SEXES.get(value, "")
        else:
            return None
    if not (area and settlement and sex) or (area != "KZ" and settlement != "KZ"):
        return None
    return f"{settlement if area == 'KZ' else area}._T._T.{sex}._T._T"


def _area(name: str) -> str | None:
    name = name.replace("г.", "город ", 1) if name.startswith("г.") else name
    return {_folded(code.ru): code.code for code in code_list("regions").values()}.get(_folded(name))


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
