"""A project on disk: its settings, its texts, whom it asks for evidence."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from textmine.annotations import Project, Settings, create_project
from textmine.annotations.project import dump_settings, read_settings
from textmine.codebook import Codebook
from textmine.corpus import Corpus
from textmine.errors import InputError


@pytest.fixture
def project(tmp_path: Path, corpus: Corpus, codebook: Codebook) -> Project:
    return create_project(tmp_path / "study", corpus, codebook, Settings(name="study"))


def test_project_is_found_again_as_it_was_made(project: Project, corpus: Corpus, codebook: Codebook) -> None:
    again = Project.load(project.folder)
    assert again.settings == project.settings and again.codebook == codebook
    assert again.corpus.fingerprint == corpus.fingerprint
    assert again.document("u1").text == corpus[0].text
    for name in ("README.md", ".gitignore", "codebook.yaml", "project.yaml", "models", "annotations/study"):
        assert (project.folder / name).exists()


def test_odd_texts_and_attributes_survive(tmp_path: Path, codebook: Codebook) -> None:
    frame = pd.DataFrame(
        {
            "doc_id": ["007", "2"],
            "text": ["a\r\nb\u2028c", "null"],
            "weight": [0.5, 2.0],
            "phase": ["NA", None],
        }
    )
    made = create_project(tmp_path / "study", Corpus(frame), codebook, Settings(name="study"))
    found = made.corpus
    assert found.ids == ["007", "2"] and found.texts == frame["text"].tolist()
    assert found[0].weight == 0.5 and found.frame["phase"].tolist() == ["NA", ""]


def test_blank_texts_and_interviewers_are_not_coded(tmp_path: Path, codebook: Codebook) -> None:
    frame = pd.DataFrame(
        {
            "doc_id": ["t:1", "t:2", "t:3"],
            "text": ["Why?", "We pool money", " "],
            "speaker": ["I", "P", "P"],
            "role": ["interviewer", "participant", "participant"],
        }
    )
    made = create_project(tmp_path / "study", Corpus(frame), codebook, Settings(name="study"))
    assert made.units == ["t:2"] and len(made.corpus) == 3


def test_second_project_in_a_folder_is_refused(project: Project, corpus: Corpus, codebook: Codebook) -> None:
    with pytest.raises(InputError, match="holds a project already"):
        create_project(project.folder, corpus, codebook, Settings(name="other"))


def test_evidence_is_asked_for_on_the_share_set_and_the_same_for_all(project: Project) -> None:
    asked = [project.asks_evidence(f"u{n}") for n in range(2000)]
    assert 0.17 < sum(asked) / len(asked) < 0.23
    again = Project.load(project.folder)
    assert asked == [again.asks_evidence(f"u{n}") for n in range(2000)]


@pytest.mark.parametrize(("evidence", "wanted"), [("never", False), ("always", True)])
def test_evidence_never_and_always(project: Project, evidence: str, wanted: bool) -> None:
    settings = project.settings.model_copy(update={"evidence": evidence})
    made = Project(project.folder, settings, project.codebook)
    assert {made.asks_evidence(f"u{n}") for n in range(50)} == {wanted}


def test_settings_survive_their_file() -> None:
    made = Settings(name="no", approach="reflexive", assignment={"sample": 0.5, "overlap": 0, "seed": 7})
    assert read_settings(dump_settings(made)) == made
    assert made.memos_first and not made.has_gold and not made.computes_agreement


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "wanted settings"),
        ("name: a\nname: b\n", "stands twice"),
        ("name: Study One\n", "name"),
        ("name: a\napproach: guess\n", "approach"),
        ("name: a\nblnd: true\n", "blnd"),
        ("name: a\nassignment: {overlap: 2}\n", "assignment.overlap"),
        ("name: a\napproach: reflexive\n", "overlap, calibration and rereads of 0"),
        (
            "name: a\napproach: reflexive\nshow_suggestions_after: true\nassignment: {overlap: 0}\n",
            "shows no suggestions",
        ),
    ],
)
def test_wrong_settings_are_told(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as met:
        read_settings(text)
    assert str(met.value).startswith("project.yaml")


def test_database_is_in_the_folder_unless_the_environment_says_else(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with project.open_store() as store:
        store.decide("u1", "ann", [])
    assert (project.folder / "annotations" / "study.sqlite").is_file()
    monkeypatch.setenv("TEXTMINE_DATABASE", str(tmp_path / "elsewhere.sqlite"))
    with project.open_store() as store:
        assert store.events() == []


def test_folder_without_a_project_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="textmine init"):
        Project.load(tmp_path)


def test_unknown_unit_is_refused(project: Project) -> None:
    with pytest.raises(InputError, match="no unit of that id"):
        project.document("u9")


def test_a_code_says_for_itself_whether_a_stance_is_asked(tmp_path: Path, corpus: Corpus) -> None:
    said = "{id: money, attributes: {stance: true}}, {id: time, attributes: {stance: false}}, {id: other}"
    book = Codebook.loads(f"{{bare: true, codes: [{said}]}}")
    asks, silent = (
        create_project(tmp_path / str(stance), corpus, book, Settings(name="study", stance=stance))
        for stance in (True, False)
    )
    assert [asks.asks_stance(code) for code in book.ids] == [True, False, True]
    assert [silent.asks_stance(code) for code in book.ids] == [True, False, False]


def test_a_stance_that_is_neither_true_nor_false_is_told(tmp_path: Path, corpus: Corpus) -> None:
    book = Codebook.loads("{bare: true, codes: [{id: money, attributes: {stance: perhaps}}]}")
    with pytest.raises(InputError, match="mend money"):
        create_project(tmp_path / "odd", corpus, book, Settings(name="study"))
