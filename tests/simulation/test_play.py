"""A small country goes through the services' own interfaces: nothing is rejected, behind every record is a life.

The four registers in the test's own process, each on a database of its own.
"""

from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from shutil import rmtree
from typing import Literal

import pytest

from deploy.local.demo import quota
from deploy.simulation import truth
from deploy.simulation.draw import SPOOL, draw
from deploy.simulation.play import Registers, Rejected, play, quota_kept
from deploy.simulation.simulate import first_day, spooled
from deploy.simulation.spool import Spool
from deploy.simulation.written import Written
from services.consular.app import make_app as make_consular
from services.kandas.app import make_app as make_kandas
from services.permits.app import make_app as make_permits
from services.portal.app import make_app as make_portal
from shared.testing.api import Api, StartApi
from shared.testing.people import person

START, THROUGH = date(2026, 1, 1), date(2026, 6, 30)
APPS = {"portal": make_portal, "kandas": make_kandas, "consular": make_consular, "permits": make_permits}


async def test_a_country_is_played_in_and_every_record_has_a_life_behind_it(
    start_api: StartApi, tmp_path: Path
) -> None:
    spool = draw(5, 200, START, THROUGH, tmp_path)
    apis = {name: await start_api(name, make) for name, make in APPS.items()}
    assert await quota_kept(registers(apis), START, THROUGH) is None
    played = await play(spool, registers(apis), START, THROUGH)
    await order_quota(apis["permits"])
    assert await quota_kept(registers(apis), START, THROUGH) == THROUGH.year
    behind = list(truth.records(tmp_path))
    lives = {life.number for life in truth.lives(tmp_path)}
    assert len(lives) == 200
    assert {each.life for each in behind} <= lives
    assert sum(played.taken.values()) == sum(each.act == "create" for each in behind) > 200
    assert sum(played.changed.values()) == sum(each.act != "create" for each in behind) > 5
    of_path = defaultdict(list)
    for each in behind:
        of_path[each.service, each.path].append(each)
    for (service, path), told in of_path.items():
        held = await apis[service].rows(f"SELECT source_id, version, withdrawn FROM {TABLES[path]}")  # noqa: S608
        numbers = {row["source_id"].rpartition(":")[2]: row for row in held}
        assert set(numbers) == {each.source_id for each in told}, path
        versions = Counter(each.source_id for each in told)
        withdrawn = {each.source_id for each in told if each.act == "withdraw"}
        assert {number for number, row in numbers.items() if row["withdrawn"]} == withdrawn
        if path != "host-notifications":  # a notice's own version moves with the stay that it is matched to
            assert {number: row["version"] for number, row in numbers.items()} == versions, path


async def order_quota(permits: Api) -> None:
    """The demonstration's, with room for what was taken over: from now on permits come from the procedure."""
    body = quota(THROUGH.year)
    answer = await permits.client.put("/v1/quotas/2026", json=body, headers=permits.token("permits-officer"))
    assert answer.status_code == 200, answer.text


TABLES = {
    "border-crossings": "border_crossing",
    "residence-registrations": "residence_registration",
    "residence-permits": "residence_permit",
    "citizenship-changes": "citizenship_change",
    "protection-statuses": "protection_status",
    "violations": "violation",
    "expulsions": "expulsion",
    "host-notifications": "host_notification",
    "kandas-statuses": "kandas_status",
    "consular-registrations": "consular_registration",
    "assistance-cases": "assistance_case",
    "studies": "study",
    "eaeu-workers": "eaeu_worker",
    "exempt-workers": "exempt_worker",
    "business-immigrants": "business_immigrant",
    "work-permits": "work_permit",
}


def registers(apis: dict[str, Api]) -> Registers:
    clients = {name: api.client for name, api in apis.items()}

    def headers(role: str, agency: str | None) -> dict[str, str]:
        api = apis["portal"]
        return api.token(role, agency=agency) if agency else api.token(role)

    return Registers(clients, headers)


async def test_a_record_that_moved_on_is_read_again_and_a_wrong_one_ends_it(
    start_api: StartApi, tmp_path: Path
) -> None:
    """A status that ran out by the clock before its end became known; then a change that no register would take."""
    apis = {name: await start_api(name, APPS[name]) for name in ("portal", "kandas")}
    kandas = apis["kandas"]
    ended = {"state": "ended", "ended_on": "2025-03-01", "end_reason": "citizenship"}
    await play(spool_of(tmp_path / "granted", _status("create")), registers(apis), START, THROUGH)
    (await kandas.client.post("/v1/kandas-expiry-runs", headers=kandas.token("operator"))).raise_for_status()
    await play(spool_of(tmp_path / "ended", _status("correct", ended)), registers(apis), START, THROUGH)
    (row,) = await kandas.rows("SELECT version, body ->> 'end_reason' AS reason FROM kandas_status")
    assert row == {"version": 3, "reason": "citizenship"}
    wrong = spool_of(tmp_path / "wrong", _status("correct", {"state": "applied"}, version=3))
    with pytest.raises(Rejected, match="kandas-statuses"):
        await play(wrong, registers(apis), START, THROUGH)


def spool_of(folder: Path, *each: Written) -> Spool:
    spool = Spool(folder)
    for one in each:
        spool.add(one)
    spool.close()
    return spool


def _status(act: Literal["create", "correct"], changes: dict[str, str] | None = None, version: int = 1) -> Written:
    record = {
        "source_id": "K-1",
        "case": "K-1",
        "member": "applicant",
        "person": person(),
        "country_of_origin": "UZB",
        "region": "75",
        "state": "granted",
        "applied_on": "2025-02-03",
        "decided_on": "2025-02-10",
        "valid_until": "2026-02-09",
    } | (changes or {})
    day = THROUGH
    return Written("kandas", "kandas-statuses", "kandas-officer", day, "K-1", act, record, 1, day, version)


def test_years_end_with_the_last_day() -> None:
    assert first_day(date(2026, 6, 30), 3) == date(2023, 7, 1)
    assert first_day(date(2024, 2, 29), 1) == date(2023, 3, 1)


def test_a_country_that_was_not_played_in_whole_is_known_as_such(tmp_path: Path) -> None:
    """A demonstration that was killed on the way begins again: what was taken is taken once."""
    draw(5, 20, START, THROUGH, tmp_path)
    assert spooled(tmp_path)
    rmtree(tmp_path / SPOOL)
    assert not spooled(tmp_path)
