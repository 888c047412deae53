"""The file of summaries: whole or not at all, readable by a spreadsheet, with the hash of each quote."""

from __future__ import annotations

from pathlib import Path

import pytest

from textmine.framework.summaries import FrameworkSummaries, Summary, tell_state

HELD = Summary("x", ("q1",), {"q1": "a", "q2": "b"}, "2026-11-14T09:00:00Z")


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    file = FrameworkSummaries(tmp_path / "s.csv")
    kept = {("t1", "money"): HELD, ("a, b", "training"): Summary('Says "no"\nthen yes', (), {})}
    file.write(kept)
    assert file.read()["t1", "money"] == HELD
    assert file.read()["a, b", "training"].summary == 'Says "no"\nthen yes'


def test_no_file_and_an_empty_one_hold_nothing(tmp_path: Path) -> None:
    file = FrameworkSummaries(tmp_path / "s.csv")
    assert file.read() == {}
    file.write({})
    assert file.read() == {}


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ({"q1": "a", "q2": "b"}, "as summarised"),
        ({"q1": "a"}, "quotes changed: 1 gone"),
        ({"q2": "b"}, "quotes changed: 1 gone, of which 1 linked"),
        ({"q1": "a", "q2": "c"}, "quotes changed: 1 with other words"),
        ({"q1": "a", "q2": "b", "q3": "d"}, "quotes changed: 1 new"),
    ],
)
def test_state_of_a_cell(now: dict[str, str], state: str) -> None:
    assert tell_state(HELD, now) == state
