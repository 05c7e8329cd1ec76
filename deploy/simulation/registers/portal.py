"""What the portal's registers see of a life: the border, the migration police, hosts.

The border sees every crossing but those that nobody wrote down; the police see who comes to them; hosts' notices name
foreigners where the host cares.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any

from deploy.simulation import numbers
from deploy.simulation.faults import document
from deploy.simulation.life import Act, Life, Stay
from deploy.simulation.registers.checkpoints import checkpoint
from deploy.simulation.registers.office import HOME, Draft, Office, World
from deploy.simulation.written import Written

ONE_ZONE = date(2024, 3, 1)
"""Since then all of Kazakhstan is at UTC+5 (resolution 3 of 05.01.2024); before, most of it was at UTC+6."""
NOTICED_STAY = 3  # days: who stays for less, hosts hardly report
SETTLES = frozenset({"kandas", "residence_permit", "protection"})
"""Grounds of foreigners whose residence is registered as permanent; the others' is temporary."""
LONG_STAY = timedelta(days=30)
_HOURS = [hour for hour, weight in enumerate((1, 1, 1, 1, 2, 3, 4, 6, 7, 8, 8, 8, 7, 7, 7, 7, 7, 7, 6, 5, 4, 3, 2, 2))
          for _ in range(weight)]  # fmt: skip


def written(world: World, life: Life) -> Iterator[Written]:
    """Everything that the portal is told of a life."""
    yield from _crossings(Office(world, life, "border", "portal", local=False))
    police = Office(world, life, "police", "portal")
    yield from _registrations(police)
    yield from _acts(police)
    yield from _notices(Office(world, life, "hosts", "portal"))


def _crossings(border: Office) -> Iterator[Written]:
    for before, after in border.life.moves():
        if before.country == after.country or HOME not in (before.country, after.country):
            continue
        entry = after.country == HOME
        other = before.country if entry else after.country
        if border.within(after.since) and not border.happens("missing_entry" if entry else "missing_exit", other):
            body = {
                "direction": "entry" if entry else "exit",
                "crossed_at": _moment(border, after.since),
                "checkpoint": checkpoint(other, border.random),
                "purpose": after.purpose,
                "country": other,
            }
            yield from border.write("border-crossings", "border", Draft("crossing", after.since, body))


def _moment(border: Office, day: date) -> str:
    hour, minute = border.random.choice(_HOURS), border.random.randrange(60)
    return f"{day}T{hour:02d}:{minute:02d}:00+0{5 if day >= ONE_ZONE else 6}:00"


def _registrations(police: Office) -> Iterator[Written]:
    """Arrivals, moves and departures of those who come to register them, while they still live there. Who has a home
    that is registered as permanent registers nothing on coming back to it, and gives it up on leaving it for good."""
    life, came_from = police.life, None
    at_home = _is_settled(life, life.stays[0])
    for before, after in life.moves():
        settles = _is_settled(life, after)
        if after.country == HOME:
            came_from = came_from if before.country == HOME else before
            stays_there = before.country == HOME and before.region == after.region
            origin = before if not stays_there else came_from if settles else None
            if (day := _comes_to_register(police, origin, after, settled=at_home and settles)) and origin:
                at_home = at_home or settles
                yield from _registration(police, day, origin, after)
        elif at_home and _is_given_up(police, before, after):
            at_home = False
            yield from _deregistration(police, before, after)


def _comes_to_register(police: Office, origin: Stay | None, after: Stay, *, settled: bool) -> date | None:
    """The day on which somebody registers a stay after another one: a home after one in another region, a first one
    after one abroad. None where there is nothing to register, or where it is not done while the stay lasts."""
    moved = origin is not None and origin.country == HOME
    if origin is None or (settled and not moved) or not _resides(police.life, after):
        return None
    what = "registers_at_new_home" if moved else "registers_on_arrival"
    if not police.happens(what, origin.country):
        return None
    day = police.after(what, after.since)
    return day if after.until is None or day < after.until else None


def _is_given_up(police: Office, before: Stay, after: Stay) -> bool:
    """Whether a home here is left for good, and the police are told."""
    left = before.country == HOME and after.purpose == "permanent" and _is_settled(police.life, before)
    return left and police.happens("deregisters", after.country)


