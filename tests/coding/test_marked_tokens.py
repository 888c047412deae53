"""Which tokens stand in what people marked, whatever the question, the window and the other codes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from textmine.codebook import Code, Codebook
from textmine.coding.encoder import Windows, cut_windows, load_tokenizer
from textmine.coding.marked_tokens import MarkedTokens, find_marked_tokens, find_often_marked
from textmine.coding.training_texts import TrainingTexts, gather_rows

pytestmark = pytest.mark.usefixtures("tiny_encoder")

TEXTS = ["We share training days and it saves money", "The money is short", "It rained all day"]
TRUTH = np.array([[1.0, 1.0, 0.0], [0.0, 1.0, np.nan], [0.0, 0.0, 1.0]])
CODES = ["training", "money", "weather"]
QUOTES = [(0, "training", "share training days"), (0, "money", "saves money")]


@pytest.fixture(scope="module")
def tokenizer(tiny_encoder: Path):
    return load_tokenizer(str(tiny_encoder))


def mark(
    tokenizer, texts=TEXTS, truth=TRUTH, quotes=QUOTES, question="What helps?", most_tokens=64, book=None
):
    table = pd.DataFrame(quotes, columns=["row", "code", "quote"])
    n = len(texts)
    people = [f"r{i}" for i in range(n)]
    rows = gather_rows(texts, [question] * n, people, truth, CODES, quotes=table, codebook=book)
    windows = cut_windows(tokenizer, rows.texts, rows.questions, most_tokens=most_tokens)
    return rows, windows, find_marked_tokens(tokenizer, windows, rows)


def words_of(tokenizer, windows: Windows, marks: MarkedTokens, code: int, w: int) -> str:
    """The words of a window that are marked for a code."""
    length = len(windows.ids[w])
    wanted = marks.targets(np.array([w]), length)[0, :, code]
    return str(
        tokenizer.decode([int(i) for i, mark in zip(windows.ids[w], wanted, strict=True) if mark == 1])
    )


@pytest.mark.parametrize("question", ["", "What helps?"])
def test_words_of_a_quote_are_marked_and_no_others(tokenizer, question: str) -> None:
    _, windows, marks = mark(tokenizer, question=question)
    assert words_of(tokenizer, windows, marks, 0, 0) == "share training days"
    assert words_of(tokenizer, windows, marks, 1, 0) == "saves money"


def test_question_and_the_encoders_own_marks_are_not_judged(tokenizer) -> None:
    _, windows, marks = mark(tokenizer)
    wanted = marks.targets(np.array([0]), len(windows.ids[0]) + 3)[0, :, 0]
    judged = [int(i) for i, one in zip(windows.ids[0], wanted, strict=False) if not np.isnan(one)]
    assert judged == tokenizer.encode(TEXTS[0], add_special_tokens=False).ids
    assert np.isnan(wanted[-3:]).all()


def test_code_given_without_a_quote_and_one_never_marked_are_not_judged(tokenizer) -> None:
    _, _, marks = mark(tokenizer)
    # by text: training and money of the first marked, money of the second not; weather never
    assert marks.known[:3].tolist() == [[True, True, False], [True, False, False], [True, True, False]]


def test_quote_of_its_own_is_marked_from_end_to_end_and_the_rest_not(tokenizer) -> None:
    texts = ["We share training days, the hall was painted and it saves money", *TEXTS[1:]]
    rows, windows, marks = mark(tokenizer, texts=texts)
    quote, rest = rows.texts.index("share training days"), len(rows.texts) - 1
    assert words_of(tokenizer, windows, marks, 0, quote) == "share training days"
    assert words_of(tokenizer, windows, marks, 1, quote) == ""
    assert "painted" in rows.texts[rest] and marks.known[rest, 0]
    assert words_of(tokenizer, windows, marks, 0, rest) == ""


def test_codebook_tells_nothing_of_single_words(tokenizer) -> None:
    book = Codebook(id="b", version="1", codes=(Code("money", definition="Money is saved."),))
    rows, _, marks = mark(tokenizer, book=book)
    assert not marks.known[rows.texts.index("Money is saved.")].any()


@pytest.mark.parametrize("most_tokens", [20, 24, 40])
def test_windows_of_a_long_text_have_the_marks_where_their_words_are(tokenizer, most_tokens: int) -> None:
    text = "it rained " * 21 + "we saved money " + "all day " * 30
    truth = np.array([[0.0, 1.0, 0.0]])
    _, windows, marks = mark(
        tokenizer, [text], truth, [(0, "money", "saved money")], "Why so?", most_tokens=most_tokens
    )
    found = [words_of(tokenizer, windows, marks, 1, w) for w in range(len(windows.ids))]
    assert len(found) > 3 and "saved money" in found
    for w, words in enumerate(found):
        there = tokenizer.decode([int(i) for i in windows.ids[w]])
        assert words == " ".join(word for word in ("saved", "money") if word in there.split())


@pytest.mark.parametrize(("marked", "often"), [(0, False), (1, False), (2, True), (4, True)])
def test_codes_that_are_seldom_marked_are_not_judged_by_word(tokenizer, marked: int, often: bool) -> None:
    truth = np.column_stack([np.ones(4), np.zeros(4), np.zeros(4)])
    texts = [f"training number {n}" for n in range(4)]
    quotes = [(n, "training", "training") for n in range(marked)]
    rows = gather_rows(
        texts,
        [""] * 4,
        list("abcd"),
        truth,
        CODES,
        quotes=pd.DataFrame(quotes, columns=["row", "code", "quote"]),
    )
    found, carried = find_often_marked(rows)
    assert found.tolist() == [often, False, False] and carried.tolist() == [True, False, False]


def test_marks_are_not_used_where_most_codes_have_none(tokenizer) -> None:
    quotes = QUOTES[:1]
    assert mark(tokenizer)[2] is not None  # of two codes of three
    assert mark(tokenizer, quotes=quotes)[2] is None


def test_nobody_marked_anything(tokenizer) -> None:
    assert mark(tokenizer, quotes=[])[2] is None
    assert mark(tokenizer, quotes=[(0, "training", "never said"), (2, "money", "rained")])[2] is None


def test_share_of_marked_tokens_is_of_the_windows_chosen(tokenizer) -> None:
    _, _, marks = mark(tokenizer)
    tokens = [len(tokenizer.encode(t, add_special_tokens=False).ids) for t in TEXTS]
    of_first = marks.levels(np.array([0]))[1]
    assert 1 / (1 + np.exp(-of_first)) == pytest.approx(2 / tokens[0])
    of_both = marks.levels(np.array([0, 2]))[1]
    assert 1 / (1 + np.exp(-of_both)) == pytest.approx(2 / (tokens[0] + tokens[2]))


def test_rows_without_marks_still_say_who_wrote_them() -> None:
    rows = gather_rows(TEXTS, [""] * 3, ["a", "b", "c"], TRUTH, CODES)
    assert isinstance(rows, TrainingTexts) and rows.marks == {}
