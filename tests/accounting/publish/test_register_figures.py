"""What the registers' own records amount to: permits, workers, kandas, citizens abroad, the police, host countries."""

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import asyncpg
import numpy as np
import pytest

from services.accounting.cases.rebuild import rebuild
from services.accounting.cases.releases.cut import cut_release
from services.accounting.intake.decode import decode
from services.accounting.rules.figures.dataflows import AGES, codes_of
from services.accounting.rules.figures.dimensions import AGE_GROUPS, age_group, birth_code, day_number
from shared import clock
from shared.events.envelope import Fact
from shared.events.kandas import KandasStatus
from shared.events.permits import BusinessImmigrant, EaeuWorker, ExemptWorker, WorkPermit
from shared.events.police import Expulsion, ProtectionStatus, Violation
from shared.events.portal import BorderCrossing, ResidenceRegistration
from shared.testing.api import Api
from shared.testing.people import person
from tests.accounting.conftest import HASHES, QUIET, Accounting
from tests.accounting.world import Version, World, event

PLACES = {"ALA-AIR": "75", "KORDAY": "31", "AUYL-ROAD": "10"}
_numbers = count(1)


@pytest.fixture(autouse=True)
def _in_march_2024() -> Iterator[None]:
    with clock.set_to(datetime(2024, 3, 10, 12, tzinfo=UTC)):
        yield


async def say(written: Accounting, fact: type[Fact], *records: dict[str, Any], withdrawn: bool = False) -> None:
    """The records as events of their register."""
    events = [
        event(f"{fact.NAME}-{number}", 1, Version(fact.TYPE, {"source_id": f"X-{number}", **record}, withdrawn))
        for record, number in zip(records, _numbers, strict=False)
    ]
    batch = decode(fact.PRODUCER, [each | {"position": n} for n, each in enumerate(events, 1)], HASHES)
    assert batch.parked == []
    await written.writer.take(batch)


async def read(api: Api, address: str, *columns: str, role: str | None = "statistician") -> dict[Any, int]:
    """The values of a CSV answer by the columns named."""
    headers = {"Accept": "text/csv"} | (api.token(role) if role else {})
    answer = await api.client.get(f"/sdmx/v1/data/{address}", headers=headers)
    assert answer.status_code == 200, answer.text
    rows = list(csv.DictReader(answer.text.splitlines()))
    found = {tuple(row[name] for name in columns): int(row["OBS_VALUE"]) for row in rows}
    assert len(found) == len(rows)
    return {at if len(columns) > 1 else at[0]: value for at, value in found.items()}


def permit(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "employer", "category": "3", "status": "issued", "person": person(), "region": "71", "activity": "F",
        "qualified": True, "issued_on": "2023-11-20", "valid_from": "2023-12-01", "valid_until": "2024-11-30",
    } | changes  # fmt: skip


