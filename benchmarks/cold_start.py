"""The codebook alone: texts ranked before there is a label, and what labels add as they arrive.

    python benchmarks/cold_start.py [review] [school] [curve] [--sizes 0 8 16] [--draws 5]

``review``: paragraphs of the Department for Education's review of school partnerships, each paragraph's own
section the truth, the codebook ``partnership-evidence`` all that is known; headings are no part of the text.
``school``: the 900 adjudicated school comments, macro average precision without one label, beside matching
of the codebook's words. ``curve``: school comments with 0 to 64 labels a code, the cold start alone, a coder
trained on the labels alone, and the two faded together, on respondents who gave none of the labels.

The review is looked for at ``../shared/texts`` beside the checkout or in the folder that TEXTMINE_TEXTS
names; without it that part is left out, with a word.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from few_shot import draw_examples
from protocols import ROOT, read_study
from scoring import write_results

import textmine as tm
from textmine.codebook import Codebook
from textmine.coding.calibrated import folds_by_respondent
from textmine.coding.cold_start import describe_code
from textmine.coding.evaluation import average_precision, split_by_respondent
from textmine.coding.intervals import wilson_interval
from textmine.corpus import Corpus

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

REVIEW = "effective-school-partnerships-review.txt"
_SUMMARY = "Executive summary: Key findings from the evidence"
#: The headings of the review's sections, and the code of each: the whole mapping, nothing else is used.
SECTIONS = {
    "Structure of collaboration > Type and nature of collaboration": "collaboration_type",
    "Structure of collaboration > Leadership": "leadership",
    "Structure of collaboration > Management": "management",
    "Structure of collaboration > Governance": "governance",
    "Impact of inter-school collaboration > Student outcomes": "impact_students",
    "Impact of inter-school collaboration > Teachers and teaching practice": "impact_teachers",
    "Impact of inter-school collaboration > Leadership": "impact_leadership",
    "Impact of inter-school collaboration > Financial": "impact_financial",
    "Partnership formation > Drivers for collaboration": "drivers",
    "Partnership formation > Conditions for effective collaboration": "conditions",
    "Challenges of inter-school collaboration": "challenges",
    "Sustainability": "sustainability",
    f"{_SUMMARY} > Leadership": "leadership",
    f"{_SUMMARY} > Governance": "governance",
    f"{_SUMMARY} > Conditions for effective collaboration": "conditions",
    f"{_SUMMARY} > Challenges to inter-school collaboration": "challenges",
}
#: Paragraphs of fewer words are lines of a list.
FEWEST_WORDS = 15
SIZES = (0, 8, 16, 32, 64)
DRAWS = 5
FOLDS = 3
PARTS = ("review", "school", "curve")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts asked for; 1 where the review was asked for and is absent."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", default=list(PARTS), help="review, school, curve")
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES))
    parser.add_argument("--draws", type=int, default=DRAWS)
    asked = parser.parse_args(arguments)
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}; parts: {', '.join(PARTS)}")
    absent = False
    if "review" in asked.parts:
        path = find_review()
        absent = path is None
        if path is None:
            print("review: its text was not found: name the folder with TEXTMINE_TEXTS.")
        else:
            write_review(path)
    if "school" in asked.parts:
        write_school()
    if "curve" in asked.parts:
        write_curve(asked.sizes, asked.draws)
    return int(absent)


def find_review() -> Path | None:
    """The file of the review, or None where it is absent."""
    named = os.environ.get("TEXTMINE_TEXTS")
    path = (Path(named) if named else ROOT.parent / "shared" / "texts") / REVIEW
    return path if path.is_file() else None


def keep_definitions(codebook: Codebook) -> Codebook:
    """The codebook with the names and definitions of its codes and nothing else."""
    bare = tuple(replace(c, include=(), exclude=(), examples=(), keywords=()) for c in codebook.codes)
    return replace(codebook, codes=bare)


# --- the review ---------------------------------------------------------------------------------------------


def read_review(path: Path) -> tuple[Corpus, Corpus, list[str]]:
    """All paragraphs, those that are scored, and the code of each of the latter."""
    frame = tm.read_document(path).frame
    long = frame["text"].str.split().str.len() >= FEWEST_WORDS
    scored = frame[long & (frame["kind"] != "footnote") & frame["section"].isin(SECTIONS)]
    return Corpus(frame), Corpus(scored), scored["section"].map(SECTIONS).tolist()


def write_review(path: Path) -> None:
    """How often the right section is ranked first and among the first three, with 95% intervals."""
    everything, scored, truth = read_review(path)
    book = Codebook.load(ROOT / "codebooks" / "partnership-evidence.yaml")
    sections = [code for code in book.ids if code in set(truth)]
    rows = []
    for told, known in (("whole codebook", book), ("names and definitions", keep_definitions(book))):
        for among, codes in (("the 12 sections", sections), ("all 15 codes", book.ids)):
            coder = tm.ColdStartCoder().fit(everything, codebook=known, codes=codes)
            place = _places(coder.rank(scored), truth)
            rows.append({"method": "cold start", "told": told, "among": among} | _hit_rates(place))
        counts = match_words(scored, known, sections)
        order = np.argsort(-counts, axis=1, kind="stable")
        place = _places([[sections[k] for k in row] for row in order], truth)
        rows.append({"method": "words matched", "told": told, "among": "the 12 sections"} | _hit_rates(place))
    rows.append(
        {"method": "always the commonest", "told": "", "among": "the 12 sections"}
        | _hit_rates(_places([_by_frequency(truth)] * len(truth), truth))
    )
    table = pd.DataFrame(rows)
    shown = table[["method", "told", "among", "paragraphs"]].copy()
    for measure in ("first", "first_three"):
        shown[f"right section {measure.replace('_', ' ')}"] = [
            f"{v:.1%} ({low:.1%} to {high:.1%})"
            for v, low, high in zip(
                table[measure], table[f"{measure}_low"], table[f"{measure}_high"], strict=True
            )
        ]
    notes = [
        f"Body paragraphs of {FEWEST_WORDS} words or more under a heading that is one code (the summary's "
        f"'Impact' is four, and left out); the unlabelled corpus are all {len(everything)} paragraphs. "
        "Intervals are Wilson's, 95%. 'Always the commonest' knows how many paragraphs each section has.",
        "",
        "Made by `python benchmarks/cold_start.py review`.",
    ]
    _tell("cold-start-review", table, shown, "Sections of a review from the codebook alone", notes)


def _places(ranks: Sequence[Sequence[str]], truth: Sequence[str]) -> Ints:
    """The place of each text's own code in its ranks, from 0."""
    return np.array([list(codes).index(own) for codes, own in zip(ranks, truth, strict=True)])


