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
from textmine.codebook import Codebook
from textmine.corpus import Corpus
from textmine.jobs.labelled import ColumnNames, LabelledCorpus, read_labelled

ROOT = Path(__file__).resolve().parents[1]
STUDY = "school-collaboration"
STUDY_SINGLE_CODERS = range(3, 9)
#: The batches of the school comments that two people coded and a third adjudicated, each by other writers.
STUDY_BATCHES = ("cA", "cB", "cC")

#: Labels of the NHS data that stand for no label at all; left out of every figure.
NHS_NO_LABELS = ("Labelling not possible", "Not assigned")
#: A label is scored when this many texts carry it.
NHS_FEWEST = 50
#: ... and, from one trust to the other, when this many do on both sides.
NHS_FEWEST_TRANSFER = 10
NHS_TRUSTS = ("NEAS", "NHFT")
_NHS_FIRST_LABEL = "Not assigned"
_FIELDS = ("id", "text", "question", "respondent", "trust")


@dataclass(frozen=True)
class Labelled:
    """Texts with labels: ``frame`` has id, text, question, respondent, trust and one 0/1 column a label."""

    frame: pd.DataFrame
    codes: list[str]

    @property
    def y(self) -> pd.DataFrame:
        """1 and 0, (texts, labels)."""
        return self.frame[self.codes].astype(float)

    @property
    def corpus(self) -> Corpus:
        """The texts with their questions and respondents."""
        fields = self.frame[["id", "text", "question", "respondent"]]
        return Corpus.from_frame(fields, id="id", text="text", question="question", group="respondent")

    def select(self, rows: npt.NDArray[np.bool_]) -> Labelled:
        """The texts under a mask."""
        return Labelled(self.frame[rows].reset_index(drop=True), self.codes)


def find_benchmarks() -> Path | None:
    """The folder of the public benchmark data, or None where it is absent."""
    named = os.environ.get("TEXTMINE_BENCHMARKS")
    folder = Path(named) if named else ROOT.parent / "shared" / "benchmarks"
    return folder if (folder / "nhs-feedback" / "comments.csv").is_file() else None


def read_nhs(folder: Path) -> pd.DataFrame:
    """The NHS comments as published: id, text, question, respondent, trust and every label as 1 or 0.

    An empty label is 0 in this data. A respondent is a trust and its respondent id.
    """
    raw = pd.read_csv(folder / "nhs-feedback" / "comments.csv", dtype=str, keep_default_na=False)
    labels = list(raw.columns[list(raw.columns).index(_NHS_FIRST_LABEL) :])
    respondent = raw["Trust"] + raw["Respondent ID"]
    columns = (raw["Comment ID"], raw["FFT answer"], raw["FFT question"], respondent, raw["Trust"])
    fields = pd.DataFrame(dict(zip(_FIELDS, columns, strict=True)))
    return pd.concat([fields, raw[labels].eq("1").astype(int)], axis=1)


def choose_nhs(comments: pd.DataFrame, *, fewest: int = NHS_FEWEST) -> Labelled:
    """The texts that are scored and the labels that enough of them carry.

    Texts longer than two characters with a label besides those that stand for none; of those with the same
    text and question, the first.
    """
    labels = [str(c) for c in comments.columns if c not in (*_FIELDS, *NHS_NO_LABELS)]
    kept = comments[(comments["text"].str.len() > 2) & comments[labels].any(axis=1)]
    kept = kept[~kept.duplicated(["text", "question"])].reset_index(drop=True)
    return Labelled(kept, [c for c in labels if kept[c].sum() >= fewest])


def split_nhs(chosen: Labelled) -> tuple[Labelled, Labelled]:
    """The part to learn from, without the texts of the test part, and the test part."""
    held_out = is_held_out(chosen.frame["respondent"].tolist())
    test = chosen.select(held_out)
    return without_texts_of(chosen.select(~held_out), test), test


def split_nhs_by_trust(comments: pd.DataFrame) -> tuple[Labelled, Labelled]:
    """One trust to learn from and the other to code, with the labels that enough texts of both carry."""
    chosen = choose_nhs(comments, fewest=0)
    sides = [chosen.frame[chosen.frame["trust"] == trust] for trust in NHS_TRUSTS]
    codes = [c for c in chosen.codes if min(side[c].sum() for side in sides) >= NHS_FEWEST_TRANSFER]
    learn, test = (Labelled(side.reset_index(drop=True), codes) for side in sides)
    return without_texts_of(learn, test), test


def is_held_out(respondents: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Whether each respondent is of the test part: (md5 // 5) mod 5 == 0, md5 of trust and respondent id.

    >>> is_held_out(["NEAS1", "NEAS9", "NEAS11"]).tolist()
    [False, True, True]
    """
    digests = (int(hashlib.md5(name.encode("utf-8")).hexdigest(), 16) for name in respondents)
    return np.array([digest // 5 % 5 == 0 for digest in digests], dtype=bool)


def without_texts_of(learn: Labelled, test: Labelled) -> Labelled:
    """``learn`` without the texts that, normalised, stand in ``test``, and without its respondents."""
    keys, tested = (text_keys(part.frame["text"].tolist()) for part in (learn, test))
    theirs = learn.frame["respondent"].isin(test.frame["respondent"])
    return learn.select((~keys.isin(set(tested)) & ~theirs).to_numpy())


def text_keys(texts: Sequence[str]) -> pd.Series:
    """Keys that are equal for texts that differ in case, spacing or damage alone."""
    return pd.Series([normalise_text(text) for text in repair_texts(texts)], dtype=object)


def read_study() -> tuple[LabelledCorpus, Codebook]:
    """The school comments as ``textmine train`` reads them, and their codebook.

    The adjudicated 900 are scored; the 1,800 coded by one person each are learned from only.
    """
    corpus, coded = ROOT / "corpora" / STUDY, ROOT / "annotations" / STUDY
    book = Codebook.load(corpus / "codebook.yaml")
    labelled = read_labelled(
        corpus / "comments.csv",
        [coded / "adjudicated.jsonl"],
        columns=ColumnNames("text", "comment_id", "question", "respondent_id"),
        learn_only=[coded / f"coder_{n}.jsonl" for n in STUDY_SINGLE_CODERS],
        codes=book.ids,
    )
    return labelled, book


def batch_of(comment_id: str, respondent: str) -> str:
    """Which writers a school comment is from: the first letters of its id and of its respondent's.

    >>> batch_of("c0001", "B054")
    'cB'
    """
    return comment_id[0] + respondent[0]
