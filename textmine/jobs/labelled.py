"""A corpus with people's labels: the common start of training and evaluating."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.cleaning import repair_text
from textmine.coded import STANCES, UNSURE
from textmine.coding.stance_learning import keep_one_stance
from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.reading import Labels, RejectedRow, make_corpus, pick_columns, read_labels, read_table

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ColumnNames:
    """Which column of the input is what; None is found out (text, id) or absent."""

    text: str | None = None
    id: str | None = None
    question: str | None = None
    group: str | None = None


@dataclass(frozen=True)
class LabelledCorpus:
    """Labelled texts: ``y`` has a row a text and a column a code; ``learn_only`` masks texts never scored.

    ``quotes`` has ``row`` (position in the corpus), ``code`` and ``quote``; ``stances`` has ``row``, ``code``
    and ``stance``, one row a text and code of which a stance is known. ``unlabelled`` counts texts of the
    input without labels, ``unmatched`` labelled units that the input lacks; ``id`` is its id column.
    """

    corpus: Corpus
    y: pd.DataFrame
    learn_only: npt.NDArray[np.bool_]
    quotes: pd.DataFrame
    rejected: list[RejectedRow]
    unlabelled: int
    unmatched: int
    uncoded: Corpus
    stances: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["row", "code", "stance"]))
    id: str = "id"


def read_labelled(
    source: Path,
    labels: Sequence[Path],
    *,
    columns: ColumnNames,
    learn_only: Sequence[Path] = (),
    codes: Sequence[str] | None = None,
) -> LabelledCorpus:
    """The texts of a file that have labels, with them. Raises ``InputError`` where none has."""
    table = read_table(source)
    named = pick_columns(table, **asdict(columns))
    corpus, rejected = make_corpus(table, **asdict(named))
    scored = read_labels(list(labels), id=named.id, codes=codes)
    others = read_labels(list(learn_only), id=named.id, codes=codes) if learn_only else None
    frame = _join(scored, others)
    known = [i for i in corpus.ids if i in frame.index]
    if not known:
        raise InputError(
            f"None of the {len(frame)} labelled units stands in {table.source}. "
            f"Check that the labels' ids are those of its id column (--id)."
        )
    has_label = np.array([i in frame.index for i in corpus.ids], dtype=bool)
    y = frame.loc[known]
    has_value = y.notna().any(axis=1).to_numpy()
    chosen = np.flatnonzero(has_label)[has_value]
    y = y[has_value]
    only = ~np.isin(y.index.to_numpy(), scored.frame.index[scored.frame.notna().any(axis=1)].to_numpy())
    texts, y = corpus.select(chosen), y.reset_index(drop=True)
    files = [scored, *([others] if others else [])]
    return LabelledCorpus(
        texts,
        y,
        only,
        _place_quotes(texts, files),
        [*table.rejected, *rejected],
        unlabelled=len(corpus) - len(chosen),
        unmatched=len(frame) - len(known),
        uncoded=corpus.select(np.setdiff1d(np.arange(len(corpus)), chosen)),
        stances=keep_one_stance(_place_stances(texts, files), y),
        id=named.id,
    )


def _join(scored: Labels, others: Labels | None) -> pd.DataFrame:
    if others is None:
        return scored.frame
    codes = list(dict.fromkeys([*scored.frame.columns, *others.frame.columns]))
    extra = others.frame.loc[~others.frame.index.isin(scored.frame.index)]
    return pd.concat([scored.frame.reindex(columns=codes), extra.reindex(columns=codes)])


def _place_quotes(corpus: Corpus, labels: Sequence[Labels]) -> pd.DataFrame:
    row = {unit: i for i, unit in enumerate(corpus.ids)}
    quotes = pd.concat([part.quotes[["unit_id", "code", "quote"]] for part in labels])
    quotes = quotes[(quotes["quote"] != "") & quotes["unit_id"].isin(row)]
    placed = quotes.assign(row=quotes["unit_id"].map(row), quote=[repair_text(q) for q in quotes["quote"]])
    return placed[["row", "code", "quote"]].sort_values(["row", "code", "quote"], ignore_index=True)


def _place_stances(corpus: Corpus, labels: Sequence[Labels]) -> pd.DataFrame:
    """Stances with the rows they are of; of a unit in several parts of the labels the first part's alone.

    'unsure', as coders write it, is no stance. Raises ``InputError`` for any other word that is none.
    """
    row = {unit: i for i, unit in enumerate(corpus.ids)}
    parts, seen = [], set[str]()
    for part in labels:
        said = part.quotes[["unit_id", "code", "stance"]]
        parts.append(said[said["unit_id"].isin(row) & ~said["unit_id"].isin(seen)])
        seen |= set(part.frame.index)
    given = pd.concat(parts)
    given = given.assign(stance=given["stance"].str.strip().str.casefold())
    given = given[~given["stance"].isin(["", UNSURE])]
    wrong = ~given["stance"].isin(STANCES)
    if wrong.any():
        raise InputError(
            f"{int(wrong.sum())} stance(s) are none of {', '.join(STANCES)}. "
            "Mend column 'stance' of the labels, or leave it empty where none is known."
        )
    return given.assign(row=given["unit_id"].map(row))[["row", "code", "stance"]]
