"""The vocabulary school-terms: the review's glossaries covered, and precision by hits read by hand.

    python benchmarks/vocabulary.py

Coverage: every entry of the two glossaries of the Department for Education's review is looked for in the
review's own text. Precision: truth/vocabulary_hits.csv holds three draws of 200 hits, each read in context (a
hit by its place, no text of others). Tables go to results/ and into docs/vocabulary.md. Some seconds. Where
the shared texts are absent (TEXTMINE_TEXTS, else shared/texts beside the checkout) coverage is left out.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from protocols import ROOT
from scipy.stats import binomtest
from scoring import write_results

from textmine.vocabulary import find_terms

REVIEW = "effective-school-partnerships-review.txt"
TRUTH = Path(__file__).parent / "truth" / "vocabulary_hits.csv"
STUDY = ROOT / "corpora" / "school-collaboration"
DRAWS = {
    "1": "all hits, first version of the rules",
    "2": "all hits, fresh, causes of the first mended",
    "3": "everyday words only, half of them in transcripts not looked at before",
}
#: Entries of the review's two glossaries, and the term that each is.
GLOSSARIES = {
    "1": {
        "Independent-State School Partnerships (ISSP)": "issp",
        "Beacon Schools": "beacon_schools",
        "Specialist Schools": "specialist_schools",
        "Networked Learning Communities (NLC)": "networked_learning_communities",
        "City Challenges": "city_challenge",
        "Teaching Schools": "teaching_schools",
        "Teaching School Alliance (TSA), under Teaching Schools": "teaching_school_alliance",
    },
    "2": {
        "Academy": "academy",
        "Academy Trust": "academy_trust",
        "Chain": "chain",
        "Federation": "federation",
        "Hard Partnership": "hard_partnership",
        "Trust": "trust",
        "Multi-academy trust (MAT)": "mat",
        "Single Academy Trust (SAT)": "sat",
        "Sponsors": "sponsor",
    },
}


def main() -> int:
    folder = find_texts()
    if folder is None:
        print("The shared texts were not found (set TEXTMINE_TEXTS): coverage is left out.")
    else:
        table = measure_coverage((folder / REVIEW).read_text(encoding="utf-8"))
        notes = ["Made by `python benchmarks/vocabulary.py`."]
        write_results(
            "vocabulary-coverage", table, shown=table, title="Glossary entries in the review", notes=notes
        )
        print(table.to_string(index=False))
    table = measure_precision(dict(read_texts(folder)))
    notes = ["95% intervals after Wilson. Made by `python benchmarks/vocabulary.py`."]
    write_results("vocabulary", table, shown=_shown(table), title="Hits read by hand", notes=notes)
    print(_shown(table).to_string(index=False))
    return 0


def find_texts() -> Path | None:
    """The folder of the shared texts, None where it is not there."""
    folder = Path(os.environ.get("TEXTMINE_TEXTS") or ROOT.parent / "shared" / "texts")
    return folder if (folder / REVIEW).is_file() else None


def measure_coverage(review: str) -> pd.DataFrame:
    """For each entry how often its term is found inside the glossaries and elsewhere in the review."""
    hits = find_terms([review])
    glossaries = review.index("Appendix 1: Glossary"), review.index("Appendix 3: Search Strategy")
    inside = hits["start"].between(*glossaries)
    rows = []
    for appendix, entries in GLOSSARIES.items():
        for entry, term in entries.items():
            of_term = hits["term"].eq(term)
            counts = {"in the glossaries": (of_term & inside).sum(), "elsewhere": (of_term & ~inside).sum()}
            rows.append({"appendix": appendix, "entry": entry, "term": term, **counts})
    return pd.DataFrame(rows)


def measure_precision(texts: dict[str, str]) -> pd.DataFrame:
    """Per draw what share was right when read, and what the rules of today make of those hits.

    ``texts`` are those at hand, by place; a text that has changed since it was read is left out.
    """
    with TRUTH.open(encoding="utf-8", newline="") as file:
        marks = pd.DataFrame(csv.DictReader(file))
    marks["right"] = marks["right"].eq("1")
    held = marks["place"].map(texts).map(_digest, na_action="ignore").eq(marks["digest"])
    places = sorted(set(marks["place"][held]))
    hits = find_terms([texts[place] for place in places])
    found = set(zip(hits["row"].map(places.__getitem__), hits["term"], hits["start"], strict=True))
    keys = zip(marks["place"], marks["term"], marks["start"].astype(int), strict=True)
    marks["found"] = [key in found for key in keys]
    return pd.DataFrame([_row(draw, of, held[of.index]) for draw, of in marks.groupby("draw")])


def read_texts(folder: Path | None) -> Iterator[tuple[str, str]]:
    """The texts that were drawn from, each with its place: comments and turns of the study, shared files."""
    with (STUDY / "comments.csv").open(encoding="utf-8", newline="") as file:
        yield from ((row["comment_id"], row["text"]) for row in csv.DictReader(file))
    for path in sorted((STUDY / "turns").glob("*.jsonl")):
        for turn in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            yield f"{path.stem}:{turn['turn']}", turn["text"]
    for path in sorted(folder.rglob("*")) if folder is not None else ():
        if path.suffix in (".txt", ".md"):
            yield path.relative_to(folder or path).as_posix(), path.read_text(encoding="utf-8")


def _row(draw: object, marks: pd.DataFrame, held: pd.Series[bool]) -> dict[str, object]:
    n, right = len(marks), int(marks["right"].sum())
    interval = binomtest(right, n).proportion_ci(method="wilson")
    wrong = held & ~marks["right"]
    return {
        "draw": draw,
        "of": DRAWS[str(draw)],
        "read": n,
        "right": right,
        "precision": right / n,
        "low": interval.low,
        "high": interval.high,
        "at hand": int(held.sum()),
        "right ones still found": int((held & marks["right"] & marks["found"]).sum()),
        "wrong ones": int(wrong.sum()),
        "wrong ones still found": int((wrong & marks["found"]).sum()),
    }


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    shown = table[["draw", "of", "read", "right"]].copy()
    figures = zip(table["precision"], table["low"], table["high"], strict=True)
    shown["precision (95% interval)"] = [f"{p:.3f} ({low:.3f} to {high:.3f})" for p, low, high in figures]
    shown["wrong ones that the rules of today still take"] = table["wrong ones still found"]
    return shown


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]


if __name__ == "__main__":
    sys.exit(main())
