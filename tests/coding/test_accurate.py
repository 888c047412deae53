"""The accurate coder: it learns, repeats itself, goes on where it was cut off, and codes like any coder."""

from __future__ import annotations

import shutil
import socket
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load_file
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from textmine.coding import accurate as accurate_room
from textmine.coding import tuned_encoder as tuning_room
from textmine.coding.accurate import AccurateCoder
from textmine.coding.batch import code_corpus
from textmine.coding.coder import Coder
from textmine.coding.encoder import BUNDLED_ENCODER
from textmine.coding.training_texts import TrainingTexts
from textmine.coding.tuned_encoder import mean_average_precision
from textmine.corpus import Corpus
from textmine.errors import InputError, ModelError

FOLDS = 2


@pytest.fixture
def make(accurate_settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    """Makes an unfitted coder that takes a few steps only."""
    monkeypatch.setattr(tuning_room, "FEW_TEXTS", 1)

    def coder(**more: Any) -> AccurateCoder:
        return AccurateCoder(**accurate_settings | {"epochs": 1} | more)

    return coder


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The places of the networks that were really trained."""
    places: list[int] = []
    train = tuning_room._Bench.train
    monkeypatch.setattr(
        tuning_room._Bench,
        "train",
        lambda self, place, tell: places.append(place) or train(self, place, tell),
    )
    return places


def all_weights(coder: AccurateCoder) -> dict[str, bytes]:
    members = [member for tuned in coder.tuned_ for member in tuned.members]
    return {f"{k}{n}": v.tobytes() for k, m in enumerate(members) for n, v in m.state().items()}


# --- learning ---------------------------------------------------------------------------------------------


def test_plain_themes_are_learned(accurate: AccurateCoder) -> None:
    new = pd.DataFrame({"text": ["It saves money", "There is no time", "We share training days"]})
    assert accurate.predict(new.assign(question="Question 0?")).tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    deep = accurate.deep_held_out_
    assert np.isfinite(deep).all() and deep.shape == (1, 60, 3)


def test_network_itself_learned_and_counts_in_the_blend(accurate: AccurateCoder, given: pd.DataFrame) -> None:
    chance = given.to_numpy().mean()
    assert mean_average_precision(accurate.deep_held_out_[0], given.to_numpy()) > chance + 0.2
    assert 0 <= accurate.blend_.shares[0] <= 1


def test_held_out_scores_come_from_networks_that_saw_neither_writer_nor_words(
    make, answers: pd.DataFrame, given: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    taught: list[tuple[set[str], set[str]]] = []
    train = tuning_room.train_network

    def watch(network, windows, targets, recipe, *, rows, **more):
        taught.append(rows)
        return train(network, windows, targets, recipe, rows=rows, **more)

    gathered: list[TrainingTexts] = []
    gather = accurate_room.gather_rows
    monkeypatch.setattr(tuning_room, "train_network", watch)
    monkeypatch.setattr(
        accurate_room, "gather_rows", lambda *a, **k: gathered.append(gather(*a, **k)) or gathered[-1]
    )
    make().fit(answers, given)
    fold = accurate_room.folds_by_respondent(list(answers["group"]), FOLDS, 0)
    for k, rows in enumerate(taught[:FOLDS]):
        theirs, words = set(answers["group"][fold == k]), set(answers["text"][fold == k])
        assert len(rows)
        assert not {gathered[0].writer[r] for r in rows} & theirs
        assert not {gathered[0].texts[r] for r in rows} & words
    assert len(taught[FOLDS]) == len(gathered[0].texts)


def test_same_seed_gives_the_same_coder_whatever_was_drawn_before(
    make, answers: pd.DataFrame, given: pd.DataFrame
) -> None:
    import torch

    coders = []
    for draw, seed in ((1, 0), (2, 0), (1, 1)):
        torch.manual_seed(draw)
        coders.append(make(seed=seed).fit(answers, given))
    assert all_weights(coders[0]) == all_weights(coders[1]) != all_weights(coders[2])
    assert coders[0].deep_held_out_.tolist() == coders[1].deep_held_out_.tolist()


def test_members_are_as_many_as_asked_and_differ(make, answers: pd.DataFrame, given: pd.DataFrame) -> None:
    coder = make(members=2).fit(answers, given)
    one, two = (member.state() for member in coder.tuned_[0].members)
    assert any((one[name] != two[name]).any() for name in one)
    assert np.isfinite(coder.predict_proba(["money"])).all()


def test_first_network_stops_where_the_ranking_no_longer_improves(
    make, answers: pd.DataFrame, given: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranked = iter([0.5, 0.6, 0.6, 0.55, 0.9])
    monkeypatch.setattr(tuning_room, "mean_average_precision", lambda *_: next(ranked))
    assert make(epochs=9).fit(answers, given).tuned_[0].epochs == 4


def test_marked_words_are_learned_one_by_one_in_fewer_rounds(
    make, answers: pd.DataFrame, given: pd.DataFrame, marked: pd.DataFrame
) -> None:
    assert not make().fit(answers, given).tuned_[0].members[0].by_token
    with_marks = make(epochs=None).fit(answers, given, quotes=marked)
    assert with_marks.tuned_[0].members[0].by_token
    assert with_marks.tuned_[0].epochs <= tuning_room.EPOCHS_WITH_MARKS < tuning_room.EPOCHS


def test_few_texts_have_no_word_judged(
    make, answers: pd.DataFrame, given: pd.DataFrame, marked: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuning_room, "FEW_TEXTS", 1000)
    coder = make(epochs=None).fit(answers, given, quotes=marked)
    assert not coder.tuned_[0].members[0].by_token


def test_members_are_those_of_the_marks_they_were_trained_with(
    make, trained: list[int], answers, given, marked: pd.DataFrame, tmp_path: Path
) -> None:
    """The same quotes, of which one is a letter shorter: none of the networks is taken up."""
    make().fit(answers, given, quotes=marked, resume_in=tmp_path)
    trained.clear()
    make().fit(answers, given, quotes=marked, resume_in=tmp_path)
    assert trained == []
    marked.loc[0, "quote"] = marked.loc[0, "quote"][:-1]
    make().fit(answers, given, quotes=marked, resume_in=tmp_path)
    assert trained == [0, 1, 2]


def test_labels_that_are_missing_are_left_out(make, answers: pd.DataFrame, given: pd.DataFrame) -> None:
    gaps = given.mask(np.arange(180).reshape(60, 3) % 4 == 0)
    coder = make().fit(answers, gaps)
    assert coder.n_positives_.tolist() == gaps.sum().astype(int).tolist()
    assert np.isfinite(coder.predict_proba(answers)).all()


def test_wider_encoders_are_trained_more_slowly(
    make, answers: pd.DataFrame, given: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = make(rate=None).fit(answers, given)
    width = usual.tuned_[0].members[0].width
    monkeypatch.setattr(tuning_room, "RATE_WIDTH", width / 4)
    slower = make(rate=None).fit(answers, given)
    assert all_weights(slower) == all_weights(make(rate=tuning_room.RATE / 4).fit(answers, given))
    assert all_weights(slower) != all_weights(usual)


def test_training_that_goes_astray_is_told(make, answers: pd.DataFrame, given: pd.DataFrame) -> None:
    with pytest.raises(ModelError, match="went astray"):
        make(rate=1e30, epochs=4).fit(answers, given)


# --- going on after a kill --------------------------------------------------------------------------------


class _KilledError(Exception):
    pass


def die(done: int, total: int) -> None:
    raise _KilledError


@pytest.fixture(scope="module")
def kept(
    accurate_settings: dict[str, Any],
    answers: pd.DataFrame,
    given: pd.DataFrame,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The members of a training that ended; to be copied."""
    folder = tmp_path_factory.mktemp("training")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tuning_room, "FEW_TEXTS", 1)
        AccurateCoder(**accurate_settings | {"epochs": 1}).fit(answers, given, resume_in=folder)
    return folder


