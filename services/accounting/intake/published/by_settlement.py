"""A yearly series of the whole country with its urban and rural parts, below a comment that names the source:

# Net migration, all flows, persons. Bureau of National Statistics ...
year,total,urban,rural
2000,-108307,-5561,-102746
"""

from collections.abc import Iterator, Sequence

from services.accounting.intake.published.lines import FileRow, records

HEADER = ["year", "total", "urban", "rural"]
AREAS = {"total": "KZ", "urban": "KZ_U", "rural": "KZ_R"}


def is_by_settlement(header: str) -> bool:
    return header.strip().split(",") == HEADER


def rows(lines: Sequence[str], indicator: str) -> Iterator[FileRow]:
    """The series as figures of DF_FLOW, METHOD COUPON."""
    comment = " ".join(line.lstrip("# ").strip() for line in lines if line.startswith("#"))
    concept, _, source = comment.partition(". ")
    for record in records(lines):
        if record.faults:
            yield record
            continue
        row = record.values
        for column, area in AREAS.items():
            yield FileRow(
                record.number,
                {
                    "flow": "DF_FLOW",
                    "key": f"A.{indicator}.COUPON.{area}._T._T._T._T._T",
                    "period": row["year"],
                    "value": row[column],
                    "unit": "PS",
                    "approximate": "no",
                    "concept": concept,
                    "source": source,
                    "citation": "",
                    "reported_on": "",
                },
            )
