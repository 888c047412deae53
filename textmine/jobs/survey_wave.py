"""A coded folder as a survey wave: its scores with the columns that a survey knows of its units."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from textmine.cleaning.non_response import is_non_response
from textmine.codebook import Codebook
from textmine.errors import InputError
from textmine.estimates.survey import SurveyWave
from textmine.exchange.scored_wave import read_provenance, read_scored_wave
from textmine.jobs.in_sample import read_wide
from textmine.reading import read_table
from textmine.reading.columns import measure_free_text
from textmine.reading.table import list_names


@dataclass(frozen=True)
class SurveyColumns:
    """Which columns of the wave say what of a unit; None where there is none."""

    by: tuple[str, ...] = ()
    weight: str | None = None
    cluster: str | None = None
    strata: str | None = None
    respondent: str | None = None


def read_survey_wave(
    folder: Path, columns: SurveyColumns, *, target: str | None = None, substantive: bool = False
) -> tuple[SurveyWave, dict[str, pd.Series], list[str]]:
    """The wave of a coded folder with its survey columns, the columns of groups, and notes.

    Non-responses are told from the texts; ``substantive`` says that they must be. Raises ``InputError``
    where the folder lacks a table or a column.
    """
    scored, said = read_scored_wave(folder), read_provenance(folder)
    names = said.get("columns", {})
    frame = read_wide(folder, str(names.get("id") or "unit_id"))
    scores = scored.scores.reindex(frame.index)
    if len(scored.scores.index.difference(frame.index)):
        raise InputError(f"scores.parquet and coded_wide in {folder} hold other units. Code the wave anew.")

    scores, unscored, unknown = _add_unscored(folder, scores, frame)

    def take(name: str | None, option: str) -> pd.Series | None:
        if name is None:
            return None
        if name not in frame.columns:
            raise InputError(
                f"No column {name!r} in coded_wide of {folder}. Columns: {list_names(list(frame.columns))}. "
                f"Choose one with {option}."
            )
        return frame[name]

    by = {name: series for name in columns.by if (series := take(name, "--by")) is not None}
    for name, series in by.items():
        if name == names.get("text") or measure_free_text(series.astype(str).tolist()):
            raise InputError(
                f"The column {name!r} of {folder} holds what people wrote, which is no group. Choose a "
                "column of few values with --by."
            )
    notes = [f"{code}: no model scored it; what was carried over stands for scores." for code in unscored]
    notes += [f"{code}: no coder looked for it; its share is that of reading alone." for code in unknown]
    respondents = take(columns.respondent or names.get("group"), "--respondent")
    questions = take(names.get("question"), "--question")
    clusters, strata = take(columns.cluster, "--cluster"), take(columns.strata, "--strata")
    weights = take(columns.weight, "--weight")
    beyond = target == "superpopulation" or (target is None and (weights is not None or strata is not None))
    if clusters is None and beyond and respondents is not None and respondents.duplicated().any():
        clusters = respondents
        notes.append("Answers of one respondent are taken together as a cluster.")
    blank = silent = None
    text = names.get("text")
    if text in frame.columns:
        uncoded = scores.isna().all(axis=1)
        blank = frame[text].astype(str).str.strip().eq("") & uncoded
        silent = _find_non_responses(frame[text], questions, ~uncoded)
    elif substantive:
        raise InputError(f"coded_wide of {folder} lacks the texts, so non-responses cannot be told.")
    wave = SurveyWave(
        scores,
        scored.thresholds,
        weights=None if weights is None else _read_weights(weights, folder),
        clusters=clusters,
        strata=strata,
        respondents=respondents,
        questions=questions,
        blank=blank,
        non_response=silent,
        stances=_read_model_stances(folder, frame.index),
        names=scored.names,
        unscored=(*unscored, *unknown),
        uncoded=unknown,
    )
    return wave, by, notes


def _read_weights(cells: pd.Series, folder: Path) -> pd.Series:
    """A column as survey weights; raises ``InputError`` where a cell is none."""
    weights = pd.to_numeric(cells, errors="coerce")
    bad = np.flatnonzero(~(weights >= 0) | np.isinf(weights))
    if len(bad):
        raise InputError(
            f"coded_wide of {folder}, row {bad[0] + 1}, column {cells.name!r}: a survey weight is a number "
            f"of 0 or more; {len(bad)} of {len(cells)} cells are not. Mend them or take another column."
        )
    return weights


def _add_unscored(
    folder: Path, scores: pd.DataFrame, frame: pd.DataFrame
) -> tuple[pd.DataFrame, list[str], list[str]]:
    """The scores with the codes of the folder's codebook that no model scored, and these: known and unknown.

    A migrated folder has such codes. What was carried over stands for scores; where nobody looked for a code
    its scores are 0, and its share is that of reading by hand alone.
    """
    path = folder / "codebook.yaml"
    codes = Codebook.load(path).ids if path.is_file() else []
    missing = [code for code in codes if code not in scores.columns and code in frame.columns]
    if not missing:
        return scores, [], []
    given = frame[missing].apply(pd.to_numeric, errors="coerce").astype(float)
    unknown = [code for code in missing if given[code].isna().all()]
    filled = given.fillna(0.0).where(scores.notna().any(axis=1))
    order = [code for code in codes if code in scores.columns or code in missing]
    known = [code for code in missing if code not in unknown]
    return pd.concat([scores, filled], axis=1)[order], known, unknown


def _find_non_responses(texts: pd.Series, questions: pd.Series | None, coded: pd.Series) -> pd.Series:
    """Which of the coded texts say nothing; each different pair of text and question is looked at once."""
    asked = pd.Series("", index=texts.index) if questions is None else questions.astype(str)
    pairs = pd.MultiIndex.from_arrays([texts.astype(str), asked])
    codes, different = pd.factorize(pairs)
    says = np.array([is_non_response(text, question) for text, question in different], dtype=bool)
    return pd.Series(says[codes] & coded.to_numpy(), index=texts.index)


def _read_model_stances(folder: Path, units: pd.Index) -> pd.DataFrame | None:
    """What the coder made of the codes that it gave, units x codes; None where it tells no stance."""
    path = folder / "coded_long.csv"
    if not path.is_file():
        return None
    frame = read_table(path).frame
    if not {"unit_id", "code", "stance"} <= set(frame.columns):
        return None
    said = frame[frame["stance"].ne("")].drop_duplicates(["unit_id", "code"])
    if not len(said):
        return None
    return pd.DataFrame(said.pivot(index="unit_id", columns="code", values="stance")).reindex(units)
