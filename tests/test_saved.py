"""What earlier releases saved is still read, and a form that this release does not know is refused."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from textmine import AnnotationStore, Codebook, Project, ProvenanceRecord, RuleCoder, RuleSet, load_coder
from textmine.annotations.keeping import restore_annotations
from textmine.coding.certificate import check_fresh, load_certificate
from textmine.disclosure.ledger import read_ledger
from textmine.disclosure.reviewing import verify_review
from textmine.errors import CodebookError, InputError, ModelError, TextmineError
from textmine.exchange.coded_reader import read_coded
from textmine.exchange.scored_wave import read_scored_wave
from textmine.forms import FORMS
from textmine.jobs.models import describe_model_folder
from textmine.topics.artefact import load_topics
from textmine.withdrawal.tombstones import read_tombstones

SAVED = Path(__file__).parent / "saved"
RELEASES = sorted(path.name for path in SAVED.iterdir() if path.is_dir() and path.name[0].isdigit())
NEWER = r"of form 99; this textmine reads up to form \d+\. Install a newer textmine|Update textmine"


@pytest.fixture(params=RELEASES)
def release(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of what a release saved."""
    return Path(shutil.copytree(SAVED / request.param, tmp_path / "saved"))


@pytest.fixture
def expected(release: Path) -> dict[str, Any]:
    """What the release itself read in its files."""
    return dict(json.loads((release / "expected.json").read_text("utf-8")))


def read_comments(release: Path) -> pd.DataFrame:
    frame = pd.read_csv(release / "comments.csv", dtype=str)
    return frame.rename(columns={"id": "doc_id", "comment": "text"})


def build_store(release: Path) -> Path:
    """The database of the release, from its SQL."""
    path = release / "built.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.executescript((release / "store.sql").read_text("utf-8"))
    return path


def test_a_release_is_kept() -> None:
    assert RELEASES and RELEASES[0] == "0.1"


# --- read as it was ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["model", "accurate"])
def test_models_give_the_scores_that_they_gave(release: Path, name: str) -> None:
    if name == "accurate":
        pytest.importorskip("torch", reason="torch is not installed: pip install textmine[train]")
    coder = load_coder(release / name)
    was = pd.read_csv(release / "scores.csv").filter(regex=f"^{name}_").to_numpy()
    assert np.abs(coder.predict_proba(read_comments(release)[["text", "question"]]) - was).max() < 1e-4
    assert describe_model_folder(release / name).problem == ""


def test_topic_model_assigns_as_it_did(release: Path, expected: dict[str, Any]) -> None:
    topics = load_topics(release / "topics").predict(read_comments(release)["text"].tolist())
    assert np.asarray(topics).tolist() == expected["topics"]


def test_codebook_and_rules_mean_what_they_did(release: Path, expected: dict[str, Any]) -> None:
    assert Codebook.load(release / "codebook.yaml").sha256 == expected["codebook_sha256"]
    coder = RuleCoder(RuleSet.load(release / "rules.yaml"))
    assert coder.predict(read_comments(release)["text"].tolist()).tolist() == expected["rules"]


def test_coded_folder_its_record_and_certificate_are_read(release: Path) -> None:
    read = read_coded(release / "coded")
    wide = pd.read_csv(release / "coded" / "coded_wide.csv", dtype=str)
    assert read.coded.decisions.index.tolist() == wide["id"].tolist() and not read.notes
    wave = read_scored_wave(release / "coded")
    assert list(wave.scores.columns) == ["training", "money"]
    record = ProvenanceRecord(release / "coded")
    assert record.check().events == {"run": 1}
    assert (record.replay().to_numpy(float) == wide[["training", "money"]].to_numpy(float)).all()
    certificate = load_certificate(release / "certificate.json")
    check_fresh(certificate, model=wave.model.sha256, codebook=wave.codebook.sha256)


def test_project_and_store_hold_what_was_decided(release: Path, expected: dict[str, Any]) -> None:
    project = Project.load(release / "project")
    with AnnotationStore(
        build_store(release), project.name, project.codebook, corpus=project.corpus
    ) as store:
        assert [event.id for event in store.events()] == expected["events"]
        assert store.coded("ann").counts() == expected["counts"]
        assert len(store.list_tasks()) == expected["tasks"]
    with project.open_store() as store:  # built anew from the files for git
        restore_annotations(project, store)
        assert [event.id for event in store.events()] == expected["events"]