def test_killed_training_goes_on_and_ends_as_an_undisturbed_one(
    make, trained: list[int], answers: pd.DataFrame, given: pd.DataFrame, tmp_path: Path
) -> None:
    whole = make().fit(answers, given)
    assert trained == [0, 1, 2]

    def die_later(done: int, total: int) -> None:
        if done > total / 3:  # in the second of three networks
            raise _KilledError

    with pytest.raises(_KilledError):
        make().fit(answers, given, resume_in=tmp_path, progress=die_later)
    trained.clear()
    again = make(threads=None, device=None).fit(answers, given, resume_in=tmp_path)
    assert trained == [1, 2]
    assert all_weights(again) == all_weights(whole)
    np.testing.assert_allclose(again.deep_held_out_, whole.deep_held_out_, atol=1e-5)  # other threads
    assert again.thresholds_.tolist() == whole.thresholds_.tolist()
    trained.clear()
    assert all_weights(make().fit(answers, given, resume_in=tmp_path)) == all_weights(whole)
    assert trained == []


@pytest.mark.parametrize("other", ["seed", "label", "text", "epochs", "nothing"])
def test_members_of_another_training_are_not_taken_up(
    make,
    kept: Path,
    trained: list[int],
    answers: pd.DataFrame,
    given: pd.DataFrame,
    tmp_path: Path,
    other: str,
) -> None:
    folder = Path(shutil.copytree(kept, tmp_path / "training"))
    answers, given = answers.copy(), given.copy()
    if other == "label":
        given.iloc[59, 0] = 1 - given.iloc[59, 0]
    if other == "text":
        answers.loc[59, "text"] += " Once more."
    coder = make(**{"seed": {"seed": 7}, "epochs": {"epochs": 2}}.get(other, {}))
    if other == "nothing":
        coder.fit(answers, given, resume_in=folder)
        assert trained == []
    else:
        with pytest.raises(_KilledError):
            coder.fit(answers, given, resume_in=folder, progress=die)
        assert trained == [0]