class TestLabour:
    async def test_permits_count_in_the_period_of_their_issue(self, api: Api, written: Accounting) -> None:
        await say(
            written,
            WorkPermit,
            permit(),
            permit(region="75", activity="B", qualified=False, kind="seasonal", category=None),
            permit(issued_on="2024-02-01", person=person(citizenship="CHN")),
            permit(issued_on="2024-02-02", status="revoked", ended_on="2024-02-20"),
        )
        await say(written, WorkPermit, permit(), withdrawn=True)
        issued = "DF_LABOUR/{}.PERMITS_ISSUED.REGISTER._T._T._T.KZ._T._T"
        assert await read(api, issued.format("M"), "TIME_PERIOD") == {
            **{"2023-11": 2, "2023-12": 0, "2024-01": 0, "2024-02": 2, "2024-03": 0}
        }
        assert await read(api, issued.format("Q+A"), "TIME_PERIOD") == {
            **{"2023-Q4": 2, "2024-Q1": 2, "2023": 2, "2024": 2}
        }
        by_kind = await read(
            api, "DF_LABOUR/A.PERMITS_ISSUED.REGISTER......?startPeriod=2024",
            "PERMIT_KIND", "CATEGORY", "ACTIVITY", "REF_AREA", "CITIZEN", "QUALIFICATION",
        )  # fmt: skip
        assert by_kind["employer", "3", "F", "71", "CHN", "qualified"] == 1
        assert by_kind["employer", "_T", "_T", "71", "_T", "_T"] == 2
        assert not any("seasonal" in place for place in by_kind)
        everything = await read(api, "DF_LABOUR/A.PERMITS_ISSUED.REGISTER......", "CATEGORY", "PERMIT_KIND", "REF_AREA",
            "ACTIVITY", "CITIZEN", "QUALIFICATION", "TIME_PERIOD")  # fmt: skip
        assert everything["_X", "seasonal", "75", "B", "UZB", "unqualified", "2023"] == 1

    async def test_a_nationality_that_no_country_gives_is_counted_as_unspecified(
        self, api: Api, written: Accounting
    ) -> None:
        await say(written, WorkPermit, *(permit(person=person(citizenship=code)) for code in ("UNO", "GBN", "XOM")))
        by_citizen = await read(
            api, "DF_LABOUR/A.PERMITS_ISSUED.REGISTER._T._T._T.KZ.._T?startPeriod=2023&endPeriod=2023", "CITIZEN"
        )
        assert by_citizen == {"_T": 3, "XXX": 3}

    async def test_workers_are_persons_who_hold_a_place_of_work_on_the_last_day(
        self, api: Api, written: Accounting
    ) -> None:
        double = person()
        await say(
            written,
            WorkPermit,
            permit(suspended_on="2024-01-15"),  # suspended it keeps its place, and its worker is counted
            permit(person=double),
            permit(person=double, region="75"),
            permit(valid_until="2024-02-28"),
            permit(status="revoked", ended_on="2024-01-31"),
            permit(valid_from="2024-03-20"),
        )
        await say(
            written,
            EaeuWorker,
            {"person": person(citizenship="KGZ"), "employer_bin": "150340001236", "region": "71", "activity": "G",
             "qualified": False, "country": "KGZ", "works_from": "2024-02-01"},
        )  # fmt: skip
        workers = await read(
            api, "DF_LABOUR/M.WORKERS.REGISTER._T+eaeu._T._T.KZ+71+75._T._T", "REF_AREA", "PERMIT_KIND", "TIME_PERIOD"
        )
        assert {period: workers["KZ", "_T", period] for period in ("2023-12", "2024-01", "2024-02", "2024-03")} == {
            "2023-12": 4,  # the one with two permits is one person
            "2024-01": 3,  # revoked from the 31st on, and one that ends on 28 February
            "2024-02": 3,  # the EAEU worker came, the one until the 28th left
            "2024-03": 3,  # as of today
        }
        assert (workers["71", "_T", "2024-02"], workers["75", "_T", "2024-02"]) == (3, 1)
        assert workers["KZ", "eaeu", "2024-02"] == 1
        years = await read(api, "DF_LABOUR/A.WORKERS.REGISTER._T._T._T.KZ._T._T", "TIME_PERIOD", "OBS_STATUS")
        assert years == {("2023", "A"): 4, ("2024", "P"): 3}

    async def test_all_foreign_labour_stands_in_one_table_by_ground_and_kind(
        self, api: Api, written: Accounting
    ) -> None:
        both = person(citizenship="MNG")
        place = {"region": "71", "activity": "F", "employer_bin": "150340001236", "qualified": True}
        since = {"works_from": "2024-02-01", "works_until": "2024-02-29"}
        await say(
            written,
            ExemptWorker,
            {**place, **since, "person": both, "ground": "kandas", "ground_document": "KD-1"},
            {**place, "person": person(), "ground": "refugee", "ground_document": "RF-1", "works_from": "2024-02-01"},
        )
        await say(
            written,
            BusinessImmigrant,
            {"person": person(citizenship="TUR"), "company_bin": "150340001236", "region": "71", "activity": "G",
             "ground": "entrepreneur", "valid_from": "2024-01-15", "valid_until": "2026-01-14"},
        )  # fmt: skip
        others = ("seasonal", "intra_corporate", "labour_immigrant", "self_employed")
        permits = [permit(kind=kind, category=None) for kind in others]
        await say(written, WorkPermit, *permits, permit(person=both))
        by_kind = await read(
            api, "DF_LABOUR/M.WORKERS.REGISTER.._T._T.KZ._T._T?startPeriod=2024-02", "PERMIT_KIND", "TIME_PERIOD"
        )
        february = {kind: value for (kind, period), value in by_kind.items() if period == "2024-02"}
        assert february == {
            "_T": 7,  # eight records of seven persons: the kandas with a permit is one
            **dict.fromkeys(("employer", *others), 1),
            **dict.fromkeys(("kandas", "refugee", "business_immigrant"), 1),
        }
        january = await read(
            api, "DF_LABOUR/M.WORKERS.REGISTER...G+F.71.TUR+MNG.?startPeriod=2024-01&endPeriod=2024-01",
            "PERMIT_KIND", "ACTIVITY", "CITIZEN", "QUALIFICATION", "CATEGORY",
        )  # fmt: skip
        assert january["business_immigrant", "G", "TUR", "_X", "_X"] == 1
        assert january["employer", "F", "MNG", "qualified", "3"] == 1

    async def test_an_extended_permit_counts_to_its_new_end_and_stays_one(self, api: Api, written: Accounting) -> None:
        months = "?startPeriod=2023-12&endPeriod=2024-02"
        workers = f"DF_LABOUR/M.WORKERS.REGISTER.employer._T._T.KZ._T._T{months}"
        issued = f"DF_LABOUR/M.PERMITS_ISSUED.REGISTER.employer._T._T.KZ._T._T{months}"
        first = permit(source_id="WP-1", issued_on="2023-12-01", valid_until="2023-12-31")
        for version, (until, counted) in enumerate(
            (("2023-12-31", {"2023-12": 1}), ("2024-01-31", {"2023-12": 1, "2024-01": 1})), 1
        ):
            said = event("work-permit-1", version, Version(WorkPermit.TYPE, first | {"valid_until": until}, False))
            await written.writer.take(decode("permits", [said | {"position": version}], HASHES))
            found = await read(api, workers, "TIME_PERIOD")
            assert {period: value for period, value in found.items() if value} == counted
            assert (await read(api, issued, "TIME_PERIOD"))["2023-12"] == 1
        assert sum((await read(api, issued, "TIME_PERIOD")).values()) == 1

    async def test_a_stranger_reads_the_total_alone(self, api: Api, written: Accounting) -> None:
        await say(written, WorkPermit, *[permit(region=region) for region in ("71", "75") * 3])
        await cut_release(written.connection, QUIET)
        areas = await read(api, "DF_LABOUR/A.WORKERS.......?endPeriod=2023", "REF_AREA", "CITIZEN", role=None)
        assert areas == {("KZ", "_T"): 6}
        answer = await api.client.get("/sdmx/v1/data/DF_LABOUR/A.WORKERS.REGISTER._T._T._T.71.UZB._T")
        assert answer.status_code == 403


