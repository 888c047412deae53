"""Files beside the database: what they hold, and the database built from them again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from textmine.annotations import (
    Project,
    Settings,
    Task,
    create_project,
    keep_annotations,
    restore_annotations,
)
from textmine.codebook import Codebook
from textmine.corpus import Corpus


@pytest.fixture
def make_project(tmp_path: Path, codebook: Codebook, corpus: Corpus):
    """A project of five texts, of which three are drawn to be read by ann and ben."""

    def make(**settings) -> Project:
        given = {"name": "study", "assignment": {"sample": 3, "overlap": 1.0}, **settings}
        project = create_project(tmp_path / "study", corpus, codebook, Settings.model_validate(given))
        with project.open_store() as store:
            for name in ("ann", "ben"):
                store.add_annotator(name)
            store.assign(project.plan(["ann", "ben"]))
        return project

    return make


def read_all(store, name: str, codes: list[str]) -> None:
    while task := store.next_task(name):
        store.decide(task.unit_id, name, codes)


def test_labels_for_checking_hold_the_sample_and_its_probability(make_project) -> None:
    project = make_project()
    with project.open_store() as store:
        for name in ("ann", "ben"):
            read_all(store, name, ["money"] if name == "ann" else ["money", "time"])
        outside = next(unit for unit in project.units if unit not in set(store.list_units("ann")))
        store.assign([Task(annotator="ann", unit_id=outside, role="review")])
        store.decide(outside, "ann", [])
        keep_annotations(project, store)
    labels = project.annotations / "labels"
    settled = pd.read_csv(labels / "settled.csv", keep_default_na=False, dtype=str).set_index("unit_id")
    assert settled.loc[outside, ["money", "time", "sampling_role"]].tolist() == ["0", "0", "review"]
    assert settled.loc[outside, "inclusion_probability"] == ""
    checked = pd.read_csv(labels / "checked.csv", keep_default_na=False, dtype=str)
    assert checked["inclusion_probability"].astype(float).tolist() == [0.6] * 3
    assert set(checked["money"]) == {"1"} and set(checked["time"]) == {""}  # they differ: not settled


def test_a_fresh_clone_is_built_from_the_files(make_project) -> None:
    project = make_project()
    with project.open_store() as store:
        read_all(store, "ann", ["time"])
        keep_annotations(project, store)
        events, tasks = store.events(), store.list_tasks()
        assert restore_annotations(project, store) is None  # not empty
    for path in (project.folder / "annotations").glob("*.sqlite*"):
        path.unlink()
    with project.open_store() as store:
        report = restore_annotations(project, store)
        assert report is not None and (report.events, report.people) == (3, 2)
        assert store.events() == events and store.list_tasks() == tasks


def test_a_new_project_has_nothing_to_build_from(make_project) -> None:
    project = make_project()
    for path in (project.folder / "annotations").glob("*.sqlite*"):
        path.unlink()
    with project.open_store() as store:
        assert restore_annotations(project, store) is None


def test_a_reflexive_project_keeps_no_settled_labels(make_project) -> None:
    project = make_project(approach="reflexive", assignment={"overlap": 0})
    with project.open_store() as store:
        read_all(store, "ann", ["time"])
        names = [path.name for path in keep_annotations(project, store)]
    assert "ann.jsonl" in names and not any(name.endswith(".csv") for name in names)
