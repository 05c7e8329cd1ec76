"""Whatever goes wrong in writing a person down, a register takes it, and it is still evidence of somebody."""

import re
from datetime import date
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy import simulation
from deploy.simulation.country import Country
from deploy.simulation.faults import FAULTS, evidence, true_evidence
from deploy.simulation.life import Life
from deploy.simulation.rates import rates
from shared.events.person import Person

DAY = date(2025, 6, 30)


@cache
def lives() -> list[Life]:
    drawn = Country(3, 400, date(2024, 7, 1), date(2026, 6, 30)).lives()
    return [life for life in drawn if life.born < DAY]


@given(st.integers(0, 10**6), st.sets(st.sampled_from(sorted(FAULTS))), st.booleans())
def test_any_faults_together_leave_what_a_register_takes(seed: int, wrong: set[str], local: bool) -> None:
    random = Random(seed)
    rate = {fault: float(fault in wrong) for fault in FAULTS}
    life = random.choice(lives())
    person, faults = evidence(life, DAY, random, rate, local=local)
    Person.model_validate(person)
    assert person["birth_date"] <= DAY.isoformat()
    assert set(faults) <= wrong
    assert (person == true_evidence(life, DAY, local=local)) is (not faults)


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_every_fault_happens_and_has_its_rate(fault: str) -> None:
    """Alone and at the rate of one: to somebody among those drawn, and changing something each time."""
    assert fault in rates().of("police", "kazakh", "KAZ")
    only = {each: float(each == fault) for each in FAULTS}
    told = [evidence(life, DAY, Random(life.number), only, local=True) for life in lives()]
    assert any(faults == [fault] for _, faults in told)


def test_every_rate_is_of_something_that_happens() -> None:
    """Each table of rates.toml is asked for by name somewhere, and nothing is asked for that has none."""
    sources = [path.read_text("utf-8") for path in Path(simulation.__path__[0]).rglob("*.py")]
    asked = {name for text in sources for name in re.findall(r'(?:happens|after)\(\s*"(\w+)"', text)} | set(FAULTS)
    asked |= {"missing_entry", "missing_exit", "registers_at_new_home", "registers_on_arrival"}  # by a condition
    assert asked == set(rates().of("border", "kazakh", "KAZ"))


def test_a_number_used_again_is_one_for_the_household() -> None:
    """A family on one passport, as inputs that failed once had it (two people on one passport)."""
    only = {each: float(each == "number_used_again") for each in FAULTS}
    numbers: dict[tuple[int, str], list[str]] = {}
    for life in lives():
        person, _ = evidence(life, DAY, Random(1), only, local=False)
        shown = person["document"]
        key = (life.household, shown["issuing_state"] + shown["number"][:1])
        numbers.setdefault(key, []).append(shown["number"])
    families = [found for found in numbers.values() if len(found) > 1]
    assert families
    assert all(len(set(found)) == 1 for found in families)
