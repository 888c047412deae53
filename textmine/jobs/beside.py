"""What a model's figures stand beside: subgroups by a column of the input, and further people's codings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from textmine.coding.comparison import Comparison
from textmine.coding.second_coder import CoderAgreement, compare_with_people
from textmine.coding.subgroups import Subgroups, check_groups, measure_subgroups
from textmine.corpus import FIELDS, Corpus
from textmine.errors import InputError
from textmine.jobs.labelled import ColumnNames
from textmine.reading import read_labels


@dataclass(frozen=True)
class Beside:
    """Groups, a value for each text that is judged, by column; and codings of people, by file."""

    groups: dict[str, list[Any]]
    codings: dict[str, pd.DataFrame]

    def measure_subgroups(self, comparison: Comparison) -> Subgroups | None:
        """Precision and recall in each subgroup; None where no column was named."""
        return measure_subgroups(comparison, self.groups) if self.groups else None

    def compare_with_people(self, comparison: Comparison) -> CoderAgreement | None:
        """Agreement of machine and people beside people's; None where no coder was named."""
        return compare_with_people(comparison, self.codings) if self.codings else None


def read_beside(
    corpus: Corpus,
    codes: Sequence[str],
    *,
    columns: ColumnNames,
    id: str,
    by: Sequence[str] = (),
    second_coders: Sequence[Path] = (),
) -> Beside:
    """The columns ``by`` of the texts that are judged, and the codings of each file of a further coder.

    ``id`` is the column of ids in these files, ``codes`` are the model's, ``columns`` those of the input.
    Raises ``InputError`` for a column that is not there or has too many values, and for a file without any
    of these texts.
    """
    groups = {name: _pick_column(corpus, columns, name) for name in dict.fromkeys(by)}
    for name, values in groups.items():
        check_groups(name, values)
    return Beside(groups, _read_codings(second_coders, corpus, codes, id))


def _pick_column(corpus: Corpus, columns: ColumnNames, name: str) -> list[Any]:
    """The values of a column of the input, whatever part it has in the corpus."""
    parts = {columns.question: "question", columns.group: "group"}
    own = parts.get(name, f"{name}_" if name in FIELDS else name)
    if own not in corpus.frame.columns or own in {"doc_id", "text"}:
        names = [c.removesuffix("_") if c.removesuffix("_") in FIELDS else c for c in corpus.attributes]
        names += [option for option in (columns.question, columns.group) if option]
        raise InputError(
            f"No column {name!r} to form subgroups by. Columns: {', '.join(names) or 'none'}. "
            "Choose one with --by."
        )
    return list(corpus.frame[own])


def _read_codings(
    files: Sequence[Path], corpus: Corpus, codes: Sequence[str], id: str
) -> dict[str, pd.DataFrame]:
    """The codings of each file under the file's name."""
    codings: dict[str, pd.DataFrame] = {}
    for file in files:
        name, number = file.stem, 1
        while name in codings:
            number += 1
            name = f"{file.stem} ({number})"
        codings[name] = read_labels(file, id=id, codes=codes).frame
        if not codings[name].index.isin(corpus.ids).any():
            raise InputError(
                f"{file.name} codes none of the {len(corpus)} labelled texts. "
                "A second coder's file holds codings of the same texts, with the same ids."
            )
    shared = set(corpus.ids).intersection(
        *(frame.index[frame.notna().any(axis=1)] for frame in codings.values())
    )
    if codings and not shared:
        raise InputError("No text was coded by all second coders. Give codings of the same texts.")
    return codings
