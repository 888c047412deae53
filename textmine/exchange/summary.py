"""summary.csv, beside every wide table: per code what was counted, of what, and what may be summed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.codebook import Codebook
from textmine.coded import BANDS, STANCES, UNSURE, CodedDataset
from textmine.errors import InputError
from textmine.exchange.scored_wave import SUMMARY
from textmine.reading import read_table

#: Columns of summary.csv, in order; the first holds the codes.
SUMMARY_COLUMNS = [
    "code",
    "name",
    "count",
    "base",
    "base_in_words",
    "naive_share",
    "respondents",
    "respondent_base",
    "respondent_share",
    "auto_accepted",
    "to_review",
    "corrected_share",
    "corrected_low",
    "corrected_high",
    "corrected_base",
    "n_read",
    *STANCES,
    "stance_unsure",
    "may_be_summed",
]
#: Half the width of the interval for a share that reading by hand should reach.
WANTED_PRECISION = 0.05
#: Where ``textmine prevalence`` is looked for in a coded folder.
PREVALENCE = "prevalence.csv"
_BASE = "texts that were not blank, non-responses among them"
_SUMS = "count and base over files of other texts; no share, and no count over codes: a text may have several"
_SUMS_OF_RESPONDENTS = "; respondents only over files of other respondents"
_STANCE_COLUMNS = {**{stance: stance for stance in STANCES}, UNSURE: "stance_unsure"}
_NEEDED = ("code", "estimate", "low", "high", "n_read", "naive_count", "base_in_words")


@dataclass(frozen=True, eq=False)
class CodeCounts:
    """How often each code was given, in a part of a dataset or in all; parts of other units add up.

    ``given``, ``accepted`` and ``review`` count units a code, ``stances`` the units given by stance (rows
    ``STANCES`` and unsure, columns codes). ``base`` counts the units that were coded. ``respondents`` are
    those behind them and ``given_by`` those of each code; None where nobody said who they are.
    """

    codes: tuple[str, ...]
    base: int
    given: npt.NDArray[np.int64]
    accepted: npt.NDArray[np.int64]
    review: npt.NDArray[np.int64]
    stances: npt.NDArray[np.int64]
    respondents: frozenset[Any] | None = None
    given_by: tuple[frozenset[Any], ...] | None = None

    def __add__(self, other: CodeCounts) -> CodeCounts:
        if self.codes != other.codes or (self.respondents is None) != (other.respondents is None):
            raise ValueError("Counts of other codes, or with and without respondents, do not add up.")
        respondents = given_by = None
        if self.respondents is not None and other.respondents is not None:
            respondents = self.respondents | other.respondents
            pairs = zip(self.given_by or (), other.given_by or (), strict=True)
            given_by = tuple(mine | theirs for mine, theirs in pairs)
        return CodeCounts(
            self.codes,
            self.base + other.base,
            self.given + other.given,
            self.accepted + other.accepted,
            self.review + other.review,
            self.stances + other.stances,
            respondents,
            given_by,
        )


def count_codes(
    coded: CodedDataset, groups: Sequence[str] | None = None, *, long: pd.DataFrame | None = None
) -> CodeCounts:
    """Count the codes of a dataset; ``groups`` names each unit's respondent, ``long`` is ``coded.long()``."""
    is_coded = coded.is_coded.to_numpy()
    applies = coded.decisions.to_numpy() == 1
    bands = coded.band_numbers
    accepted = (bands == BANDS.index("accept")).sum(axis=0) if coded.scores is not None else 0
    respondents = given_by = None
    if groups is not None:
        owner = np.asarray(groups, dtype=object)
        respondents = frozenset(owner[is_coded])
        given_by = tuple(frozenset(owner[column]) for column in applies.T)
    return CodeCounts(
        tuple(coded.codes),
        int(is_coded.sum()),
        applies.sum(axis=0).astype(np.int64),
        np.zeros(len(coded.codes), np.int64) + accepted,
        (bands == BANDS.index("review")).sum(axis=0).astype(np.int64),
        _count_stances(coded.codes, coded.long() if long is None else long),
        respondents,
        given_by,
    )


def tabulate_counts(counts: CodeCounts, codebook: Codebook) -> pd.DataFrame:
    """The counts as the table of ``summary.csv``: a row a code.

    A share is naive and has its base in words; beside it stands what a corrected share still needs. Stances
    are of the texts counted, and empty where the coder told none. ``may_be_summed`` says in words what may
    be added up.
    """
    told = counts.stances.any()
    people = None if counts.respondents is None else len(counts.respondents)
    rows = []
    for place, code in enumerate(counts.codes):
        count = int(counts.given[place])
        share = count / counts.base if counts.base else float("nan")
        said_by = None if counts.given_by is None else len(counts.given_by[place])
        stances = counts.stances[:, place].tolist() if told else [None] * len(_STANCE_COLUMNS)
        rows.append(
            {
                "code": code,
                "name": codebook.code(code).name,
                "count": count,
                "base": counts.base,
                "base_in_words": _BASE,
                "naive_share": round(share, 4),
                "respondents": said_by,
                "respondent_base": people,
                "respondent_share": round(said_by / people, 4) if people and said_by is not None else None,
                "auto_accepted": int(counts.accepted[place]),
                "to_review": int(counts.review[place]),
                "corrected_share": f"not estimable: read {texts_to_read(share, counts.base)} more",
                **dict(zip(_STANCE_COLUMNS.values(), stances, strict=True)),
                "may_be_summed": _SUMS + (_SUMS_OF_RESPONDENTS if people is not None else ""),
            }
        )
    return pd.DataFrame(rows, columns=SUMMARY_COLUMNS)


