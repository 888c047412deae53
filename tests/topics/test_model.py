"""The topic model: the same topics whatever the order, the threads or the process; where none belongs."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from sklearn.base import clone

from textmine.codebook import Code, Codebook
from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.topics.model import TopicModel
from textmine.topics.prevalence import NONE
from textmine.topics.quality import compare_topics


@pytest.fixture(scope="module")
def model(corpus) -> TopicModel:
    return TopicModel(n_topics=3).fit(corpus)


def test_themes_that_share_no_words_become_topics(model, themes_of) -> None:
    assert compare_topics(model.topics_, themes_of)["ari"] > 0.8


def test_order_of_texts_changes_no_topic(model, comments) -> None:
    turned = TopicModel(n_topics=3).fit(comments[::-1])
    assert turned.words_ == model.words_
    assert (turned.topics_[::-1] == model.topics_).all()


def test_seed_changes_no_topic(model, comments) -> None:
    assert (TopicModel(n_topics=3, seed=7).fit(comments).topics_ == model.topics_).all()


def test_texts_that_differ_in_case_and_spacing_share_a_topic(model, comments) -> None:
    shouted = [f"  {text.upper()}\n" for text in comments]
    assert (model.predict(shouted) == model.predict(comments)).all()


def test_text_gets_the_same_topic_alone_and_among_others(model, comments) -> None:
    alone = [int(model.predict([text])[0]) for text in comments[::17]]
    assert alone == model.predict(comments)[::17].tolist()


@pytest.mark.parametrize("text", ["", "   ", "n/a", "None", "zzqx", "?!"])
def test_text_that_says_nothing_has_no_topic(model, text: str) -> None:
    assert model.predict([text]).tolist() == [NONE]


def test_columns_are_read_a_few_times_not_once_a_text(corpus, monkeypatch) -> None:
    read = {"ids": 0, "groups": 0}
    for name, count in [(name, getattr(Corpus, name).fget) for name in read]:

        def counted(self, name=name, count=count):
            read[name] += 1
            return count(self)

        monkeypatch.setattr(Corpus, name, property(counted))
    TopicModel(n_topics=3).fit(corpus)
    assert 0 < max(read.values()) < 10 < len(corpus)


def test_topic_smaller_than_asked_is_dissolved(comments) -> None:
    model = TopicModel(n_topics=12, min_size=25).fit(comments)
    assert min(model.table_["size"]) >= 25 and len(model) < 12


def test_size_counts_repeated_texts(comments) -> None:
    once = TopicModel(n_topics=3).fit(comments)
    twice = TopicModel(n_topics=3).fit(comments * 2)
    assert twice.words_ == once.words_
    assert twice.table_["size"].tolist() == [2 * n for n in once.table_["size"]]


def test_stop_word_of_the_study_names_no_topic(comments) -> None:
    model = TopicModel(n_topics=3, stop_words=["Bus", "minibus"]).fit(comments)
    assert not {"bus", "minibus"} & {word for words in model.words_ for word in words}


def test_comment_of_two_sentences_has_two_topics(model, comments, corpus) -> None:
    both = f"{comments[0]}. {comments[-1]}."
    found = model.assign([both], several=True)
    expected = set(model.predict([comments[0], comments[-1]]).tolist())
    assert set(found["topic"]) == expected and len(expected) == 2
    assert found["weight"].sum() == pytest.approx(1, abs=1e-3)
    assert len(model.assign([both])) == 1


def test_each_question_gets_topics_of_its_own(corpus) -> None:
    model = TopicModel(n_topics=3, question="each").fit(corpus)
    first, second = model.parts_
    assert (first.question, second.question) == ("q0", "q1")
    of_first = model.topics_[np.array(corpus.questions) == "q0"]
    assert set(of_first[of_first != NONE].tolist()) <= set(range(len(first)))
    assert second.first == len(first)


def test_question_never_met_has_no_topic_where_each_has_its_own(corpus) -> None:
    model = TopicModel(n_topics=3, question="each").fit(corpus)
    asked = Corpus(corpus.frame.head(3).assign(question="q9"))
    assert model.predict(asked).tolist() == [NONE] * 3


def test_code_seeds_a_topic(corpus) -> None:
    book = Codebook(codes=(Code("swim", definition="Swimming pool, football pitch, netball, sports day."),))
    model = TopicModel(n_topics=3).fit(corpus, codebook=book)
    seeded = model.table_[model.table_["code"] == "swim"]
    assert len(seeded) == 1
    assert {"pool", "netball", "football"} & set(seeded["words"].iloc[0])


def test_representatives_belong_to_their_topic(model, corpus) -> None:
    topic_of = dict(zip(corpus.ids, model.topics_.tolist(), strict=True))
    for row in model.table_.to_dict("records"):
        assert row["representatives"] and {topic_of[u] for u in row["representatives"]} == {row["topic"]}


def test_model_keeps_scikit_learn_manners() -> None:
    model = TopicModel(5, min_size=3, stop_words=("a",))
    assert clone(model).get_params() == model.get_params()


@pytest.mark.parametrize("wrong", [{"question": "all"}, {"n_topics": 0}, {"min_size": 0}])
def test_argument_that_will_not_do_is_told(wrong, comments) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        TopicModel(**wrong).fit(comments)


@pytest.mark.parametrize("texts", [[], ["n/a"] * 5, ["one text"] * 30])
def test_too_little_to_find_topics_in_is_told_without_words(texts) -> None:
    with pytest.raises(InputError, match="No topics found") as caught:
        TopicModel().fit(texts)
    assert "one text" not in str(caught.value)


@pytest.mark.slow
def test_two_processes_on_one_and_two_threads_agree(comments) -> None:
    code = (
        "import sys, hashlib; sys.path.insert(0, 'tests/topics'); from conftest import make_comments; "
        "from textmine.topics.model import TopicModel; m = TopicModel(n_topics=6).fit(make_comments()); "
        "print(hashlib.sha256(m.topics_.tobytes() + m.likeness_.tobytes()).hexdigest())"
    )
    found = set()
    for threads in ("1", "2"):
        env = {**os.environ, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", env=env)
        assert done.returncode == 0, done.stderr
        found.add(done.stdout)
    model = TopicModel(n_topics=6).fit(comments)
    here = hashlib.sha256(model.topics_.tobytes() + model.likeness_.tobytes()).hexdigest()
    assert found == {here + "\n"}
