"""What intake accepts, every reading can read: every stored fact at its extremes, through every dataflow and page."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

import contracts
from services.accounting.intake.decode import READ, decode
from services.accounting.rules.figures.dataflows import FLOWS
from services.accounting.rules.spans import frequency, span
from shared.events.catalogue import FACTS
from shared.events.consular import HostCountryFigure
from shared.events.envelope import Fact
from shared.events.wire import StatedPeriod
from shared.kernel.periods import Period
from shared.testing.api import Api
from tests.accounting.conftest import HASHES, Accounting
from tests.accounting.world import Version, World, event

EXAMPLES = Path(contracts.__file__).parent / "examples"

EXTREMES: tuple[Any, ...] = (
    *("0001-01-01", "1900-01-01", "1969-12-31", "1970-01-01", "2139-12-31", "2199-12-31", "9999-12-31"),
    *("1000", "1900", "2999", "2999-12", "2999-Q4", "3000", "9999", "0000", "9999-Q4", "0001-01"),
    *("\u0662\u0660\u0662\u0664", "\u0967\u0968", "2024\n", "\uff12\uff10\uff12\uff14"),
    *("1900-01-01T00:00:00+00:00", "1970-01-01T00:00:00+14:00", "2139-12-31T23:59:59-12:00", "2199-12-31T00:00:00Z"),
    *(0, 1, -1, 2**31, 2**63, 10**10, 10**18, 0.5, 1e308, True, False, None),
    *("x" * 200, "\u202e", "XXX", "_T", "99", "9"),
)
"""Values at the ends of what is a day, a period, a number or a text somewhere, and beyond them."""


def examples(fact: type[Fact]) -> Iterator[dict[str, Any]]:
    """The data of the fact's events among the contract's examples."""
    for file in sorted((EXAMPLES / fact.PRODUCER / fact.NAME).glob("*.json")):
        yield json.loads(file.read_text())["data"]


def accepted(fact: type[Fact]) -> list[dict[str, Any]]:
    """Every example with each member, one at a time, at every extreme that the fact's model takes."""
    model: TypeAdapter[Fact] = TypeAdapter(fact)
    found = {}
    for data, extreme in itertools.product(examples(fact), EXTREMES):
        for member in data:
            changed = data | {member: extreme}
            try:
                model.validate_json(json.dumps(changed))
            except ValidationError:
                continue
            found[json.dumps(changed, sort_keys=True)] = changed
    return list(found.values())


@pytest.fixture
async def extreme(api: Api, written: Accounting) -> Api:
    """The API over a few travellers and every accepted extreme of every fact that accounting is granted."""
    await written.take(World(3, people=3).stream())
    for fact in (fact for fact in FACTS.values() if fact.TYPE in READ):
        extremes = accepted(fact)
        assert extremes, f"the walk finds no example of {fact.NAME}"
        events = [
            event(f"{fact.NAME}-{number}", 1, Version(fact.TYPE, data, False)) | {"position": number}
            for number, data in enumerate(extremes, 1)
        ]
        batch = decode(fact.PRODUCER, events, HASHES)
        assert batch.parked == [], "the model took it"
        await written.writer.take(batch)
    return api


async def test_no_accepted_value_breaks_a_reading(extreme: Api) -> None:
    for headers, flow in itertools.product(({}, extreme.token("statistician")), FLOWS):
        for narrowed in ("", "startPeriod=2023&", "startPeriod=1000&endPeriod=9999-12-31&"):
            answer = await extreme.client.get(f"/sdmx/v1/data/{flow}/all?{narrowed}format=csv", headers=headers)
            assert answer.status_code in (200, 403, 404, 413), (flow, narrowed, answer.text)
    entitled = extreme.token("statistician", "operator")
    for page in (
        "/en/",
        "/en/?freq=Q",
        "/v1/reviews",
        "/v1/parked-events",
        "/v1/status",
        "/v1/classifications?method=M1216",
    ):
        answer = await extreme.client.get(page, headers=entitled)
        assert answer.status_code == 200, (page, answer.text)


async def test_a_host_figure_stored_before_its_period_was_checked_is_passed_over(api: Api, written: Accounting) -> None:
    told = {
        "source_id": "H-1", "country": "GRC", "concept": "working", "period": "2020", "value": 7,
        "source": "an answer", "reliability": "official", "reported_on": "2021-05-01",
    }  # fmt: skip
    kind = HostCountryFigure
    events = [event(f"h-{n}", 1, Version(kind.TYPE, told, False)) | {"position": n} for n in (1, 2)]
    await written.writer.take(decode("consular", events, HASHES))
    owner = await asyncpg.connect(api.database.owner_url.replace("+asyncpg", ""))
    await owner.execute(
        """UPDATE linkage.register_fact SET body = body || '{"period": "3000"}'
        WHERE fact = (SELECT min(fact) FROM linkage.register_fact)"""
    )
    await owner.close()
    answer = await api.client.get("/sdmx/v1/data/DF_MIRROR/all?format=csv", headers=api.token("statistician"))
    assert answer.status_code == 200
    assert len(answer.text.splitlines()) == 2


@pytest.mark.parametrize("text", ["3000", "٢٠٢٤", "2024\n", "0999", "2024-13", "2024-Q5", "2024-1"])
def test_a_period_that_no_reading_could_read_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(StatedPeriod).validate_python(text)
    with pytest.raises(ValueError, match="must be"):
        Period.parse(text)


@given(st.one_of(st.from_regex(r"\A[12][0-9]{3}(-(0[1-9]|1[0-2]|Q[1-4]))?\Z"), st.text(max_size=8)))
def test_what_intake_takes_for_a_period_every_reading_reads(text: str) -> None:
    try:
        taken = TypeAdapter(StatedPeriod).validate_python(text)
    except ValidationError:
        return
    start, end = span(taken)
    assert start < end
    assert frequency(taken) in ("A", "Q", "M")