def _is_settled(life: Life, stay: Stay) -> bool:
    """Whether the stay is at a home that is registered as permanent: a citizen's, or a foreigner's with a ground to."""
    if stay.country != HOME or not _resides(life, stay):
        return False
    return life.citizenship_on(stay.since) == HOME or stay.ground in SETTLES


def _resides(life: Life, stay: Stay) -> bool:
    """Whether the stay is one that is registered as residence: of citizens who come to live, of foreigners with a
    ground to, who stay for long."""
    if life.citizenship_on(stay.since) == HOME:
        return stay.purpose in ("permanent", "work", "study", "family")
    long = stay.until is None or stay.until - stay.since > LONG_STAY
    return long and stay.ground not in ("visa_free", "visa", "none")


def _registration(police: Office, day: date, before: Stay, after: Stay) -> Iterator[Written]:
    if not police.within(day):
        return
    citizen = police.life.citizenship_on(day) == HOME
    body = {
        "act": "registration",
        "date": day.isoformat(),
        "region": police.region(after.region, day),
        "residence": "permanent" if citizen or after.ground in SETTLES else "temporary",
    } | _counterpart(police, before, day)
    yield from police.write("residence-registrations", "migration-police", Draft("registration", day, body))


def _deregistration(police: Office, before: Stay, after: Stay) -> Iterator[Written]:
    """Before or on the day of leaving: afterwards nobody is there to do it."""
    day = after.since - (police.after("deregisters", after.since) - after.since)
    if police.within(day) and day >= before.since:
        body = {
            "act": "deregistration",
            "date": day.isoformat(),
            "region": police.region(before.region, day),
            "residence": "permanent",
            "counterpart_country": after.country,
            "former_kandas": any(act.deed == "kandas_granted" for act in police.life.acts),
        }
        yield from police.write("residence-registrations", "migration-police", Draft("deregistration", day, body))


def _counterpart(police: Office, before: Stay, day: date) -> dict[str, Any]:
    if before.country == HOME:
        return {"counterpart_region": police.region(before.region, day)}
    return {"counterpart_country": before.country}


def _acts(police: Office) -> Iterator[Written]:
    for number, act in enumerate(police.life.acts):
        if act.deed in _POLICE and police.within(act.day):
            yield from _POLICE[act.deed](police, act, number)


def _residence_permit(police: Office, act: Act, _number: int) -> Iterator[Written]:
    body = {
        "residence": act.details.get("residence", "permanent"),
        "region": police.region(act.details.get("region"), act.day),
        "granted_on": act.day.isoformat(),
    }
    if until := act.details.get("valid_until"):
        body["valid_until"] = until
    changes = _ends(police, act, {"citizenship_acquired": "citizenship", "death": "death", "expulsion": "revoked"})
    yield from police.write("residence-permits", "migration-police", Draft("residence", act.day, body, changes))


def _citizenship(police: Office, act: Act, _number: int) -> Iterator[Written]:
    acquired = act.deed == "citizenship_acquired"
    life = police.life
    before = [country for since, country in life.citizenships if since < act.day]
    after = HOME if acquired else life.citizenship_on(act.day)
    other = before[-1] if acquired and before else after
    if not acquired and after == HOME:
        other = act.details.get("other_country", "RUS")
    body: dict[str, Any] = {"act": "acquired" if acquired else "lost", "date": act.day.isoformat()}
    if other != HOME:
        body["other_country"] = other
    body["former_kandas"] = acquired and any(
        each.deed == "kandas_granted" and each.day <= act.day for each in life.acts
    )
    former = [paper for paper in life.papers if paper.issued_on < act.day]
    if former and former[-1] is not life.paper_on(act.day):
        body["former_document"] = document(former[-1])
    more = {"citizenship": HOME if acquired else other}
    draft = Draft("citizenship", act.day, body, [], more)
    yield from police.write("citizenship-changes", "migration-police", draft)


def _protection(police: Office, act: Act, _number: int) -> Iterator[Written]:
    seeker = act.deed == "asylum"
    life = police.life
    body = {
        "kind": "asylum_seeker" if seeker else "refugee",
        "country_of_origin": act.details.get("country_of_origin", life.citizenships[0][1]),
        "region": police.region(act.details.get("region"), act.day),
        "granted_on": act.day.isoformat(),
    }
    endings = {"refugee": "granted"} if seeker else {"citizenship_acquired": "citizenship", "death": "death"}
    changes = _ends(police, act, endings) or _ends_as_told(police, act)
    yield from police.write("protection-statuses", "migration-police", Draft("protection", act.day, body, changes))


