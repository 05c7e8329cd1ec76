"""A small invented world: people who cross the border on changing papers, and registers that report it badly.

`stream` gives the events as accounting receives them: late, twice, corrected, withdrawn, in any order.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from random import Random
from typing import Any, NamedTuple

from shared.events.consular import ConsularRegistration
from shared.events.kandas import KandasStatus
from shared.events.permits import EaeuWorker, WorkPermit
from shared.events.police import ProtectionStatus, ResidencePermit
from shared.events.portal import BorderCrossing, FeedCoverage, ResidenceRegistration
from shared.events.study import Study
from shared.kernel.iin import check_digit

START = date(2021, 1, 1)
SURNAMES = ("KARIMOV", "IVANOV", "LI", "OMAROVA", "TASHKENBAYEV", "KIM")
GIVEN = ("AZIZ", "IVAN", "WEI", "AIGUL", "BOLAT", "ANNA")
COUNTRIES = ("UZB", "RUS", "CHN", "KGZ", "TUR")
REGIONS = ("71", "75", "10", "39")
CHECKPOINTS = ("ALA-AIR", "AUYL-ROAD", "KORDAY")
UNLISTED = "A NEW GATE"
BETWEEN_PERMITS = 4  # so many other records to one residence permit
BETWEEN_STATUSES = 3  # so many crossings to one record of what somebody is here or abroad for
STATUSES = (WorkPermit, EaeuWorker, KandasStatus, ProtectionStatus, Study, ConsularRegistration)
Event = dict[str, Any]


class Version(NamedTuple):
    """One version of a record: the event's data, or the same withdrawn."""

    type: str
    data: dict[str, Any]
    withdrawn: bool


