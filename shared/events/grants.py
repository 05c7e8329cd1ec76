"""Data minimisation between services: which consumer may read which facts, and which members of them.

`contracts/topics.yaml` is the authority, for the feed and for Kafka alike. What it does not grant is not handed over: a
member that a fact gains goes to nobody until somebody is granted it. A grant of what no fact has fails at start.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Union, get_args, get_origin

import orjson
import yaml
from pydantic import BaseModel

from shared.events.catalogue import FACTS
from shared.events.envelope import TYPE_PREFIX, Event, Fact
from shared.events.person import Person
from shared.kernel import names

log = logging.getLogger(__name__)

CONTRACT = Path(__file__).resolve().parents[2] / "contracts" / "topics.yaml"
CLIENT_PREFIX = "kosh-"
"""A consumer's client at the identity provider, and its principal at the broker, is this and its name."""

Members = Mapping[str, "Members | None"]
"""The granted members of a model by name: None for the whole member, or what is granted of it."""


class GrantError(Exception):
    """topics.yaml grants what there is not."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What one consumer may read of one producer's facts: their types with the granted members. `since` is the first
    day of it, `purpose` says for what."""

    producer: str
    consumer: str
    since: date
    purpose: str
    facts: Mapping[str, Members]

    @property
    def client(self) -> str:
        """Who must ask: the client of the token, or of the connection to the broker."""
        return CLIENT_PREFIX + self.consumer

    @property
    def topic(self) -> str:
        """The Kafka topic that holds just this."""
        return topic_of(self.producer, self.consumer)

    def view(self, event: Event) -> Event | None:
        """The event with the granted members alone; None where its fact is not granted. From data that is no fact
        nothing can be chosen: then it goes out without data, and the consumer sets it aside."""
        members = self.facts.get(event.type)
        if members is None:
            return None
        try:
            data = orjson.dumps(_select(orjson.loads(event.data), members)).decode()
        except Exception as fault:
            log.error("an event goes out without data: %s", type(fault).__name__, extra={"event": event.id})
            data = "null"
        return replace(event, data=data)


def topic_of(producer: str, consumer: str) -> str:
    """The Kafka topic of the producer's events as the consumer sees them."""
    return f"kosh.{producer}.v1.{consumer}"


def name_birth_digest(person: Mapping[str, Any]) -> str:
    """SHA-256, in hex, of the folded name and the birth date: equal for whoever is written alike."""
    return digest_of(f"{names.fold(person['surname'], person.get('given_names'))}|{person['birth_date']}")


def digest_of(key: str) -> str:
    """The digest of a key of shared.records.people.name_birth_key."""
    return sha256(key.encode()).hexdigest()


DERIVED: Final[Mapping[tuple[type[BaseModel], str], Callable[[Mapping[str, Any]], Any]]] = {
    (Person, "name_birth_digest"): name_birth_digest
}
"""Members that are made for the hand-over, from the model's own."""
_DERIVED: Final = {name: derive for (_, name), derive in DERIVED.items()}


def _select(data: Mapping[str, Any], members: Members) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, below in members.items():
        if name in _DERIVED:
            found[name] = _DERIVED[name](data)
        elif name in data:
            value = data[name]
            found[name] = value if below is None or value is None else _select(value, below)
    return found


class Narrowed:
    """Of data that was handed over, what is granted: a producer that tells more makes no difference. It is nearly
    always all of it, and then the very same object."""

    def __init__(self, members: Members) -> None:
        self._names, self._members = members.keys(), members
        self._below = [(name, Narrowed(below)) for name, below in members.items() if below is not None]

    def __call__(self, data: dict[str, Any]) -> dict[str, Any]:
        below = {}
        for name, narrowed in self._below:
            value = data.get(name)
            if isinstance(value, dict) and (of := narrowed(value)) is not value:
                below[name] = of
        if not below and data.keys() <= self._names:
            return data
        return {name: below.get(name, data[name]) for name in self._members if name in data}


@cache
def promised() -> dict[str, dict[str, Any]]:
    """Topic -> what the contract says of it."""
    topics: dict[str, dict[str, Any]] = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    return topics


@cache
def grants() -> tuple[Grant, ...]:
    """All that is granted. Raises GrantError where the contract names what there is not."""
    return tuple(
        Grant(promise["producer"], consumer, said["since"], said["purpose"], _facts(promise["producer"], said["facts"]))
        for promise in promised().values()
        for consumer, said in promise["consumers"].items()
    )


def consumers() -> list[str]:
    """Everybody who reads anything."""
    return sorted({grant.consumer for grant in grants()})


def grants_of(producer: str) -> list[Grant]:
    """Who reads what of the producer's facts."""
    return [grant for grant in grants() if grant.producer == producer]


def granted_members(consumer: str, fact: type[Fact]) -> Members | None:
    """What the consumer may read of the fact; None where it is not granted."""
    found = (grant for grant in grants() if (grant.producer, grant.consumer) == (fact.PRODUCER, consumer))
    return next((grant.facts.get(fact.TYPE) for grant in found), None)


def paths_of(members: Members, above: str = "") -> list[str]:
    """The granted members as topics.yaml writes them: `person.iin`."""
    found: list[str] = []
    for name, below in members.items():
        found += [above + name] if below is None else paths_of(below, f"{above}{name}.")
    return found


def _facts(producer: str, said: Mapping[str, Any]) -> dict[str, Members]:
    return {f"{TYPE_PREFIX}.{producer}.{name}": _members(producer, name, paths) for name, paths in said.items()}


def _members(producer: str, name: str, paths: Any) -> Members:
    fact = FACTS.get(f"{TYPE_PREFIX}.{producer}.{name}")
    if fact is None:
        raise GrantError(f"{producer} has no fact {name}")
    tree: dict[str, Any] = {}
    for path in _flat(paths):
        *above, last = path.split(".")
        place = tree
        for step in above:
            place = place.setdefault(step, {})
        place[last] = None
    _expect(fact, tree, name)
    return tree


def _flat(paths: Any) -> Iterator[str]:
    for each in paths:
        if isinstance(each, str):
            yield each
        elif isinstance(each, list):
            yield from _flat(each)
        else:
            raise GrantError(f"{each} is no path: members of a member are written as person.iin")


def _expect(model: type[BaseModel], members: Members, where: str) -> None:
    for name, below in members.items():
        if (model, name) in DERIVED:
            continue
        if name not in model.model_fields:
            raise GrantError(f"{where} has no member {name}")
        if below is not None:
            _expect(model_of(model.model_fields[name].annotation, f"{where}.{name}"), below, f"{where}.{name}")


def model_of(annotation: Any, where: str = "") -> type[BaseModel]:
    """The model of a member that is one, or that may be None."""
    parts = [each for each in (get_args(annotation) if get_origin(annotation) else (annotation,)) if each is not Union]
    found = next((each for each in parts if isinstance(each, type) and issubclass(each, BaseModel)), None)
    if found is None:
        raise GrantError(f"{where} has no members")
    return found
