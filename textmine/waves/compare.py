"""Two waves held beside each other: one question after the other, answered, and what could have been seen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from textmine.coding.certificate import Certificate
from textmine.display import show_card, show_table
from textmine.errors import InputError, InvalidDesign
from textmine.estimates.changes import ADJUSTMENTS
from textmine.topics.model import TopicModel
from textmine.waves.coder import CALIBRATION, compare_coder
from textmine.waves.coder import COLUMNS as CODER
from textmine.waves.codes import Counting, compare_codes
from textmine.waves.making import Making, compare_making
from textmine.waves.news import NEW, TOPICS, News, find_news
from textmine.waves.parting import PARTINGS
from textmine.waves.recertify import COLUMNS as CERTIFICATE
from textmine.waves.recertify import recertify
from textmine.waves.telling import (
    tell_calibration,
    tell_certificate,
    tell_coder,
    tell_codes,
    tell_making,
    tell_news,
    tell_terms,
    tell_words,
)
from textmine.waves.terms import COLUMNS as TERMS
from textmine.waves.terms import compare_terms
from textmine.waves.wave import CodedWave, refuse_same_wave
from textmine.waves.words import COLUMNS as WORDS
from textmine.waves.words import WordChanges, compare_words

ANSWERS = ["question", "found", "answer", "detectable"]


@dataclass(frozen=True, eq=False)
class WaveComparison:
    """What was asked of two waves and what came of it.

    ``answers`` has a row a question: ``found`` is 'yes', 'not found' or 'not asked' (never 'no'), ``answer``
    says it in words, ``detectable`` what would have been found. The other tables hold the figures: ``making``
    (model, codebook, thresholds), ``words``, ``terms`` (words that changed most), ``codes``, ``coder``
    (precision, recall), ``calibration``, ``certificate``, ``themes``, ``topics``; empty where not asked.
    ``old`` and ``new`` are the waves' names, ``notes`` what a reader should know.

    >>> from textmine.estimates.survey import SurveyWave
    >>> scores = pd.DataFrame({"money": [0.9, 0.2] * 20}, index=[f"u{i}" for i in range(40)])
    >>> later = scores.set_axis([f"v{i}" for i in range(40)])
    >>> found = compare_waves(CodedWave("2024", SurveyWave(scores)), CodedWave("2025", SurveyWave(later)))
    >>> found.old, found.new, set(found.answers["found"]) <= {"yes", "not found", "not asked"}
    ('2024', '2025', True)
    """

    old: str
    new: str
    answers: pd.DataFrame
    making: pd.DataFrame
    words: pd.DataFrame
    terms: pd.DataFrame
    codes: pd.DataFrame
    coder: pd.DataFrame
    calibration: pd.DataFrame
    certificate: pd.DataFrame
    themes: pd.DataFrame
    topics: pd.DataFrame
    notes: list[str] = field(default_factory=list)

    def _repr_html_(self) -> str:
        parts = [show_table(self.answers, longest=400)]
        parts += [
            show_table(table, caption=name, most=10)
            for name, table in self.tables().items()
            if name in ("codes", "themes") and len(table)
        ]
        return show_card(f"From {self.old} to {self.new}", parts, notes=self.notes)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by name."""
        names = [
            "answers",
            "making",
            "words",
            "terms",
            "codes",
            "coder",
            "calibration",
            "certificate",
            "themes",
            "topics",
        ]
        return {name: getattr(self, name) for name in names}

    def describe(self) -> list[str]:
        """A sentence or two a question."""
        rows = self.answers.to_dict("records")
        return [" ".join(str(row[k]) for k in ("question", "answer", "detectable") if row[k]) for row in rows]


