"""DF_STOCK: residents on reference dates are the start and all that changed since, in every place."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.accounting.cases.figures.flow_figures import flow_figures
from services.accounting.cases.figures.register_figures import register_figures
from services.accounting.cases.figures.stock_figures import stock_figures
from services.accounting.publish.sdmx.query import parse
from services.accounting.rules.figures.dataflows import AGES, codes_of
from services.accounting.rules.figures.dimensions import country_name
from services.accounting.rules.figures.figures import Figure, TooMany
from services.accounting.rules.figures.movements import CellKind
from shared import clock
from shared.events.consular import ConsularRegistration
from shared.events.envelope import Fact
from shared.events.kandas import KandasStatus
from shared.events.permits import WorkPermit
from shared.events.police import ProtectionStatus, ResidencePermit
from shared.events.study import Study
from shared.testing.people import person
from tests.accounting.conftest import Accounting
from tests.accounting.oracle_account import account
from tests.accounting.publish.test_register_figures import permit, say
from tests.accounting.world import World

CHANGES = {
    ("RESIDENTS", "M1216"): ("IMM", "EMI", None),
    ("RESIDENTS", "M1216R"): ("IMM", "EMI", "RESIDENTS_KNOWN"),
    ("RESIDENTS", "U98"): ("IMM", "EMI", None),
    ("RESIDENTS_SHORT", "U98"): ("IMM_SHORT", "EMI_SHORT", None),
    ("RESIDENTS", "M12"): ("IMM", "EMI", None),
}


async def stock(accounting: Accounting, key: str, limit: int = 10**9, **asked: str) -> list[Figure]:
    return await stock_figures(accounting.connection, parse("DF_STOCK", key, asked).query, limit)


async def flow(accounting: Accounting, key: str) -> dict[tuple[str, str, str], int]:
    found = await flow_figures(accounting.connection, parse("DF_FLOW", key, {}).query, 10**9)
    return {(figure.key[1], figure.key[2], figure.period): int(figure.value) for figure in found}


async def test_a_population_changes_by_who_comes_and_goes(accounting: Accounting) -> None:
    """stock(t + 1) - stock(t) = in - out of the month between, by every method; by M1216R also those whose status
    became known."""
    await accounting.take(World(5, people=60).stream())
    moved = await flow(accounting, "M...KZ._T._T._T._T._T")
    held = {(f.key[1], f.key[2], f.period): int(f.value) for f in await stock(accounting, "M...KZ._T._T._T")}
    checked: Counter[tuple[str, str]] = Counter()
    for (code, method, period), value in held.items():
        year, month = int(period[:4]), int(period[5:])
        following = f"{year + month // 12}-{month % 12 + 1:02}"
        if (code, method, following) not in held:
            continue
        came, went, known = CHANGES[code, method]
        change = moved[came, method, period] - moved[went, method, period]
        change += moved[known, method, period] if known else 0
        assert held[code, method, following] - value == change, (code, method, period)
        checked[code, method] += bool(change)
    assert set(checked) == set(CHANGES)
    assert all(checked.values()), "nobody moved"


async def test_the_parts_of_a_population_make_the_whole_and_none_is_less_than_nobody(accounting: Accounting) -> None:
    await accounting.take(World(8, people=40).stream())
    for dimension, key in enumerate(("A...._T._T._T", "A...KZ.._T._T", "A...KZ._T.._T", "A...KZ._T._T.")):
        whole: dict[tuple[str, str, str], int] = {}
        parts: Counter[tuple[str, str, str]] = Counter()
        for figure in await stock(accounting, key):
            at = figure.key[1], figure.key[2], figure.period
            assert int(figure.value) >= 0, figure
            if figure.key[3 + dimension] in ("KZ", "_T"):
                whole[at] = int(figure.value)
            else:
                parts[at] += int(figure.value)
        assert any(whole.values())
        assert {at: value for at, value in whole.items() if value} == {at: n for at, n in parts.items() if n}, key


async def test_residents_by_citizenship_are_those_of_the_plain_count(accounting: Accounting) -> None:
    world = World(11, people=40)
    await accounting.take(world.stream())
    reference = (2023 - 1970) * 12
    truth: Counter[str] = Counter()
    for (month, kind, _, _, citizen, *_), count in account(world).cells.items():
        sign = {CellKind.M12_START: 1, CellKind.M12_IN: 1, CellKind.M12_OUT: -1}.get(CellKind(kind), 0)
        if month < reference:
            truth[country_name(citizen)] += sign * count
    found = await stock(accounting, "A.RESIDENTS.M12.KZ.._T._T", startPeriod="2023", endPeriod="2023")
    assert {f.key[4]: int(f.value) for f in found if f.value} == +truth | {"_T": truth.total()}


async def test_a_population_is_final_once_no_day_can_change_it(accounting: Accounting) -> None:
    await accounting.take(World(3, people=0, obs_end=date(2024, 1, 1)).stream())
    found = {(f.key[2], f.period): f.status for f in await stock(accounting, "A.RESIDENTS..KZ._T._T._T")}
    assert {period for method, period in found if method == "M12"} == {"2022", "2023", "2024"}
    assert {period for method, period in found if method == "U98"} == {"2021", "2022", "2023", "2024"}
    assert found["M12", "2024"] == "A", "its year is over"
    assert (found["U98", "2022"], found["U98", "2023"], found["U98", "2024"]) == ("A", "P", "P")


async def test_more_than_the_limit_is_refused(accounting: Accounting) -> None:
    await accounting.take(World(3, people=20).stream())
    found = await stock(accounting, "M+Q+A......")
    assert len(await stock(accounting, "M+Q+A......", limit=len(found) * 3)) == len(found)
    with pytest.raises(TooMany):
        await stock(accounting, "M+Q+A......", limit=100)


async def test_nothing_is_published_before_the_feed_declares_its_coverage(accounting: Accounting) -> None:
    world = World(3, people=5)
    del world.records["coverage"]
    await accounting.take(world.stream())
    assert await stock(accounting, "......") == []


class TestInForce:
    """By method REGISTER: persons who hold something on a period's first day."""

    @pytest.fixture(autouse=True)
    def _in_march_2024(self) -> Iterator[None]:
        with clock.set_to(datetime(2024, 3, 10, 12, tzinfo=UTC)):
            yield

    async def test_a_register_gains_whose_time_begins_and_loses_whose_ended(self, accounting: Accounting) -> None:
        """stock(t + 1) - stock(t) = begun - ended in every register, by region and sex, of persons with one record
        each; what stands on the day is what a plain count finds."""
        chance, held = random.Random(7), dict[str, list[tuple[date, date | None, str, str]]]()
        for code, (fact, record) in REGISTERS.items():
            told = []
            for _ in range(12):
                since = date(2023, 1, 1) + timedelta(chance.randrange(400))
                until = since + timedelta(chance.randrange(1, 300)) if chance.random() < 0.7 else None
                region, sex = chance.choice(["71", "75"]), chance.choice("MF")
                told.append(record(person(sex=sex, birth_date="1990"), region, since, until))
                held.setdefault(code, []).append((since, until, region, sex))
            await say(accounting, fact, *told)
        found = await registered(accounting, "M..REGISTER.._T.._T")
        for code, several in held.items():
            for region, sex in (("KZ", "_T"), ("71", "F"), ("75", "_T")):
                alike = [each for each in several if region in ("KZ", each[2]) and sex in ("_T", each[3])]
                last, after = date(2023, 1, 1), date(2023, 2, 1)
                while after < date(2024, 3, 31):
                    before, value = (found.get((code, region, sex, f"{day:%Y-%m}"), 0) for day in (last, after))
                    held_then = sum(s <= after and (u is None or u > after) for s, u, *_ in alike)
                    assert value == held_then, (code, region, sex, after)
                    begun = sum(last < since <= after for since, *_ in alike)
                    ended = sum(until is not None and last < until <= after for _, until, *_ in alike)
                    assert value - before == begun - ended, (code, region, sex, after)
                    last, after = after, (after + timedelta(31)).replace(day=1)

    async def test_somebody_counts_once_with_all_permits_and_as_the_record_shows(self, accounting: Accounting) -> None:
        double = person(sex="F", citizenship="CHN")
        await say(
            accounting,
            WorkPermit,
            permit(person=double, valid_from="2023-12-01"),
            permit(person=double, region="75", valid_from="2023-12-31"),
            permit(valid_until="2023-12-31"),
            permit(status="revoked", ended_on="2024-01-01"),
            permit(status="revoked", ended_on="2024-01-02"),
            permit(kind="labour_immigrant", category=None, valid_from="2024-01-01", person=person(sex="X")),
        )
        year = await registered(accounting, "A.PERMITS_IN_FORCE+LABOUR_IMMIGRANTS.REGISTER.._T.._T")
        assert {at[:2]: n for at, n in year.items() if at[2:] == ("_T", "2024")} == {
            **{("PERMITS_IN_FORCE", "KZ"): 2, ("PERMITS_IN_FORCE", "71"): 2, ("PERMITS_IN_FORCE", "75"): 1},
            **{("LABOUR_IMMIGRANTS", "KZ"): 1, ("LABOUR_IMMIGRANTS", "71"): 1},
        }
        assert (year["LABOUR_IMMIGRANTS", "KZ", "_X", "2024"], year["PERMITS_IN_FORCE", "KZ", "F", "2024"]) == (1, 1)
        by_purpose = await registered(accounting, "A.PERMITS_IN_FORCE.REGISTER.KZ.CHN+UZB._T.", at=(4, 6))
        assert {at[:2]: n for at, n in by_purpose.items() if at[2] == "2024" and n} == {
            **{("CHN", "_T"): 1, ("CHN", "work"): 1, ("UZB", "_T"): 1, ("UZB", "work"): 1},
        }

    async def test_persons_are_counted_by_the_age_that_they_have_on_the_day(self, accounting: Accounting) -> None:
        groups = {
            **{"1989-01-01": "Y35T39", "1989-01-02": "Y30T34", "1988-12-31": "Y35T39", "1988-06": "Y35T39"},
            **{"2018": "Y5T9", "2019-01-02": "Y0T4", "1900-05-05": "Y_GE85"},
        }
        people = [person(birth_date=each, sex="MF"[n % 2]) for n, each in enumerate(groups)]
        await say(accounting, WorkPermit, *(permit(person=each, valid_until="2025-02-01") for each in people))
        expected = Counter[tuple[str, str, str]]()
        for each in people:
            for sex in ("_T", each["sex"]):
                for group in ("_T", groups[each["birth_date"]]):
                    expected[sex, group, "2024"] += 1
        key = "A.PERMITS_IN_FORCE.REGISTER.KZ._T.."
        query = parse("DF_STOCK_AGE", key, {}).query
        found = {
            (f.key[5], f.key[6], f.period): int(f.value)
            for f in await register_figures(accounting.connection, query, 10**9)
            if f.value
        }
        broad = {code.parent for code in codes_of(AGES).values()} - {"_T", None}
        assert {at: n for at, n in found.items() if at[1] not in broad} == expected
        for sex in ("_T", "M", "F"):
            assert (
                sum(n for at, n in found.items() if at[0] == sex and at[1] in broad - {None})
                == found[sex, "_T", "2024"]
            )
        assert await registered_by_age(accounting, key.replace("A.", "M.", 1)) == []
        narrow = await registered_by_age(accounting, "A.PERMITS_IN_FORCE.REGISTER.KZ._T.F.Y35T39+Y5T9")
        assert {f.key[6]: int(f.value) for f in narrow} == {
            group: expected["F", group, "2024"] for group in ("Y35T39", "Y5T9")
        }

    async def test_a_reference_date_that_is_over_is_final(self, accounting: Accounting) -> None:
        await say(accounting, WorkPermit, permit())
        query = parse("DF_STOCK", "M.PERMITS_IN_FORCE.REGISTER.KZ._T._T._T", {}).query
        with clock.set_to(datetime(2024, 3, 1, 12, tzinfo=UTC)):
            told = {f.period: f.status for f in await register_figures(accounting.connection, query, 10**9)}
        assert told == dict.fromkeys(("2023-12", "2024-01", "2024-02"), "A") | {"2024-03": "P"}


