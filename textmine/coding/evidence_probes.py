"""Deleting and keeping evidence: the same texts without it, of it alone, and without as much at random."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coded import CodedDataset
from textmine.coding.deletion import WordRow, count_pieces, draw_stretches
from textmine.coding.quotes import compare_words, locate_quotes
from textmine.corpus import Corpus
from textmine.errors import InputError

Floats = npt.NDArray[np.float64]

#: Random stretches that are deleted beside each evidence.
STRETCHES = 10
#: Evidence that is more of its text's words than this says little by being deleted: hardly a text is left.
LONGEST_SHARE = 0.5
#: Why a code that was given is not in the figures.
NOT_RIGHT = "people did not give it"
NOT_DECIDED = "people did not decide on it"
NO_PLACE = "no evidence was located"
NO_WORDS = "no word in the evidence"
NOT_DRAWN = "not in the sample"
NOT_AGAIN = "not given when scored anew"

PROBE_COLUMNS = [
    "unit_id", "group", "code", "left_out", "words", "evidence_words", "pieces", "probability",
    "comprehensiveness", "random_comprehensiveness", "sufficiency", "stands", "falls", "random_falls",
    "overlap", "token_precision", "token_recall", "token_f1", "same_stretch", "random_overlap",
]  # fmt: skip


class Probing(Protocol):
    """What a coder must have for its evidence to be probed."""

    codes_: list[str]
    thresholds_: Floats

    def predict_proba(self, X: Corpus) -> Floats:
        """Calibrated probabilities, (texts, codes)."""


def probe_evidence(
    coder: Probing,
    corpus: Corpus,
    coded: CodedDataset,
    *,
    truth: pd.DataFrame | None = None,
    quotes: pd.DataFrame | None = None,
    stretches: int = STRETCHES,
    most: int | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """A row for each code given, with what its evidence shows (``PROBE_COLUMNS``).

    Arguments as for ``measure_faithfulness``. ``left_out`` says why a row has no figures. Rows of several
    coders, such as those of the folds of a cross-validation, can be put below each other for
    ``summarise_probes``.
    """
    rng = np.random.default_rng(seed)
    cases = _list_cases(coder, corpus, coded, truth)
    _draw_sample(cases, most, rng)
    quoted = _gather(locate_quotes(corpus, quotes)) if quotes is not None else {}
    texts = _Texts(corpus)
    for case in cases:
        if not case.left_out:
            case.lay_out(texts, quoted.get((case.unit, case.code), []), stretches, rng)
    probabilities = texts.score(coder)
    return pd.DataFrame([case.measure(probabilities) for case in cases], columns=PROBE_COLUMNS)


class _Texts:
    """Distinct texts with their questions, to be scored at one go."""

    def __init__(self, corpus: Corpus) -> None:
        self.raw, self.questions = corpus.texts, corpus.questions
        self._numbers: dict[tuple[str, str], int] = {}
        self._rows: dict[int, WordRow] = {}

    def row(self, unit: int) -> WordRow:
        if unit not in self._rows:
            self._rows[unit] = WordRow(self.raw[unit])
        return self._rows[unit]

    def add(self, text: str, unit: int) -> int:
        return self._numbers.setdefault((text, self.questions[unit]), len(self._numbers))

    def score(self, coder: Probing) -> Floats:
        if not self._numbers:
            return np.zeros((0, len(coder.codes_)))
        frame = pd.DataFrame(list(self._numbers), columns=["text", "question"])
        return coder.predict_proba(Corpus(frame.assign(doc_id=[str(i) for i in range(len(frame))])))


class _Case:
    """One code given to one text."""

    def __init__(self, unit: str, place: int, group: str, code: str, column: int, threshold: float) -> None:
        self.unit, self.place, self.group = unit, place, group
        self.code, self.column, self.threshold = code, column, threshold
        self.stretches: list[tuple[int, int]] = []
        self.left_out = ""
        self.figures: dict[str, float] = {}

    def lay_out(
        self, texts: _Texts, quoted: list[tuple[int, int]], stretches: int, rng: np.random.Generator
    ) -> None:
        """Note the texts to score, and what needs no score."""
        row = texts.row(self.place)
        words = row.cover(self.stretches)
        if not words.any():
            self.left_out = NO_WORDS
            return
        drawn = draw_stretches(words, stretches, rng)
        self.figures = {
            "words": len(row),
            "evidence_words": int(words.sum()),
            "pieces": count_pieces(words),
        }
        people = row.cover(quoted)
        if people.any():
            self.figures |= compare_words(words, people)
            self.figures["random_overlap"] = float(np.mean([bool((one & people).any()) for one in drawn]))
        self.whole = texts.add(row.text, self.place)
        self.without = texts.add(row.leave_out(words), self.place)
        self.only = texts.add(row.keep(words), self.place)
        self.others = [texts.add(row.leave_out(one), self.place) for one in drawn]

    def measure(self, probabilities: Floats) -> dict[str, Any]:
        """The row of the case."""
        named = {"unit_id": self.unit, "group": self.group, "code": self.code}
        if not self.left_out and probabilities[self.whole, self.column] < self.threshold:
            self.left_out = NOT_AGAIN
        if self.left_out:
            return named | {"left_out": self.left_out}
        of = probabilities[:, self.column]
        whole, without, only, others = of[self.whole], of[self.without], of[self.only], of[self.others]
        found = {
            "probability": whole,
            "comprehensiveness": whole - without,
            "random_comprehensiveness": whole - others.mean(),
            "sufficiency": whole - only,
            "stands": float(only >= self.threshold),
        }
        if self.figures["evidence_words"] <= LONGEST_SHARE * self.figures["words"]:
            found["falls"] = float(without < self.threshold)
            found["random_falls"] = (others < self.threshold).mean()
        rounded = {name: round(float(value), 6) for name, value in (self.figures | found).items()}
        return named | {"left_out": ""} | rounded


def _list_cases(
    coder: Probing, corpus: Corpus, coded: CodedDataset, truth: pd.DataFrame | None
) -> list[_Case]:
    """Every code given to a text of the corpus, in order, with its stretches or why it is left out."""
    codes = list(coder.codes_)
    unknown = [code for code in coded.codes if code not in codes]
    if unknown:
        raise InputError(f"The coder has no code {', '.join(unknown)}. Its codes: {', '.join(codes)}.")
    ids, groups, lengths = corpus.ids, corpus.groups, [len(text) for text in corpus.texts]
    shared = coded.decisions.index.isin(ids)
    if len(ids) and not shared.any():
        raise InputError("The coded dataset holds none of these texts. Give the corpus that was coded.")
    if truth is not None and (len(truth) != len(ids) or not set(coded.codes) <= set(map(str, truth.columns))):
        raise InputError(
            f"truth has {len(truth)} rows for {len(ids)} texts, or lacks a code. "
            "Give a row for each text of the corpus, in its order, and a column for each code."
        )
    applies = coded.decisions.reindex(ids).to_numpy(dtype=float) == 1
    real = None if truth is None else truth[coded.codes].to_numpy(dtype=float)
    stretches = _gather(coded.spans)
    cases = []
    for place, k in zip(*np.nonzero(applies), strict=True):
        code = coded.codes[k]
        column = codes.index(code)
        case = _Case(ids[place], int(place), groups[place], code, column, float(coder.thresholds_[column]))
        case.stretches = stretches.get((case.unit, code), [])
        if any(end > lengths[place] for _, end in case.stretches):
            raise InputError(
                f"Unit {case.unit}, code {code}: its evidence ends behind the text's end. "
                "Give the corpus as it was when it was coded."
            )
        if real is not None and real[place, k] != 1:
            case.left_out = NOT_DECIDED if np.isnan(real[place, k]) else NOT_RIGHT
        elif not case.stretches:
            case.left_out = NO_PLACE
        cases.append(case)
    return cases


def _draw_sample(cases: Sequence[_Case], most: int | None, rng: np.random.Generator) -> None:
    there = [case for case in cases if not case.left_out]
    if most is not None and len(there) > most:
        for i in rng.permutation(len(there))[most:]:
            there[i].left_out = NOT_DRAWN


def _gather(spans: pd.DataFrame) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """The stretches of each unit and code whose place is known."""
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for unit, code, start, end in _walk(spans):
        if 0 <= start < end:
            found.setdefault((unit, code), []).append((start, end))
    return found


def _walk(spans: pd.DataFrame) -> Iterator[tuple[str, str, int, int]]:
    for unit, code, start, end in spans[["unit_id", "code", "start", "end"]].itertuples(index=False):
        yield unit, code, int(start), int(end)