def test_ledger_review_and_withdrawal_are_read(release: Path) -> None:
    assert [one.name for one in read_ledger(release / "ledger.jsonl").releases] == ["first"]
    assert verify_review(release / "quotes.csv")[1].yes == 1
    assert [stone.counts for stone in read_tombstones(release)] == [{"texts": 1}]


# --- a newer form is refused ------------------------------------------------------------------------------


def put(path: Path, old: str, new: str) -> None:
    """Replace what a file says of its form, or put it first."""
    text = path.read_text("utf-8")
    assert not old or old in text, path.name
    path.write_text(text.replace(old, new, 1) if old else new + text, "utf-8")


def open_database(release: Path) -> None:
    path = build_store(release)
    with closing(sqlite3.connect(path)) as database:
        database.execute("INSERT INTO textmine_schema VALUES (99)")
        database.commit()
    AnnotationStore(path, "saved", Codebook.load(release / "codebook.yaml"))


#: Of each kind: the file, what it says, what a later one would say, and what reads it.
LATER: dict[str, tuple[str, str, str, Callable[[Path], Any], type[TextmineError]]] = {
    "model": (
        "model/config.json",
        '"format": 1',
        '"format": 99',
        lambda r: load_coder(r / "model"),
        ModelError,
    ),
    "topic model": (
        "topics/config.json",
        '"format": 1',
        '"format": 99',
        lambda r: load_topics(r / "topics"),
        ModelError,
    ),
    "annotation store": ("store.sql", "", "", open_database, InputError),
    "project": (
        "project/project.yaml",
        "format: 1",
        "format: 99",
        lambda r: Project.load(r / "project"),
        InputError,
    ),
    "codebook": (
        "codebook.yaml",
        "",
        "format: 99\n",
        lambda r: Codebook.load(r / "codebook.yaml"),
        CodebookError,
    ),
    "rules": ("rules.yaml", "", "format: 99\n", lambda r: RuleSet.load(r / "rules.yaml"), CodebookError),
    "coded folder": (
        "coded/provenance.json",
        '"format": 1',
        '"format": 99',
        lambda r: read_coded(r / "coded"),
        InputError,
    ),
    "certificate": (
        "certificate.json",
        "textmine-certificate/1",
        "textmine-certificate/99",
        lambda r: load_certificate(r / "certificate.json"),
        InputError,
    ),
    "provenance record": (
        "coded/record/events.jsonl",
        "{",
        '{"format": 99, ',
        lambda r: ProvenanceRecord(r / "coded").check(),
        InputError,
    ),
    "release ledger": (
        "ledger.jsonl",
        "textmine release ledger 1",
        "textmine release ledger 99",
        lambda r: read_ledger(r / "ledger.jsonl"),
        InputError,
    ),
    "signature of a review": (
        "quotes.signature.json",
        "textmine quote review 1",
        "textmine quote review 99",
        lambda r: verify_review(r / "quotes.csv"),
        InputError,
    ),
    "withdrawal": (
        "withdrawals.jsonl",
        "textmine-withdrawal/1",
        "textmine-withdrawal/99",
        read_tombstones,
        InputError,
    ),
}


def test_every_kind_that_has_a_form_is_tested_and_told() -> None:
    assert set(LATER) == set(FORMS)
    told = (Path(__file__).parents[1] / "docs" / "installing.md").read_text("utf-8")
    assert all(f"| {kind} | {form} |" in told for kind, form in FORMS.items())


@pytest.mark.parametrize("kind", LATER)
def test_later_form_is_refused_with_what_to_do(release: Path, kind: str) -> None:
    name, old, new, read, error = LATER[kind]
    put(release / name, old, new)
    with pytest.raises(error, match=NEWER) as met:
        read(release)
    assert "\n" not in str(met.value)


@pytest.mark.parametrize("name", ["codebook.yaml", "rules.yaml"])
def test_present_form_may_be_written_down(release: Path, name: str) -> None:
    put(release / name, "", "format: 1\n")
    (Codebook if name == "codebook.yaml" else RuleSet).load(release / name)
