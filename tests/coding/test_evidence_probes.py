"""What deleting evidence does, against a coder whose every probability can be counted by hand."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.codebook import Codebook
from textmine.coded import CodedDataset
from textmine.coding import evidence_probes
from textmine.coding.evidence_probes import PROBE_COLUMNS, probe_evidence
from textmine.corpus import Corpus
from textmine.errors import InputError

WEIGHTS = {"money": {"saves": 0.3, "money": 0.5}, "time": {"time": 0.6, "money": -0.1}}


class Toy:
    """Probabilities are .05, and .1 where costs were asked for, and what each word adds."""

    def __init__(self) -> None:
        self.codes_, self.thresholds_ = list(WEIGHTS), np.array([0.5, 0.5])

    def predict_proba(self, corpus: Corpus) -> np.ndarray:
        return np.array([
            [
                0.05 + 0.1 * (question == "Costs?") + sum(weights.get(w, 0) for w in re.findall(r"\w+", text))
                for weights in WEIGHTS.values()
            ]
            for text, question in zip(corpus.texts, corpus.questions, strict=True)
        ])  # fmt: skip


def make_coded(texts: list[str], spans: list[tuple[str, str, int, int]]) -> CodedDataset:
    """Every code that a span stands for is given; units are named by their place."""
    ids = [str(i) for i in range(len(texts))]
    decisions = pd.DataFrame(0.0, index=ids, columns=list(WEIGHTS))
    for unit, code, *_ in spans:
        decisions.loc[unit, code] = 1.0
    frame = pd.DataFrame(spans, columns=["unit_id", "code", "start", "end"])
    return CodedDataset(decisions, Codebook.from_labels(list(WEIGHTS)), "toy", spans=frame)


def make_corpus(texts: list[str], question: str = "") -> Corpus:
    frame = pd.DataFrame({"text": texts, "question": question})
    return Corpus(
        frame.assign(doc_id=[str(i) for i in range(len(texts))], group=[f"r{i}" for i in frame.index])
    )


def find(text: str, *parts: str) -> list[tuple[str, str, int, int]]:
    return [("0", "money", text.index(part), text.index(part) + len(part)) for part in parts]


SAID = "we meet. it saves money. that is all."


def probe(text: str, *parts: str, question: str = "", **options) -> dict:
    coded = make_coded([text], find(text, *parts))
    found = probe_evidence(Toy(), make_corpus([text], question), coded, **options)
    assert found.columns.tolist() == PROBE_COLUMNS
    (row,) = found.to_dict("records")
    return row


def test_figures_are_those_counted_by_hand() -> None:
    row = probe(SAID, "it saves money", question="Costs?", stretches=3000)
    assert (row["words"], row["evidence_words"], row["pieces"], row["left_out"]) == (8, 3, 1, "")
    assert row["probability"] == pytest.approx(0.95)  # with the question kept
    assert row["comprehensiveness"] == pytest.approx(0.8)
    assert row["sufficiency"] == pytest.approx(0)
    assert (row["falls"], row["stands"]) == (1, 1)
    # of the six stretches of three words, three hold 'money'; together they hold .3 * 3 + .5 * 3
    assert row["random_falls"] == pytest.approx(0.5, abs=0.03)
    assert row["random_comprehensiveness"] == pytest.approx(0.4, abs=0.03)


def test_evidence_in_pieces_is_deleted_whole_and_alone_kept_whole() -> None:
    row = probe("money, we say, money", "money")
    assert (row["comprehensiveness"], row["falls"]) == (pytest.approx(0.5), 0)
    text = "saves us all a lot of money"
    both = probe(text, "saves", "money")
    assert (both["pieces"], both["evidence_words"]) == (2, 2)
    assert (both["comprehensiveness"], both["sufficiency"]) == (pytest.approx(0.8), pytest.approx(0))


def test_evidence_that_is_not_the_reason_is_seen_through() -> None:
    row = probe(SAID, "we meet.")
    assert (row["comprehensiveness"], row["sufficiency"]) == (0, pytest.approx(0.8))
    assert (row["falls"], row["stands"]) == (0, 0)


def test_whether_a_code_falls_is_asked_up_to_half_of_the_words() -> None:
    assert probe("it saves money now", "saves money")["falls"] == 1
    longer = probe("it saves money", "saves money")
    assert np.isnan(longer["falls"]) and np.isnan(longer["random_falls"])
    assert longer["comprehensiveness"] == pytest.approx(0.8)


@given(
    words=st.lists(st.sampled_from(["we", "saves", "money", "time", "it"]), min_size=1, max_size=12),
    data=st.data(),
)
def test_parts_of_a_sum_add_up(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    marked = data.draw(st.lists(st.booleans(), min_size=len(words), max_size=len(words)))
    ends = np.cumsum([len(w) + 1 for w in words]) - 1
    spans = [
        ("0", "money", int(end) - len(word), int(end))
        for word, end, here in zip(words, ends, marked, strict=True)
        if here
    ]
    found = probe_evidence(Toy(), make_corpus([text]), make_coded([text], spans), stretches=2)
    weights = np.array([WEIGHTS["money"].get(w, 0.0) for w in words])
    if not spans:
        assert found.empty
        return
    row = found.iloc[0]
    if 0.05 + weights.sum() < 0.5:
        assert row["left_out"] == evidence_probes.NOT_AGAIN
        return
    assert row["comprehensiveness"] == pytest.approx(weights[np.array(marked)].sum(), abs=1e-5)
    assert row["sufficiency"] == pytest.approx(weights[~np.array(marked)].sum(), abs=1e-5)


def test_quotes_of_people_are_compared_word_by_word() -> None:
    quotes = pd.DataFrame({"unit_id": ["0", "0"], "code": ["money", "time"], "quote": ["money. That", "all"]})
    row = probe(SAID, "it saves money", quotes=quotes, stretches=3000)
    assert row["overlap"] == 1
    assert row["token_precision"] == pytest.approx(1 / 3)
    assert (row["token_recall"], row["token_f1"]) == (0.5, pytest.approx(0.4))
    assert row["random_overlap"] == pytest.approx(4 / 6, abs=0.03)  # starting at words 2 to 5 of 0 to 5
    assert np.isnan(probe(SAID, "it saves money", quotes=quotes[1:])["overlap"])


def test_each_code_left_out_is_told_with_the_reason() -> None:
    texts = [SAID, SAID, SAID, "time is money !", SAID, "never"]
    money = (16, 23)
    spans = [
        *[(str(i), "money", *money) for i in (0, 1, 2)],
        ("3", "money", 14, 15),
        ("4", "money", -1, -1),
        ("5", "time", 0, 5),
    ]
    truth = pd.DataFrame({"money": [1, 0, np.nan, 1, 1, 1], "time": 1.0})
    found = probe_evidence(Toy(), make_corpus(texts), make_coded(texts, spans), truth=truth)
    assert found["left_out"].tolist() == [
        "", evidence_probes.NOT_RIGHT, evidence_probes.NOT_DECIDED, evidence_probes.NO_WORDS,
        evidence_probes.NO_PLACE, evidence_probes.NOT_AGAIN,
    ]  # fmt: skip
    assert found["probability"].notna().tolist() == [True] + [False] * 5


def test_a_sample_is_of_the_size_asked_for_and_the_same_each_time() -> None:
    texts = [SAID] * 20
    coded = make_coded(texts, [(str(i), "money", 9, 23) for i in range(20)])
    runs = [probe_evidence(Toy(), make_corpus(texts), coded, most=6, seed=s) for s in (1, 1, 2)]
    assert [(run["left_out"] == "").sum() for run in runs] == [6, 6, 6]
    pd.testing.assert_frame_equal(runs[0], runs[1])
    assert not runs[0].equals(runs[2])


def test_another_corpus_or_codebook_is_an_error_that_quotes_nobody(secret: str) -> None:
    coded = make_coded([SAID], find(SAID, "it saves money"))
    short = make_corpus([secret])
    with pytest.raises(InputError, match="ends behind") as told:
        probe_evidence(Toy(), short, coded)
    assert secret not in str(told.value)
    other = Corpus(pd.DataFrame({"doc_id": ["z"], "text": [SAID]}))
    with pytest.raises(InputError, match="none of these texts"):
        probe_evidence(Toy(), other, coded)
    with pytest.raises(InputError, match="2 rows for 1 texts"):
        probe_evidence(Toy(), make_corpus([SAID]), coded, truth=pd.DataFrame({"money": [1, 1], "time": 1}))
    strange = CodedDataset(pd.DataFrame({"fun": [1.0]}, index=["0"]), Codebook.from_labels(["fun"]), "toy")
    with pytest.raises(InputError, match="no code fun"):
        probe_evidence(Toy(), make_corpus([SAID]), strange)
