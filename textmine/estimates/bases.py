"""What a share is of: answers or respondents; all asked, those who answered, those who said something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.errors import InputError, InvalidDesign
from textmine.estimates.design import Audit
from textmine.estimates.survey import SurveyWave

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

#: What is counted, and among which.
UNITS, BASES = ("answer", "respondent"), ("asked", "answered", "substantive")

#: Respondents whose number of answers nobody read may be so great a share; the others speak for them.
RARE = 0.05

_WHO = {
    ("answer", "asked"): "all answers that were asked for",
    ("answer", "answered"): "answers that were not blank",
    ("answer", "substantive"): "answers that say something",
    ("respondent", "asked"): "all respondents who were asked",
    ("respondent", "answered"): "respondents who left not all blank",
    ("respondent", "substantive"): "respondents who said something",
}
_BECAME = {
    "asked": "blanks and non-responses count as not mentioning it",
    "answered": "blanks are left out, non-responses count as not mentioning it unless they do",
    "substantive": "blanks and non-responses are left out",
}


@dataclass(frozen=True, eq=False)
class Counted:
    """What is counted: one row an answer or a respondent, in the arrays; see ``count_by``.

    ``owner`` is the row of each unit of the wave (-1: in none), ``certain`` marks rows known to carry no
    code, ``inside`` those in the base, ``silent`` those that are a non-response. ``words`` says the base.
    """

    owner: Places
    size: int
    inside: Mask
    certain: Mask
    silent: Mask | None
    audit: Audit
    read_rows: Places  # position of each read unit's row among the audit's, -1 where it does not count
    unit: str
    base: str
    notes: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The base in words, and what became of non-responses."""
        return f"{_WHO[self.unit, self.base]}; {_BECAME[self.base]}"

    @property
    def plain(self) -> bool:
        """Whether a row is a unit."""
        return self.unit == "answer"

    def pool_scores(self, scores: Floats) -> Floats:
        """A score a row: 1 - product of (1 - score), the chance that any answer carries the code."""
        if self.plain:
            return np.where(self.certain, 0.0, np.nan_to_num(scores))
        there = (self.owner >= 0) & ~np.isnan(scores)
        gone = np.bincount(
            self.owner[there],
            np.log1p(-np.clip(scores[there], 0.0, 1 - 1e-12)),
            minlength=self.size,
        )
        return np.where(self.certain, 0.0, -np.expm1(gone))

    def pool_given(self, given: Floats) -> Floats:
        """1.0 for a row in which any unit was given the code, else 0.0."""
        if self.plain:
            return given
        there = self.owner >= 0
        counts = np.bincount(self.owner[there], given[there], minlength=self.size)
        return np.where(np.isnan(counts), np.nan, (counts > 0).astype(np.float64))

    def pool_labels(self, labels: Floats) -> Floats:
        """What people found, a value a row of the audit; NaN where a label is missing and none is 1."""
        if self.plain:
            return labels
        counts = self.read_rows >= 0
        n, rows, values = len(self.audit.rows), self.read_rows[counts], labels[counts]
        some = np.bincount(rows, np.nan_to_num(values), minlength=n) > 0
        missing = np.bincount(rows, np.isnan(values), minlength=n) > 0
        return np.where(some, 1.0, np.where(missing, np.nan, 0.0))

    def pool_column(self, values: pd.Series, name: str) -> npt.NDArray[Any]:
        """A column's value a row; raises ``InputError`` where one respondent has two."""
        if self.plain:
            return values.to_numpy()
        there = self.owner >= 0
        frame = pd.DataFrame({"row": self.owner[there], "value": values.to_numpy()[there]})
        frame = frame.drop_duplicates()
        twice = int(frame["row"].duplicated().sum())
        if twice:
            raise InputError(
                f"Column {name}: {twice} respondents have more than one value in it. Take a column that is "
                "the same in all rows of a respondent, or count answers (--unit answer)."
            )
        return frame.set_index("row")["value"].reindex(range(self.size)).to_numpy()


def count_by(
    wave: SurveyWave, audit: Audit, *, unit: str, base: str, parts: Sequence[Any] | None = None
) -> Counted:
    """Set what the shares are of. ``parts`` (a value a unit) keeps questions apart.

    A respondent carries a code if any of their answers does, and counts as read if all were read. Where
    answers were drawn and not respondents, those read whole stand for all who gave as many answers, which
    they may as the draw knew nobody. Raises ``InputError`` for an unknown unit or base and where the wave
    does not know its respondents or non-responses, ``InvalidDesign`` where too few were read whole.
    """
    if unit not in UNITS or base not in BASES:
        raise InputError(
            f"A share is of a unit ({', '.join(UNITS)}) and a base ({', '.join(BASES)}). Met: {unit}, {base}."
        )
    coded = wave.scores.notna().any(axis=1).to_numpy()
    blank = ~coded if wave.blank is None else wave.column("blank").to_numpy(dtype=bool) & ~coded
    silent = None if wave.non_response is None else wave.column("non_response").to_numpy(dtype=bool)
    if base == "substantive" and silent is None:
        raise InputError(
            "The base 'substantive' needs to know which answers are non-responses. Code the wave with its "
            "texts, or choose the base asked or answered."
        )
    inside = {
        "asked": coded | blank,
        "answered": coded,
        "substantive": coded & ~(silent if silent is not None else blank),
    }[base]
    if unit == "answer":
        places = np.arange(len(coded), dtype=np.int64)
        return Counted(
            places,
            len(coded),
            inside,
            blank & inside,
            None if silent is None else silent & inside,
            audit,
            np.arange(len(audit.rows)),
            unit,
            base,
        )
    if wave.respondents is None:
        raise InputError(
            "The unit 'respondent' needs to know who gave each answer. Name the column: --respondent."
        )
    owner, size = _number_respondents(wave.column("respondents"), parts, inside)
    answered = inside & coded
    has = np.bincount(owner[answered], minlength=size) > 0
    spoke = silent is not None and np.bincount(owner[answered & ~silent], minlength=size) > 0
    pooled, read_rows, notes = _read_whole(audit, owner, np.bincount(owner[answered], minlength=size))
    return Counted(
        owner,
        size,
        np.ones(size, dtype=bool),
        ~has,
        None if silent is None else has & ~np.asarray(spoke),
        pooled,
        read_rows,
        unit,
        base,
        notes,
    )


