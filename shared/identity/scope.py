"""Scopes: to which places and bodies a record belongs, and whether a caller reaches them.

    scope=belongs_to(region="region", employer="employer_bin")      # read off the fact by the paths of its members
    scope=whole_country("a ban on entry holds at every checkpoint")  # where the law gives it, with its reason
    scope=no_record("totals name nobody")                            # of a route alone
    scope=belongs_to(shown_to={"region": "further_regions"}, region="region")  # others read it, and act on nothing

An officer reaches what the token's agency reaches (shared.kernel.agencies); hosts, employers and citizens reach what
carries their own number. One question, `reaches`, stands before every act on a record; `sees` stands before its
reading, and differs where a scope shows records to further places. Its twin for lists, `within`, is asked in the
database.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from typing import Any, Literal, get_args

from sqlalchemy import ARRAY, ColumnElement, Text, cast, false, func, or_, true

from shared.errors import Fault, Forbidden
from shared.identity.roles import AGENTS, OFFICERS
from shared.identity.tokens import Caller
from shared.kernel.agencies import Reach, reach_of

Kind = Literal["region", "mission", "checkpoint", "office", "host_country", "employer", "host", "person"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_OWN: Mapping[str, Kind] = {"employer": "employer", "host": "host", "notifier": "host", "citizen": "person"}
"""Of what belongs to whom the role alone makes one's own; a notifier speaks for the host whose number its token has."""

_FAULTS: Mapping[Kind, str] = {
    "employer": "Is not the BIN that your token carries.",
    "host": "Is not the IIN or BIN that your token carries.",
    "person": "Is not the IIN that your token carries.",
}
_OUTSIDE = "Lies outside what your agency reaches."
_SHOWN = "The record is shown to you; who acts on it is the agency of the place to which it belongs."