class TestKandas:
    async def test_each_step_counts_on_its_own_day(self, api: Api, written: Accounting) -> None:
        def case(**changes: Any) -> dict[str, Any]:
            return {
                "case": "C-1", "member": "applicant", "person": person(), "country_of_origin": "MNG", "region": "55",
                "state": "granted", "applied_on": "2023-12-30", "decided_on": "2024-01-08",
            } | changes  # fmt: skip

        await say(
            written,
            KandasStatus,
            case(),
            case(region="59", country_of_origin="UZB"),
            case(state="refused"),
            case(state="applied", decided_on=None),
            case(state="ended", ended_on="2024-02-15", end_reason="citizenship"),
        )
        steps = await read(api, "DF_KANDAS/M..REGISTER.KZ._T", "INDICATOR", "TIME_PERIOD")
        assert {at: value for at, value in steps.items() if value} == {
            ("KANDAS_APPLIED", "2023-12"): 5,
            ("KANDAS_GRANTED", "2024-01"): 3,
            ("KANDAS_REFUSED", "2024-01"): 1,
            ("KANDAS_ENDED", "2024-02"): 1,
        }
        origin = await read(api, "DF_KANDAS/A.KANDAS_GRANTED.REGISTER..", "REF_AREA", "PARTNER", "TIME_PERIOD")
        assert {at[:2]: value for at, value in origin.items() if at[2] == "2024"} == {
            **{("KZ", "_T"): 3, ("55", "_T"): 2, ("59", "_T"): 1, ("KZ", "MNG"): 2, ("KZ", "UZB"): 1},
            **{("55", "MNG"): 2, ("59", "UZB"): 1},
        }

    async def test_former_kandas_who_left_for_good_are_those_the_police_marks(
        self, api: Api, written: Accounting
    ) -> None:
        gone = {
            "act": "deregistration", "date": "2024-02-06", "region": "55", "counterpart_country": "DEU",
            "former_kandas": True,
        }  # fmt: skip
        others: list[dict[str, Any]] = [
            {"former_kandas": False},
            {"residence": "temporary"},
            {"act": "registration"},
            {"counterpart_country": None, "counterpart_region": "75"},
        ]
        acts = [gone, gone | {"counterpart_country": "RUS", "region": "59"}, *(gone | each for each in others)]
        await say(written, ResidenceRegistration, *[{"person": person(citizenship="KAZ")} | act for act in acts])
        left = await read(api, "DF_KANDAS/A.KANDAS_LEFT_COUNTRY.REGISTER..", "REF_AREA", "PARTNER")
        assert left == {
            **{("KZ", "_T"): 2, ("55", "_T"): 1, ("59", "_T"): 1, ("KZ", "DEU"): 1, ("KZ", "RUS"): 1},
            **{("55", "DEU"): 1, ("59", "RUS"): 1},
        }


