"""What registers see of a life: what each of them takes, of somebody, in time, the same again for the same seed."""

from collections import Counter, defaultdict
from functools import cache
from itertools import pairwise

import pytest
from pydantic import BaseModel

from deploy.simulation.country import Country
from deploy.simulation.life import Life
from deploy.simulation.rates import Rates, rates
from deploy.simulation.registers import written
from deploy.simulation.registers.consular import MISSIONS
from deploy.simulation.registers.office import World
from deploy.simulation.written import Written
from shared.events import consular, kandas, permits, police, portal, study
from shared.kernel.agencies import is_mission
from shared.kernel.codes import rows
from shared.records import plausibility
from tests.simulation.lives_by_hand import START, THROUGH, hand_lives

FACTS: dict[str, type[BaseModel]] = {
    "border-crossings": portal.BorderCrossing,
    "residence-registrations": portal.ResidenceRegistration,
    "residence-permits": police.ResidencePermit,
    "citizenship-changes": police.CitizenshipChange,
    "protection-statuses": police.ProtectionStatus,
    "violations": police.Violation,
    "expulsions": police.Expulsion,
    "kandas-statuses": kandas.KandasStatus,
    "consular-registrations": consular.ConsularRegistration,
    "assistance-cases": consular.AssistanceCase,
    "studies": study.Study,
    "eaeu-workers": permits.EaeuWorker,
    "exempt-workers": permits.ExemptWorker,
    "business-immigrants": permits.BusinessImmigrant,
    "work-permits": permits.WorkPermit,
}
NOT_PUBLISHED = {"host-notifications"}
"""What the register takes has a shape of its own (the host stays there): test_play.py hands it in."""


@cache
def everything(seed: int = 1) -> tuple[Written, ...]:
    world = World(seed, START, THROUGH, rates())
    return tuple(each for life in hand_lives(60) for each in written(world, life))


def test_every_record_is_one_that_its_register_takes() -> None:
    for each in everything():
        if each.path not in NOT_PUBLISHED:
            fact = FACTS[each.path].model_validate(each.record)
            assert plausibility.faults(fact) == [], (each.path, each.act)


@cache
def drawn_country() -> tuple[tuple[Life, tuple[Written, ...]], ...]:
    """A country that nobody wrote for these tests: two years of 600 lives of every kind."""
    world = World(7, START, THROUGH, rates())
    return tuple((life, tuple(written(world, life))) for life in Country(7, 600, START, THROUGH).lives())


def test_every_record_of_a_drawn_country_is_one_that_its_register_takes() -> None:
    drawn = [each for _, records in drawn_country() for each in records]
    for each in drawn:
        if each.path not in NOT_PUBLISHED:
            assert plausibility.faults(FACTS[each.path].model_validate(each.record)) == [], (each.path, each.act)
    assert {each.path for each in drawn} > {"border-crossings", "kandas-statuses", "work-permits", "studies"}


def test_only_who_has_a_home_gives_it_up_and_only_who_has_none_registers_from_abroad() -> None:
    """Coupons count who settles and who leaves for good: no guest, no worker, nobody back from a holiday."""
    gone = come = 0
    for life, records in drawn_country():
        acts = sorted(
            (each.day, each.record["act"])
            for each in records
            if each.path == "residence-registrations" and each.act == "create" and "duplicate" not in each.faults
            if each.record["residence"] == "permanent" and "counterpart_country" in each.record
        )
        told = [act for _, act in acts]
        assert all(before != after for before, after in pairwise(told)), (life.number, acts)
        if life.citizenships[0][1] == "KAZ":
            assert told[:1] != ["registration"] or life.stays[0].country != "KAZ", (life.number, acts)
        else:
            assert told[:1] != ["deregistration"] or life.stays[0].country == "KAZ", (life.number, acts)
        for day, act in acts:
            if act == "deregistration":
                assert any(stay.purpose == "permanent" and stay.since >= day for stay in life.stays), life.number
        gone, come = gone + told.count("deregistration"), come + told.count("registration")
    assert gone
    assert come


