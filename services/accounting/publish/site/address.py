"""The addresses of views: what the query of an address chooses, and how it is written for another choice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from services.accounting.publish.site.view import PARAMETERS, View
from shared.errors import Fault, Invalid
from shared.kernel.codes import Language

RELEASE: Final = "release"
NO_SUCH_CHOICE: Final = "This view has no such choice."
NOT_OFFERED: Final = "Is not offered by this view."


@dataclass(frozen=True, slots=True)
class Address:
    """A view with everything that was chosen; equal addresses show the same."""

    view: View
    state: Mapping[str, str]

    @classmethod
    def of(cls, view: View, asked: Mapping[str, str | None]) -> "Address":
        """Parameters that the view does not take are left out. Raises Invalid for a code that it does not offer."""
        state: dict[str, str] = {}
        for choice in view.choices:
            code = asked.get(choice.parameter) or choice.default
            if not choice.open and code not in choice.codes:
                raise Invalid(NO_SUCH_CHOICE, faults=[Fault(f"/{choice.parameter}", NOT_OFFERED)])
            state[choice.parameter] = code
        if release := asked.get(RELEASE):
            state[RELEASE] = release
        return cls(view, state)

    def query(self, **changed: str) -> str:
        """What makes the state, with some of it changed: `?freq=Q&release=2026-03-01`; defaults are left out."""
        state = {**self.state, **changed}
        defaults: dict[str, str] = {each.parameter: each.default for each in self.view.choices}
        chosen = [
            (name, state[name]) for name in (*PARAMETERS, RELEASE) if state.get(name, "") != defaults.get(name, "")
        ]
        return f"?{urlencode(chosen)}" if chosen else ""

    def on_site(self, language: Language, **changed: str) -> str:
        return f"/{language}/{self.view.name}{self.query(**changed)}"

    def file(self, ending: str, language: Language) -> str:
        """Of a data file; names in it are written in the language."""
        query = self.query()
        return f"/data/{self.view.name}.{ending}{query}{'&' if query else '?'}lang={language}"
