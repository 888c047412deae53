"""What the shipped coder still gets wrong on the school comments: by cause, by length, by texts learned.

    python benchmarks/errors.py [causes] [length] [curve] [--dry]

``causes`` counts a hundred errors, drawn at random and sorted by one reader (``truth/error_causes.csv``);
``length`` gives the F1 of comments by their length in words; ``curve`` is the fast coder's learning curve
(about ten minutes). Tables go to benchmarks/results and docs/errors.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from protocols import STUDY, read_study
from scoring import write_results

from textmine.coding.artefact import load_coder
from textmine.coding.coder import Coder
from textmine.coding.evaluation import evaluate_coder
from textmine.coding.learning_curve import trace_learning_curve
from textmine.coding.mistakes import list_errors

CAUSES = Path(__file__).with_name("truth") / "error_causes.csv"
#: Upper ends of the classes of length, in words.
LENGTHS = (10, 25, 50, 100)
SIZES = (0.125, 0.25, 0.5, 1.0)
SHOWN = ("micro_f1", "macro_f1", "macro_average_precision")


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the tables asked for, all where none is named."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("table", nargs="*", choices=[*TABLES, []], help="all where none is named")
    parser.add_argument("--dry", action="store_true", help="print, but write no tables")
    asked = parser.parse_args(arguments)
    for name in asked.table or TABLES:
        make, title, notes = TABLES[name]
        table = make()
        if asked.dry:
            print(table.to_string(index=False))
        else:
            write_results(f"errors-{name}", table, shown=table, title=title, notes=["", *notes])
    return 0


def count_causes(errors: pd.DataFrame | None = None) -> pd.DataFrame:
    """How many of the hundred errors have each cause; ``still`` are errors of the model as it is today."""
    sorted_by_hand = pd.read_csv(CAUSES)
    errors = list_errors(_judge()[0]) if errors is None else errors
    key = ["unit_id", "code", "kind"]
    known = set(map(tuple, errors[key].to_numpy().tolist()))
    still = [tuple(row) in known for row in sorted_by_hand[key].to_numpy().tolist()]
    marked = sorted_by_hand.assign(
        missed=sorted_by_hand["kind"] == "missed",
        wrong=sorted_by_hand["kind"] == "wrongly given",
        still=still,
    )
    found = marked.groupby("cause")[["missed", "wrong", "still"]].sum().astype(int).reset_index()
    found.insert(1, "errors", found["missed"] + found["wrong"])
    named = {"wrong": "wrongly given", "still": "still errors"}
    return found.sort_values(["errors", "cause"], ascending=[False, True]).rename(columns=named)


def measure_lengths() -> pd.DataFrame:
    """Precision, recall and F1 over all codes, in classes of comments by their length in words."""
    comparison, words = _judge()
    rows = comparison.predictions()
    rows["class"] = np.digitize(rows["unit_id"].map(words), LENGTHS, right=True)
    names = _name_lengths()
    found = []
    for place, part in rows.groupby("class"):
        hits = int(((part["truth"] == 1) & (part["applies"] == 1)).sum())
        given, true = int(part["applies"].sum()), int(part["truth"].sum())
        texts = part["unit_id"].nunique()
        found.append(
            {
                "words": names[int(place)],
                "texts": texts,
                "codes a text": f"{true / texts:.2f}",
                "precision": f"{hits / max(given, 1):.3f}",
                "recall": f"{hits / max(true, 1):.3f}",
                "F1": f"{2 * hits / max(given + true, 1):.3f}",
            }
        )
    return pd.DataFrame(found)


def trace_curve() -> pd.DataFrame:
    """The fast coder cross-validated at shares of the respondents to learn from."""
    labelled, book = read_study()
    table = trace_learning_curve(
        Coder(),
        labelled.corpus,
        labelled.y,
        sizes=SIZES,
        learn_only=labelled.learn_only,
        quotes=labelled.quotes,
        codebook=book,
    )
    rows = []
    for (respondents, texts), part in table.groupby(["respondents", "texts"], sort=True):
        figures = part.set_index("measure")
        row = {"respondents learned from": f"{respondents:.0f}", "texts": f"{texts:,.0f}"}
        for measure in SHOWN:
            value, low, high = figures.loc[measure, ["value", "low", "high"]]
            row[measure.replace("_", " ")] = f"{value:.3f} ({low:.3f} to {high:.3f})"
        rows.append(row)
    return pd.DataFrame(rows)


def _judge() -> tuple:
    """The shipped model's comparison on the scored comments, by out-of-fold scores, and words by unit."""
    labelled, _ = read_study()
    scored = np.flatnonzero(~labelled.learn_only)
    corpus, y = labelled.corpus.select(scored), labelled.y.iloc[scored]
    found = evaluate_coder(load_coder(STUDY), corpus, y)
    words = {unit: len(text.split()) for unit, text in zip(corpus.ids, corpus.texts, strict=True)}
    return found.comparison, words


def _name_lengths() -> list[str]:
    starts = [1, *(end + 1 for end in LENGTHS)]
    return [f"{a} to {b}" for a, b in zip(starts, LENGTHS, strict=False)] + [f"{starts[-1]} or more"]


TABLES: dict[str, tuple[Callable[[], pd.DataFrame], str, list[str]]] = {
    "causes": (
        count_causes,
        "A hundred errors by cause",
        ["Drawn at random from all errors of the shipped model's out-of-fold scores; one reader."],
    ),
    "length": (
        measure_lengths,
        "F1 by the length of the comment",
        ["The shipped model by its out-of-fold scores; its thresholds were chosen on these texts."],
    ),
    "curve": (
        trace_curve,
        "Learning curve of the fast tier",
        ["Cross-validated by respondent, thresholds of training folds; 95% bootstrap intervals."],
    ),
}

if __name__ == "__main__":
    raise SystemExit(main())
