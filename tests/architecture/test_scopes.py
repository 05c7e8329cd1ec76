"""Every kind of record by every role, in its own scope and in another's, cell by cell (quality X1).

Of each kind one record; whoever reaches it is told what is wrong with the request, whoever does not is told what they
would be told if it were not there: by every route with an id, and before its version, its body or an earlier answer.
"""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text, true

from contracts import export
from deploy.services import REGISTERS
from shared.clock import set_to
from shared.http.routes import requirements
from shared.identity.callers import Caller, RequiresRole
from shared.identity.roles import AGENTS
from shared.identity.scope import Scope, whole_country
from shared.kernel.codes import rows
from shared.records import intake, my_records, search
from shared.records.members import is_member
from shared.records.record_type import RecordType
from shared.records.search import RecordQuery
from shared.testing.api import Api, StartApi
from shared.testing.people import crossing
from tests.permits import steps
from tests.portal.hosts import notice

COPIED_FROM = {"portal": "permits", "permits": "portal"}
DIALECT: Any = importlib.import_module("sqlalchemy.dialects.postgresql").dialect()
SYSTEM = Caller("a source", frozenset({"system"}))
NOWHERE = str(UUID(int=1))
STRANGER = {"agency": "an office of which nobody knows"}
OTHER = {"region": "11", "mission": "Nowhere", "checkpoint": "NOWHERE", "host_country": "embassy-tokyo"}
OTHER_NUMBERS = {"iin": "800515300127", "bin": "210640000014"}
NUMBERS = {"employer": "bin", "host": "bin", "notifier": "bin", "citizen": "iin"}
BODIES: dict[str, dict[str, Any]] = {
    "withdraw": {"reason": "x"},
    "annul": {"reason": "x"},
    "cancel": {"reason": "x"},
    "reinstate": {"reason": "x"},
    "confirm": {"reason": "x"},
    "refuse": {"reason": "x"},
    "lift": {"lifted_on": "2026-01-02", "reason": "x"},
    "check-out": {"on": "2026-03-21"},
    "contest": {"reason": "x"},
    "renew": {"expected_until": None},
    "end": {"ended_on": "2026-01-02", "reason": "return"},
    "revoke": {"ended_on": "2026-01-02", "reason": "x"},
    "answer": {"source_id": "F-1", "value": 1, "source": "x", "reliability": "official", "reported_on": "2026-02-01"},
    "decline": {"reason": "x"},
    "suspend": {"suspended_on": "2026-01-02", "reason": "x"},
    "resume": {"reason": "x"},
    "add-business-trip": {"region": "71", "starts_on": "2026-01-02", "ends_on": "2026-01-02"},
    "/v1/employment-requests/{id}:place": {
        **{"found_on": "2026-06-02", "employer_bin": "200340001008", "position": "23"},
        "expected_employment": "long_term",
    },
    "/v1/employment-requests/{id}:close": {"closed_on": "2026-06-02", "reason": "taken_back"},
    "/v1/kandas-statuses/{id}:end": {"ended_on": "2026-01-02", "reason": "leaving"},
    "/v1/centres/{id}:order": {"holds_from": "2027-01-02", "places": 1, "act": "x"},
    "/v1/centre-stays/{id}:leave": {"ended_on": "2026-01-02"},
    "/v1/adaptation-courses/{id}:attend": {"on": "2026-01-02"},
    "/v1/adaptation-courses/{id}:pass": {"on": "2026-01-02"},
    "/v1/quota-inclusions/{id}:end": {"ended_on": "2026-01-02", "reason": "declined"},
}


def record_types(service: str) -> list[RecordType[Any]]:
    cases = importlib.import_module(f"services.{service}.cases")
    names = [each.name for each in pkgutil.walk_packages(cases.__path__, f"{cases.__name__}.")]
    found = {
        each.name: each
        for name in names
        for each in vars(importlib.import_module(name)).values()
        if isinstance(each, RecordType)
    }
    return list(found.values())


def example(kind: RecordType[Any]) -> Any:
    """Content of the kind that names every place of agencies to which its records belong."""
    if kind.path == "host-notifications":
        return kind.fact.model_validate_json(json.dumps(notice("office")))
    folder = export.FOLDER / "examples" / kind.fact.PRODUCER / kind.fact.NAME
    for path in sorted(folder.glob("*.json")):
        fact = kind.fact.read(json.dumps(json.loads(path.read_text("utf-8"))["data"]))
        if all(read(fact) is not None for place, read in kind.scope._read if place in OTHER):
            return fact
    raise AssertionError(f"{kind.path} has no example that names {kind.scope}")