def _hit_rates(place: Ints) -> dict[str, Any]:
    row: dict[str, Any] = {"paragraphs": len(place)}
    for name, most in (("first", 1), ("first_three", 3)):
        hits = int((place < most).sum())
        low, high = wilson_interval(hits, len(place))
        row |= {
            name: round(hits / len(place), 4),
            f"{name}_low": round(low, 4),
            f"{name}_high": round(high, 4),
        }
    return row


def _by_frequency(truth: Sequence[str]) -> list[str]:
    return [str(code) for code in pd.Series(list(truth)).value_counts().index]


# --- the school comments ------------------------------------------------------------------------------------


def match_words(corpus: Corpus, codebook: Codebook, codes: Sequence[str], *, names: bool = False) -> Floats:
    """How many words of each code a text holds, (texts, codes): plain keyword matching.

    The words are those of all that the codebook says a code covers, of four letters or more; with ``names``
    those of its name and keywords alone.
    """
    said = [set(re.findall(r"\w+", text.casefold())) for text in corpus.texts]
    wanted = []
    for id in codes:
        code = codebook.code(id)
        told = " ".join([code.name, *code.keywords]) if names else describe_code(code)
        wanted.append({w for w in re.findall(r"\w+", told.casefold()) if len(w) >= 4})
    return np.array([[len(words & own) for own in wanted] for words in said], dtype=float)


def write_school() -> None:
    """Macro average precision on the adjudicated comments without one label."""
    labelled, book = read_study()
    everything = labelled.corpus
    scored = np.flatnonzero(~labelled.learn_only)
    corpus, truth = everything.select(scored), labelled.y.iloc[scored].to_numpy(dtype=float)
    unasked = Corpus(everything.frame.drop(columns="question"))
    rows = []
    for told, known in (("whole codebook", book), ("names and definitions", keep_definitions(book))):
        for name, source in (("cold start", everything), ("cold start, question not told", unasked)):
            scores = (
                tm.ColdStartCoder()
                .fit(source, codebook=known, codes=book.ids)
                .decision_function(source.select(scored))
            )
            rows.append({"method": name, "told": told} | _precisions(scores, truth, book.ids))
        rows.append(
            {"method": "words matched", "told": told}
            | _precisions(match_words(corpus, known, book.ids), truth, book.ids)
        )
    names = match_words(corpus, book, book.ids, names=True)
    rows.append({"method": "words matched", "told": "names alone"} | _precisions(names, truth, book.ids))
    rows.append(
        {"method": "drawn by lot", "told": ""}
        | {"macro": truth.mean()}
        | dict(zip(book.ids, truth.mean(axis=0), strict=True))
    )
    table = pd.DataFrame(rows).round(4)
    table.insert(2, "comments", len(corpus))
    shown = table[["method", "told", "comments"]].copy()
    shown["macro average precision"] = table["macro"].map("{:.3f}".format)
    notes = [
        f"The unlabelled corpus are all {len(everything)} comments with their questions. 'Drawn by lot' is "
        "the share of comments that carry a code. No label was used.",
        "",
        "Made by `python benchmarks/cold_start.py school`.",
    ]
    _tell("cold-start-school", table, shown, "School comments ranked from the codebook alone", notes)


