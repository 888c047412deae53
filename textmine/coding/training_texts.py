"""The rows that a coder learns from: comments, what people marked in them, the codebook, taught texts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.cleaning import normalise_text, repair_texts
from textmine.codebook import Codebook
from textmine.coding.teaching import Lesson

Floats = npt.NDArray[np.float64]
#: What people marked in comments, by row: (start, end, number of the code), code points of the cleaned text.
Marks = dict[int, list[tuple[int, int, int]]]

#: A quote is a training text of its own unless it is more than this share of its comment.
LONGEST_QUOTE_SHARE = 0.85
#: What a quote, or a comment without its quotes, counts for beside a whole comment.
QUOTE_WEIGHT = 0.3


@dataclass(frozen=True)
class TrainingTexts:
    """Rows to learn from: whole comments first, then quotes, remainders, codebook sentences, taught texts.

    ``truth`` is (rows, codes) in [0, 1], NaN where nothing is known. ``owner`` is the comment that a row
    was cut from (its own position for a comment), -1 for the others; ``writer`` the respondent, '' for the
    codebook. ``marks`` tells what people marked in the comments.
    """

    texts: list[str]
    questions: list[str]
    truth: Floats
    weight: Floats
    owner: npt.NDArray[np.int64]
    writer: list[str]
    marks: Marks = field(default_factory=dict)

    @cached_property
    def keys(self) -> npt.NDArray[np.object_]:
        """The normalised words of each row, (rows,)."""
        return np.array([normalise_text(t) for t in self.texts], dtype=object)

    def allow(self, fold: npt.NDArray[np.int64], k: int) -> npt.NDArray[np.int64]:
        """The rows that a model may learn from that is to judge fold ``k`` of the comments.

        Neither the fold's respondents nor its words, in whatever form, are among them.
        """
        test = np.flatnonzero(fold == k)
        seen, theirs = set(self.keys[test]), {self.writer[i] for i in test}
        fresh = np.array(
            [key not in seen and who not in theirs for key, who in zip(self.keys, self.writer, strict=True)]
        )
        return np.flatnonzero(fresh & ((self.owner < 0) | fresh[self.owner]))


def gather_rows(
    texts: list[str],
    questions: list[str],
    respondents: Sequence[str],
    truth: Floats,
    codes: Sequence[str],
    *,
    codebook: Codebook | None = None,
    quotes: pd.DataFrame | None = None,
    withhold: Collection[str] = (),
    lesson: Lesson | None = None,
) -> TrainingTexts:
    """The comments and, weighing less, the texts cut from them, the codebook's sentences, a teacher's texts.

    No quote and no sentence of the codebook is among them if its normalised words are in ``withhold``.
    """
    marks = {} if quotes is None else _find_marks(texts, truth, quotes, codes)
    extra = _cut_quotes(texts, questions, respondents, truth, marks)
    if codebook is not None:
        for sentence, code in _codebook_sentences(codebook):
            extra.append(_Row(sentence, "", (np.array(codes) == code).astype(float), 1.0, -1, ""))
    extra = [row for row in extra if normalise_text(row.text) not in withhold]
    if lesson is not None:
        truth = np.where(np.isnan(truth), lesson.labelled, truth)
        extra += _taught_rows(lesson)
    n = len(texts)
    return TrainingTexts(
        texts + [row.text for row in extra],
        questions + [row.question for row in extra],
        np.vstack([truth, *[row.truth[None, :] for row in extra]]),
        np.concatenate([np.ones(n), [row.weight for row in extra]]),
        np.concatenate([np.arange(n), [row.owner for row in extra]]).astype(np.int64),
        list(respondents) + [row.writer for row in extra],
        marks,
    )


@dataclass(frozen=True)
class _Row:
    text: str
    question: str
    truth: Floats
    weight: float
    owner: int
    writer: str


def _taught_rows(lesson: Lesson) -> list[_Row]:
    corpus = lesson.corpus
    fields = zip(repair_texts(corpus.texts), corpus.questions, corpus.groups, lesson.unlabelled, strict=True)
    return [_Row(text, question, told, 1.0, -1, who) for text, question, who, told in fields if text]


def _codebook_sentences(codebook: Codebook) -> list[tuple[str, str]]:
    return [
        (sentence, code.id)
        for code in codebook.codes
        for sentence in (code.definition, *code.include, *code.examples)
        if sentence
    ]


def _find_marks(texts: list[str], truth: Floats, quotes: pd.DataFrame, codes: Sequence[str]) -> Marks:
    """Where the quotes of codes that were given stand in their comments; others are left out."""
    place = {code: k for k, code in enumerate(codes)}
    marked: Marks = {}
    for row, code, quote in zip(quotes["row"], quotes["code"], quotes["quote"], strict=True):
        start = texts[row].find(quote) if quote else -1
        if start >= 0 and code in place and truth[row, place[code]] == 1:
            marked.setdefault(int(row), []).append((start, start + len(quote), place[code]))
    return marked


def _cut_quotes(
    texts: list[str], questions: list[str], respondents: Sequence[str], truth: Floats, marked: Marks
) -> list[_Row]:
    """Each quote with the codes it carries, and each comment without its quotes, which carries none."""
    cut: list[_Row] = []
    for row in sorted(marked):
        text, unknown = texts[row], np.isnan(truth[row])
        for start, end in sorted({(s, e) for s, e, _ in marked[row]}):
            if end - start > LONGEST_QUOTE_SHARE * len(text):
                continue
            carried = np.where(unknown, np.nan, 0.0)
            for s, e, k in marked[row]:
                if min(end, e) - max(start, s) >= (end - start) / 2:
                    carried[k] = 1.0
            cut.append(_Row(text[start:end], questions[row], carried, QUOTE_WEIGHT, row, respondents[row]))
        rest = list(text)
        for s, e, _ in marked[row]:
            rest[s:e] = " " * (e - s)
        remainder = " ".join("".join(rest).split())
        if len(remainder.split()) >= 4:
            none = np.where(unknown, np.nan, 0.0)
            cut.append(_Row(remainder, questions[row], none, QUOTE_WEIGHT, row, respondents[row]))
    return cut
