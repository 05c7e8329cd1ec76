"""The truth of a simulated country, kept in files apart from every service's database, written and read as streams.

`lives.csv`, `stays.csv` and `acts.csv` are who everybody is and where, in the order of their numbers; `records.csv`
says of every record in the registers whose it is, when it truly happened and what is wrong with it; `about.json` what
country it is. A life's `people` and `citizenship` are its first. Dates are ISO 8601 and ends exclusive, as in `life`;
what has parts stands as JSON.
"""

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, fields
from datetime import date
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple, Self

import orjson

from deploy.simulation.life import Act, Life, Name, Paper, Stay
from deploy.simulation.written import Written

LIVES = (
    "life", "household", "kind", "sex", "born", "died", "iin", "iin_since", "region_of_origin", "occupation",
    "education", "people", "citizenship", "citizenships", "names", "papers",
)  # fmt: skip
STAYS = ("life", "since", "until", "country", "region", "purpose", "ground")
ACTS = ("life", "day", "deed", "details")
RECORDS = (
    "life", "service", "path", "source_id", "act", "version", "day", "known_on", "faults", "what", "document", "iin",
    "region", "country", "purpose",
)  # fmt: skip
"""From `what` on, what stands in the record itself: so that it can be counted by its own register alone, as today."""
_FILES = {"lives": LIVES, "stays": STAYS, "acts": ACTS, "records": RECORDS}
_OF_NAME, _OF_PAPER, _OF_STAY = (attrgetter(*(each.name for each in fields(kind))) for kind in (Name, Paper, Stay))
"""Their members in order, as dataclasses.astuple gives them, without copying what cannot change."""


@dataclass(frozen=True, slots=True)
class About:
    """What country it is: `start` through `through` are the days that registers write of, `as_of` what they know by,
    `world` the mis-specified one that it was drawn in, if any."""

    seed: int
    people: int
    start: date
    through: date
    as_of: date
    world: str = ""


class TrueRecord(NamedTuple):
    """The truth behind one act of a register upon a record of its own, and what the record says by which registers
    are counted today: `what` happened (direction, act or state), by which number, where and why; "" where it does not.
    """

    service: str
    path: str
    source_id: str
    act: str
    version: int
    life: int
    day: date
    known_on: date
    faults: tuple[str, ...]
    what: str
    document: str
    iin: str
    region: str
    country: str
    purpose: str


class Truth:
    """Writes a country down as it is drawn. Whole once it is closed without a fault: then `about.json` is there."""

    def __init__(self, folder: Path, about: About) -> None:
        self._folder, self._about, self._open = folder, about, ExitStack()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "about.json").unlink(missing_ok=True)
        self._writers = {name: self._writer(name, header) for name, header in _FILES.items()}
        self.lives = self.records = 0

    def _writer(self, name: str, header: tuple[str, ...]) -> Any:
        file = self._open.enter_context((self._folder / f"{name}.csv").open("w", encoding="utf-8", newline=""))
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        return writer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _why: BaseException | None, _at: TracebackType | None) -> None:
        self._open.close()
        if kind is None:
            told = asdict(self._about) | {"lives": self.lives, "records": self.records}
            (self._folder / "about.json").write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2))

    def live(self, life: Life) -> None:
        """Puts a life down, with its stays and acts."""
        self.lives += 1
        self._writers["lives"].writerow(
            (
                life.number, life.household, life.kind, life.sex, life.born, life.died, life.iin, life.iin_since,
                life.region_of_origin, life.occupation, life.education, life.names[0][1].people,
                life.citizenships[0][1], _json(life.citizenships),
                _json([(since, _OF_NAME(name)) for since, name in life.names]),
                _json([_OF_PAPER(paper) for paper in life.papers]),
            )
        )  # fmt: skip
        self._writers["stays"].writerows((life.number, *_OF_STAY(stay)) for stay in life.stays)
        self._writers["acts"].writerows((life.number, act.day, act.deed, _json(act.details)) for act in life.acts)

    def write(self, each: Written) -> None:
        """Puts down what is behind a record."""
        self.records += 1
        self._writers["records"].writerow(
            (
                each.life, each.service, each.path, each.source_id, each.act, each.version, each.day, each.known_on,
                "|".join(each.faults), *_shown(each.record),
            )
        )  # fmt: skip