def _ends(police: Office, begun: Act, reasons: dict[str, str]) -> list[tuple[date, dict[str, Any]]]:
    """What the first later deed among `reasons` makes of a record."""
    for act in police.life.acts:
        if act.day >= begun.day and act is not begun and act.deed in reasons:
            ended = {"ended_on": act.day.isoformat(), "end_reason": reasons[act.deed]}
            return [(police.known_on(act.day), ended)]
    return []


def _ends_as_told(police: Office, act: Act) -> list[tuple[date, dict[str, Any]]]:
    """A refused application, or a refugee's departure, as the life itself tells it."""
    refused = act.details.get("outcome") == "refused"
    day, reason = (act.details.get("decided_on"), "refused") if refused else (act.details.get("ended_on"), "departure")
    if day is None:
        return []
    return [(police.known_on(date.fromisoformat(day)), {"ended_on": day, "end_reason": reason})]


def _violation(police: Office, act: Act, _number: int) -> Iterator[Written]:
    details = act.details
    body: dict[str, Any] = {"violation": details.get("violation", "overstay"), "found_on": act.day.isoformat()}
    body["region"] = police.region(details.get("region"), act.day)
    body |= {name: details[name] for name in ("since", "penalty") if name in details}
    yield from police.write("violations", "migration-police", Draft("violation", act.day, body))


def _expulsion(police: Office, act: Act, _number: int) -> Iterator[Written]:
    names = ("to_country", "barred_until")
    body = {"decided_on": act.day.isoformat()} | {name: act.details[name] for name in names if name in act.details}
    changes = []
    if executed := act.details.get("executed_on"):
        changes.append((police.known_on(date.fromisoformat(executed)), {"executed_on": executed}))
    yield from police.write("expulsions", "migration-police", Draft("expulsion", act.day, body, changes))


_POLICE = {
    "residence_permit": _residence_permit,
    "citizenship_acquired": _citizenship,
    "citizenship_lost": _citizenship,
    "asylum": _protection,
    "refugee": _protection,
    "violation": _violation,
    "expulsion": _expulsion,
}


_ORGANISATION, _PERSON = {"kind": "organisation"}, {"kind": "person"}


def _notices(hosts: Office) -> Iterator[Written]:
    """Hosts' notices of foreigners: hotels through e-Qonaq, private hosts on paper, which a clerk enters."""
    life = hosts.life
    for before, stay in life.moves():
        foreigner = life.citizenship_on(stay.since) != HOME
        if stay.country != HOME or not foreigner or not hosts.within(stay.since) or not _lasts(stay):
            continue
        if hosts.happens("host_reports", before.country):
            yield from _notice(hosts, stay)


def _lasts(stay: Stay) -> bool:
    return stay.until is None or (stay.until - stay.since).days >= NOTICED_STAY


def _notice(hosts: Office, stay: Stay) -> Iterator[Written]:
    hotel = stay.purpose in ("tourism", "business", "official", "transit")
    region = hosts.region(stay.region, stay.since)
    host = int.from_bytes(
        blake2b(f"{hosts.world.seed}/{hosts.life.household}/{stay.since}".encode(), digest_size=4).digest()
    )
    body: dict[str, Any] = {
        "channel": "eqonaq" if hotel else "office",
        "host": _ORGANISATION | {"bin": numbers.bin_of(host)} if hotel else _PERSON | {"iin": numbers.iin_of(host)},
        "address": {"kato": f"{region}0000000", "text": f"{1 + host % 9} Invented Street {1 + host % 97}"},
        "stay_from": stay.since.isoformat(),
        "purpose": stay.purpose,
    }  # fmt: skip
    if not hotel:
        reported = min(hosts.after("host_reports", stay.since), hosts.world.through)
        body["paper"] = {"number": f"N-{host % 10**6:06d}", "on": reported.isoformat()}
    told_on = stay.since
    if stay.until is not None and hosts.happens("host_tells_end"):  # one notice, handed in when the guest has left
        body |= {"state": "checked_out", "checked_out_on": stay.until.isoformat()}
        told_on = stay.until
    draft = Draft("notice", stay.since, body, told_on=told_on, changed_by="clerk" if hotel else None)
    yield from hosts.write("host-notifications", "notifier" if hotel else "clerk", draft)
