"""The other public data: answers to open questions of the ANES 2008, and the NHS comments of phase 1.

Both come with a split of their own, which is kept, so that figures stand beside published ones. It is not an
honest one: most respondents of an ANES test file wrote in its training file too. See benchmarks/README.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from protocols import Labelled

#: The sets of answers, by number: published samples-F1 (Card & Smith 2015).
ANES_PUBLISHED = {3: 0.71, 4: 0.71, 5: 0.81}
#: Published accuracy, balanced accuracy and macro-F1 of the SVC of pxtextmining's first phase.
PHASE1_PUBLISHED = {"accuracy": 0.7035, "balanced_accuracy": 0.580, "macro_f1": 0.587}
_ANES = "anes-open-ends"
_PHASE1 = "nhs-phase1"


@dataclass(frozen=True)
class Split:
    """Texts to learn from and texts to code, as published, with the same codes."""

    learn: Labelled
    test: Labelled


def has_anes(folder: Path | None) -> bool:
    """Whether the ANES answers are in the folder of the benchmark data."""
    return folder is not None and (folder / _ANES / "dataset3_Xtrain.csv").is_file()


def has_nhs_phase1(folder: Path | None) -> bool:
    """Whether the NHS comments of phase 1 are in the folder of the benchmark data."""
    return folder is not None and (folder / _PHASE1 / "text_data.csv").is_file()


def read_anes(folder: Path, number: int) -> Split:
    """Set 3, 4 or 5 with its given train and test files.

    Labels carry no ids and belong to the texts row by row; codes are numbers, kept as text. A respondent
    is a ``caseID``; one that stands in both files is the same person. Raises ``ValueError`` where texts and
    labels differ in number.
    """
    return Split(*(_read_anes_part(folder / _ANES, number, part) for part in ("train", "test")))


def read_nhs_phase1(folder: Path) -> Split:
    """The comments of phase 1, one label each, split by the published lists of ``row_index``.

    Rows without a comment or without a label are left out, as the published run did. The file names no
    respondents, so each comment is its own.
    """
    raw = pd.read_csv(folder / _PHASE1 / "text_data.csv", dtype=str, keep_default_na=False)
    raw = raw[(raw["feedback"].str.strip() != "") & (raw["label"] != "")]
    codes = sorted(set(raw["label"]))
    fields = pd.DataFrame(
        {
            "id": raw["row_index"],
            "text": raw["feedback"],
            "question": raw["question"],
            "respondent": raw["row_index"],
            "trust": raw["organization"],
        }
    )
    labels = pd.DataFrame({code: raw["label"].eq(code).astype(int) for code in codes})
    frame = pd.concat([fields, labels], axis=1)
    parts = []
    for part in ("training", "test"):
        listed = pd.read_csv(folder / _PHASE1 / f"results_label_index_{part}_data_label.csv", dtype=str)
        chosen = frame["id"].isin(set(listed["row_index"]))
        parts.append(Labelled(frame[chosen].reset_index(drop=True), codes))
    return Split(*parts)


def _read_anes_part(folder: Path, number: int, part: str) -> Labelled:
    texts = pd.read_csv(folder / f"dataset{number}_X{part}.csv", dtype=str, keep_default_na=False)
    labels = pd.read_csv(folder / f"dataset{number}_y{part}.csv").astype(int)
    if len(texts) != len(labels):
        raise ValueError(f"set {number}, {part}: {len(texts)} texts and {len(labels)} rows of labels")
    fields = pd.DataFrame(
        {
            "id": [f"{part}{row}" for row in range(len(texts))],
            "text": texts["verbatim"],
            "question": "",
            "respondent": texts["caseID"],
            "trust": "",
        }
    )
    return Labelled(pd.concat([fields, labels], axis=1), [str(code) for code in labels.columns])


def only_label(labels: np.ndarray) -> np.ndarray:
    """The position of each row's one label, from (texts, codes) of 1 and 0."""
    return np.asarray(labels.argmax(axis=1))