def compare_waves(
    old: CodedWave,
    new: CodedWave,
    *,
    counting: Counting | None = None,
    adjust: str = "bh",
    panel: bool = False,
    same: Collection[str] = (),
    certificate: Certificate | None = None,
    topics: TopicModel | bool = True,
    partings: int = PARTINGS,
    seed: int = 0,
) -> WaveComparison:
    """What changed between two waves: words, codes, the coder itself, and what is new.

    Words are compared where both waves have texts; codes by shares corrected in each wave with an audit of
    its own, and the coder by these same audits, where both have ``checked``. ``counting`` says what a share
    is of; ``adjust`` corrects p-values over codes ('bh' or 'holm'); ``panel`` says that a respondent's name
    is one person in both waves; ``same`` names codes of which only the wording changed. ``certificate`` is
    tried anew on the new wave. ``topics`` is a topic model of the old wave, False to leave themes out.

    Codes that were redefined are not compared, and nothing is ever said to be unchanged: each answer tells
    what would have been found. Raises ``InvalidDesign`` where a sample read bears no such figures or one wave
    is given twice, ``InputError`` where the waves share no code.

    ``partings`` is how often chance parts the texts of both waves anew. ``seed`` is that of these partings.

    >>> from textmine.estimates.survey import SurveyWave
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> def make(name, share):
    ...     units = pd.Index([f"{name}{i}" for i in range(1500)])
    ...     truth = pd.DataFrame({"money": (rng.random(1500) < share) * 1.0}, index=units)
    ...     scores = (truth * 0.6 + 0.4 * rng.random((1500, 1))).clip(0, 1)
    ...     return CodedWave(name, SurveyWave(scores), checked=truth.iloc[rng.permutation(1500)[:300]])
    >>> found = compare_waves(make("2024", 0.2), make("2025", 0.4))
    >>> found.codes[["code", "changed"]].to_numpy().tolist()
    [['money', 'yes']]
    >>> found.answers["found"].tolist()[:4]
    ['not found', 'not asked', 'not asked', 'yes']
    """
    if adjust not in ADJUSTMENTS:
        raise InputError(f"No correction {adjust!r}. Choose one: {', '.join(ADJUSTMENTS)}.")
    refuse_same_wave([old, new])
    counting = counting or Counting()
    notes: list[str] = _mind_panel(old, new, panel)
    making = compare_making(old, new, same=same)
    codes = compare_codes(old, new, making, counting=counting, adjust=adjust, panel=panel)
    words, terms, terms_said = _ask_words(old, new, panel, partings, seed, adjust, notes)
    coder, calibration = _ask_coder(old, new, making, adjust)
    held = _ask_certificate(certificate, new, making)
    news = _ask_news(old, new, topics, notes)
    answers = [
        tell_making(making),
        tell_words(words),
        tell_terms(terms, terms_said),
        tell_codes(codes),
        tell_coder(coder, making),
        tell_calibration(calibration, new.name),
        tell_certificate(held, certificate is not None),
        tell_news(news),
    ]
    return WaveComparison(
        old=old.name,
        new=new.name,
        answers=pd.DataFrame(answers, columns=ANSWERS),
        making=making.table,
        words=_or_empty(None if words is None else words.table, WORDS),
        terms=_or_empty(terms, TERMS),
        codes=codes,
        coder=_or_empty(coder, CODER),
        calibration=_or_empty(calibration, CALIBRATION),
        certificate=_or_empty(held, CERTIFICATE),
        themes=_or_empty(None if news is None else news.new, NEW),
        topics=_or_empty(None if news is None else news.topics, TOPICS),
        notes=[*notes, *([] if words is None else words.notes)],
    )


def _mind_panel(old: CodedWave, new: CodedWave, panel: bool) -> list[str]:
    known = old.survey.respondents is not None and new.survey.respondents is not None
    shared = len(set(old.respondents()) & set(new.respondents())) if known else 0
    if panel and not shared:
        raise InvalidDesign(
            "No respondent stands in both waves, so they are no panel. Name the column of the respondents "
            "(--respondent), or leave out --panel."
        )
    if shared and not panel:
        return [
            f"{shared} respondents' names stand in both waves and are taken for different people; if they "
            "are the same, say so (--panel) for narrower intervals"
        ]
    return []


def _ask_words(
    old: CodedWave, new: CodedWave, panel: bool, partings: int, seed: int, adjust: str, notes: list[str]
) -> tuple[WordChanges | None, pd.DataFrame | None, str]:
    lacking = [wave.name for wave in (old, new) if wave.texts is None]
    if lacking:
        notes.append(f"no texts of {' and '.join(lacking)}: nothing was asked of the words")
        return None, None, ""
    words = compare_words(old, new, panel=panel, partings=partings, seed=seed)
    table, said = compare_terms(old, new, adjust=adjust)
    return words, table, said


def _ask_coder(
    old: CodedWave, new: CodedWave, making: Making, adjust: str
) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    if old.checked is None or new.checked is None:
        return None, None
    codes = [code for code in making.codes if code not in making.barred]
    return compare_coder(old, new, codes, adjust=adjust) if codes else (None, None)


def _ask_certificate(certificate: Certificate | None, new: CodedWave, making: Making) -> pd.DataFrame | None:
    del making
    return None if certificate is None else recertify(certificate, new)


def _ask_news(old: CodedWave, new: CodedWave, topics: TopicModel | bool, notes: list[str]) -> News | None:
    if topics is False:
        notes.append("what is new was not asked: topics were left out")
        return None
    try:
        return find_news(old, new, model=topics if isinstance(topics, TopicModel) else None)
    except InputError as error:
        notes.append(f"what is new was not asked: {error}")
        return None


def _or_empty(table: pd.DataFrame | None, columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns=columns) if table is None else table


def as_plain(comparison: WaveComparison) -> dict[str, Any]:
    """The comparison as plain values: names, answers and tables; what is not known is None."""
    tables = {
        name: [
            {str(k): (None if isinstance(v, float) and v != v else v) for k, v in row.items()}
            for row in table.astype(object).to_dict("records")
        ]
        for name, table in comparison.tables().items()
    }
    return {"old": comparison.old, "new": comparison.new, **tables, "notes": comparison.notes}
