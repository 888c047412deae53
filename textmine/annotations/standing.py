"""Which events still stand: what was undone or replaced by a later event does not count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from textmine.annotations.events import Event

Standing = Literal["live", "replaced", "undone"]


def find_standing(events: Sequence[Event]) -> dict[str, Standing]:
    """For each event's id whether it is live, replaced by a later decision, or undone.

    ``events`` are in the order of storing. An undo of an undo brings back what that had taken back; the
    undo of a correction brings back what was corrected.

    >>> first = Event(id="a", kind="decision", unit_id="u", annotator="ann")
    >>> second = Event(id="b", kind="decision", unit_id="u", annotator="ann", supersedes="a")
    >>> back = Event(id="c", kind="undo", unit_id="u", annotator="ann", supersedes="b")
    >>> find_standing([first, second, back])
    {'a': 'live', 'b': 'undone', 'c': 'live'}
    """
    fate: dict[str, Standing] = {}
    for event in reversed(events):  # who ends an event always comes later than that event
        standing = fate.setdefault(event.id, "live")
        if event.supersedes is None or standing == "undone":
            continue
        if event.kind == "undo":
            if standing == "live":
                fate[event.supersedes] = "undone"
        else:
            fate.setdefault(event.supersedes, "replaced")
    return {event.id: fate[event.id] for event in events}


def find_live(events: Sequence[Event], kinds: Iterable[str]) -> list[Event]:
    """The events of these kinds that still stand, in order."""
    standing, wanted = find_standing(events), set(kinds)
    return [event for event in events if event.kind in wanted and standing[event.id] == "live"]


def find_current(events: Sequence[Event]) -> list[Event]:
    """The decision in force of each annotator and unit, in order; silent re-reads change none.

    >>> first = Event(id="a", kind="decision", unit_id="u", annotator="ann")
    >>> again = Event(id="b", kind="decision", unit_id="u", annotator="ann", role="reread", round=1)
    >>> [event.id for event in find_current([first, again])]
    ['a']
    """
    latest: dict[tuple[str, str], Event] = {}
    for event in find_live(events, ["decision"]):
        if event.role != "reread":
            latest[event.unit_id, event.annotator] = event
    return sorted(latest.values(), key=lambda event: event.seq)


def find_rounds_done(events: Sequence[Event]) -> set[tuple[str, str, int]]:
    """The readings (annotator, unit, round) that ended in a decision, an adjudication or a skip."""
    standing = find_standing(events)
    return {
        (event.annotator, event.unit_id, event.round or 0)
        for event in events
        if event.kind in ("decision", "skip", "adjudication") and standing[event.id] != "undone"
    }