@dataclass(frozen=True, slots=True)
class Scope:
    """Where records of one kind belong: `places` are paths into the fact by kind of place; `reason` says why there are
    none: the whole country's, or no records at all. `everywhere_for` names roles that the law lets reach all of them,
    with its reason; `carriers` roles that hand in for others, where their token names nobody, and then see nothing;
    `shown_to` paths to further places, one or a list of them, whose callers read the record and do not act on it."""

    places: Mapping[Kind, str]
    reason: str | None = None
    national: bool = False
    everywhere_for: Mapping[str, str] = field(default_factory=dict)
    carriers: frozenset[str] = frozenset()
    shown_to: Mapping[Kind, str] = field(default_factory=dict)
    _read: tuple[tuple[Kind, Callable[[Any], str | None]], ...] = field(init=False, repr=False, compare=False)
    _shown: tuple[tuple[Kind, Callable[[Any], Any]], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if unknown := {*self.places, *self.shown_to} - set(KINDS):
            raise ValueError(f"no such kind of place: {', '.join(sorted(unknown))}")
        if bool(self.places) == bool(self.reason):
            raise ValueError("a scope names its places, or the reason why it has none")
        for name, paths in (("_read", self.places), ("_shown", self.shown_to)):
            object.__setattr__(self, name, tuple((kind, attrgetter(path)) for kind, path in paths.items()))

    def __str__(self) -> str:
        """For the published table of access."""
        if not self.places:
            return "(whole country)" if self.national else "(no record)"
        everywhere = [f"{role}:everywhere" for role in self.everywhere_for]
        return " ".join([*self.places, *(f"{path}:reads" for path in self.shown_to.values()), *everywhere])


def belongs_to(
    *,
    everywhere_for: Mapping[str, str] | None = None,
    carriers: tuple[str, ...] = (),
    shown_to: Mapping[Kind, str] | None = None,
    **places: str,
) -> Scope:
    """Records that belong to places and bodies: each `kind="path.of.member"`; None there belongs to none."""
    held: Any = places
    return Scope(held, everywhere_for=everywhere_for or {}, carriers=frozenset(carriers), shown_to=shown_to or {})


def whole_country(reason: str) -> Scope:
    """Records that belong to the whole country: every known agency reaches them, by the reason given."""
    return Scope({}, reason, national=True)


def no_record(reason: str) -> Scope:
    """Of a route that shows and changes no record of anybody's."""
    return Scope({}, reason)


def reaches(caller: Caller, scope: Scope, fact: Any) -> bool:
    """Whether the caller reaches the record that `fact` tells of, and may act on it."""
    if _reaches_all(caller, scope):
        return True
    reach = _reach(caller)
    return any((value := read(fact)) is not None and value in reach.get(kind, ()) for kind, read in scope._read)


def sees(caller: Caller, scope: Scope, fact: Any) -> bool:
    """Whether the caller may read the record that `fact` tells of: it reaches it, or it is shown to its places."""
    if reaches(caller, scope, fact):
        return True
    reach = _reach(caller)
    return any(not reach.get(kind, frozenset()).isdisjoint(_several(read(fact))) for kind, read in scope._shown)


def within(
    caller: Caller,
    scope: Scope,
    columns: Mapping[Kind, ColumnElement[Any]],
    shown: Mapping[Kind, ColumnElement[Any]] | None = None,
) -> ColumnElement[bool]:
    """`sees` as a condition on rows, whose `columns` hold the places that the scope names, `shown` (jsonb) those that
    it shows records to."""
    if _reaches_all(caller, scope):
        return true()
    shown = shown or {}
    if set(columns) != set(scope.places) or set(shown) != set(scope.shown_to):
        raise ValueError("a list is filtered by every place that its scope names")
    reach = _reach(caller)
    own = [column.in_(sorted(reach[kind])) for kind, column in columns.items() if reach.get(kind)]
    return or_(false(), *own, *(names(column, reach[kind]) for kind, column in shown.items() if reach.get(kind)))


def names(member: ColumnElement[Any], values: Collection[str]) -> ColumnElement[bool]:
    """Whether a member (jsonb), one value or a list, names one of the values; NULL where it is not there."""
    return func.jsonb_exists_any(member, cast(sorted(values), ARRAY(Text)))


def outside(caller: Caller, scope: Scope, fact: Any) -> list[Fault]:
    """What of a fact that is handed in lies outside the caller's reach; nothing for what it may hand in."""
    if reaches(caller, scope, fact) or _carries(caller, scope):
        return []
    mine = {_OWN[role] for role in caller.roles & _OWN.keys()}
    if not caller.roles.isdisjoint(AGENTS):
        mine |= set(KINDS) - set(_FAULTS)
    kinds = [kind for kind in scope.places if kind in mine]
    faults = [Fault(f"/{scope.places[kind].partition('.')[0]}", _FAULTS.get(kind, _OUTSIDE)) for kind in kinds]
    return faults or [Fault("", _OUTSIDE)]


def expect_own(caller: Caller, scope: Scope, fact: Any) -> None:
    """Raises Forbidden before an act on a record that is shown to the caller and belongs to others."""
    if not reaches(caller, scope, fact) and sees(caller, scope, fact):
        raise Forbidden(_SHOWN, name="outside-your-reach")


def expect_reach(caller: Caller, scope: Scope, fact: Any) -> None:
    """Raises Forbidden for what is handed in out of the caller's reach, with every member that says so."""
    if faults := outside(caller, scope, fact):
        raise Forbidden("You cannot hand in what is out of your reach.", name="outside-your-reach", faults=faults)


def expect_whole_country(caller: Caller, what: str) -> None:
    """Raises Forbidden for an agency that does not reach the whole country."""
    if not _all_of_it(caller):
        raise Forbidden(f"{what} needs an agency that reaches the whole country.", name="outside-your-reach")


def expect_known(caller: Caller, scope: Scope) -> None:
    """Raises Forbidden where the scope is the whole country's, and the caller's agency is none that is known."""
    if scope.national and not caller.roles.isdisjoint(OFFICERS) and not _agency(caller).known:
        detail = "Your token's agency is not known here, and reaches only what names it: have it entered in the list."
        raise Forbidden(detail, name="agency-unknown")


def own_number(caller: Caller) -> str | None:
    """By which number hosts and those who report for them are known."""
    return caller.bin or caller.iin


def _several(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _reaches_all(caller: Caller, scope: Scope) -> bool:
    if not caller.roles.isdisjoint(scope.everywhere_for) or _all_of_it(caller):
        return True
    return scope.national and not caller.roles.isdisjoint(OFFICERS) and _agency(caller).known


def _all_of_it(caller: Caller) -> bool:
    if "system" in caller.roles:  # our own services: what of it each may read is said by its client
        return True
    return not caller.roles.isdisjoint(AGENTS) and _agency(caller).whole


def _carries(caller: Caller, scope: Scope) -> bool:
    return caller.roles <= scope.carriers and own_number(caller) is None


_NOWHERE = Reach(whole=False, known=False, places={})


def _agency(caller: Caller) -> Reach:
    return _NOWHERE if caller.agency is None else reach_of(caller.agency)


@lru_cache(maxsize=4_096)
def _reach(caller: Caller) -> Mapping[str, frozenset[str]]:
    """The places that the caller reaches, by kind."""
    places = dict(_agency(caller).places) if not caller.roles.isdisjoint(AGENTS) else {}
    numbers: Mapping[str, set[str | None]] = {
        "employer": {caller.bin},
        "host": {caller.iin, caller.bin},
        "person": {caller.iin},
    }
    for role in caller.roles & _OWN.keys():
        places[_OWN[role]] = frozenset(number for number in numbers[_OWN[role]] if number)
    return places