async def registered(accounting: Accounting, key: str, at: tuple[int, ...] = (1, 3, 5)) -> dict[tuple[str, ...], int]:
    found = await register_figures(accounting.connection, parse("DF_STOCK", key, {}).query, 10**9)
    return {(*(figure.key[n] for n in at), figure.period): int(figure.value) for figure in found}


async def registered_by_age(accounting: Accounting, key: str) -> list[Figure]:
    return await register_figures(accounting.connection, parse("DF_STOCK_AGE", key, {}).query, 10**9)


def _ended(until: date | None) -> str | None:
    return until.isoformat() if until else None


def _work(kind: str) -> Any:
    def record(of: dict[str, Any], region: str, since: date, until: date | None) -> dict[str, Any]:
        last = (until - timedelta(1)).isoformat() if until else "2025-12-31"
        return permit(
            kind=kind, category=None, person=of, region=region, issued_on="2022-12-01",
            valid_from=since.isoformat(), valid_until=last,
        )  # fmt: skip

    return record


def _residence(of: dict[str, Any], region: str, since: date, until: date | None) -> dict[str, Any]:
    ended = {"ended_on": _ended(until), "end_reason": "departure"} if until else {}
    return {
        "residence": "permanent", "person": of, "region": region, "granted_on": since.isoformat(),
        "valid_until": "2033-01-01", **ended,
    }  # fmt: skip