@dataclass
class World:
    """`records` are the versions of each record, oldest first, by subject."""

    seed: int
    people: int
    obs_end: date = date(2024, 6, 1)
    records: dict[str, list[Version]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self._count = 0
        for number in range(self.people):
            self._live(number)
        for person in [versions[0].data["person"] for versions in self.records.values()][::BETWEEN_PERMITS]:
            self._permit(person, START + timedelta(days=self.random.randint(-4_000, 400)))
        self.declare(START, self.obs_end)

    def attest(self) -> None:
        """Registers tell what people are here or abroad for: before, at or after one of their crossings."""
        random = Random(self.seed)
        for versions in [each for each in self.records.values() if each[0].type == BorderCrossing.TYPE][
            ::BETWEEN_STATUSES
        ]:
            told, number = versions[0].data, self._next()
            since = date.fromisoformat(told["crossed_at"][:10]) + timedelta(days=random.randint(-300, 500))
            ended = random.choice((None, since + timedelta(days=random.choice((0, 30, 400)))))
            citizen = told["person"]["citizenship"] == "KAZ"
            fact = random.choice((Study, ConsularRegistration) if citizen else STATUSES[:-1])
            self.records[f"status-{number}"] = [Version(fact.TYPE, _status(fact, told["person"], since, ended), False)]

    def declare(self, start: date, obs_end: date) -> None:
        """The border feed covers the days from `start` to the day before `obs_end`."""
        self.obs_end = obs_end
        until = obs_end - timedelta(days=1)
        covered = {"feed": "berkut", "register_start": start.isoformat(), "complete_through": until.isoformat()}
        self.records.setdefault("coverage", []).append(Version(FeedCoverage.TYPE, covered, False))

    def stream(self, *, order: int = 0, repeat: float = 0.1, shuffled: bool = True) -> list[Event]:
        """All versions of all records as events, some of them twice."""
        random = Random(order)
        events = [event(s, n, v) for s, versions in self.records.items() for n, v in enumerate(versions, 1)]
        events += random.choices(events, k=int(len(events) * repeat))
        if shuffled:
            random.shuffle(events)
        return [each | {"position": position} for position, each in enumerate(events, 1)]

    def in_effect(self, type: str) -> dict[str, dict[str, Any]]:
        """The newest data of the records of one type that are not withdrawn, by subject."""
        newest = {subject: versions[-1] for subject, versions in self.records.items()}
        return {s: v.data for s, v in newest.items() if v.type == type and not v.withdrawn}

    def correct(self, share: float) -> None:
        """Corrects or withdraws this share of the records: other days, other people, papers of two people on one record
        (which makes them one person, until it is corrected again)."""
        for subject in self.random.sample(sorted(self.records), int(len(self.records) * share)):
            if subject != "coverage":
                self._correct(subject)

    def _correct(self, subject: str) -> None:
        former = self.records[subject][-1]
        what = self.random.choice(("withdraw", "as first", "person", "papers", "mixed papers", "day"))
        data = dict(self.records[subject][0 if what == "as first" else -1].data)
        other = self.random.choice([v[-1].data["person"] for s, v in self.records.items() if s != "coverage"])
        if what == "person" and _may_be_of(data, other):
            data["person"] = other
        if what == "mixed papers":
            data["person"] = data["person"] | {"document": other["document"]}
        if what == "papers":
            data["person"] = data["person"] | {
                "document": None,
                "iin": self.random.choice((None, data["person"]["iin"])),
            }
        if what == "day" and "crossed_at" in data:
            moved = datetime.fromisoformat(data["crossed_at"]) + timedelta(days=self.random.randint(-40, 40))
            data["crossed_at"] = moved.isoformat()
        if what == "day" and "granted_on" in data:
            data |= self._term(date.fromisoformat(data["granted_on"]))
        self.records[subject].append(Version(former.type, data, what == "withdraw"))

    def _live(self, number: int) -> None:
        random = self.random
        citizen = random.choice(("KAZ", *COUNTRIES))
        born = date(random.randint(1940, 2015), random.randint(1, 12), random.randint(1, 28))
        own = f"{born:%y%m%d}" if random.random() < 0.7 else ""
        iin = _iin(random, own) if citizen == "KAZ" or random.random() < 0.3 else None
        if random.random() < 0.05 and number:  # a mistyped number that is somebody else's
            iin = random.choice([v[-1].data["person"]["iin"] for s, v in self.records.items() if s != "coverage"])
        person = {
            "iin": iin, "surname": random.choice(SURNAMES), "given_names": random.choice((*GIVEN, None)),
            "birth_date": born.isoformat(), "sex": random.choice("MFX"), "citizenship": citizen,
        }  # fmt: skip
        passport = {"type": "P", "number": f"N{number:07}", "issuing_state": citizen}
        day = START + timedelta(days=random.randint(0, 700))
        inside = random.random() < 0.5
        stated = random.choice((True, False, None, None))
        while day < self.obs_end + timedelta(days=60):
            inside = inside if random.random() < 0.03 else not inside
            if random.random() < 0.1:
                passport = passport | {"number": f"N{number:07}{random.randint(0, 99):02}"}
            self._cross(self._as_seen(person, self._paper(passport)), day, inside, stated)
            stated = None
            if random.random() < 0.2:
                self._register(self._as_seen(person, passport), day + timedelta(days=random.randint(-30, 60)))
            day += timedelta(days=random.choice((0, 1, 5, 20, 90, 122, 123, 200, 364, 365, 400)))

    def _as_seen(self, person: dict[str, Any], passport: dict[str, Any]) -> dict[str, Any]:
        """What one register wrote down: not always everything."""
        random = self.random
        seen = person | {"document": passport}
        if random.random() < 0.15:
            seen |= {"birth_date": person["birth_date"][: random.choice((4, 7))]}
        if random.random() < 0.1:
            seen |= {"surname": person["surname"] + "A"}
        if random.random() < 0.3:
            seen |= {"iin": None}
        if random.random() < 0.15:
            seen |= {"document": None}
        return seen

    def _cross(self, person: dict[str, Any], day: date, inside: bool, stated: bool | None) -> None:
        number, zone = self._next(), timezone(timedelta(hours=self.random.choice((5, 6))))
        at = datetime(
            day.year, day.month, day.day, self.random.randint(0, 23), self.random.choice((0, 30)), tzinfo=zone
        )
        at += timedelta(milliseconds=900 - number % 900)  # within one second against the order of the numbers
        self.records[f"crossing-{number}"] = [Version(BorderCrossing.TYPE, {
            "source_id": f"B-{number:06}", "direction": "entry" if inside else "exit", "crossed_at": at.isoformat(),
            "checkpoint": self._checkpoint(number), "person": person,
            "purpose": self.random.choice(("work", "study", None)),
            "country": self.random.choice((*COUNTRIES, None)), "resident_at_start": stated,
        }, False)]  # fmt: skip
        if person["document"] and self.random.random() < 0.04:
            self._accompany(self.records[f"crossing-{number}"][0].data)

    def _checkpoint(self, number: int) -> str:
        """One of the list, in any letters, or one that is on no list."""
        chosen = self.random.choice(CHECKPOINTS)
        return (chosen, chosen, f" {chosen.lower()}", UNLISTED)[number % 4]

    def _accompany(self, crossing: dict[str, Any]) -> None:
        """Somebody else who crosses on the same paper at the same time: a child, a twin, a spouse or a namesake."""
        number, other = self._next(), dict(crossing["person"]) | {"iin": None}
        another = {"given_names": "TIMUR", "birth_date": "2015-06-06", "sex": "M", "surname": "LI"}
        other |= {name: value for name, value in another.items() if self.random.random() < 0.7}
        told = crossing | {"source_id": f"B-{number:06}", "person": other}
        self.records[f"crossing-{number}"] = [Version(BorderCrossing.TYPE, told, False)]

    def _paper(self, passport: dict[str, Any]) -> dict[str, Any]:
        """Sometimes a number that stands for none, the same for many; sometimes one that nobody knows for a filler."""
        chance = self.random.random()
        if chance < 0.03:
            return passport | {"number": self.random.choice(("000000000", "NODOC", "0", "X")), "issuing_state": "UZB"}
        return passport | {"number": "AA555", "issuing_state": "UZB"} if chance < 0.05 else passport

    def _register(self, person: dict[str, Any], day: date) -> None:
        number, act = self._next(), self.random.choice(("registration", "registration", "deregistration"))
        self.records[f"residence-{number}"] = [Version(ResidenceRegistration.TYPE, {
            "source_id": f"R-{number:06}", "act": act, "date": day.isoformat(), "person": person,
            "region": self.random.choice(REGIONS), "counterpart_country": self.random.choice(("RUS", None)),
        }, False)]  # fmt: skip

    def _permit(self, person: dict[str, Any], granted: date) -> None:
        number = self._next()
        self.records[f"permit-{number}"] = [Version(ResidencePermit.TYPE, {
            "source_id": f"P-{number:06}", "person": person, "region": self.random.choice(REGIONS),
            "residence": self.random.choice(("permanent", "permanent", "permanent", "temporary")),
            "granted_on": granted.isoformat(), **self._term(granted),
        }, False)]  # fmt: skip

    def _term(self, granted: date) -> dict[str, Any]:
        """Until when a permit is valid, and how it has ended, if it has."""
        until, ended = (granted + timedelta(days=self.random.randint(0, 4_000)) for _ in range(2))
        reason = self.random.choice((None, None, "expiry", "citizenship", "departure", "revoked", "death"))
        return {
            "valid_until": self.random.choice((None, until.isoformat())),
            "ended_on": ended.isoformat() if reason else None,
            "end_reason": reason,
        }

    def _next(self) -> int:
        self._count += 1
        return self._count


def _may_be_of(data: dict[str, Any], other: dict[str, Any]) -> bool:
    """A course and a consular entry are of a citizen or of a foreigner, and not of either."""
    of_either = "level" not in data and "registered_on" not in data
    return of_either or (data["person"]["citizenship"] == "KAZ") == (other["citizenship"] == "KAZ")


def _status(fact: type, person: dict[str, Any], since: date, ended: date | None) -> dict[str, Any]:
    """What a register tells, valid on the days before `ended`."""
    first, last = since.isoformat(), (ended - timedelta(days=1)).isoformat() if ended and ended > since else None
    work = {"activity": "F", "qualified": True, "region": "71"}
    own: dict[type, dict[str, Any]] = {
        WorkPermit: work | {"kind": "employer", "status": "issued", "issued_on": first, "valid_from": first,
                            "valid_until": last or "9999-12-31"},
        EaeuWorker: work | {"employer_bin": None, "country": "RUS", "works_from": first, "works_until": last},
        KandasStatus: {"region": "71", "country_of_origin": "UZB", "applied_on": first, "decided_on": first,
                       "state": "granted", "valid_until": last},
        ProtectionStatus: {"region": "71", "kind": "refugee", "country_of_origin": "AFG", "granted_on": first,
                           "ended_on": ended.isoformat() if ended else None},
        Study: {"country": "KOR" if person["citizenship"] == "KAZ" else "KAZ", "level": "master",
                "region": None if person["citizenship"] == "KAZ" else "75", "since": first, "until": last},
        ConsularRegistration: {"country": "KOR", "purpose": "family", "registered_on": first,
                               "ended_on": ended.isoformat() if ended else None},
    }  # fmt: skip
    return {"source_id": f"S-{first}", "person": person} | own[fact]


def event(subject: str, version: int, said: Version) -> Event:
    """One version as a CloudEvent."""
    return {
        "specversion": "1.0", "id": f"{subject}:{version}", "type": said.type, "source": "/kosh/portal",
        "subject": subject, "time": datetime(2024, 1, 1, tzinfo=UTC).isoformat(), "recordversion": version,
        "recordwithdrawn": said.withdrawn, "data": said.data,
    }  # fmt: skip


def _iin(random: Random, start: str) -> str:
    while True:
        eleven = start + "".join(random.choices("0123456789", k=11 - len(start)))
        digit = check_digit(eleven)
        if digit is not None and int(eleven):
            return f"{eleven}{digit}"