def make_summary(
    coded: CodedDataset, groups: Sequence[str] | None = None, *, long: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The table of ``summary.csv`` of a dataset; see ``count_codes`` and ``tabulate_counts``."""
    return tabulate_counts(count_codes(coded, groups, long=long), coded.codebook)


def texts_to_read(share: float, base: int) -> int:
    """How many texts, drawn at random, to read by hand for a 95% interval of +-5 points around a share.

    The usual normal approximation with the finite population correction (Cochran 1977, section 4.2); a
    share under 5% is taken as 5%, since nothing is known of it yet.

    >>> texts_to_read(0.2, 900)
    194
    """
    if base == 0:
        return 0
    p = min(max(share, 0.05), 0.95)
    needed = 1.96**2 * p * (1 - p) / WANTED_PRECISION**2
    return min(base, ceil(needed / (1 + needed / base)))


def read_summary(folder: Path, *, prevalence: Path | None = None) -> tuple[pd.DataFrame, list[str]]:
    """The summary of a coded folder, every cell a string, with corrected shares where they are known.

    They come from ``prevalence``, or from ``prevalence.csv`` in the folder: the rows over all questions and
    groups that were counted in the same coding. What could not be taken is said in the notes. Raises
    ``InputError`` where the folder has no summary or ``prevalence`` is no table of ``textmine prevalence``.
    """
    path = folder / SUMMARY
    if not path.is_file():
        raise InputError(f"{folder} holds no {SUMMARY}. Give a folder that textmine code wrote to the end.")
    summary = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    summary = summary.reindex(columns=[*dict.fromkeys([*SUMMARY_COLUMNS, *summary.columns])], fill_value="")
    found = prevalence or folder / PREVALENCE
    if prevalence is None and not found.is_file():
        return summary, []
    return _fill_corrected(summary, read_table(found).frame, found)


def _fill_corrected(
    summary: pd.DataFrame, figures: pd.DataFrame, source: Path
) -> tuple[pd.DataFrame, list[str]]:
    lacking = [name for name in _NEEDED if name not in figures.columns]
    if lacking:
        raise InputError(
            f"{source} lacks column(s) {', '.join(lacking)}. Give what textmine prevalence --out wrote."
        )
    for name in ("by", "group", "question"):
        if name in figures.columns:
            figures = figures[figures[name].eq("")]
    rows = {row["code"]: row for row in figures.to_dict("records")}
    summary, notes, elsewhere = summary.copy(), [], 0
    for place, row in summary.iterrows():
        found = rows.get(row["code"])
        if found is None:
            continue
        if found.get("unit", "answer") == "answer" and found["naive_count"] != row["count"]:
            elsewhere += 1
            continue
        read, known = int(float(found["n_read"] or 0)), found["estimate"] != ""
        more = max(texts_to_read(float(row["naive_share"] or 0), int(row["base"] or 0)) - read, 1)
        told: dict[str, Any] = {
            "corrected_share": _round(found["estimate"]) if known else f"not estimable: read {more} more",
            "corrected_low": _round(found["low"]),
            "corrected_high": _round(found["high"]),
            "corrected_base": found["base_in_words"],
            "n_read": str(read),
        }
        summary.loc[place, list(told)] = list(told.values())
    if not rows:
        notes.append(f"{source.name} holds shares of single questions or groups only; none was taken.")
    if elsewhere:
        notes.append(
            f"{source.name} counted {elsewhere} code(s) in another coding; run textmine prevalence anew."
        )
    return summary, notes


def _round(figure: str) -> str:
    return "" if figure == "" else str(round(float(figure), 4))


def _count_stances(codes: Sequence[str], long: pd.DataFrame) -> npt.NDArray[np.int64]:
    """How many texts that a code was given to have which stance, stances x codes."""
    told = long[(long["applies"] == 1) & long["stance"].ne("")]
    columns = pd.Index(codes).get_indexer(pd.Index(told["code"]))
    rows = pd.Index(list(_STANCE_COLUMNS)).get_indexer(pd.Index(told["stance"]))
    known = (rows >= 0) & (columns >= 0)
    counts = np.zeros((len(_STANCE_COLUMNS), len(codes)), np.int64)
    np.add.at(counts, (rows[known], columns[known]), 1)
    return counts
