"""What the permits register sees of a life: permits, and who is declared to work without one."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from deploy.simulation import numbers
from deploy.simulation.life import Act, Life
from deploy.simulation.registers.office import HOME, Draft, Office, World
from deploy.simulation.written import Written
from shared.kernel.calendar import add_days, add_months
from shared.kernel.codes import code_list, is_member

_TERM = 12  # months, where a life names no last day
_BY_EMPLOYER = frozenset({"employer", "seasonal", "intra_corporate"})
_NO_CATEGORY = frozenset({"labour_immigrant", "self_employed"})


def written(world: World, life: Life) -> Iterator[Written]:
    """Everything that the permits register is told of a life."""
    office = Office(world, life, "permits", "permits")
    for act in life.acts:
        if act.deed in _KINDS and office.within(act.day) and life.citizenship_on(act.day) != HOME:
            yield from _KINDS[act.deed](office, act)


def _place(office: Office, act: Act) -> dict[str, Any]:
    """Where somebody works, and as what."""
    details = act.details
    employer = int(details.get("employer", office.life.household))
    body: dict[str, Any] = {
        "employer_bin": details.get("employer_bin") or numbers.bin_of(employer),
        "region": office.region(details.get("region"), act.day),
        "activity": details.get("activity", "F"),
        "qualified": details.get("qualified") == "true",
    }  # fmt: skip
    if occupation := details.get("occupation", office.life.occupation):
        body["occupation"] = occupation
    return body


def _eaeu(office: Office, act: Act) -> Iterator[Written]:
    country = office.life.citizenship_on(act.day)
    if not office.happens("employer_declares", country):
        return
    body = _place(office, act) | {"country": country, "works_from": act.day.isoformat()}
    told_on = office.after("employer_declares", act.day)
    draft = Draft("eaeu", act.day, body, list(_end(office, act)), {"citizenship": country}, told_on)
    yield from office.write("eaeu-workers", "permits-officer", draft)


def _exempt(office: Office, act: Act) -> Iterator[Written]:
    ground = act.details.get("ground", "ethnic_kazakh")
    citizenship = office.life.citizenship_on(act.day)
    if is_member("EAEU", citizenship, act.day):  # works as one of the Union's: nobody asks for another ground
        yield from _eaeu(office, act)
        return
    if not code_list("exempt_grounds")[ground].holds_on(act.day):  # works without papers until the list frees them
        return
    if not office.happens("employer_declares", citizenship):
        return
    body = _place(office, act) | {
        "ground": ground,
        "ground_document": f"G-{office.case_number()}",
        "works_from": act.day.isoformat(),
    }
    if ground == "head_of_foreign_company":
        body |= {"qualified": True, "occupation": "112"}
    draft = Draft("exempt", act.day, body, list(_end(office, act)), told_on=office.after("employer_declares", act.day))
    yield from office.write("exempt-workers", "permits-officer", draft)


def _end(office: Office, act: Act) -> Iterator[tuple[date, dict[str, Any]]]:
    """The last day of work, where the employer says it."""
    if (until := act.details.get("works_until")) and office.happens("employer_declares"):
        yield office.after("employer_declares", date.fromisoformat(until)), {"works_until": until}


def _work_permit(office: Office, act: Act) -> Iterator[Written]:
    yield from _permit(office, act, act.details.get("kind", "employer"))


def _labour_immigrant(office: Office, act: Act) -> Iterator[Written]:
    yield from _permit(office, act, "labour_immigrant")


def _permit(office: Office, act: Act, kind: str) -> Iterator[Written]:
    details, place = act.details, _place(office, act)
    if kind == "business_immigrant":
        yield from _business_immigrant(office, act, place)
        return
    if kind not in _BY_EMPLOYER:
        del place["employer_bin"]
    body: dict[str, Any] = place | {
        "kind": kind,
        "status": "issued",
        "issued_on": details.get("issued_on", act.day.isoformat()),
        "valid_from": details.get("valid_from", act.day.isoformat()),
        "valid_until": details.get("valid_until") or add_days(add_months(act.day, _TERM), -1).isoformat(),
    }
    if kind in _NO_CATEGORY or kind == "seasonal":
        body |= {"qualified": False} if kind != "self_employed" else {}
    else:
        category = details.get("category", "3")
        body |= {"category": category, "qualified": True}  # whoever has a category, as the procedure says
    if kind == "labour_immigrant":
        body |= {"activity": "T"}
    yield from office.write("work-permits", "permits-officer", Draft("permit", act.day, body))


def _business_immigrant(office: Office, act: Act, place: dict[str, Any]) -> Iterator[Written]:
    body = {
        "company_bin": place["employer_bin"],
        "region": place["region"],
        "activity": place["activity"],
        "ground": act.details.get("ground", "entrepreneur"),
        "valid_from": act.day.isoformat(),
        "valid_until": act.details.get("valid_until") or add_days(add_months(act.day, _TERM), -1).isoformat(),
    }
    yield from office.write("business-immigrants", "permits-officer", Draft("business", act.day, body))


_KINDS = {
    "eaeu_work": _eaeu,
    "exempt_work": _exempt,
    "work_permit": _work_permit,
    "labour_immigrant_permit": _labour_immigrant,
}