def test_every_kind_of_record_is_written() -> None:
    assert {each.path for each in everything()} == set(FACTS) | NOT_PUBLISHED


def test_nothing_is_known_before_it_happens_nor_after_the_end() -> None:
    for each in everything():
        assert START <= each.day <= each.known_on <= THROUGH


def test_borders_and_missions_are_those_of_the_code_lists() -> None:
    listed = {row["code"] for row in rows("checkpoints")}
    assert {each.record["checkpoint"] for each in everything() if each.path == "border-crossings"} <= listed
    assert all(map(is_mission, MISSIONS.values()))


def test_versions_follow_each_other_and_each_says_otherwise() -> None:
    of_record = defaultdict(list)
    for each in everything():
        of_record[each.source_id].append(each)
    for first, *later in of_record.values():
        assert (first.act, first.version) == ("create", 0)
        assert [each.version for each in later] == list(range(1, len(later) + 1))
        for before, after in zip([first, *later], later, strict=False):
            assert before.act != "withdraw"
            assert before.known_on <= after.known_on
            assert first.known_on < after.known_on
            assert (before.record == after.record) is (after.act == "withdraw")


def test_numbers_and_papers_tell_nothing_of_the_life() -> None:
    for each in everything():
        assert set(each.source_id) <= set("0123456789abcdef")
        assert len(each.source_id) == 24


def test_the_same_seed_gives_the_same_records_and_another_others() -> None:
    world = World(1, START, THROUGH, rates())
    again = tuple(each for life in hand_lives(60) for each in written(world, life))
    assert again == everything()
    assert not {each.source_id for each in everything(2)} & {each.source_id for each in again}


def test_a_life_is_written_alone_as_among_others() -> None:
    world = World(1, START, THROUGH, rates())
    life = list(hand_lives(60))[77]
    assert list(written(world, life)) == [each for each in everything() if each.life == life.number]


def test_no_register_is_without_fault_and_what_is_right_is_the_most() -> None:
    seen = Counter(fault for each in everything() if each.act == "create" for fault in each.faults)
    assert {"old_document", "patronymic_dropped", "iin_absent", "kazakh_letters_lost", "duplicate"} <= set(seen)
    crossings = [each for each in everything() if each.path == "border-crossings"]
    assert sum(not each.faults for each in crossings) > 0.8 * len(crossings)


def test_without_rates_registers_write_the_truth() -> None:
    """Faults come from the rates alone: where all are nought, every crossing is there once and names its person."""
    none = Rates({name: _nought(name) for name in rates().of("border", "kazakh", "KAZ")})
    world = World(1, START, THROUGH, none)
    for life in hand_lives(20):
        crossings = [each for each in written(world, life) if each.path == "border-crossings"]
        borders = [
            after.since
            for before, after in life.moves()
            if before.country != after.country and START <= after.since < THROUGH
        ]
        assert [each.day for each in crossings] == borders
        for each in crossings:
            assert each.record["person"]["document"]["number"] == life.paper_on(each.day).number
            assert each.faults == ()


def _nought(name: str) -> dict[str, object]:
    days = rates().days.get(name)
    return {"says": name, "source": "test", "rates": [{"rate": 0}]} | ({"days": list(days)} if days else {})


@pytest.mark.parametrize(
    "table",
    [
        {"says": "x", "rates": [{"rate": 0.1}]},
        {"says": "x", "source": "y", "rates": [{"rate": 0.1, "register": "border"}]},
        {"says": "x", "source": "y", "rates": [{"rate": 0.1}, {"rate": 0.1, "register": "nowhere"}]},
        {"says": "x", "source": "y", "rates": [{"rate": 1.1}]},
    ],
)
def test_a_table_that_is_none_of_rates_is_refused(table: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="fault:"):
        Rates({"fault": table})