def _kandas(of: dict[str, Any], region: str, since: date, until: date | None) -> dict[str, Any]:
    ended = (
        {"state": "ended", "ended_on": _ended(until), "end_reason": "citizenship"} if until else {"state": "granted"}
    )
    return {
        "case": "K-1", "member": "applicant", "person": of, "country_of_origin": "CHN", "region": region,
        "applied_on": "2022-12-20", "decided_on": since.isoformat(), "valid_until": "2033-01-01", **ended,
    }  # fmt: skip


def _study(of: dict[str, Any], region: str, since: date, until: date | None) -> dict[str, Any]:
    return {
        "person": of, "country": "KAZ", "region": region, "institution": "Invented University", "level": "bachelor",
        "funding": "own_means", "since": since.isoformat(),
        "until": _ended(until - timedelta(1)) if until else None,
    }  # fmt: skip


def _refugee(of: dict[str, Any], region: str, since: date, until: date | None) -> dict[str, Any]:
    ended = {"ended_on": _ended(until), "end_reason": "departure"} if until else {}
    return {
        "kind": "refugee", "person": of, "country_of_origin": "AFG", "region": region, "granted_on": since.isoformat(),
        **ended,
    }  # fmt: skip


def _consular(of: dict[str, Any], region: str, since: date, until: date | None) -> dict[str, Any]:
    ended = {"ended_on": _ended(until), "end_reason": "return"} if until else {}
    return {
        "person": of | {"citizenship": "KAZ"}, "mission": "KAZ-KOR", "country": "KOR", "city": "Seoul",
        "purpose": "work", "legality": "regular", "region_of_origin": region,
        "registered_on": since.isoformat(), "renewed_on": since.isoformat(), **ended,
    }  # fmt: skip


REGISTERS: dict[str, tuple[type[Fact], Any]] = {
    "PERMITS_IN_FORCE": (WorkPermit, _work("intra_corporate")),
    "LABOUR_IMMIGRANTS": (WorkPermit, _work("labour_immigrant")),
    "RESIDENCE_PERMITS": (ResidencePermit, _residence),
    "KANDAS": (KandasStatus, _kandas),
    "STUDENTS_HERE": (Study, _study),
    "REFUGEES": (ProtectionStatus, _refugee),
    "REGISTERED": (ConsularRegistration, _consular),
}
