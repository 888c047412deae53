"""Opening a project for annotation: who reads what where nobody was named before."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from textmine.annotating.serving import Address
from textmine.annotations import Project, Settings
from textmine.annotations.project import create_project
from textmine.codebook import Codebook
from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.jobs.annotate import open_annotating

FREE = Address("127.0.0.1", 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    frame = pd.DataFrame({"doc_id": ["u1", "u2", "u3"], "text": ["one", "two", "three"]})
    create_project(tmp_path / "p", Corpus(frame), Codebook.from_labels(["money"]), Settings(name="p"))
    return tmp_path / "p"


def test_who_opens_a_project_first_owns_it_and_reads_all(folder: Path) -> None:
    with open_annotating(folder, FREE, annotator="ann") as work:
        assert list(work.links) == ["ann"] and (work.units, work.open) == (3, 3)
    with Project.load(folder).open_store() as store:
        assert [(person.name, person.role) for person in store.annotators()] == [("ann", "owner")]


def test_opening_again_shares_nothing_out_twice(folder: Path) -> None:
    for _ in range(2):
        with open_annotating(folder, FREE) as work:
            assert work.open == 3


def test_a_coded_dataset_gives_its_review_pile_only(folder: Path) -> None:
    rows = "unit_id,code,score,band\nu2,money,0.5,review\nu3,money,0.9,accept\nu9,money,0.5,review\n"
    (folder / "annotations" / "p" / "suggestions.csv").write_text(rows, "utf-8")
    with open_annotating(folder, FREE), Project.load(folder).open_store() as store:
        assert [(task.unit_id, task.role) for task in store.list_tasks()] == [("u2", "review")]


@pytest.mark.parametrize(("sample", "drawn"), [(1, 2), (2, 2), (5, 5)])
def test_a_sample_made_larger_in_the_settings_draws_more(tmp_path: Path, sample: int, drawn: int) -> None:
    frame = pd.DataFrame({"doc_id": [f"u{n}" for n in range(10)], "text": [f"text {n}" for n in range(10)]})
    settings = Settings(name="p", assignment={"sample": 2, "overlap": 0})
    create_project(tmp_path, Corpus(frame), Codebook.from_labels(["money"]), settings)
    with open_annotating(tmp_path, FREE, annotator="ann"), Project.load(tmp_path).open_store() as store:
        first = {task.unit_id for task in store.list_tasks()}
        store.decide(min(first), "ann", ["money"])
    told = tmp_path / "project.yaml"
    told.write_text(told.read_text("utf-8").replace("sample: 2", f"sample: {sample}"), "utf-8")
    for opened in range(2):
        with open_annotating(tmp_path, FREE) as work, Project.load(tmp_path).open_store() as store:
            units = [task.unit_id for task in store.list_tasks()]
            assert first <= set(units) and len(units) == drawn
            assert any("3 more units" in note for note in work.notes) == (drawn > 2 and not opened)
            assert store.labels(sample=True)["inclusion_probability"].unique().tolist() == [drawn / 10]


def test_a_certificate_that_is_not_there_is_told(folder: Path) -> None:
    with (
        pytest.raises(InputError, match="No file"),
        open_annotating(folder, FREE, certificate=folder / "no.pem"),
    ):
        raise AssertionError("opened")


def test_the_port_is_free_again_afterwards(folder: Path) -> None:
    with open_annotating(folder, FREE) as work:
        port = work.address.port
    with open_annotating(folder, Address("127.0.0.1", port)) as work:
        assert work.address.port == port
