"""Coding a whole corpus: repair, score, take held-out scores for training units, find the evidence."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from textmine.cleaning import is_non_response, repair_texts
from textmine.coded import REVIEW_SHARE, SPAN_COLUMNS, CodedDataset
from textmine.coding.calibrated import CalibratedCoder
from textmine.coding.clauses import Unit, choose_unit
from textmine.coding.coded_texts import TOLD, CodedTexts, RecentTexts
from textmine.coding.scorer import Scored
from textmine.coding.stance_learning import tell_stances
from textmine.corpus import Corpus

_SPEAKS = re.compile(r"\S")
_NUMBER_OF_STANCE = {told: number for number, told in enumerate(TOLD)}

Ints = npt.NDArray[np.int64]

#: Distinct texts handled at once; bounds memory, shows progress, changes nothing else.
CHUNK = 8192


@dataclass(frozen=True)
class CodingCounts:
    """What became of the texts of a corpus; ``left_out`` counts those that were not to be coded."""

    read: int
    empty: int
    non_response: int
    coded: int
    trained_on: int
    left_out: int = 0

    def __add__(self, other: CodingCounts) -> CodingCounts:
        return CodingCounts(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


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
    left_out = np.zeros(len(corpus), bool) if leave_out is None else leave_out
    found = code_texts(
        coder,
        corpus.texts,
        corpus.questions,
        leave_out=left_out,
        evidence=evidence,
        floors=floors,
        progress=progress,
    )
    return _assemble(coder, corpus, found), count_coded(found, left_out)


def code_texts(
    coder: CalibratedCoder,
    texts: Sequence[str],
    questions: Sequence[str],
    *,
    leave_out: npt.NDArray[np.bool_],
    evidence: Unit | str = Unit.clause,
    floors: npt.NDArray[np.float64] | None = None,
    recent: RecentTexts | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CodedTexts:
    """What is found in texts, as ``code_corpus`` does it; those that ``recent`` holds are not coded again.

    It says the same of a text and question whatever other texts it is given with or has met before.
    """
    shown_in = choose_unit(evidence)
    check_is_fitted(coder, "thresholds_")
    recent = RecentTexts(len(coder.codes_)) if recent is None else recent
    rows = zip(texts, questions, leave_out.tolist(), strict=True)
    pairs = [None if skip or not _SPEAKS.search(text) else (text, question) for text, question, skip in rows]
    places, new = recent.number(pairs)
    lowest = np.minimum(coder.thresholds_, coder.thresholds_ * REVIEW_SHARE if floors is None else floors)
    size = min(coder.texts_at_once, CHUNK)
    found = [CodedTexts.none(len(coder.codes_))]
    for first in range(0, len(new), size):
        chunk = new[first : first + size]
        found.append(_code_chunk(coder, [t for t, _ in chunk], [q for _, q in chunk], shown_in, lowest))
        if progress is not None:
            progress(first + len(chunk), len(new))
    recent.add(CodedTexts.join(found))
    return recent.found.take(places)


def count_coded(found: CodedTexts, left_out: npt.NDArray[np.bool_]) -> CodingCounts:
    """What became of each text; ``left_out`` (texts,) says which were not to be coded."""
    coded = int((~np.isnan(found.scores)).any(axis=1).sum())
    return CodingCounts(
        read=len(found),
        empty=len(found) - coded - int(left_out.sum()),
        non_response=int(found.silent.sum()),
        coded=coded,
        trained_on=int(found.trained_on.sum()),
        left_out=int(left_out.sum()),
    )


def _code_chunk(
    coder: CalibratedCoder,
    texts: list[str],
    questions: list[str],
    unit: Unit,
    floors: npt.NDArray[np.float64],
) -> CodedTexts:
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
    trained_on = np.zeros(len(texts), bool)
    trained_on[known] = True
    ends = np.cumsum(np.bincount(shown.text, minlength=len(texts)))
    told = stances[shown.text, shown.code]
    return CodedTexts(
        probabilities, trained_on, np.array(silent, bool), ends, shown.code, shown.start, shown.end, told
    )


def _tell(
    coder: CalibratedCoder,
    scored: Scored,
    texts: list[str],
    questions: list[str],
    applies: npt.NDArray[np.bool_],
    known: npt.NDArray[np.int64],
) -> npt.NDArray[np.int8]:
    """The stance of each text and code, (texts, codes) by number; 0 where none applies or is learned."""
    numbers = np.zeros(applies.shape, np.int8)
    if coder.stance_ is None:
        return numbers
    told = tell_stances(
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
    if told:
        text, code = np.array(list(told), dtype=np.int64).T
        numbers[text, code] = [_NUMBER_OF_STANCE[stance] for stance in told.values()]
    return numbers


def _assemble(coder: CalibratedCoder, corpus: Corpus, found: CodedTexts) -> CodedDataset:
    index = pd.Index(corpus.ids, name="unit_id")
    scores = pd.DataFrame(found.scores, index=index, columns=coder.codes_)
    decisions = (scores >= coder.thresholds_).astype(float).where(scores.notna())
    name = getattr(coder, "name_", "coder")
    return CodedDataset(
        decisions,
        coder.codebook_,
        name,
        scores=scores,
        spans=_list_spans(coder.codes_, corpus, found, name),
        thresholds=dict(zip(coder.codes_, map(float, coder.thresholds_), strict=True)),
        texts=pd.Series(corpus.texts, index=index),
        attributes=corpus.facts,
    )


def _list_spans(codes: list[str], corpus: Corpus, found: CodedTexts, name: str) -> pd.DataFrame:
    """The stretches of every unit."""
    owner = found.owner
    columns = {
        "unit_id": np.array(corpus.ids, dtype=object)[owner],
        "code": np.array(codes, dtype=object)[found.code],
        "start": found.start,
        "end": found.end,
        "quote": cut_quotes(corpus.texts, found),
        "coder": name,
        "stance": np.array(TOLD, dtype=object)[found.stance],
    }
    return pd.DataFrame(columns, columns=SPAN_COLUMNS)


def cut_quotes(texts: Sequence[str], found: CodedTexts) -> list[str]:
    """The words of each stretch."""
    places = zip(found.owner.tolist(), found.start.tolist(), found.end.tolist(), strict=True)
    return [texts[i][a:b] for i, a, b in places]
