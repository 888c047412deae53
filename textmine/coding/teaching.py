"""Teaching the fast coder: what a slower, more accurate coder says of the texts, as soft targets.

The student learns from the teacher's probabilities of texts that nobody has coded (knowledge distillation,
Hinton, Vinyals & Dean 2015). People's codes stay as they are; where a person left a code of a text open, the
teacher's out-of-fold probability fills it: what a teacher learned by heart would teach nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from textmine.cleaning import repair_texts
from textmine.coding.calibrated import CalibratedCoder
from textmine.corpus import Corpus
from textmine.errors import InputError

if TYPE_CHECKING:
    from textmine.reading import Table

Floats = npt.NDArray[np.float64]

#: Texts that a teacher codes at once.
CHUNK = 2048


@dataclass(frozen=True)
class Lesson:
    """What a teacher says: ``labelled`` (n, codes), the probabilities of the texts that people coded, NaN
    where it says nothing, and ``unlabelled`` (m, codes), those of the texts of ``corpus``.

    >>> import pandas as pd
    >>> more = Corpus(pd.DataFrame({"doc_id": ["n1"], "text": ["They train together"]}))
    >>> Lesson(np.array([[0.9], [np.nan]]), more, np.array([[0.4]])).unlabelled.shape
    (1, 1)
    """  # fmt: skip

    labelled: Floats
    corpus: Corpus
    unlabelled: Floats


def ask_teacher(
    teacher: CalibratedCoder, labelled: Corpus, unlabelled: Corpus, codes: Sequence[str]
) -> Lesson:
    """The lesson of a trained coder for these codes. Raises ``InputError`` where it lacks one of them.

    ``teacher`` is the coder, ``labelled`` the texts that people coded, ``unlabelled`` those that nobody did,
    ``codes`` the ids wanted.

    >>> import pandas as pd
    >>> from textmine.coding.coder import Coder
    >>> texts = ["We share training", "Joint training days", "It saves money", "Money saved"] * 3
    >>> y = [[1, 0], [1, 0], [0, 1], [0, 1]] * 3
    >>> coder = Coder(folds=3).fit(texts, y, codes=["training", "money"])
    >>> new = Corpus(pd.DataFrame({"doc_id": ["n1"], "text": ["They train together"]}))
    >>> old = Corpus(pd.DataFrame({"doc_id": ["a", "b"], "text": texts[:2]}))
    >>> ask_teacher(coder, old, new, ["money"]).unlabelled.shape
    (1, 1)
    """
    if missing := [code for code in codes if code not in teacher.codes_]:
        raise InputError(
            f"The teacher does not know the code(s) {', '.join(missing)}. "
            f"It knows: {', '.join(teacher.codes_)}."
        )
    places = [teacher.codes_.index(code) for code in codes]
    return Lesson(_ask(teacher, labelled)[:, places], unlabelled, _ask(teacher, unlabelled)[:, places])


def read_lesson(path: Path, labelled: Corpus, unlabelled: Corpus, codes: Sequence[str]) -> Lesson:
    """The lesson kept in a table: the first column the ids, one column of probabilities a code.

    ``scores.parquet``, which ``textmine code`` writes, is such a table. Texts that it lacks are not taught.
    Raises ``InputError`` where a code's column is missing or holds what is no probability, and where no id
    is that of a text.
    """
    from textmine.reading import read_table

    table = read_table(path)
    frame = table.frame
    if missing := [code for code in codes if code not in frame.columns]:
        raise InputError(
            f"No column for the code(s) {', '.join(missing)} in {path.name}. "
            f"Columns: {', '.join(map(str, frame.columns))}."
        )
    ids = frame.iloc[:, 0].astype(str)
    if ids.duplicated().any():
        again = table.name_place(int(np.flatnonzero(ids.duplicated())[0]))
        raise InputError(
            f"{path.name}, {again}, column {frame.columns[0]!r}: the id stands already in an earlier row. "
            "Keep one of them."
        )
    values = np.full((len(frame), len(codes)), np.nan)
    for k, code in enumerate(codes):
        values[:, k] = _read_probabilities(table, code)
    place = {unit: row for row, unit in enumerate(ids)}
    known = np.array([unit in place for unit in unlabelled.ids], dtype=bool)
    if not place.keys() & {*labelled.ids, *unlabelled.ids}:
        raise InputError(
            f"None of the {len(ids)} ids in column {frame.columns[0]!r} of {path.name} is that of a text. "
            "The first column must hold the texts' ids."
        )
    rows = np.vstack([values, np.full((1, len(codes)), np.nan)])
    of_labelled = rows[[place.get(unit, -1) for unit in labelled.ids]]
    taught = unlabelled.select(np.flatnonzero(known))
    of_unlabelled = rows[[place[unit] for unit in taught.ids]]
    written = ~np.isnan(of_unlabelled).all(axis=1)
    return Lesson(of_labelled, taught.select(np.flatnonzero(written)), of_unlabelled[written])


def _ask(teacher: CalibratedCoder, corpus: Corpus) -> Floats:
    texts, questions = repair_texts(corpus.texts), corpus.questions
    told = np.full((len(texts), len(teacher.codes_)), np.nan)
    for start in range(0, len(texts), CHUNK):
        part = slice(start, start + CHUNK)
        scores, _ = teacher.score_repaired(texts[part], questions[part])
        told[part] = teacher.calibrate(scores)
        rows, held_out = teacher.out_of_fold(texts[part], questions[part])
        told[start + rows] = held_out
    return told


def _read_probabilities(table: Table, code: str) -> Floats:
    """A column as numbers from 0 to 1, NaN where a cell is empty."""
    cells = table.frame[code].tolist()
    found = np.full(len(cells), np.nan)
    for row, cell in enumerate(cells):
        if cell is None or str(cell).strip() == "" or cell != cell:
            continue
        try:
            found[row] = float(str(cell))
        except ValueError:
            found[row] = -1.0
        if not 0 <= found[row] <= 1:
            raise InputError(
                f"{table.source}, {table.name_place(row)}, column {code!r}: no probability. "
                "Wanted is a number from 0 to 1, or nothing."
            )
    return found
