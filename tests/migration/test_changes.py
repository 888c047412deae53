"""The file of changes: read, written, and held against both codebooks."""

from __future__ import annotations

from pathlib import Path

import pytest

from textmine.codebook import Codebook
from textmine.errors import CodebookError
from textmine.migration import Change, Changes, draft_changes

OLD = Codebook.loads(
    """
version: "1"
codes:
  - {id: money, definition: Money saved.}
  - {id: cost, definition: What it costs.}
  - {id: time, definition: Time that lacks.}
  - {id: pupils, definition: What pupils gain.}
  - {id: rumours, definition: Hearsay.}
"""
)
NEW = Codebook.loads(
    """
version: "2"
codes:
  - {id: savings, definition: Money kept.}
  - {id: grants, definition: Money won.}
  - {id: barriers, definition: Cost or time.}
  - {id: learners, definition: What pupils gain.}
  - {id: rivalry, definition: Competition.}
"""
)
TEXT = """
old: "1"
new: "2"
changes:
  - split: money
    to: [savings, grants]
    why: two things in one
  - merge: [cost, time]
    to: barriers
  - rename: pupils
    to: learners
  - retire: rumours
  - add: rivalry
"""


def test_changes_that_account_for_every_code_have_no_problem() -> None:
    changes = Changes.loads(TEXT)
    assert changes.check(OLD, NEW) == []
    assert [change.words for change in changes.changes] == [
        "money split into savings, grants",
        "cost, time merged into barriers",
        "pupils is now called learners",
        "rumours retired",
        "rivalry is new",
    ]


def test_written_changes_are_read_back_as_they_are(tmp_path: Path) -> None:
    changes = Changes.loads(
        TEXT + "  - redefine: learners\n    effect: widened\n    among: [money, cost]\n    why: staff too\n"
    )
    changes.save(tmp_path / "changes.yaml")
    assert Changes.load(tmp_path / "changes.yaml") == changes


def test_all_codes_without_an_account_are_told_together() -> None:
    problems = Changes.loads("changes: [{rename: pupils, to: learners}]").check(OLD, NEW)
    assert [problem.split(":")[0] for problem in problems] == [
        *("money", "cost", "time", "rumours"),
        *("savings", "grants", "barriers", "rivalry"),
    ]


def test_a_new_definition_that_nobody_speaks_of_is_a_problem() -> None:
    old = Codebook.loads("codes: [{id: a, definition: One thing.}, {id: b, definition: Another.}]")
    new = Codebook.loads("codes: [{id: a, definition: Two  things.}, {id: b, definition: 'Another. '}]")
    assert Changes().check(old, new) == [
        "a: definition changed; say so with redefine and its effect (widened, narrowed, both, wording)"
    ]
    assert Changes((Change("redefine", (), ("a",), "wording"),)).check(old, new) == []


def test_codes_may_swap_their_ids() -> None:
    book = Codebook.from_labels(["a", "b"])
    changes = Changes.loads("changes: [{rename: a, to: b}, {rename: b, to: a}]")
    assert changes.check(book, book) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("changes: [{split: money, to: [savings]}]", "two codes or more"),
        ("changes: [{merge: [money], to: savings}]", "two codes or more"),
        ("changes: [{rename: money}]", "one code as 'to'"),
        ("changes: [{redefine: money}]", "an effect: widened, narrowed, both, wording"),
        ("changes: [{redefine: money, effect: better}]", "an effect"),
        ("changes: [{retire: money, to: savings}]", "merged or split"),
        ("changes: [{add: money, effect: widened}]", "only redefine"),
        ("changes: [{redefine: money, effect: narrowed, among: [cost]}]", "'among' goes with"),
        ("changes: [{drop: money}]", "wanted one of rename, split"),
        ("changes: [{rename: money, too: savings}]", "unknown key 'too'"),
        ("changes: money", "wanted a list|holds no changes"),
        ("money", "holds no changes"),
        ("changes: [{split: [[a]], to: [b, c]}]", "told by their ids"),
    ],
)
def test_a_change_that_is_none_is_refused(text: str, told: str) -> None:
    with pytest.raises(CodebookError, match=told):
        Changes.loads(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("changes: [{rename: nothing, to: savings}]", "rename nothing: not in the old codebook"),
        ("changes: [{add: nothing}]", "add nothing: not in the new codebook"),
        ("{old: '3', changes: []}", "for the old version 3, and this is 1"),
        ("changes: [{retire: money}, {retire: money}]", "money: stands in 2 changes"),
    ],
)
def test_a_change_that_does_not_fit_the_codebooks_is_told(text: str, told: str) -> None:
    assert any(told in problem for problem in Changes.loads(text).check(OLD, NEW))


def test_a_code_retired_that_is_still_there_is_a_problem() -> None:
    book = Codebook.from_labels(["a", "b"])
    assert "still in the new codebook" in Changes.loads("changes: [{retire: a}]").check(book, book)[0]


def test_a_draft_guesses_renames_and_takes_the_widest_effect() -> None:
    new = Codebook.loads(
        "codes: [{id: money, definition: Money saved or won.}, {id: learners, definition: What pupils gain.}]"
    )
    old = Codebook.loads(
        "codes: [{id: money, definition: Money saved.}, {id: pupils, definition: What pupils gain.}]"
    )
    draft = draft_changes(old, new)
    assert draft.changes == (
        Change("rename", ("pupils",), ("learners",)),
        Change("redefine", (), ("money",), "both"),
    )
    assert draft.check(old, new) == []


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match=r"No file of changes .*changes\.yaml"):
        Changes.load(tmp_path / "changes.yaml")