@pytest.fixture(params=REGISTERS)
async def register(request: pytest.FixtureRequest, start_api: StartApi) -> tuple[str, Api]:
    name: str = request.param
    api = await start_api(name, importlib.import_module(f"services.{name}.app").make_app)
    if source := COPIED_FROM.get(name):
        await api.up_to_date_with(source)
    return name, api


@dataclass(frozen=True)
class Places:
    """Where one record belongs, by kind of place."""

    scope: Scope
    fact: Any

    def own(self, role: str) -> Iterator[dict[str, str]]:
        """Claims of those callers of a role who reach the record."""
        yield from () if role not in AGENTS else [{"agency": "development"}]
        for kind, read in self.scope._read:
            if kind in OTHER and role in AGENTS and (agency := agency_of(kind, str(read(self.fact)))):
                yield {"agency": agency}
            if NUMBERS.get(role) and kind == {"notifier": "host", "citizen": "person"}.get(role, role):
                yield self.number(role, str(read(self.fact)))
        if self.scope.national and role in AGENTS:
            yield {"agency": "police-11"}

    def others(self, role: str) -> Iterator[dict[str, Any]]:
        """Claims of those who do not: of other places, of none that is known, and of none at all."""
        if role in self.scope.everywhere_for:
            return
        if role in AGENTS and not self.scope.national:
            yield from ({"agency": OTHER[kind]} for kind in self.scope.places if kind in OTHER)
            yield STRANGER
        if role in NUMBERS:
            yield OTHER_NUMBERS
            yield {}

    def readers(self, role: str) -> Iterator[dict[str, str]]:
        """Claims of those to whom the record is shown, and who do not act on it."""
        for kind, read in self.scope._shown:
            yield from ({"agency": place} for place in read(self.fact) if kind in OTHER and role in AGENTS)

    @staticmethod
    def number(role: str, number: str) -> dict[str, str]:
        return {NUMBERS[role]: number}


def agency_of(kind: str, place: str) -> str | None:
    """An agency that reaches the place and no more: the one of that very name; for a host country by the list, None
    where no mission there is listed."""
    if kind == "host_country":
        return next((row["agency"] for row in rows("agency_reach") if row["place"] == place), None)
    return place


def test_every_kind_of_record_of_every_register_declares_its_scope() -> None:
    kinds = [kind for service in REGISTERS for kind in record_types(service)]
    assert len(kinds) >= 17
    assert all(kind.scope.places or kind.scope.national for kind in kinds)
    assert all(kind.scope.places or len(str(kind.scope.reason)) > 20 for kind in kinds), "the reason is said"


def test_a_kind_of_record_without_a_scope_is_refused(register: tuple[str, Api]) -> None:
    kind = record_types(register[0])[0]
    members = {name: getattr(kind, name) for name in ("fact", "table", "path", "writers", "readers", "time", "day")}
    with pytest.raises(TypeError, match="scope"):
        RecordType(**members)
    with pytest.raises(ValueError, match="reason"):
        RecordType(**members, scope=whole_country(""))


@pytest.mark.parametrize("service", REGISTERS)
def test_every_kind_of_record_about_one_person_is_shown_to_them(service: str) -> None:
    shown = importlib.import_module(f"services.{service}.cases.my_records").KINDS
    of_persons = {kind.name for kind in record_types(service) if "person" in kind.fact.model_fields}
    assert of_persons <= {kind.table.name for kind in shown}
    assert all("person" in kind.fact.model_fields and is_member(kind.fact, kind.day) for kind in shown)


async def test_every_record_is_there_for_its_own_scope_and_for_no_other(register: tuple[str, Api]) -> None:
    name, api = register
    seen = set()
    for kind in record_types(name):
        id, fact = await put_on_record(api, kind)
        correction = {"reason": "x", "record": json.loads(fact.model_dump_json())}
        await expect_found(api, kind, Places(kind.scope, fact), id)
        await expect_indexed(api, kind, fact)
        await expect_shown_to_whom_it_is_about(api, kind, fact, id)
        for (method, path), gate in requirements(api.app.routes).items():
            if path.startswith(f"/v1/{kind.path}/{{id}}") and isinstance(gate, RequiresRole):
                seen.add((method, path))
                await expect_cells(api, method, path, gate, Places(kind.scope, fact), id, correction)
    assert seen


