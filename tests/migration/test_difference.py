"""What differs between two codebooks, in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from textmine.codebook import Codebook
from textmine.errors import CodebookError
from textmine.migration import Changes, compare_codebooks
from textmine.migration.difference import mark_words

CORPUS = Path(__file__).resolve().parents[2] / "corpora" / "school-collaboration"
OLD = Codebook.loads(
    """
id: study
version: "1"
rule: Code claims.
codes:
  - {id: money, name: Money, definition: Money saved., include: [bulk buying], exclude: [asking for money]}
  - {id: trust, definition: Trust between heads.}
"""
)
NEW = Codebook.loads(
    """
id: study
version: "2"
rule: Code claims and denials.
codes:
  - {id: money, name: Money and cost, definition: Money saved or won., include: [bulk buying, bids won],
     exclude: [asking for more money]}
  - {id: trust, definition: Trust  between heads.}
"""
)


def test_words_that_came_and_went_are_marked() -> None:
    assert mark_words("a b c d", "a x c d e") == "a [-b-] {+x+} c d {+e+}"


def test_a_long_run_of_unchanged_words_is_cut() -> None:
    words = " ".join(f"w{n}" for n in range(40))
    assert mark_words(f"{words} old {words}", f"{words} new {words}") == (
        "... w34 w35 w36 w37 w38 w39 [-old-] {+new+} w0 w1 w2 w3 w4 w5 ..."
    )


def test_each_part_of_a_code_is_told_in_words() -> None:
    found = compare_codebooks(OLD, NEW, Changes.loads("changes: [{redefine: money, effect: widened}]"))
    assert found.codes[0].lines == (
        "name: 'Money' is now 'Money and cost'",
        "definition: Money [-saved.-] {+saved or won.+}",
        "include new: bids won",
        "exclude changed: asking for {+more+} money",
        "money takes in more",
    )
    assert found.lines[:2] == ("study: version 1 to 2", "rule: Code [-claims.-] {+claims and denials.+}")
    assert found.needs_reading == ("To read again: units that did not carry it, for money.",)
    assert found.same == 1  # white space is no change


def test_without_a_file_of_changes_what_is_guessed_is_not_told_as_known() -> None:
    lines = compare_codebooks(OLD, NEW).codes[0].lines
    assert "is not told; say so with redefine" in lines[-1]


def test_changes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(CodebookError, match="definition, include, exclude changed"):
        compare_codebooks(OLD, NEW, Changes())


def test_the_shipped_draft_of_version_2_adds_competition_and_nothing_else() -> None:
    old, new = (Codebook.load(CORPUS / name) for name in ("codebook.yaml", "codebook-2.0.0-draft.yaml"))
    changes = Changes.load(CORPUS / "changes-2.0.0-draft.yaml")
    assert new.check() == new.notes() == changes.check(old, new) == []
    assert [id for id in new.ids if id not in old.ids] == ["competition"]
    found = compare_codebooks(old, new, changes)
    assert found.needs_reading == ("To read again: all units that were coded, for competition.",)
    assert found.same == 9
