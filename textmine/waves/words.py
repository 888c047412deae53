"""Did the words change? Distances of the texts, and lengths, blanks, non-responses, language, unknown words.

Each figure is tested by giving the respondents of both waves to 'old' and 'new' at random, so nothing is
assumed of how texts are distributed and a respondent's texts count together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.cleaning import is_non_response, normalise_text, repair_texts
from textmine.cleaning.language import tell_language
from textmine.coding.features import normalise_question
from textmine.coding.intervals import Z95, adjust_holm
from textmine.coding.static import DEFAULT_VECTORS
from textmine.coding.tokens import fold
from textmine.estimates.changes import LEVEL, tell_detectable
from textmine.topics.space import WORD, learn_space
from textmine.topics.stop_words import join_stop_words
from textmine.waves.distance import Distance, compare_places, try_classifier
from textmine.waves.parting import PARTINGS, Floats, Ints, Partings, find_p, part_respondents
from textmine.waves.wave import CodedWave

#: Texts of a wave whose distances are measured, at most; respondents are drawn whole.
MOST_TEXTS = 2000
#: With fewer texts in a wave nothing is asked of its words.
FEWEST_TEXTS = 20
#: Questions whose share of the answers is told, at most.
MOST_QUESTIONS = 30
COLUMNS = [
    *("measure", "of", "old", "new", "difference", "low", "high", "p", "p_adjusted", "changed"),
    *("detectable", "in_words"),
]


@dataclass(frozen=True, eq=False)
class WordChanges:
    """``table``: a row a figure, with its p-value corrected over all of them (Holm), and the ``notes``.

    ``detectable_share`` is what part of the new texts a theme would have to make up for the discrepancy to
    see it, such as the codes are.
    """

    table: pd.DataFrame
    detectable_share: float
    notes: list[str] = field(default_factory=list)


def compare_words(
    old: CodedWave, new: CodedWave, *, panel: bool = False, partings: int = PARTINGS, seed: int = 0
) -> WordChanges:
    """Whether people write otherwise in the new wave than in the old.

    Both waves need their texts. Rows: ``discrepancy`` (maximum mean discrepancy within each question),
    ``told apart`` (a classifier), ``words an answer``, ``blank``, ``non-response``, ``not English``,
    ``unknown words`` (of words the coder does not know; left out where its vocabulary is not at hand),
    ``answers a respondent`` and, for each question, its ``share of answers``. ``panel`` says that one
    respondent's name is one person in both waves. Raises ``InputError`` where a wave has no texts.
    """
    both = [old.corpus(), new.corpus()]
    notes: list[str] = []
    texts = repair_texts([*both[0].texts, *both[1].texts])
    asked = [normalise_question(q) for q in [*both[0].questions, *both[1].questions]]
    parting = part_respondents(both[0].groups, both[1].groups, n=partings, seed=seed, panel=panel)
    if min(len(both[0]), len(both[1])) < FEWEST_TEXTS:
        notes.append(f"fewer than {FEWEST_TEXTS} texts in a wave: nothing is asked of its words")
        return WordChanges(pd.DataFrame(columns=COLUMNS), float("nan"), notes)
    counted = _count(texts, asked, old, new, notes)
    rows = [_compare_ratio(parting, *figure) for figure in counted]
    near, apart = _compare_texts(texts, asked, parting, old, new, 1 + len(rows), seed, notes)
    rows = [_as_row("discrepancy", near), _as_row("told apart", apart), *rows]
    table = pd.DataFrame(rows, columns=[c for c in COLUMNS if c not in ("p_adjusted", "changed")])
    table = table[table["p"].notna()].reset_index(drop=True)
    table["p_adjusted"] = adjust_holm(table["p"].tolist())
    table["changed"] = np.where(table["p_adjusted"] < LEVEL, "yes", "")
    return WordChanges(table[COLUMNS], near.share, notes)


_Figure = tuple[str, str, Floats, Floats, str]


def _count(
    texts: list[str], asked: list[str], old: CodedWave, new: CodedWave, notes: list[str]
) -> list[_Figure]:
    """Each figure as measure, what it is of, numerator and denominator a text, and its meaning."""
    said = np.array([bool(text.strip()) for text in texts], dtype=bool)
    distinct = pd.MultiIndex.from_arrays([texts, asked])
    codes, pairs = pd.factorize(distinct)
    silent = np.array([bool(t.strip()) and is_non_response(t, q) for t, q in pairs], dtype=bool)[codes]
    words = [WORD.findall(fold(text)) for text in texts]
    speaks = said & ~silent
    one = np.ones(len(texts))
    length = np.array([len(own) for own in words], dtype=np.float64)
    told_codes, told = pd.factorize(np.array(texts, dtype=object))
    language = np.array([tell_language(text) if text.strip() else "" for text in told], dtype=object)[
        told_codes
    ]
    figures: list[_Figure] = [
        ("words an answer", "", length * speaks, speaks * one, "answers that say something"),
        ("blank", "", (~said) * one, one, "all answers"),
        ("non-response", "", silent * one, said * one, "answers that were not blank"),
        ("not English", "", (language != "en") * (language != "") * one, (language != "") * one,
         "answers whose language is told"),
    ]  # fmt: skip
    known = old.vocabulary if old.vocabulary is not None else new.vocabulary
    if known is None:
        notes.append("the coder's vocabulary is not at hand: words that it does not know were not counted")
    else:
        strange = np.array([sum(w not in known for w in own) for own in words], dtype=np.float64)
        figures.append(("unknown words", "", strange, length, "words that the coder does not know"))
    if old.survey.respondents is not None and new.survey.respondents is not None:
        figures.append(("answers a respondent", "", one, np.zeros(0), "answers of one respondent"))
    names = sorted(set(asked))
    if len(names) > MOST_QUESTIONS:
        notes.append(f"{len(names)} questions: their mix was not looked at")
    elif len(names) > 1:
        for name in names:
            own = np.array([question == name for question in asked], dtype=np.float64)
            figures.append(("share of answers", name, own, one, "answers to this question among all"))
    return [figure for figure in figures if figure[2].any()]


def _compare_ratio(
    parting: Partings, measure: str, of: str, top: Floats, bottom: Floats, words: str
) -> dict[str, Any]:
    """A ratio of sums in either wave, its change with a cluster-robust interval, and its p by partings."""
    a = parting.add(top)
    b = np.ones(len(a)) if not len(bottom) else parting.add(bottom)
    labels = parting.is_new
    with np.errstate(divide="ignore", invalid="ignore"):
        fresh = (a @ labels) / (b @ labels)
        stale = (a.sum() - a @ labels) / (b.sum() - b @ labels)
    change = np.nan_to_num(fresh - stale)
    variance = 0.0
    for side, ratio in ((1.0, fresh[0]), (0.0, stale[0])):
        own = labels[:, 0] == side
        n, rest = int(own.sum()), a[own] - ratio * b[own]
        seen = float((rest**2).sum()) / max(float(b[own].sum()), 1e-9) ** 2 * n / max(n - 1, 1)
        few = 1 / (n + 2)  # where nobody varies, as if one in n + 2 did
        variance += seen if seen > 0 else few * (1 - few) / n
    se = variance**0.5
    return {
        "measure": measure,
        "of": of,
        "old": float(stale[0]),
        "new": float(fresh[0]),
        "difference": float(change[0]),
        "low": float(change[0] - Z95 * se),
        "high": float(change[0] + Z95 * se),
        "p": find_p(np.abs(change)),
        "detectable": float(tell_detectable(np.array([se]), 8)[0]),
        "in_words": words,
    }


def _compare_texts(
    texts: list[str],
    asked: list[str],
    parting: Partings,
    old: CodedWave,
    new: CodedWave,
    looks: int,
    seed: int,
    notes: list[str],
) -> tuple[Distance, Distance]:
    """Discrepancy and classifier, in a space learned from both waves without knowing which is which."""
    keys = [normalise_text(text) for text in texts]
    kept = _thin_out(parting, notes, seed)
    distinct = sorted({keys[i] for i in kept} - {""})
    if len(distinct) < FEWEST_TEXTS:
        nothing = Distance(float("nan"), float("nan"), float("nan"))
        return nothing, nothing
    space = learn_space(
        distinct, np.ones(len(distinct)), stop_words=join_stop_words(()), vectors=DEFAULT_VECTORS
    )
    places = np.round(space.place_texts([keys[i] for i in kept]), 9)
    questions = pd.factorize(np.array([asked[i] for i in kept], dtype=object), sort=True)[0].astype(np.int64)
    own = Partings(parting.block[kept], parting.person, parting.is_new)
    given = {
        code: np.concatenate([old.survey.decide(code), new.survey.decide(code)])[kept] > 0
        for code in old.codes
        if code in new.codes
    }
    level = LEVEL / looks
    near = compare_places(places, questions, own, themes=given, level=level)
    return near, try_classifier(places, questions, own, level=level, seed=seed)


def _thin_out(parting: Partings, notes: list[str], seed: int) -> Ints:
    """Rows of the texts that are compared: all, or those of respondents drawn till a wave has its most."""
    is_new = parting.is_new[:, 0]
    size = np.bincount(parting.block, minlength=len(is_new))
    kept = np.ones(len(is_new), dtype=bool)
    rng = np.random.default_rng(seed)
    for side in (0, 1):
        blocks = rng.permutation(np.flatnonzero(is_new == side))
        total = np.cumsum(size[blocks])
        if len(total) and total[-1] > MOST_TEXTS:
            kept[blocks[total > MOST_TEXTS]] = False
            notes.append(
                f"distances were measured on {int(total[total <= MOST_TEXTS].max(initial=0))} of the "
                f"{int(total[-1])} texts of the {'new' if side else 'old'} wave, respondents drawn at random"
            )
    return np.flatnonzero(kept[parting.block]).astype(np.int64)


def _as_row(measure: str, found: Distance) -> dict[str, Any]:
    words = {
        "discrepancy": "squared maximum mean discrepancy of texts to one question, averaged over questions",
        "told apart": "share of unseen respondents that a classifier puts into the right wave, .5 by chance",
    }
    value: npt.ArrayLike = found.value
    return {
        "measure": measure,
        "of": "",
        "old": float("nan"),
        "new": float("nan"),
        "difference": value,
        "low": float("nan"),
        "high": float("nan"),
        "p": found.p,
        "detectable": found.detectable,
        "in_words": words[measure],
    }
