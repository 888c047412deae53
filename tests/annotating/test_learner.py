"""Training in the background: what a round writes, on what it is judged, and that annotation goes on."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from textmine.annotating.background import TOO_EARLY, main
from textmine.annotating.learner import Learner, work_apart
from textmine.annotating.rounds import (
    advise_project,
    folder_of,
    learn_round,
    read_code_curve,
    read_curve,
    read_scores,
    tell_learning,
)
from textmine.annotating.serving import Address
from textmine.annotations import Project, Settings, create_project
from textmine.codebook import Codebook
from textmine.coding.artefact import load_coder
from textmine.coding.certificate import Certificate, save_certificate
from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.jobs.annotate import open_annotating

SAID = {
    "training": ["We train together", "Joint training days", "Staff learn from training"],
    "money": ["It saves money", "Money is pooled", "We saved money on buying"],
    "": ["Quillfeather is old", "Meetings are on Monday", "People were kind"],
}
CODES = """\
id: synthetic
version: 1.0.0
codes:
  - {id: training, name: Training, definition: Skill is shared in courses.}
  - {id: money, name: Money, definition: Money is saved or pooled.}
  - {id: rare, name: Rare, definition: Meetings on Mondays.}
"""


def make(folder: Path, **settings) -> tuple[Project, dict[str, str]]:
    """A project of 120 synthetic answers by 120 respondents, and the code of each."""
    rows, truth = [], {}
    for n in range(120):
        code = list(SAID)[n % 3]
        unit = f"u{n:03d}"
        rows.append({"doc_id": unit, "text": f"{SAID[code][n % 9 // 3]} in town {n}"})
        truth[unit] = code
    settings = {"show_suggestions_after": True, **settings}
    book = Codebook.loads(CODES)
    project = create_project(folder, Corpus(pd.DataFrame(rows)), book, Settings(name="study", **settings))
    return project, truth


def read_some(project: Project, truth: dict[str, str], count: int, name: str = "ann") -> None:
    with project.open_store() as store:
        for task in store.next_tasks(name, count):
            codes = [truth[task.unit_id]] if truth[task.unit_id] else []
            store.decide(task.unit_id, name, codes, seconds=6.0)


@pytest.fixture(scope="module")
def taught(tmp_path_factory) -> Project:
    """A project after two rounds, at 50 and 60 units of its random sample."""
    project, truth = make(tmp_path_factory.mktemp("learner") / "study", assignment={"overlap": 0})
    with project.open_store() as store:
        store.add_annotator("ann")
        store.assign(project.plan(["ann"]))
    for more in (50, 10):
        read_some(project, truth, more)
        with project.open_store() as store:
            learn_round(project, store)
    return project


def test_words_that_were_shown_are_learned_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from textmine.coding.coder import Coder

    project, truth = make(tmp_path / "study")
    met: list[pd.DataFrame] = []

    def fit(self, *texts, quotes=None, **options):
        met.append(quotes)
        raise InputError("enough")

    monkeypatch.setattr(Coder, "fit", fit)
    texts = dict(zip(project.corpus.ids, project.corpus.texts, strict=True))
    with project.open_store() as store:
        for unit in project.units[:40]:
            codes = [truth[unit]] if truth[unit] else []
            spans = [{"code": code, "start": 0, "end": len(texts[unit].split(" in ")[0])} for code in codes]
            store.decide(unit, "ann", codes, spans=spans)
        with pytest.raises(InputError, match="enough"):
            learn_round(project, store)
    (quotes,) = met
    assert len(quotes) == sum(truth[unit] != "" for unit in project.units[:40])
    assert set(quotes["quote"]) == {*SAID["training"], *SAID["money"]}
    assert [truth[project.units[row]] for row in quotes["row"]] == quotes["code"].tolist()


def test_round_adds_a_line_to_the_curve_with_held_out_figures(taught: Project) -> None:
    curve = read_curve(taught)
    assert curve["round"].tolist() == [1, 2] and curve["read"].tolist() == [50, 60]
    assert curve["judged_on"].tolist() == [f"{n} units of the random sample" for n in (50, 60)]
    assert curve["macro_f1"].between(0.3, 1.0).all() and curve["kappa"].isna().tolist() == [True, False]
    codes = read_code_curve(taught)
    assert len(codes) == 6 and codes["positives"].iloc[0] > 10


def test_scores_cover_every_unit_and_are_held_out_for_those_read(taught: Project) -> None:
    scores = read_scores(taught)
    assert scores.probabilities.index.tolist() == taught.units
    assert scores.probabilities.notna().all(axis=None)
    coder = load_coder(folder_of(taught) / "coder")
    with taught.open_store() as store:
        read = store.labels()["unit_id"].tolist()
    inside = coder.predict_proba(taught.corpus)
    place = [taught.corpus.ids.index(unit) for unit in read]
    assert not np.allclose(inside[place], scores.probabilities.loc[read])


def test_code_without_positives_is_ranked_by_its_definition(taught: Project) -> None:
    ranking = read_scores(taught).ranking
    top = ranking["rare"].nlargest(10).index
    texts = [taught.document(unit).text for unit in top]
    assert sum("Meetings" in text for text in texts) >= 8


def test_suggestions_are_what_the_project_expects(taught: Project) -> None:
    suggestions = taught.suggestions()
    assert list(suggestions.columns) == ["unit_id", "code", "score", "band"]
    assert set(suggestions["band"]) <= {"accept", "review"} and suggestions["score"].between(0, 1).all()


def test_advice_names_each_code_with_units_and_minutes(taught: Project) -> None:
    with taught.open_store() as store:
        advice = {one.code: one for one in advise_project(taught, store)}
        told = tell_learning(taught, store)
    assert list(advice) == ["training", "money", "rare"]
    assert advice["rare"].more > 0 and advice["rare"].minutes == pytest.approx(
        advice["rare"].more / 10, abs=0.1
    )
    assert len(told["curve"]) == 2 and told["curve"][0]["kappa"] is None
    assert "Quillfeather" not in str(told)


def write_certificate(path: Path, code: str, codebook: str) -> None:
    """A certificate of one code, for the codebook of that hash."""
    counts = {"read": 22, "right": 22, "precision_low": 0.9, "accepted": 50, "to_review": 9, "rejected": 41}
    missed = {"reject_below": 0.25, "rejected_read": 20, "rejected_hits": 0, "elusion": 0.14}
    certificate = Certificate(
        precision=0.9,
        confidence=0.9,
        delta=0.1,
        elusion_confidence=0.95,
        model={"id": "m", "sha256": "0" * 64},
        codebook={"id": "b", "sha256": codebook},
        sample={"sha256": "2" * 64, "units": 50, "design": "random"},
        wave={"fingerprint": "f", "units": 100},
        codes=({"code": code, "method": "fixed_sequence", "threshold": 0.8, **counts, **missed},),
    )
    path.parent.mkdir(exist_ok=True)
    save_certificate(certificate, path)


def test_certified_code_is_as_good_as_a_narrow_interval(taught: Project) -> None:
    path = taught.folder / "out" / "certificate.json"
    reached = []
    with taught.open_store() as store:
        for sha256 in (None, taught.codebook.sha256, "1" * 64):
            if sha256:
                write_certificate(path, "money", sha256)
            reached.append({one.code: one.reached for one in advise_project(taught, store)})
        path.write_text("damaged", encoding="utf-8")
        reached.append({one.code: one.reached for one in advise_project(taught, store)})
    path.unlink()
    assert [told["money"] for told in reached] == [False, True, False, False]
    assert not any(told["training"] for told in reached)


def test_too_little_read_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    project, truth = make(tmp_path / "study", assignment={"overlap": 0})
    with project.open_store() as store:
        store.add_annotator("ann")
        store.assign(project.plan(["ann"]))
    read_some(project, truth, 5)
    with project.open_store() as store, pytest.raises(InputError, match="5 unit"):
        learn_round(project, store)
    assert read_scores(project) is None and read_curve(project).empty


def test_units_picked_for_their_use_are_not_taken_for_the_whole(tmp_path: Path) -> None:
    project, truth = make(tmp_path / "study")
    with project.open_store() as store:
        for unit in project.units[:40]:
            store.decide(unit, "ann", [truth[unit]] if truth[unit] else [])
        row = learn_round(project, store)
    assert row["judged_on"] == "all 40 units read, picked ones among them"


def test_reflexive_project_trains_nothing(tmp_path: Path) -> None:
    project, _ = make(
        tmp_path / "s", approach="reflexive", show_suggestions_after=False, assignment={"overlap": 0}
    )
    with project.open_store() as store:
        with pytest.raises(InputError, match="reflexive"):
            learn_round(project, store)
        learner = Learner(project, store).start()
        assert not learner.is_running


def test_queue_of_a_project_without_a_plan_begins_by_chance(tmp_path: Path) -> None:
    project, _ = make(tmp_path / "study")
    with project.open_store() as store:
        store.add_annotator("ann")
        store.add_annotator("olu", "owner")
    with open_annotating(project.folder, Address("127.0.0.1", 0), mix="random=0.2,rare=0.8") as work:
        assert work.open == 30
    with project.open_store() as store:
        assert {(t.annotator, t.role, t.probability) for t in store.list_tasks()} == {("ann", "random", 0.25)}


@pytest.mark.slow
def test_learner_trains_and_fills_the_queue_while_people_read(tmp_path: Path) -> None:
    project, truth = make(tmp_path / "study", assignment={"sample": 40, "overlap": 0})
    with project.open_store() as store:
        store.add_annotator("ann")
        store.assign(project.plan(["ann"]))
        learner = Learner(
            project, store, every=20, mix={"random": 0.2, "rare": 0.8}, look_seconds=0.1
        ).start()
        try:
            read_some(project, truth, 38)
            until = time.monotonic() + 120
            while read_curve(project).empty and time.monotonic() < until:
                time.sleep(0.2)
            while len(store.list_tasks()) <= 40 and time.monotonic() < until:
                time.sleep(0.2)
        finally:
            learner.stop()
        tasks = store.list_tasks()
    assert len(read_curve(project)) >= 1
    assert {task.role for task in tasks[40:]} >= {"active"} and len(tasks) > 40


@pytest.mark.slow
def test_work_that_is_stopped_leaves_the_round_before(tmp_path: Path, taught: Project) -> None:
    before = {p.name: p.read_bytes() for p in folder_of(taught).iterdir() if p.is_file()}
    stop = threading.Event()
    stop.set()
    assert work_apart(taught.folder, stop=stop) is None
    assert {p.name: p.read_bytes() for p in folder_of(taught).iterdir() if p.is_file()} == before


def test_background_says_when_it_is_too_early(tmp_path: Path, monkeypatch) -> None:
    project, _ = make(tmp_path / "study")
    monkeypatch.setattr("os.nice", lambda _: 0, raising=False)
    assert main([str(project.folder), "--train"]) == TOO_EARLY


def test_mix_of_the_command_reads_the_review_pile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, _ = make(tmp_path / "study")
    monkeypatch.setattr("os.nice", lambda _: 0, raising=False)
    rows = "u007,money,0.4,review\nu003,money,0.9,accept\nu009,training,0.3,review\n"
    suggestions = project.annotations / "suggestions.csv"
    suggestions.write_text(f"unit_id,code,score,band\n{rows}", encoding="utf-8")
    with project.open_store() as store:
        store.add_annotator("ann")
    assert main([str(project.folder), "--mix", "review", "--ahead", "4", "--people", "ann"]) == 0
    with project.open_store() as store:
        plan = store.tasks("ann")
    assert set(plan.loc[plan["role"] == "review", "unit_id"]) == {"u007", "u009"}