def test_damaged_member_is_trained_again(
    make, kept: Path, trained: list[int], answers: pd.DataFrame, given: pd.DataFrame, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(kept, tmp_path / "training"))
    damaged = folder / "member-2.safetensors"
    whole = load_file(damaged)
    damaged.write_bytes(damaged.read_bytes()[:-2] + b"\0\0")
    make().fit(answers, given, resume_in=folder)
    assert trained == [2]
    assert {k: v.tobytes() for k, v in load_file(damaged).items()} == {
        k: v.tobytes() for k, v in whole.items()
    }


# --- coding -----------------------------------------------------------------------------------------------


def test_corpus_is_coded_with_evidence_and_training_texts_get_held_out_scores(
    accurate: AccurateCoder, answers: pd.DataFrame
) -> None:
    frame = answers[["doc_id", "text", "question"]].head(12).copy()
    frame.loc[len(frame)] = ["new", "It rained. Buying together saves money.", "Question 1?"]
    frame.loc[len(frame)] = ["blank", " \t", "Question 1?"]
    coded, counts = code_corpus(accurate, Corpus(frame))
    assert (counts.read, counts.coded, counts.trained_on) == (14, 13, 12)
    assert coded.scores is not None
    held_out = accurate.calibrate(
        accurate.blend_.scores([accurate.fast_.held_out_, *accurate.deep_held_out_])
    )
    repeated = answers["text"].duplicated(keep=False) & answers["question"].isin(answers["question"])
    once = [i for i in range(12) if not repeated[i]]
    assert once
    assert np.abs(coded.scores.to_numpy()[once] - held_out[once]).max() < 1e-5
    assert coded.decisions.loc["blank"].isna().all()
    spans = coded.spans[coded.spans["unit_id"] == "new"]
    assert spans[spans["code"] == "money"]["quote"].tolist() == ["Buying together saves money"]


