"""Who has read an outbox goes on only where it holds all that was read of it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.events.epochs import Epoch, Stand, end_of, went_back

HISTORY = [Epoch("a", 0), Epoch("b", 5), Epoch("c", 9)]


@pytest.mark.parametrize(
    ("stand", "back"),
    [
        (Stand("a", 5), False), (Stand("a", 6), True), (Stand("b", 9), False), (Stand("b", 10), True),
        (Stand("c", 12), False), (Stand("c", 13), True), (Stand("gone", 1), True), (Stand("gone", 0), False),
        (Stand(None, 5), False), (Stand(None, 6), True), (Stand(None, 0), False),
    ],
)  # fmt: skip
def test_who_read_beyond_what_an_epoch_continues_may_not_go_on(stand: Stand, back: bool) -> None:
    assert (went_back(stand, HISTORY, 12) is not None) is back


def test_of_a_register_that_tells_no_epochs_only_its_end_is_known() -> None:
    assert [went_back(Stand(None, position), [], 7) is None for position in (0, 7, 8)] == [True, True, False]


@given(st.lists(st.sampled_from(["append", "read", "backup", "restore"]), max_size=40))
@example(["append", "backup", "restore", "read", "restore", "read"])
def test_whoever_goes_on_holds_nothing_but_what_the_outbox_holds(acts: list[str]) -> None:
    """Events are told apart by a number of their own: where reading may go on, what was read is a beginning of the
    outbox, whatever was appended, read, kept and restored before."""
    events: list[int] = []
    read: list[int] = []
    epochs = [Epoch("0", 0)]
    backup = (events, epochs)
    stand = Stand(None, 0)
    for number, act in enumerate(acts, 1):
        if act == "append":
            events = [*events, number]
        elif act == "backup":
            backup = (events, epochs)
        elif act == "restore":
            events, epochs = backup[0], [*backup[1], Epoch(str(number), len(backup[0]))]
        elif went_back(stand, epochs, len(events)) is None:
            assert read == events[: len(read)]
            read, stand = list(events), Stand(epochs[-1].id, len(events))
        else:
            end = end_of(epochs, len(events), stand.epoch)
            assert end != stand.position
            # Of an epoch that a second restore took away nobody knows what it continued: reading stops in any case.
            assert end is None or read != events[: len(read)]