class TestBorder:
    async def test_all_crossings_by_direction(self, api: Api, written: Accounting) -> None:
        world = World(2, people=20)
        await written.take(world.stream())
        crossed = list(world.in_effect(BorderCrossing.TYPE).values())
        in_2022 = [r["direction"] for r in crossed if r["crossed_at"].startswith("2022")]
        found = await read(
            api, "DF_BORDER/A.ENTRIES+EXITS.REGISTER.KZ._T._T?startPeriod=2022&endPeriod=2022", "INDICATOR"
        )
        assert found == {"ENTRIES": in_2022.count("entry"), "EXITS": in_2022.count("exit")}
        imputed = await read(api, "DF_BORDER/A...KZ._T._T", "INDICATOR", "TIME_PERIOD")
        assert sum(value for (indicator, _), value in imputed.items() if indicator.endswith("IMPUTED")) > 0

    async def test_crossings_by_citizenship_and_purpose(self, api: Api, written: Accounting) -> None:
        world = World(2, people=20)
        await written.take(world.stream())
        expected: Counter[tuple[str, str, str]] = Counter()
        for record in world.in_effect(BorderCrossing.TYPE).values():
            if record["crossed_at"] < world.obs_end.isoformat():
                citizen, purpose = record["person"]["citizenship"], record["purpose"] or "_X"
                expected[citizen, purpose, record["crossed_at"][:7]] += record["direction"] == "entry"
        entries = await read(api, "DF_BORDER/M.ENTRIES.REGISTER.KZ..", "CITIZEN", "PURPOSE", "TIME_PERIOD")
        finest = {at: value for at, value in entries.items() if value and "_T" not in at}
        assert finest == {at: value for at, value in expected.items() if value}

    async def test_the_total_is_the_sum_of_the_finer_ones_whatever_is_counted(
        self, api: Api, written: Accounting
    ) -> None:
        world = World(2, people=20)
        await written.take(world.stream())
        world.correct(0.2)
        await written.take(world.stream(order=1))
        everything = await read(
            api, "DF_BORDER/M+Q+A..REGISTER...", "FREQ", "INDICATOR", "TIME_PERIOD", "CITIZEN", "PURPOSE", "REF_AREA"
        )
        nationwide = {tuple(at): value for (*at, area), value in everything.items() if area == "KZ"}
        by_region: Counter[Any] = Counter()
        for (*at, area), value in everything.items():
            by_region[tuple(at)] += value * (area != "KZ")
            assert area in ("KZ", "_X") or not at[1].endswith("IMPUTED") or not value
        assert by_region == nationwide
        sums: dict[str, Counter[Any]] = {"both": Counter(), "citizen": Counter(), "purpose": Counter()}
        for (*at, citizen, purpose), value in nationwide.items():
            assert purpose in ("_T", "_X") or not at[1].endswith("IMPUTED")
            kind = {(False, False): "both", (False, True): "citizen", (True, False): "purpose"}
            if (citizen, purpose) != ("_T", "_T"):
                sums[kind[citizen == "_T", purpose == "_T"]][tuple(at)] += value
        nation = "DF_BORDER/...KZ._T._T"
        national = await read(api, nation, "FREQ", "INDICATOR", "TIME_PERIOD")
        total = {tuple(at): value for (*at, citizen, purpose), value in nationwide.items()
                 if (citizen, purpose) == ("_T", "_T")}  # fmt: skip
        assert national == total
        assert {indicator for _, indicator, _ in total} == {"ENTRIES", "EXITS", "ENTRIES_IMPUTED", "EXITS_IMPUTED"}
        counted = {at: value for at, value in total.items() if value}
        assert [{at: value for at, value in found.items() if value} for found in sums.values()] == [counted] * 3

    async def test_a_region_has_the_crossings_at_its_checkpoints(self, api: Api, written: Accounting) -> None:
        world = World(2, people=20)
        world.correct(0.2)
        await written.take(world.stream())
        crossed = [r for r in world.in_effect(BorderCrossing.TYPE).values() if r["crossed_at"].startswith("2023")]
        expected = Counter(PLACES.get(r["checkpoint"].strip().upper(), "_X") for r in crossed)
        assert set(expected) == {"75", "31", "10", "_X"}
        address = "DF_BORDER/A.ENTRIES+EXITS.REGISTER.75+31+10+71+_X._T._T?startPeriod=2023&endPeriod=2023"

        async def by_region() -> Counter[str]:
            found: Counter[str] = Counter()
            for (area, _), value in (await read(api, address, "REF_AREA", "INDICATOR")).items():
                found[area] += value
            return +found

        assert await by_region() == expected
        url = api.database.owner_url.replace("+asyncpg", "")
        owner = await asyncpg.connect(url)
        await owner.execute("UPDATE linkage.crossing SET checkpoint = 0 WHERE day % 2 = 0")
        await owner.close()
        await rebuild(url, lambda _: None)
        unknown = [r for r in crossed if day_number(date.fromisoformat(r["crossed_at"][:10])) % 2 == 0]
        moved = Counter(PLACES.get(r["checkpoint"].strip().upper(), "_X") for r in unknown)
        assert await by_region() == expected - moved + Counter({"_X": len(unknown)}), "stored before it was kept"

    async def test_finer_series_are_for_statisticians(self, api: Api, written: Accounting) -> None:
        await written.take(World(2, people=20).stream())
        finer = "/sdmx/v1/data/DF_BORDER/M.ENTRIES.REGISTER.KZ.UZB.tourism"
        for area in ("KZ", "75", "_X"):
            own = finer.replace("KZ", area)
            assert (await api.client.get(own)).status_code == 403
            assert (await api.client.get(own, headers=api.token("statistician"))).status_code == 200
        nobody = await read(api, "DF_BORDER/A.ENTRIES.REGISTER.71.UZB._T", "TIME_PERIOD")
        assert set(nobody.values()) == {0}, "no figure of a region is made up"


