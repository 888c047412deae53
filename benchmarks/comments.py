"""Many comments out of few, for measuring speed: real ones, and new ones made of their sentences."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

#: How many of the comments are a real one, word for word, so that short answers repeat as they do in surveys.
VERBATIM = 0.2
#: How many words of the other comments have two letters swapped: new words, as typing errors bring them.
MISTYPED = 0.01
_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*")


def vary_comments(
    texts: Sequence[str], questions: Sequence[str], n: int, *, seed: int = 0, verbatim: float = VERBATIM
) -> tuple[list[str], list[str]]:
    """``n`` comments and their questions, by resampling ``texts``.

    A share of ``verbatim`` are real comments. In the others each sentence is the beginning of one and the
    end of another from comments to the same question, as many as the real comment has, one word in a hundred
    mistyped.

    >>> vary_comments(["We share. It works."], ["q"], 2)[1]
    ['q', 'q']
    """
    rng = np.random.default_rng(seed)
    sentences = [_SENTENCE.findall(text) or [text] for text in texts]
    pool: dict[str, list[str]] = {}
    for question, parts in zip(questions, sentences, strict=True):
        pool.setdefault(question, []).extend(part.strip() for part in parts)
    drawn = rng.integers(len(texts), size=n)
    kept = rng.random(n) < verbatim
    made = [
        texts[i] if keep else _recombine(pool[questions[i]], len(sentences[i]), rng)
        for i, keep in zip(drawn.tolist(), kept.tolist(), strict=True)
    ]
    return made, [questions[i] for i in drawn.tolist()]


def share_of_repeats(texts: Sequence[str], questions: Sequence[str]) -> float:
    """The share of comments whose text and question stand in an earlier row.

    >>> share_of_repeats(["a", "b", "a", "a"], ["q", "q", "q", "r"])
    0.25
    """
    return 1 - len(set(zip(texts, questions, strict=True))) / max(len(texts), 1)


def write_comments(texts: Sequence[str], questions: Sequence[str], path: Path) -> Path:
    """The comments as a csv with id, question and text, as a survey tool exports them."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["id", "question", "text"])
        writer.writerows((f"r{i}", q, t) for i, (t, q) in enumerate(zip(texts, questions, strict=True), 1))
    return path


def _recombine(pool: Sequence[str], n: int, rng: np.random.Generator) -> str:
    words: list[str] = []
    for first, second, share in zip(
        *rng.integers(len(pool), size=(2, n)).tolist(), rng.random(n), strict=True
    ):
        head, tail = pool[first].split(" "), pool[second].split(" ")
        words += head[: round(share * len(head))] + tail[round(share * len(tail)) :]
    for place in np.flatnonzero(rng.random(len(words)) < MISTYPED).tolist():
        words[place] = _mistype(words[place], int(rng.integers(100)))
    return " ".join(words)


def _mistype(word: str, where: int) -> str:
    if len(word) < 4:
        return word
    i = 1 + where % (len(word) - 2)
    return word[:i] + word[i + 1] + word[i] + word[i + 2 :]
