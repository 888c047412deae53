"""What the accuracy benchmarks rest on: public data as published, peers, what is kept, few examples drawn."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

from textmine.coding.evaluation import cross_validate
from textmine.corpus import Corpus

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
Load = Callable[[str], ModuleType]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Load:
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module


def corpus_of(texts: list[str], questions: list[str] | None = None) -> Corpus:
    frame = pd.DataFrame({"doc_id": [str(i) for i in range(len(texts))], "text": texts})
    return Corpus(frame.assign(question=questions or [""] * len(texts)))


def lesson() -> tuple[Corpus, pd.DataFrame]:
    """Forty made answers about money or training, and a code that nobody gave."""
    texts = [f"synthetic {word} answer {i}" for i, word in enumerate(["money", "training"] * 20)]
    y = pd.DataFrame({"money": [1.0, 0.0] * 20, "training": [0.0, 1.0] * 20, "never": [0.0] * 40})
    return corpus_of(texts, ["q1", "q2"] * 20), y


@pytest.fixture
def anes(tmp_path: Path) -> Path:
    folder = tmp_path / "anes-open-ends"
    folder.mkdir()
    for part, rows in (("train", 3), ("test", 2)):
        lines = "".join(
            f'{row},"made answer {row} of {part},\nwith a second line//NO"\n' for row in range(rows)
        )
        (folder / f"dataset4_X{part}.csv").write_text(f"caseID,verbatim\n{lines}", encoding="utf-8")
        labels = "".join(f"{int(row == 0)},1\n" for row in range(rows))
        (folder / f"dataset4_y{part}.csv").write_text(f"7,96\n{labels}", encoding="utf-8")
    return tmp_path


def test_anes_labels_belong_to_texts_row_by_row(load: Load, anes: Path) -> None:
    split = load("public").read_anes(anes, 4)
    assert split.learn.codes == split.test.codes == ["7", "96"]
    assert split.learn.y.to_numpy().tolist() == [[1, 1], [0, 1], [0, 1]]
    assert len(split.test.frame) == 2
    assert split.test.corpus.texts[1] == "made answer 1 of test,\nwith a second line//NO"
    assert split.test.corpus.groups == ["0", "1"]


def test_anes_ids_differ_between_the_two_files(load: Load, anes: Path) -> None:
    split = load("public").read_anes(anes, 4)
    assert not set(split.learn.corpus.ids) & set(split.test.corpus.ids)


def test_anes_files_that_do_not_match_are_an_error(load: Load, anes: Path) -> None:
    (anes / "anes-open-ends" / "dataset4_ytest.csv").write_text("7,96\n1,1\n", encoding="utf-8")
    with pytest.raises(ValueError, match="2 texts and 1 rows of labels"):
        load("public").read_anes(anes, 4)


def test_phase1_is_split_by_row_index_and_not_by_position(load: Load, tmp_path: Path) -> None:
    folder = tmp_path / "nhs-phase1"
    folder.mkdir()
    rows = pd.DataFrame(
        {
            "code": "xx",
            "label": ["Staff", "Access", "Staff", "", "Access"],
            "feedback": ["made one", "made two", "made three", "made four", " "],
            "organization": "Trust Z",
            "question": ["q1", "q2", "q1", "q1", "q2"],
            "row_index": [10, 20, 30, 40, 50],
        }
    )
    rows.to_csv(folder / "text_data.csv", index=False)
    pd.DataFrame({"row_index": [30, 20]}).to_csv(
        folder / "results_label_index_training_data_label.csv", index=False
    )
    pd.DataFrame({"row_index": [10, 40, 50]}).to_csv(
        folder / "results_label_index_test_data_label.csv", index=False
    )
    split = load("public").read_nhs_phase1(tmp_path)
    assert split.learn.codes == split.test.codes == ["Access", "Staff"]
    assert sorted(split.learn.corpus.ids) == ["20", "30"]
    assert split.test.corpus.ids == ["10"]  # without the row that has no label and the blank one
    assert split.test.y.to_numpy().tolist() == [[0.0, 1.0]]


def test_public_data_is_as_its_readme_says(load: Load) -> None:
    public, folder = load("public"), load("protocols").find_benchmarks()
    if folder is None or not public.has_anes(folder) or not public.has_nhs_phase1(folder):
        pytest.skip("the benchmark data is not beside this checkout (set TEXTMINE_BENCHMARKS)")
    sizes = {n: [len(p.frame) for p in vars(public.read_anes(folder, n)).values()] for n in (3, 4, 5)}
    assert sizes == {3: [3948, 445], 4: [4190, 482], 5: [1895, 205]}
    both = set(public.read_anes(folder, 3).learn.corpus.groups)
    assert sum(g in both for g in public.read_anes(folder, 3).test.corpus.groups) == 387
    split = public.read_nhs_phase1(folder)
    assert [len(split.learn.frame), len(split.test.frame), len(split.test.codes)] == [6902, 3400, 9]
    assert (split.test.y.sum(axis=1) == 1).all()


def test_figures_of_one_code_a_text_are_those_of_scikit_learn(load: Load) -> None:
    rng = np.random.default_rng(0)
    truth, given = rng.integers(0, 4, 200), rng.integers(0, 4, 200)
    drawn = load("scoring").bootstrap_single(truth, given, 4)
    expected = [
        accuracy_score(truth, given),
        balanced_accuracy_score(truth, given),
        f1_score(truth, given, average="macro"),
    ]
    assert drawn[0] == pytest.approx(expected)
    row = load("scoring").rows_of_single("s", truth, {"a": given}, 4)[0]
    assert row["accuracy_low"] < row["accuracy"] < row["accuracy_high"]


def test_speed_stands_beside_the_methods_and_not_beside_leads(load: Load) -> None:
    truth = np.array([[1.0, 0], [0, 1]])
    scoring = load("scoring")
    rows = scoring.rows_of("s", truth, {"a": truth, "b": 1 - truth}, ["r1", "r2"])
    shown = scoring.rounded(
        pd.DataFrame(scoring.add_speed(rows, {"a": 2.0, "b": 60.0}, {"a": 20000.0, "b": 9.6}))
    )
    assert shown["comments a second"].tolist() == ["20,000", "10", ""]
    assert shown["seconds to learn"].tolist() == ["2.0", "60.0", ""]


@pytest.mark.parametrize("name", ["PxtextminingSVC", "PxtextminingXGBoost"])
def test_published_recipes_learn_and_leave_codes_that_nobody_gave(load: Load, name: str) -> None:
    if name == "PxtextminingXGBoost" and not importlib.util.find_spec("xgboost"):
        pytest.skip("the package xgboost is absent (benchmarks/requirements.txt)")
    corpus, y = lesson()
    peer = getattr(load("peers"), name)().fit(corpus, y, quotes=None, codebook=None, withhold=set())
    new = corpus_of(["some money again", "more training"], ["q1", "unheard of"])
    assert peer.predict(new).tolist()[0] == [1.0, 0.0, 0.0]
    assert not peer.predict(new)[:, 2].any()
    found = peer.predict_proba(corpus)
    assert ((found >= 0) & (found <= 1)).all()


def test_svc_decides_as_scikit_learn_does(load: Load) -> None:
    corpus, y = lesson()
    peer = load("peers").PxtextminingSVC().fit(corpus, y)
    features = peer._features(corpus)
    assert (peer.predict(corpus)[:, 0] == peer._models[0].predict(features)).all()


def test_peers_can_be_cross_validated_like_our_own_coder(load: Load) -> None:
    corpus, y = lesson()
    frame = corpus.frame.assign(group=[f"r{i // 2}" for i in range(40)])
    evaluation = cross_validate(load("peers").PxtextminingSVC(), Corpus(frame), y[["money", "training"]])
    micro = evaluation.overall.set_index("measure").loc["micro_f1", "value"]
    assert micro > 0.9


@pytest.mark.slow
def test_setfit_learns_with_its_own_package_and_its_body_is_left_as_it_was(load: Load) -> None:
    if not importlib.util.find_spec("setfit"):
        pytest.skip("the package setfit is absent (benchmarks/requirements.txt)")
    corpus, y = lesson()
    few = np.arange(8)
    peer = load("peers").SetFit().fit(corpus.select(few), y.iloc[few])
    found = peer.predict_proba(corpus)
    assert found.shape == (40, 3)
    assert not found[:, 2].any()
    assert found[0, 0] > found[1, 0]
    assert "forward" not in vars(peer._model.model_body)


def test_a_peer_whose_package_is_absent_is_left_out_with_a_word(load: Load, monkeypatch) -> None:
    peers = load("peers")
    monkeypatch.setitem(peers.PEERS, "made-up", peers.Peer(lambda: None, needs="no_such_package_x"))
    said: list[str] = []
    chosen = peers.choose_peers(say=said.append)
    assert "made-up" not in chosen
    assert any("made-up" in line and "no_such_package_x" in line for line in said)
    assert "SetFit" not in chosen
    assert list(peers.choose_peers(words=["svc"], say=said.append)) == ["pxtextmining: TF-IDF + SVC, C=15"]


class CountingPeer:
    """Gives every text the probability .7 for the first code; counts how often it was trained."""

    fits = 0

    def fit(self, X: Corpus, y: pd.DataFrame, **not_used: Any) -> CountingPeer:
        type(self).fits += 1
        self.thresholds_ = np.full(y.shape[1], 0.5)
        return self

    def predict_proba(self, X: Corpus) -> np.ndarray:
        return np.tile([0.7, 0.2], (len(X), 1))

    def __repr__(self) -> str:
        return "CountingPeer()"


def test_what_was_judged_is_taken_up_and_judged_anew_where_labels_changed(load: Load, tmp_path: Path) -> None:
    judging, (corpus, y) = load("judging"), lesson()
    y = y[["money", "training"]]
    task = judging.Task(corpus, y, corpus.select(np.arange(5)))
    CountingPeer.fits = 0
    first = judging.Keeper(tmp_path).judge("a", CountingPeer, task)
    keeper = judging.Keeper(tmp_path)
    again = keeper.judge("a", CountingPeer, task)
    assert CountingPeer.fits == 1
    assert keeper.taken_up == ["a"]
    assert (again.applies == [[1.0, 0.0]] * 5).all()
    assert again.a_second == first.a_second > 0
    assert np.isnan(again.held_out).all()
    keeper.judge("a", CountingPeer, judging.Task(corpus, 1 - y, task.test))
    keeper.judge("b", CountingPeer, task)
    assert CountingPeer.fits == 3


class SlowPeer(CountingPeer):
    """Keeps a network in ``resume_in`` and is cut off, unless it finds one there."""

    def fit(self, X: Corpus, y: pd.DataFrame, *, resume_in: Path, **not_used: Any) -> SlowPeer:
        if not resume_in.is_dir():
            resume_in.mkdir(parents=True)
            raise KeyboardInterrupt
        super().fit(X, y)
        return self


def test_training_that_was_cut_off_goes_on_from_its_networks_and_tells_no_seconds(
    load: Load, tmp_path: Path
) -> None:
    judging, (corpus, y) = load("judging"), lesson()
    task = judging.Task(corpus, y[["money", "training"]], corpus.select(np.arange(5)))
    keeper = judging.Keeper(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        keeper.judge("slow", SlowPeer, task)
    assert np.isnan(keeper.judge("slow", SlowPeer, task).learning)
    assert not list(tmp_path.glob("*-networks"))


def test_held_out_probabilities_of_our_coder_are_those_it_remembers(load: Load) -> None:
    from textmine.coding.coder import Coder

    judging, (corpus, y) = load("judging"), lesson()
    y = y[["money", "training"]]
    judged = judging.judge(Coder(folds=3), judging.Task(corpus, y, corpus), timed=False)
    assert judged.held_out.shape == y.shape
    assert not np.isnan(judged.held_out).any()
    assert np.isnan(judged.a_second)


def test_a_draw_has_so_many_of_each_code_and_of_none(load: Load) -> None:
    rng = np.random.default_rng(0)
    y = (rng.random((600, 4)) < [0.3, 0.1, 0.02, 0.2]).astype(float)
    rows = load("few_shot").draw_examples(y, 16, seed=1)
    there = y.sum(axis=0)
    assert (y[rows].sum(axis=0) >= np.minimum(16, there)).all()
    assert y[rows][:, 2].sum() == min(16, there[2])
    assert (~y[rows].any(axis=1)).sum() == 16
    assert len(set(rows)) == len(rows)


def test_draws_are_the_same_by_seed_and_differ_between_seeds(load: Load) -> None:
    y = (np.random.default_rng(0).random((300, 3)) < 0.3).astype(float)
    draw = load("few_shot").draw_examples
    assert draw(y, 8, seed=1).tolist() == draw(y, 8, seed=1).tolist()
    assert draw(y, 8, seed=1).tolist() != draw(y, 8, seed=2).tolist()


def test_few_shot_results_are_added_one_by_one_and_not_run_twice(
    load: Load, tmp_path: Path, monkeypatch
) -> None:
    few_shot, judging = load("few_shot"), load("judging")
    corpus, y = lesson()
    y = y[["money", "training"]]
    monkeypatch.setitem(few_shot.MAKERS, "counting", ("counting", CountingPeer))
    CountingPeer.fits = 0
    task = (judging.Task(corpus, y, corpus.select(np.arange(6))), y.to_numpy()[:6])
    few_shot.run("made", task, [2, 4], 2, ["counting"], tmp_path / "runs.csv")
    few_shot.run("made", task, [2, 4], 3, ["counting"], tmp_path / "runs.csv")
    assert CountingPeer.fits == 6
    runs = pd.read_csv(tmp_path / "runs.csv")
    assert len(runs) == 6
    assert runs["texts"].tolist() == [4, 4, 8, 8, 4, 8]
    # money: found in 3 of 3 and in 3 of the others; training: never given
    assert runs["micro_f1"].tolist() == pytest.approx([2 * 3 / (6 + 6)] * 6)
    assert runs["macro_f1"].tolist() == pytest.approx([2 * 3 / (6 + 3) / 2] * 6, abs=1e-4)


def test_no_test_writer_and_no_test_text_is_drawn(load: Load) -> None:
    task, truth = load("few_shot").read_task("school")
    assert not set(task.learn.groups) & set(task.test.groups)
    keys = load("protocols").text_keys
    assert not set(keys(task.learn.texts)) & set(keys(task.test.texts))
    assert truth.shape == (len(task.test), task.y.shape[1])


def test_benchmark_modules_are_not_left_behind(load: Load) -> None:
    assert Path(sys.modules[load("ours").__name__].__file__ or "").parent == FOLDER
    assert all(method.name.startswith("textmine") for method in load("ours").METHODS.values())
