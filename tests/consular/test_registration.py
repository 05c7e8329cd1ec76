"""The voluntary register over HTTP: by the consul and by the citizen, renewal, end, stale entries (C1)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import orjson
import pytest

from services.consular.cases.consular_registration import RegistrationState
from shared import clock
from shared.testing.api import Api
from shared.testing.people import person
from tests.consular.citizens import MINE, PATH, citizen, registration

_keys = count(1)


def noon(day: str) -> Any:
    """The clock stands at noon of a day in Almaty."""
    return clock.set_to(datetime.fromisoformat(f"{day}T07:00:00").replace(tzinfo=UTC))


@pytest.fixture(autouse=True)
def on_16_march_2026() -> Iterator[None]:
    with noon("2026-03-16"):
        yield


def consul(api: Api) -> dict[str, str]:
    return api.token("consul")


def self_of(api: Api, entry: dict[str, Any]) -> dict[str, str]:
    """The token of the person whom an entry is about."""
    return api.token("citizen", iin=entry["person"]["iin"], subject=f"citizen {entry['person']['surname']}")


async def register(api: Api, entry: dict[str, Any]) -> str:
    answer = await api.client.post(PATH, json=entry, headers=consul(api))
    assert answer.status_code == 201
    return str(answer.json()["id"])


async def act(
    api: Api, path: str, body: dict[str, Any], version: int, headers: dict[str, str], key: str | None = None
) -> Any:
    named = {"If-Match": f'"{version}"', "Idempotency-Key": key or f"key-{next(_keys)}"}
    return await api.client.post(path, json=body, headers=headers | named)


async def test_registered_by_the_consul_with_its_event(consular: Api) -> None:
    entry = registration()
    id = await register(consular, entry)

    (event,) = await consular.events()
    assert event["type"] == "kz.kosh.consular.consular_registration.v1"
    assert (event["subject"], event["recordversion"], event["data"]) == (id, 1, entry)
    assert event["time"] == "2026-03-01T19:00:00+00:00"


@pytest.mark.parametrize("mission", ["Seoul", "Embassy in Seoul", "embassy-seoul"])
async def test_a_mission_is_named_as_the_list_does(consular: Api, mission: str) -> None:
    await register(consular, registration(mission=mission))


async def test_a_mission_on_no_list_is_refused_and_one_on_file_stands(consular: Api) -> None:
    entry = registration()
    id, me = await register(consular, entry), self_of(consular, entry)
    await consular.as_owner(
        "UPDATE consular_registration SET mission = 'Old House', body = replace(body::text, 'Embassy in Seoul', "
        "'Old House')::json"
    )
    unlisted = registration(mission="Embassy in Soul")
    single = await consular.client.post(PATH, json=unlisted, headers=consul(consular) | {"Accept-Language": "kk"})
    own = await consular.client.post(MINE, json=unlisted, headers=self_of(consular, unlisted))
    batch = await consular.client.post(
        f"{PATH}:batch",
        content=orjson.dumps(unlisted),
        headers=consul(consular) | {"Content-Type": "application/x-ndjson"},
    )
    assert [answer.status_code for answer in (single, own)] == [422, 422]
    (fault,) = single.json()["errors"]
    assert fault["pointer"] == "/mission"
    assert "agency_reach.csv тізімінде" in fault["detail"], "the list is named, in the caller's language"
    assert b'"/mission"' in batch.content
    (seen,) = (await consular.client.get(MINE, headers=me)).json()
    assert seen["record"]["mission"] == "Old House"
    renewed = await act(consular, f"{MINE}/{id}:renew", {"expected_until": "2029-01-15"}, 1, me)
    assert renewed.status_code == 200, "a citizen need not know what the list lacks"


async def test_a_citizen_registers_sees_renews_and_ends_their_own(consular: Api) -> None:
    entry = registration()
    me = self_of(consular, entry)
    first = await consular.client.post(MINE, json=entry, headers=me)
    again = await consular.client.post(MINE, json=entry, headers=me)
    id = first.json()["id"]
    (seen,) = (await consular.client.get(MINE, headers=me)).json()
    renewed = await act(consular, f"{MINE}/{id}:renew", {"expected_until": "2029-01-15"}, 1, me)
    ended = await act(consular, f"{MINE}/{id}:end", {"ended_on": "2026-03-16", "reason": "own_wish"}, 2, me)
    later = await consular.client.post(MINE, json=entry, headers=me)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == later.json()
    assert first.headers["ETag"] == later.headers["ETag"] == '"1"'
    assert (seen["id"], seen["version"], seen["standing"]) == (id, 1, "current")
    assert renewed.json()["record"]["renewed_on"] == "2026-03-16"
    assert renewed.json()["record"]["expected_until"] == "2029-01-15"
    assert RegistrationState.model_validate(ended.json()).standing == "ended"
    assert RegistrationState.model_validate(seen).checks[0].rule == "stale_after"
    assert [event["recordversion"] for event in await consular.events()] == [1, 2, 3]
    assert (await consular.events())[-1]["data"]["end_reason"] == "own_wish"


async def test_a_citizen_registers_nobody_else_and_reaches_no_other_entry(consular: Api) -> None:
    entry, other = registration(), registration()
    stranger = self_of(consular, other)
    id = await register(consular, entry)

    assert (await consular.client.post(MINE, json=registration(), headers=stranger)).status_code == 403
    nobody = consular.token("citizen")
    assert (await consular.client.post(MINE, json=entry, headers=nobody)).status_code == 403
    assert (await consular.client.get(MINE, headers=nobody)).status_code == 403
    assert (await consular.client.get(MINE, headers=stranger)).json() == []
    for version in (1, 7):  # nor does a stranger learn which version an entry has
        assert (await act(consular, f"{MINE}/{id}:renew", {}, version, stranger)).status_code == 404
    gone = await act(consular, f"{MINE}/{id}:end", {"ended_on": "2026-03-16", "reason": "own_wish"}, 1, stranger)
    assert gone.status_code == 404
    assert (await consular.client.get(f"{PATH}/{id}", headers=stranger)).status_code == 403
    assert len(await consular.events()) == 1


async def test_a_citizen_registers_as_of_today_or_before_and_not_as_ended(consular: Api) -> None:
    entry = registration(registered_on="2026-04-01", ended_on="2026-05-01", end_reason="own_wish")
    answer = await consular.client.post(MINE, json=entry, headers=self_of(consular, entry))

    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/registered_on", "/ended_on"}


async def test_only_citizens_abroad_and_nothing_that_contradicts_itself(consular: Api) -> None:
    foreign = registration(person=person(), country="KAZ", purpose="holiday")
    backwards = registration(ended_on="2026-02-01", end_reason="return", expected_until="2026-01-01")
    answers = [await consular.client.post(PATH, json=body, headers=consul(consular)) for body in (foreign, backwards)]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert {error["pointer"] for error in answers[0].json()["errors"]} == {
        *("/person/citizenship", "/country", "/purpose")
    }
    told = [(error["pointer"], error["detail"]) for error in answers[1].json()["errors"]]
    assert told == [
        ("/ended_on", "ended_on must not lie before registered_on"),
        ("/expected_until", "expected_until must not lie before abroad_since"),
    ]


async def test_an_end_before_the_beginning_is_a_fault_of_the_day(consular: Api) -> None:
    entry = registration()
    id = (await consular.client.post(PATH, json=entry, headers=consul(consular))).json()["id"]
    body = {"ended_on": "2026-03-01", "reason": "return"}
    answer = await act(consular, f"{PATH}/{id}:end", body, 1, consul(consular))

    assert answer.status_code == 422
    told = [(error["pointer"], error["detail"]) for error in answer.json()["errors"]]
    assert told == [("/ended_on", "ended_on must not lie before registered_on")]


async def test_a_year_beyond_all_registers_is_a_fault_of_the_field(consular: Api) -> None:
    entry = registration(registered_on="0001-01-01", abroad_since="0001-01-01")
    answer = await consular.client.post(PATH, json=entry, headers=consul(consular))

    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/registered_on", "/abroad_since"}


async def test_stale_entries_are_visible_as_such_with_the_rule_behind_it(consular: Api) -> None:
    over = await register(consular, registration(expected_until="2026-03-15"))
    forgotten = await register(consular, registration(registered_on="2025-03-15", expected_until=None))
    settled = registration(registered_on="2022-03-15", expected_until=None, purpose="permanent")
    fresh = [await register(consular, entry) for entry in (registration(), settled)]
    elsewhere = await register(consular, registration(mission="Embassy in Ankara", expected_until="2026-03-15"))

    path = f"{PATH}/stale"
    found = (await consular.client.get(path, headers=consul(consular))).json()
    at_seoul = await consular.client.get(f"{path}?mission=Embassy in Seoul", headers=consul(consular))
    second = await consular.client.get(f"{path}?limit=1&after={over}", headers=consul(consular))
    standing = (await consular.client.get(f"{PATH}/{over}/standing", headers=consul(consular))).json()

    assert [each["id"] for each in found] == [over, forgotten, elsewhere]
    assert [each["id"] for each in at_seoul.json()] == [over, forgotten]
    assert [each["id"] for each in second.json()] == [forgotten]
    failed = [[check["rule"] for check in each["checks"] if check["outcome"] == "failed"] for each in found]
    assert failed == [["stay_over"], ["stale_after"], ["stay_over"]]
    assert standing["standing"] == "stale"
    for id in fresh:
        answer = await consular.client.get(f"{PATH}/{id}/standing", headers=consul(consular))
        assert answer.json()["standing"] == "current"


async def test_a_renewal_makes_a_stale_entry_current_again(consular: Api) -> None:
    id = await register(consular, registration(abroad_since=None, expected_until="2025-01-01"))
    past = await act(consular, f"{PATH}/{id}:renew", {"expected_until": "2026-01-01"}, 1, consul(consular))
    renewed = await act(consular, f"{PATH}/{id}:renew", {"expected_until": "2027-01-01"}, 1, consul(consular), "k")
    with noon("2027-01-02"):  # the first answer, not what a renewal of that day would be told
        again = await act(consular, f"{PATH}/{id}:renew", {"expected_until": "2027-01-01"}, 1, consul(consular), "k")

    assert past.status_code == 422
    assert [error["pointer"] for error in past.json()["errors"]] == ["/expected_until"]
    assert renewed.json()["standing"] == "current"
    assert again.json() == renewed.json()
    assert again.headers["ETag"] == renewed.headers["ETag"] == '"2"'
    assert len(await consular.events()) == 2


@pytest.mark.parametrize("reason", ["other_mission", "stay_over", "return", "citizenship", "death"])
async def test_ended_by_the_consul_once(consular: Api, reason: str) -> None:
    id = await register(consular, registration())
    end = {"ended_on": "2026-03-10", "reason": reason}
    early = await act(consular, f"{PATH}/{id}:end", end | {"ended_on": "2026-03-01"}, 1, consul(consular))
    future = await act(consular, f"{PATH}/{id}:end", end | {"ended_on": "2026-03-17"}, 1, consul(consular))
    ended = await act(consular, f"{PATH}/{id}:end", end, 1, consul(consular))
    again = await act(consular, f"{PATH}/{id}:end", end, 2, consul(consular))
    renewed = await act(consular, f"{PATH}/{id}:renew", {}, 2, consul(consular))

    assert [answer.status_code for answer in (early, future, ended, again, renewed)] == [422, 422, 200, 409, 409]
    newest = (await consular.events())[-1]["data"]
    assert (newest["ended_on"], newest["end_reason"]) == ("2026-03-10", reason)


async def test_batch_correction_withdrawal_and_history(consular: Api) -> None:
    good = registration()
    lines = [good, registration(country="KAZ"), good]
    answer = await consular.client.post(
        f"{PATH}:batch",
        content=b"\n".join(map(orjson.dumps, lines)),
        headers=consul(consular) | {"Content-Type": "application/x-ndjson"},
    )
    results = [orjson.loads(line) for line in answer.text.splitlines()]
    id = results[0]["id"]
    corrected = await consular.client.put(
        f"{PATH}/{id}",
        json={"reason": "studies, does not work", "record": good | {"purpose": "study"}},
        headers=consul(consular) | {"If-Match": '"1"'},
    )
    withdrawn = await consular.client.post(
        f"{PATH}/{id}:withdraw", json={"reason": "entered twice"}, headers=consul(consular) | {"If-Match": '"2"'}
    )
    history = await consular.client.get(f"{PATH}/{id}/history", headers=consul(consular))

    assert [result.get("status") for result in results[:-1]] == ["created", "rejected", "repeated"]
    assert (corrected.status_code, withdrawn.status_code) == (200, 200)
    assert [(v["version"], v["withdrawn"], v["record"]["purpose"]) for v in history.json()] == [
        (1, False, "work"),
        (2, False, "study"),
        (3, True, "study"),
    ]
    assert [event["recordwithdrawn"] for event in await consular.events()] == [False, False, True]


async def test_every_reading_and_change_is_logged_and_searches_name_whom_they_found(consular: Api) -> None:
    entry = registration(expected_until="2026-03-15")
    id = await register(consular, entry)
    await consular.client.get(f"{PATH}/{id}", headers=consul(consular))
    await consular.client.get(f"{PATH}/stale", headers=consul(consular))
    await consular.client.get(MINE, headers=self_of(consular, entry))
    await act(consular, f"{PATH}/{id}:renew", {}, 1, consul(consular))

    query = "SELECT action FROM access_log WHERE person_iin = :iin ORDER BY id"
    logged = await consular.rows(query, iin=entry["person"]["iin"])
    assert [row["action"] for row in logged] == ["create", "read", "search", "search", "change"]


async def test_what_is_no_id_is_no_entry(consular: Api) -> None:
    for path in (f"{PATH}/fresh", f"{PATH}/fresh/standing"):
        assert (await consular.client.get(path, headers=consul(consular))).status_code == 404


async def test_other_roles_are_refused(consular: Api) -> None:
    assert (await consular.client.post(PATH, json=registration())).status_code == 401
    for role in ("citizen", "statistician", "border", "permits-officer"):
        headers = consular.token(role, iin=citizen()["iin"])
        assert (await consular.client.post(PATH, json=registration(), headers=headers)).status_code == 403