def _number_respondents(
    respondents: pd.Series, parts: Sequence[Any] | None, inside: Mask
) -> tuple[Places, int]:
    """A number a respondent (and part); a unit without a respondent is one by itself, one outside is -1."""
    name = respondents.astype(str).str.strip().where(respondents.notna(), "")
    who = pd.factorize(name.to_numpy(dtype=object))[0].astype(np.int64)
    of = np.zeros(len(who), dtype=np.int64)
    if parts is not None:
        of = pd.factorize(np.asarray(parts, dtype=object), use_na_sentinel=False)[0].astype(np.int64)
    keys = who * (int(of.max(initial=0)) + 1) + of
    nameless = name.eq("").to_numpy()
    keys[nameless] = -1 - np.flatnonzero(nameless)
    owner = np.full(len(keys), -1, dtype=np.int64)
    owner[inside] = pd.factorize(keys[inside])[0]
    return owner, int(owner.max(initial=-1)) + 1


def _read_whole(audit: Audit, owner: Places, answers: Places) -> tuple[Audit, Places, tuple[str, ...]]:
    """The audit of respondents: those all of whose answers in the base were read, and their chances."""
    mine = owner[audit.rows]
    counts = mine >= 0
    read = np.bincount(mine[counts], minlength=len(answers))
    whole = (read == answers) & (answers > 0)
    partial = int(((read > 0) & ~whole).sum())
    rows = np.flatnonzero(whole)
    place = np.full(len(answers) + 1, -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    first = np.zeros(len(answers), dtype=np.int64)
    first[mine[counts]] = np.flatnonzero(counts)
    low, high = np.full(len(answers), np.inf), np.zeros(len(answers))
    np.minimum.at(low, mine[counts], audit.chances[counts])
    np.maximum.at(high, mine[counts], audit.chances[counts])
    even = bool(((high - low)[whole] <= 1e-3 * high[whole]).all())
    if not partial and even:
        at = first[rows]
        drawn = np.arange(len(rows))
        pooled = Audit(rows, audit.chances[at], audit.classes[at], drawn, audit.kind, audit.notes)
        return pooled, place[mine], ()
    if np.ptp(audit.chances) > 1e-3 * audit.chances.max():
        raise InvalidDesign(
            f"{partial} respondents were read in part and the chances of answers differ, so nobody can say "
            "with which chance a respondent was read whole. Draw respondents and read all of their answers, "
            "or count answers (--unit answer)."
        )
    share, classes, unheard = _join_rare(answers, rows)
    note = (
        f"answers were drawn, not respondents: {len(rows)} respondents read whole stand for all, "
        f"{partial} read in part do not count"
    )
    if unheard:
        note += f", and {unheard} who gave a rare number of answers are spoken for by the others"
    drawn = np.arange(len(rows))
    pooled = Audit(rows, share[classes], classes, drawn, "respondents read whole", audit.notes)
    return pooled, np.where(counts, place[mine], -1), (note,)


def _join_rare(answers: Places, rows: Places) -> tuple[Floats, Places, int]:
    """Classes of respondents by how many answers they gave, the share of each that was read whole.

    Numbers of answers of which fewer than two respondents were read whole join the nearest that has two, if
    all of them together are rare; gives how many such respondents there are.
    """
    of = np.bincount(answers[answers > 0])
    got = np.bincount(answers[rows], minlength=len(of))
    lacking = (of > 0) & (got < np.minimum(of, 2))
    unheard = int(of[lacking].sum())
    enough = np.flatnonzero((of > 0) & ~lacking)
    if unheard > RARE * of.sum() or not len(enough):
        worst = int(np.where(lacking, of, 0).argmax())
        raise InvalidDesign(
            f"Answers were drawn, not respondents: of those with {worst} answers {got[worst]} of {of[worst]} "
            "were read whole, too few to speak for the rest. Draw respondents and read all of their answers, "
            "or count answers (--unit answer)."
        )
    joined = np.arange(len(of))
    for number in np.flatnonzero(lacking):
        joined[number] = enough[np.abs(enough - number).argmin()]
    size = np.bincount(joined, of, minlength=len(of))
    share = np.bincount(joined, got, minlength=len(of)) / np.maximum(size, 1)
    return share, joined[answers[rows]], unheard
