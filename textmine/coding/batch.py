"""Coding a whole corpus: repair, score, take held-out scores for training units, find the evidence."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from textmine.cleaning import is_non_response, repair_texts
from textmine.coded import REVIEW_SHARE, SPAN_COLUMNS, CodedDataset
from textmine.coding.calibrated import CalibratedCoder
from textmine.coding.clauses import Unit, choose_unit
from textmine.coding.scorer import Scored
from textmine.coding.stance_learning import tell_stances
from textmine.corpus import Corpus

_SPEAKS = re.compile(r"\S")

Ints = npt.NDArray[np.int64]

#: Distinct texts handled at once; bounds memory, shows progress, changes nothing else.
CHUNK = 8192


@dataclass(frozen=True)
class _Shown:
    """The stretches of distinct texts, by text: its number, code, where it begins and ends, its stance."""

    text: Ints
    code: Ints
    start: Ints
    end: Ints
    stance: list[str]


@dataclass(frozen=True)
class CodingCounts:
    """What became of the texts of a corpus; ``left_out`` counts those that were not to be coded."""

    read: int
    empty: int
    non_response: int
    coded: int
    trained_on: int
    left_out: int = 0


def code_corpus(
    coder: CalibratedCoder,
    corpus: Corpus,
    *,
    leave_out: npt.NDArray[np.bool_] | None = None,
    evidence: Unit | str = Unit.clause,
    floors: npt.NDArray[np.float64] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[CodedDataset, CodingCounts]:
    """The coded dataset of a corpus, with evidence, and the counts of what became of its texts.

    A text that is blank, or has nothing left once repaired, is not coded (missing, not 0). A text that the
    coder was trained on gets its out-of-fold probability. Equal texts asked the same question are coded
    once. ``leave_out`` masks texts not to be coded, such as an interviewer's. ``evidence`` says what
    stretches are made of: 'word', 'clause' or 'sentence'. ``floors``, (codes,), are the probabilities
    from which a code has evidence; half its threshold, from where it is up for review, if not given.
    ``progress`` is told how many of how many distinct texts are done.
    """
    shown_in = choose_unit(evidence)
    check_is_fitted(coder, "thresholds_")
    texts, questions = corpus.texts, corpus.questions
    written = np.array([bool(_SPEAKS.search(t)) for t in texts], dtype=bool)
    left_out = np.zeros(len(texts), bool) if leave_out is None else leave_out
    written &= ~left_out
    numbers: dict[tuple[str, str], int] = {}
    unit = np.array(
        [
            numbers.setdefault((text, question), len(numbers)) if has_words else -1
            for text, question, has_words in zip(texts, questions, written, strict=True)
        ],
        dtype=np.int64,
    )
    distinct = list(numbers)
    probabilities = np.full((len(distinct) + 1, len(coder.codes_)), np.nan)  # last row: not coded
    trained_on = np.zeros(len(distinct) + 1, bool)
    no_response = np.zeros(len(distinct) + 1, bool)
    shown: list[_Shown] = []
    lowest = np.minimum(coder.thresholds_, coder.thresholds_ * REVIEW_SHARE if floors is None else floors)
    size = min(coder.texts_at_once, CHUNK)
    for first in range(0, len(distinct), size):
        chunk = distinct[first : first + size]
        found = _code_chunk(coder, [t for t, _ in chunk], [q for _, q in chunk], shown_in, lowest)
        no_response[first : first + len(chunk)] = found[3]
        probabilities[first : first + len(chunk)] = found[0]
        trained_on[first + found[1]] = True
        shown.append(replace(found[2], text=found[2].text + first))
        if progress is not None:
            progress(first + len(chunk), len(distinct))
    coded = int((~np.isnan(probabilities[unit])).any(axis=1).sum())
    counts = CodingCounts(
        read=len(corpus),
        empty=len(corpus) - coded - int(left_out.sum()),
        non_response=int(no_response[unit].sum()),
        coded=coded,
        trained_on=int(trained_on[unit].sum()),
        left_out=int(left_out.sum()),
    )
    return _assemble(coder, corpus, probabilities[unit], unit, shown), counts


def _code_chunk(
    coder: CalibratedCoder,
    texts: list[str],
    questions: list[str],
    unit: Unit,
    floors: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], Ints, _Shown, list[bool]]:
    """Probabilities, texts that the coder was trained on, what shows each code, non-responses."""
    repaired = repair_texts(texts)
    scores, scored = coder.score_repaired(repaired, questions)
    probabilities = np.round(coder.calibrate(scores), 6)
    known, held_out = coder.out_of_fold(repaired, questions)
    probabilities[known] = held_out
    probabilities[[not text for text in repaired]] = np.nan  # such as '&nbsp;'
    applies = probabilities >= coder.thresholds_
    wanted = probabilities >= floors
    shown = coder.find_evidence(scored, wanted, texts, repaired, questions, unit=unit, given=applies)
    silent = [is_non_response(t, q) for t, q in zip(repaired, questions, strict=True)]
    stances = _tell(coder, scored, repaired, questions, applies, known)
    told = [stances.get(pair, "") for pair in zip(shown.text.tolist(), shown.code.tolist(), strict=True)]
    return probabilities, known, _Shown(shown.text, shown.code, shown.start, shown.end, told), silent


def _tell(
    coder: CalibratedCoder,
    scored: Scored,
    texts: list[str],
    questions: list[str],
    applies: npt.NDArray[np.bool_],
    known: npt.NDArray[np.int64],
) -> dict[tuple[int, int], str]:
    """The stance of each text and code that applies; none where the coder learned none."""
    if coder.stance_ is None:
        return {}
    return tell_stances(
        coder.stance_,
        scored,
        texts,
        questions,
        applies,
        memory=coder.memory_,
        known=known,
        asked=coder.remembered_questions(questions),
        dense=coder.stance_features,
    )


def _assemble(
    coder: CalibratedCoder,
    corpus: Corpus,
    probabilities: npt.NDArray[np.float64],
    unit: Ints,
    shown: list[_Shown],
) -> CodedDataset:
    index = pd.Index(corpus.ids, name="unit_id")
    scores = pd.DataFrame(probabilities, index=index, columns=coder.codes_)
    decisions = (scores >= coder.thresholds_).astype(float).where(scores.notna())
    name = getattr(coder, "name_", "coder")
    return CodedDataset(
        decisions,
        coder.codebook_,
        name,
        scores=scores,
        spans=_list_spans(coder.codes_, corpus, unit, shown, name),
        thresholds=dict(zip(coder.codes_, map(float, coder.thresholds_), strict=True)),
        texts=pd.Series(corpus.texts, index=index),
    )


def _list_spans(codes: list[str], corpus: Corpus, unit: Ints, shown: list[_Shown], name: str) -> pd.DataFrame:
    """The stretches of every unit, from those of the distinct texts; ``unit`` is each unit's text or -1."""
    if not shown:
        return pd.DataFrame(columns=SPAN_COLUMNS)
    text, code, start, end = (
        np.concatenate([getattr(part, field) for part in shown]) for field in ("text", "code", "start", "end")
    )
    stance = np.array([told for part in shown for told in part.stance], dtype=object)
    first, last = np.searchsorted(text, unit), np.searchsorted(text, unit, side="right")
    counts = last - first
    owner = np.repeat(np.arange(len(unit)), counts)
    row = np.arange(len(owner)) + np.repeat(first - (np.cumsum(counts) - counts), counts)
    texts, starts, ends = corpus.texts, start[row], end[row]
    places = zip(owner.tolist(), starts.tolist(), ends.tolist(), strict=True)
    columns = {
        "unit_id": np.array(corpus.ids, dtype=object)[owner],
        "code": np.array(codes, dtype=object)[code[row]],
        "start": starts,
        "end": ends,
        "quote": [texts[i][a:b] for i, a, b in places],
        "coder": name,
        "stance": stance[row],
    }
    return pd.DataFrame(columns, columns=SPAN_COLUMNS)