def _precisions(scores: Floats, truth: Floats, codes: Sequence[str]) -> dict[str, float]:
    each = [average_precision(scores[:, k], truth[:, k]) for k in range(len(codes))]
    return {"macro": float(np.nanmean(each))} | dict(zip(codes, each, strict=True))


# --- the curve ----------------------------------------------------------------------------------------------


def write_curve(sizes: Sequence[int], draws: int) -> None:
    """Macro average precision by labels a code, on the third of the respondents who gave none of them."""
    labelled, book = read_study()
    everything = labelled.corpus
    scored = np.flatnonzero(~labelled.learn_only)
    corpus, truth = everything.select(scored), labelled.y.iloc[scored].to_numpy(dtype=float)
    fold = folds_by_respondent(corpus.groups, FOLDS, 0)
    split = next(iter(split_by_respondent(corpus, np.where(fold == 0, 0, -1))))
    test, tested = corpus.select(split.test), truth[split.test]
    rows = []
    for size in sizes:
        for draw in range(draws if size else 1):
            y = np.full((len(everything), len(book.ids)), np.nan)
            if size:
                drawn = split.train[draw_examples(truth[split.train], size, seed=draw)]
                y[scored[drawn]] = truth[drawn]
            coder = tm.ColdStartCoder(folds=FOLDS).fit(
                everything, y, codebook=book, codes=book.ids, withhold=split.withhold
            )
            row: dict[str, Any] = {"labels": size, "draw": draw, "texts": int((~np.isnan(y[:, 0])).sum())}
            row["faded"] = _precisions(coder.decision_function(test), tested, book.ids)["macro"]
            row["share"] = coder.share_
            if coder.coder_ is not None:
                alone = coder.coder_.decision_function(test)
                row["trained"] = _precisions(alone, tested, book.ids)["macro"]
            rows.append(row)
            print(", ".join(f"{name} {value:.3g}" for name, value in row.items()), flush=True)
    runs = pd.DataFrame(rows).reindex(columns=["labels", "draw", "texts", "faded", "trained", "share"])
    cold = tm.ColdStartCoder().fit(everything, codebook=book, codes=book.ids).decision_function(test)
    runs["cold"] = _precisions(cold, tested, book.ids)["macro"]
    runs["worse_than_both"] = runs["faded"] < runs[["cold", "trained"]].min(axis=1)
    runs["gain"] = runs["faded"] - runs[["cold", "trained"]].max(axis=1)
    table = (
        runs.groupby("labels")[["texts", "cold", "trained", "faded", "gain", "share"]].mean().reset_index()
    )
    by_size = runs.groupby("labels")
    table["draws"] = by_size.size().to_numpy()
    table["gain_least"] = by_size["gain"].min().to_numpy()
    table["worse_than_both"] = by_size["worse_than_both"].sum().to_numpy()
    table = table.round(4)
    shown = pd.DataFrame(
        {
            "labels a code": table["labels"],
            "draws": table["draws"],
            "texts with labels": table["texts"].map("{:.0f}".format),
            "codebook alone": table["cold"].map("{:.3f}".format),
            "labels alone": table["trained"].map("{:.3f}".format, na_action="ignore").fillna(""),
            "faded": table["faded"].map("{:.3f}".format),
            "over the better of the two": table["gain"].map("{:+.3f}".format),
            "least of the draws": table["gain_least"].map("{:+.3f}".format),
            "labels count for": table["share"].map("{:.0%}".format),
        }
    )
    notes = [
        f"Macro average precision on {len(test)} comments of respondents who gave no label, mean of the "
        f"draws. All {len(everything)} comments are the unlabelled corpus. 'Labels alone' is textmine's "
        "`Coder`, which learns from the codebook's sentences too. A draw takes up to so many comments a code "
        "and as many that carry none.",
        "",
        "Made by `python benchmarks/cold_start.py curve`.",
    ]
    _tell("cold-start-curve", table, shown, "From the codebook to the labels", notes)


def _tell(name: str, table: pd.DataFrame, shown: pd.DataFrame, title: str, notes: list[str]) -> None:
    path = write_results(name, table, shown=shown, title=title, notes=notes)
    print(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(main())