async def expect_found(api: Api, kind: RecordType[Any], places: Places, id: str) -> None:
    """By its source id, its person and its day, by those who reach it and by nobody else."""
    told = json.loads(places.fact.model_dump_json())
    person, day = told.get("person") or {}, told[kind.day][:10]
    document = person.get("document") or told.get("document") or {}
    wanted = [
        {"source_id": told.get("source_id", told.get("number"))},
        {"day": day},
        *([{"iin": person["iin"]}] if person.get("iin") else []),
        *([{"document": document}] if document else []),
    ]
    for role in kind.readers:
        for claims, found in [
            *((each, [id]) for each in (*places.own(role), *places.readers(role))),
            *((each, []) for each in places.others(role)),
        ]:
            for body in wanted if claims else wanted[:1]:
                answer = await api.client.post(f"/v1/{kind.path}:find", json=body, headers=api.token(role, **claims))
                shown = answer.json().get("records", []) if answer.status_code != 403 else []
                assert [each["id"] for each in shown] == found, (kind.path, role, claims, body, answer.text)


async def expect_indexed(api: Api, kind: RecordType[Any], fact: Any) -> None:
    """Each search reads an index: PostgreSQL uses one for its very expression alone."""
    asked: list[dict[str, Any]] = [{"source_id": "X-1"}, {"day": "2026-03-01"}]
    if "person" in type(fact).model_fields:
        asked += [{"iin": "900501300120"}, {"document": {"number": "FA0000001", "issuing_state": "UZB"}}]
    queries = [(each, search.query_of(kind, RecordQuery.model_validate(each), true(), None, 100)) for each in asked]
    if "person" in type(fact).model_fields:
        queries.append(({"mine": "iin"}, my_records.newest([kind], "900501300120", UUID(int=7), 100)))
    async with api.engine.connect() as connection:
        await connection.execute(text("SET enable_seqscan = off"))
        for wanted, query in queries:
            said = str(query.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))
            plan = "\n".join((await connection.scalars(text(f"EXPLAIN {said.replace(':', chr(92) + ':')}"))).all())
            assert "Seq Scan" not in plan, (kind.path, wanted, plan)


async def expect_shown_to_whom_it_is_about(api: Api, kind: RecordType[Any], fact: Any, id: str) -> None:
    """By the IIN of whoever asks, and by no other."""
    person = getattr(fact, "person", None)
    for iin, shown in ((person.iin, True), (OTHER_NUMBERS["iin"], False)) if person and person.iin else ():
        mine = await api.client.get("/v1/me/records", headers=api.token("citizen", iin=iin))
        found = {(each["record_kind"], each["id"]): each["record"] for each in mine.json()["records"]}
        assert ((kind.name, id) in found) == shown, (kind.name, iin)
        assert not shown or found[kind.name, id] == json.loads(fact.model_dump_json())


async def put_on_record(api: Api, kind: RecordType[Any]) -> tuple[str, Any]:
    """The record's id and its content."""
    if kind.path == "work-permits":  # they come from applications, never by themselves
        with set_to(steps.DAY):
            await steps.register_employer(api)
            await steps.set_quota(api, steps.pool(20), *(steps.pool(10, region=region) for region in ("75", "71")))
            granted = await steps.decide(api, await steps.submit(api, steps.application(further_regions=["71"])))
            shares = [each | {"reference": each["region"]} for each in granted["fee"]["shares"]]
            issued = await steps.pay(api, granted, shares=shares)
        id = issued["permits"][0]
        (row,) = await api.rows("SELECT body::text AS body FROM work_permit")
        return id, kind.fact.read(row["body"])
    fact = example(kind)
    if kind.path == "host-notifications":  # of a guest who never crossed, a host is told nothing
        guest, moment = fact.person.model_dump(mode="json"), f"{fact.stay_from}T08:00:00+05:00"
        came = crossing(source_id="GUEST-1", person=guest, crossed_at=moment)
        (await api.client.post("/v1/border-crossings", json=came, headers=api.token("border"))).raise_for_status()
    (taken,) = await intake.submit(api.engine, kind, [fact], SYSTEM)
    assert taken.outcome == "created"
    return str(taken.id), fact


