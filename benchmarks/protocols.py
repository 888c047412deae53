"""The data of the benchmarks: where it is, which texts and labels are scored, and who is held out.

The public benchmark data is not part of the project. It is looked for in the folder that the environment
variable TEXTMINE_BENCHMARKS names, else in ``shared/benchmarks`` beside the checkout.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.cleaning import normalise_text, repair_texts

ROOT = Path(__file__).resolve().parents[1]
STUDY = "school-collaboration"
SINGLE_CODERS = range(3, 9)

#: Labels of the NHS data that stand for no label at all; left out of every figure.
NHS_NO_LABELS = ("Labelling not possible", "Not assigned")
#: A label is scored when this many texts carry it.
NHS_FEWEST = 50
#: ... and, from one trust to the other, when this many do on both sides.
NHS_FEWEST_TRANSFER = 10
_NHS_FIRST_LABEL = "Not assigned"


@dataclass(frozen=True)
class Labelled:
    """Texts with labels: ``frame`` has id, text, question, respondent, trust and one 0/1 column a label."""

    frame: pd.DataFrame
    codes: list[str]

    @property
    def truth(self) -> npt.NDArray[np.float64]:
        """1 and 0, (texts, labels)."""
        return self.frame[self.codes].to_numpy(dtype=float)

    def select(self, rows: npt.NDArray[np.bool_]) -> Labelled:
        """The texts under a mask."""
        return Labelled(self.frame[rows].reset_index(drop=True), self.codes)

    def strings(self, column: str) -> list[str]:
        """A column as a list."""
        return list(self.frame[column].tolist())


def find_benchmarks() -> Path | None:
    """The folder of the public benchmark data, or None where it is absent."""
    named = os.environ.get("TEXTMINE_BENCHMARKS")
    folder = Path(named) if named else ROOT.parent / "shared" / "benchmarks"
    return folder if (folder / "nhs-feedback" / "comments.csv").is_file() else None


def read_nhs(folder: Path) -> pd.DataFrame:
    """The NHS comments as published: id, text, question, respondent, trust and every label as 1 or 0."""
    raw = pd.read_csv(folder / "nhs-feedback" / "comments.csv", dtype=str, keep_default_na=False)
    labels = list(raw.columns[list(raw.columns).index(_NHS_FIRST_LABEL) :])
    named = {
        "id": raw["Comment ID"],
        "text": raw["FFT answer"],
        "question": raw["FFT question"],
        "respondent": raw["Trust"] + raw["Respondent ID"],
        "trust": raw["Trust"],
    }
    return pd.concat([pd.DataFrame(named), raw[labels].eq("1").astype(int)], axis=1)


def choose_nhs(comments: pd.DataFrame, *, fewest: int = NHS_FEWEST) -> Labelled:
    """The texts that are scored and the labels that enough of them carry.

    Texts longer than two characters with a label besides those that stand for none; the first of those with
    the same text and question.
    """
    labels = [c for c in nhs_labels(comments) if c not in NHS_NO_LABELS]
    kept = comments[(comments["text"].str.len() > 2) & comments[labels].any(axis=1)]
    kept = kept[~kept.duplicated(["text", "question"])].reset_index(drop=True)
    return Labelled(kept, [c for c in labels if kept[c].sum() >= fewest])


def choose_nhs_transfer(comments: pd.DataFrame) -> tuple[Labelled, Labelled]:
    """NEAS to learn from and NHFT to code, with the labels that both know well enough."""
    all_labels = choose_nhs(comments, fewest=0)
    sides = [all_labels.frame[all_labels.frame["trust"] == trust] for trust in ("NEAS", "NHFT")]
    codes = [c for c in all_labels.codes if min(side[c].sum() for side in sides) >= NHS_FEWEST_TRANSFER]
    learn, test = (Labelled(side.reset_index(drop=True), codes) for side in sides)
    return without_texts_of(learn, test), test


def nhs_labels(comments: pd.DataFrame) -> list[str]:
    """All labels of the data, in its order."""
    return [str(c) for c in comments.columns if c not in ("id", "text", "question", "respondent", "trust")]


def is_held_out(respondents: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Whether each respondent belongs to the test part: (md5 // 5) mod 5 == 0 of trust and respondent id.

    >>> is_held_out(["NEAS1", "NEAS2", "NEAS3", "NEAS4", "NEAS5", "NEAS6"]).tolist()
    [False, False, False, False, False, False]
    """
    digests = (int(hashlib.md5(name.encode("utf-8")).hexdigest(), 16) for name in respondents)
    return np.array([digest // 5 % 5 == 0 for digest in digests], dtype=bool)


def split_nhs(chosen: Labelled) -> tuple[Labelled, Labelled]:
    """The part to learn from, without the texts of the test part, and the test part."""
    held_out = is_held_out(chosen.strings("respondent"))
    test = chosen.select(held_out)
    return without_texts_of(chosen.select(~held_out), test), test


def without_texts_of(learn: Labelled, test: Labelled) -> Labelled:
    """``learn`` without the texts that, normalised, stand in ``test`` and without its respondents."""
    seen, theirs = set(text_keys(test.strings("text"))), set(test.strings("respondent"))
    pairs = zip(text_keys(learn.strings("text")), learn.strings("respondent"), strict=True)
    return learn.select(np.array([key not in seen and who not in theirs for key, who in pairs], dtype=bool))


def text_keys(texts: Sequence[str]) -> npt.NDArray[np.object_]:
    """Keys that are equal for texts that differ in case, spacing or damage alone."""
    return np.array([normalise_text(text) for text in repair_texts(texts)], dtype=object)


def batch_of(comment_id: str, respondent: str) -> str:
    """Which writers a school comment is from: the first letters of its id and of its respondent's.

    >>> batch_of("c0001", "B054")
    'cB'
    """
    return comment_id[0] + respondent[0]