def test_chunks_change_nothing(
    accurate: AccurateCoder, answers: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = Corpus(answers[["doc_id", "text", "question"]].assign(text=answers["text"] + " And so on."))
    whole = code_corpus(accurate, corpus)[0].scores
    monkeypatch.setattr(AccurateCoder, "texts_at_once", 7)
    told: list[tuple[int, int]] = []
    parts = code_corpus(accurate, corpus, progress=lambda done, of: told.append((done, of)))[0].scores
    assert whole is not None and parts is not None
    assert np.abs(whole.to_numpy() - parts.to_numpy()).max() < 1e-5
    assert len(told) > 5 and told[-1][0] == told[-1][1]


@pytest.mark.parametrize("blank", ["", "   ", "\n\t", "&nbsp;", "\u200b"])
def test_blank_text_gets_no_code(accurate: AccurateCoder, blank: str) -> None:
    assert accurate.predict([blank, "It saves money"])[0].tolist() == [0, 0, 0]


@pytest.mark.parametrize("text", ["word " * 10_000, "😀" * 1000, "\x00", "<b>money</b>"])
def test_odd_texts_have_probabilities(accurate: AccurateCoder, text: str) -> None:
    found = accurate.predict_proba([text])
    assert found.shape == (1, 3) and ((found >= 0) & (found <= 1)).all()


def test_no_texts_have_no_probabilities(accurate: AccurateCoder) -> None:
    assert accurate.predict_proba([]).shape == (0, 3)


def test_scores_for_a_card_are_cut_by_the_other_folds(
    accurate: AccurateCoder, answers: pd.DataFrame, given: pd.DataFrame
) -> None:
    probabilities, applies = accurate.judge_held_out(list(answers["group"]), given)
    assert probabilities.shape == (60, 3) and set(np.unique(applies)) <= {0.0, 1.0}
    fold = accurate_room.folds_by_respondent(list(answers["group"]), FOLDS, 0)
    turned = given.to_numpy().copy()
    turned[fold == 0] = 1 - turned[fold == 0]
    again, _ = accurate.judge_held_out(list(answers["group"]), turned)
    assert again[fold == 0].tolist() == probabilities[fold == 0].tolist()
    assert again[fold == 1].tolist() != probabilities[fold == 1].tolist()


def test_questions_it_met_are_known(accurate: AccurateCoder) -> None:
    assert accurate.knows_question("question 1?") and not accurate.knows_question("Why?")


# --- manners ----------------------------------------------------------------------------------------------


def test_constructor_only_stores_and_clone_works() -> None:
    coder = AccurateCoder(encoder="somewhere", epochs=3, device="nowhere", members=4)
    again = clone(coder)
    assert again.get_params() == coder.get_params() and again is not coder
    assert again.set_params(epochs=9).epochs == 9 and coder.epochs == 3
    assert AccurateCoder().get_params()["encoder"] == BUNDLED_ENCODER
    with pytest.raises(NotFittedError):
        coder.predict(["money"])


def test_device_that_is_not_here_is_told_before_the_work(
    make, answers: pd.DataFrame, given: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Coder, "fit", lambda *_, **__: pytest.fail("trained in vain"))
    with pytest.raises(InputError, match="No device abacus here"):
        make(device="abacus").fit(answers, given)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ModelError, match=r"pip install textmine\[train\]"):
        make(device=None).fit(answers, given)


def test_window_longer_than_the_encoder_takes_is_refused(
    make, answers: pd.DataFrame, given: pd.DataFrame
) -> None:
    with pytest.raises(InputError, match="takes windows of 512 tokens at most, not 600"):
        make(most_tokens=600).fit(answers, given)


def test_nothing_is_fetched_to_train_or_code(
    make, answers: pd.DataFrame, given: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a connection was tried")

    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    make().fit(answers, given).predict(["money"])


@pytest.mark.slow
def test_bundled_encoder_is_trained_without_a_connection(
    answers: pd.DataFrame, given: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, tiny_encoder: Path
) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a connection was tried")

    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(tuning_room, "FEW_TEXTS", 1)
    coder = AccurateCoder(epochs=1, folds=2, threads=1).fit(answers, given)
    assert np.isfinite(coder.predict_proba(["It saves money"])).all()


def test_mean_average_precision_passes_over_what_is_unknown() -> None:
    scores, truth = np.array([[3.0, 1.0], [2.0, 1.0], [1.0, 1.0]]), np.array([[1, 0], [np.nan, 0], [0, 0.0]])
    assert mean_average_precision(scores, truth) == 1.0
    assert mean_average_precision(scores, np.zeros((3, 2))) == 0.0
