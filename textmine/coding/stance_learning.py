"""Between a coder and its stance head: what the head learns from, and what it says of coded texts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coding.calibrated import ANY_QUESTION
from textmine.coding.stance import StanceHead
from textmine.coding.stance_features import Claims, claims_from_texts, claims_from_tokens
from textmine.coding.tokens import sentence_spans
from textmine.errors import InputError

if TYPE_CHECKING:
    from textmine.coding.calibrated import TrainingMemory
    from textmine.coding.scorer import Scored

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def learn_stance(
    scored: Scored,
    texts: Sequence[str],
    questions: Sequence[str],
    groups: Sequence[str],
    truth: Floats,
    stances: pd.DataFrame,
    *,
    codes: Sequence[str],
    memory: TrainingMemory | None = None,
    dense: Floats | None = None,
    seed: int = 0,
) -> StanceHead | None:
    """A stance head fitted on the stances that people gave; None where they are too few.

    ``scored`` is what the coder says of the repaired ``texts``, whose heaviest sentence is each code's
    evidence; ``truth`` (texts, codes) holds the codes given; ``stances`` has ``row``, ``code``, ``stance``,
    one row a text and code, as ``keep_one_stance`` gives. ``dense`` (rows of ``stances``, d) are more
    features of each. With ``memory`` the head remembers its out-of-fold probabilities.
    """
    place = {code: k for k, code in enumerate(codes)}
    text = stances["row"].to_numpy(dtype=np.int64)
    code = np.array([place[c] for c in stances["code"]], dtype=np.int64)
    claims = claims_of(scored, texts, questions, text, code, given=np.nan_to_num(truth) == 1)
    head = StanceHead(seed=seed)
    try:
        head.fit(claims, stances["stance"].tolist(), texts, groups, n_codes=len(codes), dense=dense)
    except InputError as error:
        log.warning("No stance was learned: %s", error)
        return None
    if memory is not None:
        head.remember(claims, memory, texts, [(q, ANY_QUESTION) for q in questions])
    return head


def claims_of(
    scored: Scored,
    texts: Sequence[str],
    questions: Sequence[str],
    text: Ints,
    code: Ints,
    *,
    given: npt.NDArray[np.bool_],
) -> Claims:
    """Claims on repaired texts whose evidence is the sentence that adds most to the code's score."""
    heaviest = find_heaviest(scored)
    first = np.concatenate(([0], scored.sentence_ends))
    evidence = []
    for i, k in zip(text.tolist(), code.tolist(), strict=True):
        spans = sentence_spans(texts[i])
        alone = len(spans) != int(first[i + 1] - first[i]) or len(spans) <= 1
        evidence.append("" if alone else spans[int(heaviest[i, k] - first[i])].slice(texts[i]))
    return claims_from_texts(texts, questions, text, code, evidence=evidence, given=given.astype(np.float64))


def tell_stances(
    head: StanceHead,
    scored: Scored,
    texts: Sequence[str],
    questions: Sequence[str],
    applies: npt.NDArray[np.bool_],
    *,
    memory: TrainingMemory,
    known: Ints,
    asked: Sequence[str],
    dense: Callable[[Claims], Floats | None] = lambda claims: None,
) -> dict[tuple[int, int], str]:
    """The stance of every code that ``applies``, (texts, codes), by text and code.

    A text that the head was trained on (``known``; ``asked`` is the question that each text is remembered
    under) gets its out-of-fold stance for the codes that people gave it, else the head's own. ``dense`` gives
    the further features that the head was fitted with.
    """
    if scored.tokens is None or scored.index is None:
        text, code = np.nonzero(applies)
        claims = claims_of(scored, texts, questions, text, code, given=applies)
    else:
        claims = claims_from_tokens(scored.index, scored.tokens, questions, applies, find_heaviest(scored))
    probabilities = head.predict_proba(claims, dense(claims) if head.n_dense_ else None)
    if len(known) and head.memory_:
        keys = {i: memory.key(texts[i], asked[i]) for i in known.tolist()}
        for row, (i, k) in enumerate(zip(claims.text.tolist(), claims.code.tolist(), strict=True)):
            if i in keys and (kept := head.memory_.get((keys[i], k))) is not None:
                probabilities[row] = kept
    found = head.decide(probabilities)
    return dict(zip(zip(claims.text.tolist(), claims.code.tolist(), strict=True), found, strict=True))


def find_heaviest(scored: Scored) -> Ints:
    """The sentence, counted over all texts, that adds most to each text's code; -1 for a text without any.

    (texts, codes); of several alike the first.
    """
    ends = scored.sentence_ends
    starts = np.concatenate(([0], ends[:-1])) if len(ends) else ends
    found = np.full(scored.scores.shape, -1, dtype=np.int64)
    filled = np.flatnonzero(starts < ends)
    if len(filled):
        most = np.maximum.reduceat(scored.sentences, starts[filled])
        owner = np.repeat(np.arange(len(filled)), (ends - starts)[filled])
        number = np.arange(len(scored.sentences))[:, None]
        candidates = np.where(scored.sentences == most[owner], number, len(number))
        found[filled] = np.minimum.reduceat(candidates, starts[filled])
    return found


def keep_one_stance(stances: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """One stance a text and code: that given, or mixed where both affirms and denies (or mixed) were.

    ``stances`` has ``row``, ``code``, ``stance``; rows without a stance, and those of codes that ``truth``
    (texts, codes) does not give the text, are left out. Sorted by row and code.

    >>> given = pd.DataFrame({"row": [0, 0], "code": ["a", "a"], "stance": ["affirms", "denies"]})
    >>> keep_one_stance(given, pd.DataFrame({"a": [1.0]}))["stance"].tolist()
    ['mixed']
    """
    said = stances[(stances["stance"] != "") & stances["code"].isin(truth.columns)]
    applies = np.array(
        [truth[c].iloc[r] == 1 for r, c in zip(said["row"], said["code"], strict=True)], dtype=bool
    )
    grouped = said[applies].groupby(["row", "code"], sort=True)["stance"]
    one = grouped.agg(lambda given: given.iloc[0] if given.nunique() == 1 else "mixed")
    return one.reset_index()[["row", "code", "stance"]]
