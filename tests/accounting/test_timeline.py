"""A person's timeline joins what all registers know, under a pseudonym, and leaves a trace."""

from typing import Any

import orjson

from shared.events.kandas import KandasStatus
from shared.events.permits import WorkPermit
from shared.events.police import CitizenshipChange, Expulsion, ResidencePermit, Violation
from shared.events.portal import BorderCrossing, FeedCoverage, HostNotification, ResidenceRegistration
from shared.events.visa import StayRegistration
from shared.testing.api import Api
from tests.accounting.conftest import Accounting
from tests.accounting.world import Event, Version, event

PERSON = {
    "iin": None, "document": {"type": "P", "number": "FA1234567", "issuing_state": "UZB"}, "surname": "KARIMOV",
    "given_names": "AZIZ", "birth_date": "1990-05-01", "sex": "M", "citizenship": "UZB",
}  # fmt: skip
NOTICE = "0199a0c0-0000-7000-8000-651796590401"
CITIZEN = PERSON | {"iin": "900501300001", "document": None}


def fact(subject: str, type: str, **data: Any) -> Event:
    return event(subject, 1, Version(type, data, False))


def crossing(number: int, direction: str, at: str, person: dict[str, Any] = PERSON) -> Event:
    return fact(
        f"crossing-{number}", BorderCrossing.TYPE, source_id=f"B-{number}", direction=direction, crossed_at=at,
        checkpoint="ALA-AIR", person=person, purpose="work", country="UZB",
    )  # fmt: skip


EVENTS = [
    fact(
        "coverage", FeedCoverage.TYPE, feed="berkut", register_start="2022-01-01", complete_through="2026-06-30",
    ),
    crossing(1, "entry", "2024-01-10T10:15:00+05:00"),
    crossing(2, "exit", "2024-06-01T23:30:00+05:00"),
    crossing(3, "entry", "2024-06-21T00:30:00+05:00"),
    fact(
        "permit", WorkPermit.TYPE, source_id="W-1", kind="employer", category="3", status="revoked", person=PERSON,
        region="71", activity="F", qualified=True, issued_on="2024-01-05", valid_from="2024-01-08",
        valid_until="2025-01-07", ended_on="2024-11-01",
    ),
    fact(
        "kandas", KandasStatus.TYPE, source_id="K-1", case="K", member="applicant", country_of_origin="UZB",
        region="71", state="granted", applied_on="2024-12-01", decided_on="2024-12-10", valid_until="2025-12-09",
        person=CITIZEN | {"document": PERSON["document"]},
    ),
    fact(
        "home", ResidenceRegistration.TYPE, source_id="R-1", act="registration", date="2025-02-03", person=CITIZEN,
        region="75",
    ),
]  # fmt: skip


async def ids(api: Api) -> set[str]:
    query = {"method": "M1216"}
    answer = await api.client.get("/v1/classifications", params=query, headers=api.token("statistician"))
    return {orjson.loads(line)["person"] for line in answer.content.splitlines()}


async def timeline(api: Api, person: str, role: str = "statistician") -> Any:
    return await api.client.get(f"/v1/persons/{person}/timeline", headers=api.token(role))


