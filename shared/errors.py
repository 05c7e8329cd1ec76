"""What can go wrong in a case, in the words of the domain.

None of these knows HTTP: `shared.http.problems` decides at the edge which answer each becomes. A sentence
says what is wrong and what to do next; it never repeats what was sent, which may be personal data.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong field: the JSON pointer (RFC 6901) to it, "" for the whole, and what is wrong with it."""

    pointer: str
    detail: str


class DomainError(Exception):
    """Base of all expected failures.

    `name` is stable and kebab-case: clients tell failures apart by it (the tail of the problem's `type`).
    """

    name = "domain-error"

    def __init__(self, detail: str, *, name: str | None = None, faults: Sequence[Fault] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.name = name or type(self).name
        self.faults = tuple(faults)


class Invalid(DomainError):
    """The input contradicts itself or a code list; `faults` names every wrong field at once."""

    name = "invalid-input"


class NotFound(DomainError):
    """No such record, or none that this caller may know of."""

    name = "not-found"


class Conflict(DomainError):
    """The record's present state does not allow this, or the same key was used for something else."""

    name = "conflict"


class VersionMismatch(DomainError):
    """The record changed since the caller read it."""

    name = "version-mismatch"


class VersionRequired(DomainError):
    """A change must name the version that it changes."""

    name = "version-required"


class Refused(DomainError):
    """A rule of law refuses; the sentence says which and what would make it pass."""

    name = "refused"


class Forbidden(DomainError):
    """This caller may not do this, whatever the input."""

    name = "forbidden"


class TooManyRequests(DomainError):
    """The caller has used up what one caller may do in so long a time; it may go on after `retry_after` seconds."""

    name = "too-many-requests"

    def __init__(self, detail: str, *, retry_after: int, name: str | None = None) -> None:
        super().__init__(detail, name=name)
        self.retry_after = retry_after


class Unavailable(DomainError):
    """Something that is needed does not answer now; the same request may pass later."""

    name = "unavailable"
