"""Agreement: published kappas beside ours, how often the intervals hold, and how long much data takes.

    python benchmarks/agreement.py [sight] [coverage] [speed] [--runs N]

sight: Cohen's kappa of the two coders of rosewang2008/sight (MIT), code by code, beside the published figure;
left out with a word where the data is absent. coverage: two simulated coders (sensitivity .8, specificity
.97), how often the 95% interval of alpha holds the true alpha, from --runs studies of each kind. speed:
seconds for 20,000 units, three coders and ten codes with 1,000 bootstrap samples. Tables go to
benchmarks/results and docs/agreement.md.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from protocols import ROOT
from scoring import write_results

from textmine.agreement import measure_agreement
from textmine.codebook import Codebook
from textmine.coded import CodedDataset

#: Cohen's kappa of H1 and H2 as published with the data.
PUBLISHED = {
    "general": 0.754,
    "confusion": 0.910,
    "pedagogy": 0.787,
    "setup": 0.951,
    "gratitude": 0.922,
    "personal_experience": 0.743,
    "clarification": 0.830,
    "non_english": 0.937,
    "na": 0.737,
}
SENSITIVITY, SPECIFICITY = 0.8, 0.97
PREVALENCES, SIZES = (0.30, 0.10, 0.03), (100, 300)


def find_sight() -> Path | None:
    """The comments of sight, or None where they are absent."""
    folder = Path(os.environ.get("TEXTMINE_BENCHMARKS") or ROOT.parent / "shared" / "benchmarks")
    path = folder / "sight" / "comments.csv"
    return path if path.is_file() else None


def read_sight(path: Path) -> list[CodedDataset]:
    """What the two coders gave; a blank cell is not coded."""
    table = pd.read_csv(path, dtype={"comment_id": str}).set_index("comment_id")
    coders = []
    for coder in ("H1", "H2"):
        given = table.filter(like=f"annotator_{coder}_")
        given.columns = given.columns.str.removeprefix(f"annotator_{coder}_")
        coders.append(CodedDataset(given, Codebook.from_labels(list(given.columns)), coder=coder))
    return coders


def compare_sight(path: Path) -> pd.DataFrame:
    """Published and own kappas with what stands beside them."""
    codes = measure_agreement(*read_sight(path)).codes.set_index("code").loc[list(PUBLISHED)]
    columns = [
        "n_units",
        "n_marked",
        "kappa",
        "alpha",
        "alpha_low",
        "alpha_high",
        "ac1",
        "positive_agreement",
    ]
    table = codes[columns].round(3)
    table.insert(0, "published kappa", list(PUBLISHED.values()))
    return table.reset_index()


def true_alpha(prevalence: float) -> float:
    """Alpha of the simulated coders over endlessly many units."""
    share = prevalence * SENSITIVITY + (1 - prevalence) * (1 - SPECIFICITY)
    apart = 2 * (
        prevalence * SENSITIVITY * (1 - SENSITIVITY) + (1 - prevalence) * SPECIFICITY * (1 - SPECIFICITY)
    )
    return 1 - apart / (2 * share * (1 - share))


def simulate(prevalence: float, size: int, rng: np.random.Generator) -> list[CodedDataset]:
    """Two coders of one code, who err alike and apart from each other."""
    truth = rng.random(size) < prevalence
    book = Codebook.from_labels(["code"])
    coders = []
    for name in ("one", "other"):
        given = np.where(truth, rng.random(size) < SENSITIVITY, rng.random(size) > SPECIFICITY)
        coders.append(CodedDataset(pd.DataFrame({"code": given.astype(float)}), book, coder=name))
    return coders


def measure_coverage(runs: int) -> pd.DataFrame:
    """How often the interval of alpha holds the true one, and how often it comes with a warning."""
    rows = []
    for prevalence in PREVALENCES:
        wanted = true_alpha(prevalence)
        for size in SIZES:
            rng = np.random.default_rng(round(1000 * prevalence) + size)
            found = [
                measure_agreement(*simulate(prevalence, size, rng), seed=run).codes for run in range(runs)
            ]
            table = pd.concat(found)
            known = table[table["alpha_low"].notna()]
            held = (known["alpha_low"] <= wanted) & (wanted <= known["alpha_high"])
            warned = table["warning"].str.contains("unreliable")
            rows.append(
                {"prevalence": prevalence, "units": size, "true alpha": round(wanted, 3)}
                | {"mean alpha": round(float(table["alpha"].mean()), 3)}
                | {"mean AC1": round(float(table["ac1"].mean()), 3)}
                | {"interval holds it": round(float(held.mean()), 3), "studies": len(known)}
                | {"warned": round(float(warned.mean()), 2)}
            )
    return pd.DataFrame(rows)


def measure_speed() -> pd.DataFrame:
    """Seconds for much data, each unit a respondent of its own and four units a respondent."""
    rng = np.random.default_rng(0)
    codes, units = [f"code{k}" for k in range(10)], [f"u{n:05d}" for n in range(20_000)]
    truth = rng.random((len(units), len(codes))) < np.linspace(0.02, 0.3, len(codes))
    coders = []
    for name in ("one", "two", "three"):
        given = np.where(truth, rng.random(truth.shape) < 0.8, rng.random(truth.shape) < 0.03).astype(float)
        frame = pd.DataFrame(given, index=units, columns=codes)
        coders.append(CodedDataset(frame, Codebook.from_labels(codes), coder=name))
    rows = []
    for kind, by in (("20,000", None), ("5,000", {unit: f"r{n // 4}" for n, unit in enumerate(units)})):
        start = time.perf_counter()
        measure_agreement(*coders, by=by)
        rows.append({"respondents": kind, "seconds": round(time.perf_counter() - start, 1)})
    return pd.DataFrame(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=["sight", "coverage", "speed", []])
    parser.add_argument("--runs", type=int, default=500)
    options = parser.parse_args()
    parts = options.parts or ["sight", "coverage", "speed"]
    if "sight" in parts:
        path = find_sight()
        if path is None:
            print("sight/comments.csv is not in the folder of the benchmark data; left out.", file=sys.stderr)
        else:
            table = compare_sight(path)
            title = "Published kappas and ours: two coders of the sight comments"
            note = [
                "",
                "Two rows have blank cells, which are not coded; the published figures leave them out too.",
            ]
            print(
                write_results("agreement-sight", table, shown=table, title=title, notes=note).read_text(
                    "utf-8"
                )
            )
    if "coverage" in parts:
        table = measure_coverage(options.runs)
        title = "How often the 95% interval of alpha holds the true alpha (two simulated coders)"
        print(
            write_results("agreement-coverage", table, shown=table, title=title, notes=[]).read_text("utf-8")
        )
    if "speed" in parts:
        table = measure_speed()
        title = "Seconds for 20,000 units, three coders, ten codes, 1,000 bootstrap samples"
        print(write_results("agreement-speed", table, shown=table, title=title, notes=[]).read_text("utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
