"""Which words are said by more or fewer respondents than before: an exact test a word, many looks heeded."""

from __future__ import annotations

import numpy as np
import pandas as pd

from textmine.cleaning import normalise_text, repair_texts
from textmine.coding.intervals import Z95, adjust_holm
from textmine.estimates.changes import LEVEL, tell_detectable
from textmine.estimates.formulas import adjust_bh
from textmine.topics.space import count_words
from textmine.topics.stop_words import join_stop_words
from textmine.waves.parting import Floats, Ints
from textmine.waves.wave import CodedWave

#: A word is looked at, and shown, if so many respondents used it: rarer ones may tell who wrote.
FEWEST_RESPONDENTS = 10
#: Rows kept: the words with the smallest p-values, and all that changed.
SHOWN = 100
COLUMNS = ["word", "old", "new", "times", "low", "high", "said_old", "said_new", "p", "p_adjusted", "changed"]


def compare_terms(old: CodedWave, new: CodedWave, *, adjust: str = "bh") -> tuple[pd.DataFrame, str]:
    """The words whose use changed most, and a sentence on how many were looked at and what could be seen.

    ``old`` and ``new`` are shares of respondents who said a word, ``times`` the ratio of the odds with its
    95% interval (half a respondent added to each count), ``p`` that of Fisher's exact test (twice the smaller
    tail). Only words of ten respondents and more. A word may be commoner because a question was asked more
    often: look at the mix of questions first. Raises ``InputError`` where a wave has no texts.
    """
    sides = [old.corpus(), new.corpus()]
    used, people = [], []
    counted = count_words([normalise_text(t) for s in sides for t in repair_texts(s.texts)])
    start = 0
    for side in sides:
        rows = counted.counts[start : start + len(side)].sign().tocoo()
        start += len(side)
        names, owner = np.unique(np.array(side.groups, dtype=object), return_inverse=True)
        met = np.unique(owner[rows.row].astype(np.int64) * len(counted.words) + rows.col)
        used.append(np.bincount(met % max(len(counted.words), 1), minlength=len(counted.words)))
        people.append(len(names))
    stop = join_stop_words(())
    fit = np.array([len(word) > 2 and word not in stop for word in counted.words], dtype=bool)
    kept = np.flatnonzero(fit & (used[0] + used[1] >= FEWEST_RESPONDENTS))
    if not len(kept):
        return pd.DataFrame(columns=COLUMNS), "No word was used by enough respondents to be looked at."
    k_old, k_new = used[0][kept], used[1][kept]
    p = _test_exactly(k_old, k_new, people[0], people[1])
    odds = [(k + 0.5) / (n - k + 0.5) for k, n in ((k_new, people[1]), (k_old, people[0]))]
    middle = np.log(odds[0] / odds[1])
    parts = [(k_old, people[0]), (k_new, people[1])]
    se = np.sqrt(sum(1 / (k + 0.5) + 1 / (n - k + 0.5) for k, n in parts))
    adjusted = adjust_bh(p) if adjust == "bh" else np.array(adjust_holm(p.tolist()))
    table = pd.DataFrame(
        {
            "word": [counted.words[i] for i in kept],
            "old": k_old / people[0],
            "new": k_new / people[1],
            "times": np.exp(middle),
            "low": np.exp(middle - Z95 * se),
            "high": np.exp(middle + Z95 * se),
            "said_old": k_old,
            "said_new": k_new,
            "p": p,
            "p_adjusted": adjusted,
            "changed": np.where(adjusted < LEVEL, "yes", ""),
        },
        columns=COLUMNS,
    )
    changed = int((table["changed"] == "yes").sum())
    table = table.assign(_p=table["p"].round(12)).sort_values(["_p", "word"], kind="stable")
    table = table.drop(columns="_p").head(max(SHOWN, changed)).reset_index(drop=True)
    rare = np.sqrt(sum(0.02 * 0.98 / n for n in people))
    seen = 100 * float(tell_detectable(np.array([rare]), len(kept))[0])
    said = (
        f"{len(kept)} words were looked at, each said by {FEWEST_RESPONDENTS} respondents or more; {changed} "
        f"changed. One that 2% said before would have been found in four waves of five had about "
        f"{2 + seen:.1f}% said it now."
    )
    return table, said


def _test_exactly(k_old: Ints, k_new: Ints, n_old: int, n_new: int) -> Floats:
    """Fisher's exact p-values, twice the smaller tail."""
    from scipy.stats import hypergeom

    total, hits = n_old + n_new, k_old + k_new
    below, above = hypergeom.cdf(k_new, total, hits, n_new), hypergeom.sf(k_new - 1, total, hits, n_new)
    return np.asarray(np.minimum(2 * np.minimum(below, above), 1.0), dtype=np.float64)
