"""The shipped codebooks: found by name, sound, and worded as our own."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from textmine.codebook import Code, Codebook
from textmine.errors import CodebookError
from textmine.locations import find_codebook, shipped_folder

ROOT = Path(__file__).parents[1]
TEXTS = Path(os.environ.get("TEXTMINE_TEXTS") or ROOT.parent / "shared" / "texts")
REVIEW = TEXTS / "effective-school-partnerships-review.txt"
NAMES = ("partnership-evidence", "school-terms")


@pytest.mark.parametrize("name", [*NAMES, "school-collaboration"])
def test_a_shipped_codebook_is_found_by_its_name(name: str) -> None:
    codebook = Codebook.load(name)
    assert codebook.id == name
    assert codebook.check() == []
    assert codebook.version


def test_partnership_evidence_has_the_frame_and_every_note() -> None:
    codebook = Codebook.load("partnership-evidence")
    assert codebook.notes() == []
    assert codebook.children("structure") == ["collaboration_type", "leadership", "management", "governance"]
    assert len(codebook.children("impact")) == 4
    assert codebook.children("formation") == ["drivers", "conditions"]
    assert {"challenges", "sustainability"} <= set(codebook.ids)
    assert all(code.keywords for code in codebook.codes)


def test_codes_named_in_exclude_notes_exist() -> None:
    codebook = Codebook.load("partnership-evidence")
    named = {
        word
        for code in codebook.codes
        for note in code.exclude
        for inside in re.findall(r"\(([a-z_, ]+)\)", note)
        for word in inside.split(", ")
    }
    assert named
    assert named <= set(codebook.ids)


@pytest.mark.parametrize("name", NAMES)
def test_no_wording_of_the_review_is_copied(name: str) -> None:
    if not REVIEW.is_file():
        pytest.skip("the shared texts are not here (set TEXTMINE_TEXTS)")
    review = " ".join(re.findall(r"\w+", REVIEW.read_text(encoding="utf-8").lower()))
    for code in Codebook.load(name).codes:
        for text in (code.definition, *code.examples):
            words = re.findall(r"\w+", text.lower())
            runs = (" ".join(words[i : i + 10]) for i in range(len(words) - 9))
            assert not [run for run in runs if f" {run} " in review], code.id


def test_a_file_here_comes_before_a_shipped_codebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_codebook("school-terms") == shipped_folder("codebooks") / "school-terms.yaml"
    (tmp_path / "codebooks").mkdir()
    mine = tmp_path / "codebooks" / "school-terms.yaml"
    mine.write_text("codes: [{id: a, definition: D.}]", "utf-8")
    assert find_codebook("school-terms").resolve() == mine
    assert find_codebook("gone.yaml") == Path("gone.yaml")


def test_an_unknown_name_is_told_with_those_there_are() -> None:
    with pytest.raises(
        CodebookError, match=r"No codebook file no-such.*partnership-evidence, school-c.*school-terms"
    ):
        Codebook.load("no-such")


def test_attributes_are_kept_and_change_no_hash() -> None:
    attributes = "{formality: formal, context: [{of: [x], near: 'y, z'}]}"
    text = f"codes: [{{id: a, definition: D., attributes: {attributes}}}]"
    codebook = Codebook.loads(text)
    assert codebook.code("a").attributes == {
        "formality": "formal",
        "context": [{"of": ["x"], "near": "y, z"}],
    }
    assert Codebook.loads(codebook.dumps()) == codebook
    assert codebook.sha256 == Codebook.loads("codes: [{id: a, definition: D.}]").sha256
    assert "attributes" not in Codebook.loads("codes: [{id: a, definition: D.}]").dumps()
    assert len({Code("a"), Code("a", attributes={"k": "v"})}) == 2