def _shown(record: dict[str, Any]) -> tuple[str, ...]:
    """What of a record is counted where only its own register is asked."""
    person, address = record["person"], record.get("address", {"kato": ""})
    document = person.get("document")
    return (
        _first(record, "direction", "act", "kind", "violation", "state"),
        f"{document['issuing_state']}:{document['number']}" if document else "",
        person.get("iin") or "",
        record.get("region") or address["kato"][:2],
        _first(record, "country", "counterpart_country", "country_of_origin", "other_country"),
        record.get("purpose") or "",
    )


def _first(record: dict[str, Any], *members: str) -> str:
    return next((str(record[member]) for member in members if record.get(member)), "")


def about(folder: Path) -> About:
    """Which country a folder holds. Raises FileNotFoundError where none is whole there."""
    told = orjson.loads((folder / "about.json").read_bytes())
    start, through, as_of = (date.fromisoformat(told[name]) for name in ("start", "through", "as_of"))
    return About(told["seed"], told["people"], start, through, as_of, told.get("world", ""))


def lives(folder: Path) -> Iterator[Life]:
    """Every life, as it was drawn, one after the other."""
    with ExitStack() as stack:
        stays = _by_life(stack, folder / "stays.csv")
        acts = _by_life(stack, folder / "acts.csv")
        for row in _rows(stack, folder / "lives.csv"):
            number = row[0]
            yield _life(row, [_stay(each) for each in stays.of(number)], [_act(each) for each in acts.of(number)])


def records(folder: Path) -> Iterator[TrueRecord]:
    """What is behind every act of every register, life by life."""
    with ExitStack() as stack:
        for row in _rows(stack, folder / "records.csv"):
            life, service, path, source_id, act, version, day, known_on, faults, *said = row
            told = tuple(faults.split("|")) if faults else ()
            days = date.fromisoformat(day), date.fromisoformat(known_on)
            yield TrueRecord(service, path, source_id, act, int(version), int(life), *days, told, *said)


class _ByLife:
    """Rows of a file that is in the order of lives, each life's once."""

    def __init__(self, rows: Iterator[list[str]]) -> None:
        self._groups = groupby(rows, key=lambda row: row[0])
        self._next = next(self._groups, None)

    def of(self, number: str) -> list[list[str]]:
        if self._next is None or self._next[0] != number:
            return []
        rows = list(self._next[1])
        self._next = next(self._groups, None)
        return rows


def _by_life(stack: ExitStack, path: Path) -> _ByLife:
    return _ByLife(_rows(stack, path))


def _rows(stack: ExitStack, path: Path) -> Iterator[list[str]]:
    file: IO[str] = stack.enter_context(path.open(encoding="utf-8", newline=""))
    rows = csv.reader(file)
    next(rows)
    return rows


def _life(row: list[str], stays: list[Stay], acts: list[Act]) -> Life:
    number, household, kind, sex, born, died, iin, iin_since, region, occupation, education, _, _, *parts = row
    citizenships, names, papers = map(orjson.loads, parts)
    known: Any = kind
    shown: Any = sex
    return Life(
        int(number), int(household), known, shown, date.fromisoformat(born), _day(died),
        tuple((date.fromisoformat(since), Name(*name)) for since, name in names),
        tuple((date.fromisoformat(since), country) for since, country in citizenships),
        tuple(_paper(paper) for paper in papers),
        iin or None, _day(iin_since), region or None, occupation or None, education or None, tuple(stays), tuple(acts),
    )  # fmt: skip


def _paper(told: list[Any]) -> Paper:
    type_, number, state, issued_on, expires, *printed = told
    return Paper(type_, number, state, date.fromisoformat(issued_on), date.fromisoformat(expires), *printed)


def _stay(row: list[str]) -> Stay:
    _, since, until, country, region, purpose, ground = row
    on: Any = ground
    return Stay(date.fromisoformat(since), _day(until), country, region or None, purpose, on)


def _act(row: list[str]) -> Act:
    _, day, deed, details = row
    done: Any = deed
    return Act(date.fromisoformat(day), done, orjson.loads(details))


def _day(told: str) -> date | None:
    return date.fromisoformat(told) if told else None


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
