"""Transitions of records that have a state: in which one an act is allowed, and to which it leads."""

from collections.abc import Mapping
from typing import TypeVar

from shared.errors import Conflict

A = TypeVar("A", bound=str)

Transitions = Mapping[A, tuple[str, str, str]]
"""Of each act: the state in which it is allowed, the state after it, and what is said where it is not."""


def state_after(transitions: Transitions[A], act: A, state: str) -> str:
    """The state that `act` leads to. Raises Conflict in a state without this act."""
    before, then, said = transitions[act]
    if state != before:
        raise Conflict(f"{said}; this one is {state}.")
    return then