async def expect_cells(
    api: Api, method: str, path: str, gate: RequiresRole, places: Places, id: str, correction: Any
) -> None:
    body = correction if method == "PUT" else BODIES.get(path, BODIES.get(path.rpartition(":")[2]))

    async def answer(role: str, claims: dict[str, Any], to: str) -> tuple[int, Any]:
        headers = api.token(role, **claims) | {"If-Match": '"7"', "Idempotency-Key": str(uuid4())}
        sent: dict[str, Any] = {} if method == "GET" else {"json": body}
        found = await api.client.request(method, path.replace("{id}", to), headers=headers, **sent)
        told = found.json()
        return found.status_code, told if found.status_code == 200 else {
            name: told.get(name) for name in ("type", "title", "detail", "errors")
        }

    for role in sorted(gate.roles - {"system"}):
        own, others = list(places.own(role)), list(places.others(role))
        assert own or role == "statistician", (path, role)
        for claims in own:
            status, told = await answer(role, claims, id)
            may = (200, 404) if method == "GET" and "decision" in path else (200,) if method == "GET" else (412, 403)
            assert status in may, (role, claims, method, path, told)
        for claims in places.readers(role):
            status, told = await answer(role, claims, id)
            assert status == (200 if method == "GET" else 403), (role, claims, method, path, told)
        for claims in others:
            status, told = await answer(role, claims, id)
            assert status == 404, (role, claims, method, path, told)
            assert (status, told) == await answer(role, claims, NOWHERE), "it says that there is one"
        if places.scope.national and role in AGENTS:
            assert (await answer(role, STRANGER, id))[1]["type"].endswith("/agency-unknown")


async def test_nothing_is_handed_in_out_of_the_callers_reach(register: tuple[str, Api]) -> None:
    name, api = register
    for kind in record_types(name):
        path = f"/v1/{kind.path}"
        if f"{path}:batch" not in api.app.openapi()["paths"] or kind.scope.national:
            continue
        fact = example(kind)
        places = Places(kind.scope, fact)
        content = json.loads(fact.model_dump_json())
        for role in kind.writers:
            for claims in places.others(role):
                if role == "notifier":  # paper is no notifier's; see tests/portal/test_scope.py
                    continue
                headers = api.token(role, **claims)
                single = await api.client.post(path, json=content, headers=headers)
                assert single.status_code == 422, (role, claims, path, single.text)
                lines = await api.client.post(
                    f"{path}:batch",
                    content=json.dumps(content),
                    headers=headers | {"Content-Type": "application/x-ndjson"},
                )
                assert json.loads(lines.text.splitlines()[0])["status"] == "rejected"
    assert await api.events() == []


async def test_nothing_is_moved_out_of_reach_by_a_correction(register: tuple[str, Api]) -> None:
    name, api = register
    for kind in record_types(name):
        if kind.scope.places.get("region") != "region" or not kind.writers or kind.path == "work-permits":
            continue
        fact = example(kind)
        (taken,) = await intake.submit(api.engine, kind, [fact], SYSTEM)
        moved = json.loads(fact.model_dump_json()) | {"region": OTHER["region"]}
        officer = next(role for role in kind.writers if role in AGENTS)
        headers = api.token(officer, agency=fact.region) | {"If-Match": '"1"'}
        body = {"reason": "x", "record": moved}
        answer = await api.client.put(f"/v1/{kind.path}/{taken.id}", json=body, headers=headers)
        assert answer.status_code == 422, (kind.path, answer.text)
        assert "/record/region" in [error["pointer"] for error in answer.json()["errors"]]


async def test_an_answer_is_not_repeated_to_who_no_longer_reaches_the_record(start_api: StartApi) -> None:
    """Under one key and one subject: the officer has gone over to another region since."""
    api = await start_api("permits", importlib.import_module("services.permits.app").make_app)
    await api.up_to_date_with("portal")
    with set_to(steps.DAY):
        await steps.register_employer(api)
        submitted = await steps.submit(api, steps.application())
        path = f"{steps.APPLICATIONS}/{submitted['id']}:withdraw"
        headers = {"If-Match": '"1"', "Idempotency-Key": "once"}

        async def withdraw(agency: str) -> Any:
            token = api.token("permits-officer", agency=agency, subject="officer-7")
            return await api.client.post(path, json={"reason": "x"}, headers=token | headers)

        first, moved, again = [await withdraw(agency) for agency in ("75", "11", "75")]
    assert (first.status_code, moved.status_code, again.status_code) == (200, 404, 200)
    assert again.content == first.content


def test_the_published_table_says_the_scope_of_every_route() -> None:
    lines = (export.FOLDER / "http" / "access.csv").read_text("utf-8").splitlines()
    assert lines[0] == "service,method,path,who,scope"
    for line in lines[1:]:
        *_, who, scope = line.split(",")
        assert bool(scope) == (who != "(everybody)"), line
    assert "portal,GET,/v1/residence-registrations/{id},migration-police,region" in lines
    assert re.search(r"^consular,PUT,/v1/consular-registrations/\{id\},consul,mission person$", "\n".join(lines), re.M)