class TestPolice:
    async def test_registrations_for_good_are_the_flows_of_the_official_method(
        self, api: Api, written: Accounting
    ) -> None:
        def act(kind: str, **changes: Any) -> dict[str, Any]:
            return {
                "act": kind, "date": "2024-01-15", "person": person(), "region": "75", "counterpart_country": "UZB",
            } | changes  # fmt: skip

        await say(
            written,
            ResidenceRegistration,
            act("registration"),
            act("registration", residence="temporary"),
            act("registration", counterpart_country=None, counterpart_region="61"),
            act("deregistration", counterpart_country="DEU", person=person(citizenship="KAZ")),
            act("deregistration", counterpart_country="DEU", date="2024-02-02", region="59"),
        )
        flows = await read(api, "DF_FLOW/M.IMM+EMI.COUPON.KZ._T._T._T._T._T", "INDICATOR", "TIME_PERIOD")
        assert {at: value for at, value in flows.items() if value} == {
            **{("IMM", "2024-01"): 1, ("EMI", "2024-01"): 1, ("EMI", "2024-02"): 1}
        }
        left = await read(api, "DF_FLOW/A.EMI.COUPON.59+75.DEU.KAZ+UZB._T._T._T", "REF_AREA", "CITIZEN", "TIME_PERIOD")
        assert {at for at, value in left.items() if value} == {("75", "KAZ", "2024"), ("59", "UZB", "2024")}
        stranger = await api.client.get("/sdmx/v1/data/DF_FLOW/M.EMI.COUPON.59.....")
        assert stranger.status_code == 403, "months of regions, and counts of one, are for statisticians"

    async def test_net_migration_is_what_came_less_what_left(self, api: Api, written: Accounting) -> None:
        def act(kind: str, day: str, region: str) -> dict[str, Any]:
            return {
                "act": kind, "date": day, "person": person(), "region": region, "counterpart_country": "DEU",
            }  # fmt: skip

        await say(
            written,
            ResidenceRegistration,
            act("registration", "2024-01-15", "75"),
            act("deregistration", "2024-01-20", "75"),
            act("deregistration", "2024-01-21", "75"),
            act("deregistration", "2024-02-01", "59"),
            act("registration", "2024-02-02", "71"),
        )
        net = await read(api, "DF_FLOW/M.NET.COUPON..DEU+_T._T._T._T._T", "REF_AREA", "PARTNER", "TIME_PERIOD")
        assert {(area, period): value for (area, partner, period), value in net.items() if partner == "DEU"} == {
            **{("KZ", "2024-01"): -1, ("KZ", "2024-02"): 0, ("KZ", "2024-03"): 0},
            **{("75", "2024-01"): -1, ("75", "2024-02"): 0, ("75", "2024-03"): 0},
            **{("59", "2024-01"): 0, ("59", "2024-02"): -1, ("59", "2024-03"): 0},
            **{("71", "2024-01"): 0, ("71", "2024-02"): 1, ("71", "2024-03"): 0},
        }
        alone = await read(api, "DF_FLOW/A.NET.COUPON.KZ._T._T._T._T._T", "TIME_PERIOD", "OBS_STATUS")
        assert alone == {("2024", "P"): -1}

    async def test_registrations_count_in_the_age_groups_that_the_border_counts_in(
        self, api: Api, written: Accounting
    ) -> None:
        born = [
            *("2024-01-15", "2024-01-16", "2024-02", "2024", "2023", "2019-01-15", "2019-01-16", "2019-01", "2019"),
            *("2009-01-15", "2009-01-16", "1989-01", "1989-02", "2004-02-29", "2004-03-01", "1959-01-15", "1960"),
            *("1939", "1938-12-31", "1924-01-15", "1900-01-01"),
        ]
        days = ("2024-01-15", "2024-02-29", "2023-02-28", "2024-03-01")
        acts = [
            {"act": "registration", "date": day, "person": person(birth_date=each), "region": "75",
             "counterpart_country": "UZB"} for day in days for each in born
        ]  # fmt: skip
        await say(written, ResidenceRegistration, *acts)
        births = np.array([birth_code(each) for _ in days for each in born])
        on = np.array([day_number(date.fromisoformat(day)) for day in days for _ in born])
        five = Counter("Y_GE85" if group >= 18 else AGE_GROUPS[group] for group in age_group(births, on).tolist())
        broad = Counter(parent for code, count in five.items() if (parent := codes_of(AGES)[code].parent)
                        for _ in range(count))  # fmt: skip
        found = await read(api, "DF_FLOW/A.IMM.COUPON.KZ._T._T._T.._T", "AGE", "TIME_PERIOD")
        counted: Counter[str] = Counter()
        for (age, _), value in found.items():
            counted[age] += value
        assert five["_X"] > 0
        assert {age: value for age, value in counted.items() if value} == {**five, **broad, "_T": len(acts)}
        chosen = await read(api, "DF_FLOW/A.IMM.COUPON.KZ._T._T._T.Y0T4+Y15T34+_X._T", "AGE", "TIME_PERIOD")
        assert chosen == {at: value for at, value in found.items() if at[0] in ("Y0T4", "Y15T34", "_X")}

    async def test_moves_are_counted_from_region_to_region(self, api: Api, written: Accounting) -> None:
        def move(origin: str, destination: str) -> dict[str, Any]:
            return {
                "act": "registration", "date": "2024-01-15", "person": person(citizenship="KAZ"),
                "region": destination, "counterpart_region": origin,
            }  # fmt: skip

        await say(
            written, ResidenceRegistration, move("61", "75"), move("61", "75"), move("75", "61"), move("71", "71")
        )
        moves = await read(
            api, "DF_INTERNAL/M..REGISTER..?endPeriod=2024-01", "INDICATOR", "REF_AREA", "COUNTERPART_AREA"
        )
        assert (moves["INTERNAL", "KZ", "KZ"], moves["INTERNAL", "75", "61"], moves["INTERNAL", "61", "75"]) == (
            4,
            2,
            1,
        )
        assert (moves["INTERNAL_BETWEEN", "KZ", "KZ"], moves["INTERNAL_WITHIN", "KZ", "KZ"]) == (3, 1)

    async def test_the_protected_stand_until_their_status_ends(self, api: Api, written: Accounting) -> None:
        def status(kind: str, **changes: Any) -> dict[str, Any]:
            return {
                "kind": kind, "person": person(citizenship="XXB"), "country_of_origin": "AFG", "region": "75",
                "granted_on": "2023-12-01",
            } | changes  # fmt: skip

        await say(
            written,
            ProtectionStatus,
            status("refugee"),
            status("refugee", ended_on="2024-01-31", end_reason="departure"),
            status("stateless", country_of_origin="RUS"),
            status("asylum_seeker", granted_on="2024-02-10"),
        )
        stock = await read(api, "DF_PROTECTION/M..REGISTER._T", "INDICATOR", "TIME_PERIOD")
        assert [stock["REFUGEES", month] for month in ("2023-12", "2024-01", "2024-02")] == [2, 1, 1]
        assert (
            stock["STATELESS", "2024-02"],
            stock["ASYLUM_SEEKERS", "2024-01"],
            stock["ASYLUM_SEEKERS", "2024-02"],
        ) == (*(1, 0, 1),)

    async def test_violations_and_expulsions_count_on_their_day(self, api: Api, written: Accounting) -> None:
        found = {"person": person(), "found_on": "2024-01-15", "region": "61"}
        await say(written, Violation, found | {"violation": "overstay"}, found | {"violation": "illegal_work"})
        out = {"person": person(), "decided_on": "2024-01-15"}
        await say(written, Expulsion, out | {"executed_on": "2024-01-20"}, out)
        counts = await read(api, "DF_STAY/M..REGISTER.KZ._T?endPeriod=2024-01", "INDICATOR")
        assert counts == {"VIOLATIONS": 2, "OVERSTAYS": 1, "OVERSTAY_FINDINGS": 0, "EXPELLED": 1, "WORK_GUESTS": 0}
        by_region = await read(api, "DF_STAY/M.VIOLATIONS.REGISTER.61._T?endPeriod=2024-01", "REF_AREA")
        assert by_region == {"61": 2}

    async def test_a_machine_s_finding_is_counted_apart_until_it_is_confirmed(
        self, api: Api, written: Accounting
    ) -> None:
        found = {"person": person(), "found_on": "2024-01-15", "violation": "overstay", "found_by": "overstay_run"}
        await say(written, Violation, found, found | {"confirmed_on": "2024-01-18"})
        counts = await read(api, "DF_STAY/M..REGISTER.KZ._T?endPeriod=2024-01", "INDICATOR")
        assert counts == {"VIOLATIONS": 1, "OVERSTAYS": 1, "OVERSTAY_FINDINGS": 1, "EXPELLED": 0, "WORK_GUESTS": 0}
