"""Word intrusion: one word of another topic in each question, and the score of what people answered."""

from __future__ import annotations

import pandas as pd
import pytest

from textmine.errors import InputError
from textmine.topics.intrusion import SHOWN, make_word_intrusion, score_word_intrusion
from textmine.topics.model import TopicModel


@pytest.fixture(scope="module")
def model(corpus) -> TopicModel:
    return TopicModel(n_topics=3).fit(corpus)


def shown_words(row: dict[str, str]) -> set[str]:
    return {row[f"word_{k}"] for k in range(1, SHOWN + 2)}


def test_question_holds_the_topics_words_and_one_of_another(model) -> None:
    asked, key = make_word_intrusion(model)
    assert len(asked) == len(key) == len(model) and (asked["answer"] == "").all()
    for row, known in zip(asked.to_dict("records"), key.to_dict("records"), strict=True):
        own = set(model.words_[known["topic"]])
        assert shown_words(row) - own == {known["intruder"]} and len(shown_words(row)) == SHOWN + 1
        assert any(known["intruder"] in words for k, words in enumerate(model.words_) if k != known["topic"])


def test_same_seed_gives_the_same_questions(model) -> None:
    first, second = make_word_intrusion(model, seed=3)[0], make_word_intrusion(model, seed=3)[0]
    assert first.equals(second)


def test_intruder_does_not_always_stand_in_one_place(model) -> None:
    seen = set()
    for seed in range(10):
        asked, key = make_word_intrusion(model, seed=seed)
        for row, intruder in zip(asked.to_dict("records"), key["intruder"], strict=True):
            seen |= {name for name, word in row.items() if word == intruder}
    assert len(seen) > 2


def test_those_who_find_all_and_those_who_find_none(model, tmp_path) -> None:
    asked, key = make_word_intrusion(model)
    asked.assign(answer=key["intruder"]).to_csv(tmp_path / "a.csv", index=False)
    found = score_word_intrusion(pd.read_csv(tmp_path / "a.csv"), key)
    assert (found["share"] == 1).all() and len(found) == len(model) + 1
    wrong = asked.assign(answer=[model.words_[topic][0] for topic in key["topic"]])
    both = pd.concat([wrong, asked.assign(answer=key["intruder"])])
    whole = score_word_intrusion(both, key).iloc[0]
    assert (whole["n"], whole["found"], whole["share"]) == (6, 3, 0.5) and whole["low"] < 0.5 < whole["high"]


def test_nothing_answered_and_another_key_are_told(model) -> None:
    asked, key = make_word_intrusion(model)
    with pytest.raises(InputError, match="No question is answered"):
        score_word_intrusion(asked, key)
    with pytest.raises(InputError, match="No question 3 in the key"):
        score_word_intrusion(asked, key.head(2))
    with pytest.raises(InputError, match="No column 'answer'"):
        score_word_intrusion(asked.drop(columns="answer"), key)
