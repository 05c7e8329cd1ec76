"""Who can be housed in a centre, for how long, and on which day the ground of a stay is gone.

Source: situation analysis of the migration-policy concept (2021): up to ten calendar days in a centre of temporary
placement before the status; up to six months in a centre of adaptation and integration, until the status ends. NOT
modelled: who is housed first where places are few, and what precedes the application for the status; neither was read.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.kandas.rules.centre_places import PlacesSpan, between, first_free
from services.kandas.rules.kandas_status import first_day_without
from shared.kernel.decisions import Check, Decision
from shared.kernel.norms import Norm, NormsInForce
from shared.kernel.terms import last_day_of

CentreKind = Literal["placement", "adaptation"]
LONGEST: dict[CentreKind, str] = {"placement": "placement_longest", "adaptation": "adaptation_longest"}
"""The norm by which a centre of each kind houses."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A member's way to the status: decided or not, granted or refused, in force until a last day (`valid_until`) or
    ended on the first day without it (`ended_on`)."""

    applied_on: date
    decided_on: date | None = None
    granted: bool = False
    valid_until: date | None = None
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class Guest:
    """One person who asks. `housed_since` is the first day in a centre of the kind by the same application, and
    `housed`: whether the person has a place in a centre on one of the days already."""

    ground: Ground
    housed_since: date | None = None
    housed: bool = False


@dataclass(frozen=True, slots=True)
class Stay:
    """What is asked for: from `since` to `until`, both days included."""

    kind: CentreKind
    since: date
    until: date


def decide(stay: Stay, guests: Sequence[Guest], places: Sequence[PlacesSpan], norms: NormsInForce) -> Decision:
    """Every check of a family's stay: all its members are housed, or none. `places` are those of the centre from the
    first day on."""
    longest = norms[LONGEST[stay.kind]]
    checks = (
        _room(stay, len(guests), places, norms["centre_room"]),
        _one_stay(guests, norms["one_stay"]),
        _ground(stay, guests, longest),
        _longest(stay, guests, longest),
    )
    return Decision.by(norms, checks)


def _room(stay: Stay, asked: int, places: Sequence[PlacesSpan], norm: Norm) -> Check:
    full = min(between(places, stay.since, stay.until), key=lambda span: (span.left, span.since))
    if asked <= full.left:
        return Check.passed(norm, f"{asked} of {full.left} left on every day")
    day = max(full.since, stay.since)
    found = f"on {day} {asked} asked, {max(full.left, 0)} left of {full.places}"
    free = first_free(places, asked, (stay.until - stay.since).days + 1)
    fewer = [f"for at most {full.left}"] if full.left > 0 else []
    later = [f"from {free} on"] if free else []
    return Check.failed(norm, found, "ask " + ", or ".join([*later, *fewer, "for another centre"]))


def _one_stay(guests: Sequence[Guest], norm: Norm) -> Check:
    if not (housed := _members(guests, lambda guest: guest.housed)):
        return Check.passed(norm, "nobody of the family has a place in a centre on these days")
    return Check.failed(norm, f"member {housed} has a place in a centre on these days", "end that stay first")


def _ground(stay: Stay, guests: Sequence[Guest], norm: Norm) -> Check:
    found = [each for number, guest in enumerate(guests, 1) for each in _lacks(stay, number, guest.ground)]
    if not found:
        return Check.passed(norm, _HOLDS[stay.kind])
    remedies = dict.fromkeys(remedy for _, remedy in found)
    return Check.failed(norm, "; ".join(lack for lack, _ in found), "; ".join(remedies))


def _lacks(stay: Stay, number: int, ground: Ground) -> Iterator[tuple[str, str]]:
    """What a member lacks for these days, and what would help."""
    first, gone = _days_of(stay.kind, ground)
    if first is None:
        yield f"member {number} was granted no status", "ask when the status is granted"
    elif stay.since < first:
        yield f"of member {number} it can begin on {first}", f"ask from {first} on"
    if gone and stay.until >= gone:
        other = " or for a centre of adaptation" if stay.kind == "placement" else ""
        yield f"of member {number} the ground is gone on {gone}", f"ask for days before {gone}{other}"


_HOLDS: dict[CentreKind, str] = {
    "placement": "every member waits for the decision on the status",
    "adaptation": "every member holds the status on all days",
}


def _longest(stay: Stay, guests: Sequence[Guest], norm: Norm) -> Check:
    last = min(last_day_of(norm, guest.housed_since or stay.since) for guest in guests)
    if stay.until <= last:
        return Check.passed(norm, f"ends by {last}")
    remedy = f"ask until {last}" if last >= stay.since else "ask for other housing: the time in these centres is over"
    return Check.failed(norm, f"asked until {stay.until}, the longest stay ends on {last}", remedy)


def _days_of(kind: CentreKind, ground: Ground) -> tuple[date | None, date | None]:
    """The first day on which the ground holds, None where it never does, and the first without it."""
    if kind == "placement":
        return ground.applied_on, ground.decided_on
    if not ground.granted:
        return None, None
    last = first_day_without(ground.valid_until) if ground.valid_until else None
    return ground.decided_on, ground.ended_on or last


def gone_on(kind: CentreKind, ground: Ground | None, today: date) -> date | None:
    """The first day on which a stay has no ground any more: `today` where none is on record; None while it lasts."""
    if ground is None:
        return today
    first, gone = _days_of(kind, ground)
    return today if first is None else gone


def faults_of_end(ended_on: date, *, since: date, until: date, today: date) -> Iterator[str]:
    """What speaks against ending a stay on a day; nothing if nothing does."""
    if ended_on < since:
        yield f"The stay began on {since}; it cannot end before."
    if ended_on > first_day_without(until):
        yield f"The place was held until {until} only."
    if ended_on > today:
        yield "The day lies in the future; report the end when it has come."


def _members(guests: Sequence[Guest], which: Callable[[Guest], bool]) -> str:
    """The numbers of those members, as a decision calls them: nobody is named."""
    return ", ".join(str(number) for number, guest in enumerate(guests, 1) if which(guest))