async def test_the_timeline_joins_passport_permit_iin_and_status(api: Api, written: Accounting) -> None:
    await written.take(EVENTS)
    (person,) = await ids(api)
    found = (await timeline(api, person)).json()
    assert found["person"] == person
    assert [(c["source_id"], c["before"], c["after"], c["migration"], c["final"]) for c in found["crossings"]] == [
        ("B-1", 0, 1, True, True),
        ("B-2", 1, 1, False, True),
        ("B-3", 1, 1, False, True),
    ]
    assert [[c[f"resolved_{name}"] for name in ("before", "after", "migration")] for c in found["crossings"]] == [
        [0, 1, True], [1, 1, False], [1, 1, False],
    ], "what M1216 knows, M1216R says alike"  # fmt: skip
    assert [(s["since"], s["until"], s["inside"]) for s in found["stays"]] == [
        (None, "2024-01-10", False),
        ("2024-01-10", "2024-06-01", True),
        ("2024-06-01", "2024-06-21", False),
        ("2024-06-21", None, True),
    ]
    assert [(c["declared_purpose"]) for c in found["crossings"]] == ["work"] * 3, "as the border was told"
    assert [(s["purpose"], s["basis"]) for s in found["stays"]] == [
        (None, None), ("work", "work_permit"), (None, None), ("permanent", "kandas"),
    ]  # fmt: skip
    assert found["joined_stays"] == [{"since": "2024-01-10", "until": None, "term": "long", "ended": False}]
    assert found["majority_residence"] == [{"on": "2024-08-01", "resident": True}]
    assert [(s["status"], s["since"], s["until"], s["region"]) for s in found["statuses"]] == [
        ("labour", "2024-01-08", "2024-11-01", "71"),
        ("kandas", "2024-12-10", "2025-12-10", "71"),
    ]
    assert [(e["day"], e["kind"], e["region"]) for e in found["evidence"]] == [
        ("2024-01-08", "work_permit", "71"),
        ("2024-11-01", "ended", "_X"),
        ("2024-12-10", "kandas", "71"),
        ("2025-02-03", "registered", "75"),
        ("2025-12-10", "ended", "_X"),
    ]
    assert found["sources"] == {
        "border_crossing.v1": 3, "work_permit.v1": 1, "kandas_status.v1": 1, "residence_registration.v1": 1,
    }  # fmt: skip
    assert "KARIMOV" not in str(found)
    assert await api.rows("SELECT action, record_kind, record_id FROM access_log WHERE record_kind = 'person'") == [
        {"action": "read", "record_kind": "person", "record_id": person}
    ]


async def test_the_timeline_shows_m1216r_beside_m1216(api: Api, written: Accounting) -> None:
    """Within a year of the register's first day nobody's first status is known: both possible ones give one answer."""
    away = crossing(1, "exit", "2022-02-10T10:15:00+05:00"), crossing(2, "entry", "2024-06-01T10:15:00+05:00")
    await written.take([EVENTS[0], *away])
    (person,) = await ids(api)
    shown = (await timeline(api, person)).json()["crossings"]
    for method, prefix in (("M1216", ""), ("M1216R", "resolved_")):
        answer = await api.client.get(
            "/v1/classifications", params={"method": method}, headers=api.token("statistician")
        )
        said = {line["source_id"]: line for line in map(orjson.loads, answer.content.splitlines())}
        for name in ("before", "after", "migration"):
            assert {c["source_id"]: c[prefix + name] for c in shown} == {id: each[name] for id, each in said.items()}
    assert any(c["migration"] != c["resolved_migration"] for c in shown)


async def test_the_timeline_shows_registered_stays_and_what_happened(api: Api, written: Accounting) -> None:
    notice = {
        "channel": "eqonaq", "state": "checked_out", "person": PERSON, "host_kind": "organisation", "region": "75",
        "stay_from": "2024-06-21", "stay_until": "2024-07-10", "checked_out_on": "2024-07-08", "joins": None,
    }  # fmt: skip
    again = {"channel": "vmp", "state": "notified", "checked_out_on": None, "joins": NOTICE}
    events = [
        *EVENTS,
        fact("notice-2", HostNotification.TYPE, source_id="V-2", **(notice | again)),
        fact(NOTICE, HostNotification.TYPE, source_id="E-1", **notice),
        fact("notice-3", HostNotification.TYPE, source_id="E-3", **(notice | {"state": "cancelled"})),
        fact(
            "stay", StayRegistration.TYPE, source_id="crossing-1", person=PERSON, region="71", basis="visa",
            since="2024-01-10", until="2024-06-30", ended_on="2024-06-01",
        ),
        fact(
            "overstay", Violation.TYPE, source_id="V-1", person=PERSON, violation="overstay", found_on="2024-09-02",
            since="2024-08-01", region="75",
        ),
        fact(
            "out", Expulsion.TYPE, source_id="X-1", person=PERSON, decided_on="2024-09-10", executed_on="2024-09-20",
            to_country="UZB",
        ),
        fact(
            "citizen", CitizenshipChange.TYPE, source_id="C-1", act="acquired", date="2025-03-01",
            person=CITIZEN | {"citizenship": "KAZ", "document": PERSON["document"]}, other_country="UZB",
        ),
    ]  # fmt: skip
    await written.take(events)
    (person,) = await ids(api)
    found = (await timeline(api, person)).json()
    assert found["registered_stays"] == [
        {"since": "2024-01-10", "until": "2024-07-01", "ended_on": "2024-06-01", "region": "71", "basis": "visa"},
        {"since": "2024-06-21", "until": "2024-07-11", "ended_on": "2024-07-08", "region": "75", "basis": "eqonaq"},
    ]
    stays = [(s["since"], [each["basis"] for each in s["registered"]]) for s in found["stays"] if s["inside"]]
    assert stays == [("2024-01-10", ["visa"]), ("2024-06-21", ["eqonaq"])], "each stay has its own notices"
    of_stays = [[each["status"] for each in s["statuses"]] for s in found["stays"]]
    assert of_stays == [[], ["labour"], [], ["labour", "kandas"]], "none abroad"
    assert found["acts"] == [
        {"kind": kind, "day": day, "since": since, "region": region, "country": country}
        for kind, day, since, region, country in (
            ("violation:overstay", "2024-09-02", "2024-08-01", "75", None),
            ("expulsion:decided", "2024-09-10", None, None, "UZB"),
            ("expulsion:executed", "2024-09-20", None, None, "UZB"),
            ("citizenship:acquired", "2025-03-01", None, None, "UZB"),
        )
    ]
    assert (found["sources"]["host_notification.v1"], found["sources"]["expulsion.v1"]) == (3, 1)


async def test_a_permit_without_end_is_shown_without_end(api: Api, written: Accounting) -> None:
    permit = fact(
        "residence", ResidencePermit.TYPE, source_id="P-1", person=PERSON, residence="permanent", region="71",
        granted_on="2024-02-01", valid_until="9999-12-31",
    )  # fmt: skip
    await written.take([*EVENTS, permit])
    (person,) = await ids(api)
    statuses = (await timeline(api, person)).json()["statuses"]
    assert [(s["status"], s["until"]) for s in statuses if s["status"] == "resident"] == [("resident", None)]


async def test_a_former_pseudonym_leads_to_the_person(api: Api, written: Accounting) -> None:
    await written.take([EVENTS[1]])
    (former,) = await ids(api)
    await written.take(EVENTS)
    (person,) = await ids(api)
    address, statistician = f"/v1/persons/{former}/timeline", api.token("statistician")
    answer = await api.client.get(address, headers=statistician, follow_redirects=True)
    assert answer.json()["person"] == person
    assert [step.status_code for step in answer.history] == [308] * (former != person)


async def test_nobody_is_found_by_another_id_and_only_statisticians_ask(api: Api, written: Accounting) -> None:
    await written.take(EVENTS)
    (person,) = await ids(api)
    assert (await timeline(api, "0123456789abcdef")).status_code == 404
    assert (await timeline(api, "0123")).status_code == 422
    assert (await timeline(api, person, role="operator")).status_code == 403


async def test_a_migration_that_rests_on_a_missing_exit_says_which_signs_support_it(
    api: Api, written: Accounting
) -> None:
    """Two came and were not seen to leave; of one a host told half a year later, and of the other nothing."""
    passport = {"type": "P", "number": "FA7654321", "issuing_state": "UZB"}
    other = PERSON | {"document": passport, "birth_date": "1985"}
    coverage = {"feed": "berkut", "register_start": "2022-01-01", "complete_through": "2026-06-30"}
    await written.take(
        [
            fact("coverage", FeedCoverage.TYPE, **coverage),
            crossing(1, "entry", "2024-01-10T10:15:00+05:00"),
            crossing(2, "entry", "2024-01-10T10:15:00+05:00", other),
            fact(
                NOTICE, HostNotification.TYPE, source_id="E-1", channel="vmp", state="notified", person=PERSON,
                host_kind="organisation", region="75", stay_from="2024-07-05", stay_until="2024-07-09",
                checked_out_on=None, joins=None,
            ),
        ]
    )  # fmt: skip
    said = {}
    for person in await ids(api):
        (one,) = (await timeline(api, person)).json()["crossings"]
        assert one["resolved_migration"] is True
        said[one["source_id"]] = one["weighed"]
    assert said == {
        "B-1": {"support": "supported", "signs": [{"month": "2024-07", "sign": "notice", "shows": "here"}]},
        "B-2": {"support": "unsupported", "signs": []},
    }
