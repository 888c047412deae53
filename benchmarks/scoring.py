"""F1 with intervals by respondent, the difference of two methods on the same texts, and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from protocols import ROOT

RESULTS = Path(__file__).resolve().parent / "results"
DOCS = ROOT / "docs"
RESAMPLES = 1000
MEASURES = ("micro_f1", "macro_f1", "samples_f1")
SINGLE_MEASURES = ("accuracy", "balanced_accuracy", "macro_f1")
_NAMES = {name: name.replace("_", " ").replace("f1", "F1") for name in (*MEASURES, *SINGLE_MEASURES)}
_SPEEDS = {
    "seconds_to_learn": ("seconds to learn", "{:,.1f}"),
    "comments_a_second": ("comments a second", "{:,.0f}"),
}

Floats = npt.NDArray[np.float64]


def bootstrap_f1(truth: Floats, given: Floats, respondents: Sequence[str], *, seed: int = 0) -> Floats:
    """Micro-, macro- and samples-F1, (RESAMPLES + 1, 3): first of the texts as they are, then of resamples.

    A resample draws respondents with replacement; the same respondents and seed give the same resamples,
    so that two methods can be compared draw by draw. Macro is the mean over labels; in samples-F1 a text
    that has no label and was given none counts 1.
    """
    number = np.unique(np.asarray(respondents, dtype=object), return_inverse=True)[1]
    n = int(number.max()) + 1
    drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=RESAMPLES)[:, number]
    times = np.vstack([np.ones(len(number)), drawn])
    return f1_of_draws(truth, given, times)


def f1_of_draws(truth: Floats, given: Floats, times: Floats) -> Floats:
    """Micro-, macro- and samples-F1, (draws, 3); ``times`` (draws, texts) is how often a text is drawn."""
    hits, n_given, n_true = times @ (truth * given), times @ given, times @ truth
    of_text = _f1((truth * given).sum(axis=1), given.sum(axis=1), truth.sum(axis=1))
    of_text[(given + truth).sum(axis=1) == 0] = 1.0
    micro = _f1(hits.sum(axis=1), n_given.sum(axis=1), n_true.sum(axis=1))
    macro = _f1(hits, n_given, n_true).mean(axis=1)
    return np.column_stack([micro, macro, times @ of_text / times.sum(axis=1)])


def rows_of(
    setting: str, truth: Floats, given: dict[str, Floats], respondents: Sequence[str]
) -> list[dict[str, object]]:
    """A row for each method and, for each but the first, one for the first's lead over it.

    ``given`` holds each method's decisions by name. The interval of a lead is that of the paired difference.
    """
    runs = {name: bootstrap_f1(truth, decisions, respondents) for name, decisions in given.items()}
    first, *others = runs
    size = {"texts": len(truth), "respondents": len(set(respondents)), "labels": truth.shape[1]}
    rows = [{"setting": setting, "method": name, **size, **summarise(run)} for name, run in runs.items()]
    leads = [(f"lead over {name}", runs[first] - runs[name]) for name in others]
    return rows + [{"setting": setting, "method": name, **size, **summarise(lead)} for name, lead in leads]


def rounded(table: pd.DataFrame, measures: Sequence[str] = MEASURES) -> pd.DataFrame:
    """The table for people: one row a method, intervals in brackets, seconds where they were measured."""
    shown = table[["setting", "method", "texts", "labels"]].rename(columns={"labels": "codes"})
    for measure in measures:
        sign = np.where(table["method"].str.startswith("lead over"), "+", "")
        shown[_NAMES[measure]] = [
            f"{value:{plus}.3f} ({low:{plus}.3f} to {high:{plus}.3f})"
            for value, low, high, plus in zip(
                table[measure], table[f"{measure}_low"], table[f"{measure}_high"], sign, strict=True
            )
        ]
    for column, (name, form) in _SPEEDS.items():
        if column in table:
            shown[name] = table[column].map(form.format, na_action="ignore").fillna("")
    return shown


def add_speed(
    rows: list[dict[str, object]], learning: dict[str, float], a_second: dict[str, float]
) -> list[dict[str, object]]:
    """The rows with seconds to learn and comments coded a second, by method, where these are known."""
    for row in rows:
        name = str(row["method"])
        row["seconds_to_learn"] = round(learning.get(name, float("nan")), 2)
        row["comments_a_second"] = round(a_second.get(name, float("nan")), 1)
    return rows


def bootstrap_single(
    truth: npt.NDArray[np.int64], given: npt.NDArray[np.int64], codes: int, *, seed: int = 0
) -> Floats:
    """Accuracy, balanced accuracy and macro-F1 of one code a text, (RESAMPLES + 1, 3).

    The first row is of the texts as they are, the others of resamples, which draw texts with replacement.
    ``truth`` and ``given`` hold the position of each text's code.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(len(truth), np.full(len(truth), 1 / len(truth)), size=RESAMPLES)
    times = np.vstack([np.ones(len(truth)), drawn])
    real, chosen = np.eye(codes)[truth], np.eye(codes)[given]
    hits, n_real, n_given = times @ (real * chosen), times @ real, times @ chosen
    recall = np.where(n_real > 0, hits / np.maximum(n_real, 1), np.nan)
    f1 = np.where(n_real + n_given > 0, _f1(hits, n_given, n_real), np.nan)
    accuracy = hits.sum(axis=1) / times.sum(axis=1)
    return np.column_stack([accuracy, np.nanmean(recall, axis=1), np.nanmean(f1, axis=1)])


def rows_of_single(
    setting: str, truth: npt.NDArray[np.int64], given: dict[str, npt.NDArray[np.int64]], codes: int
) -> list[dict[str, object]]:
    """A row for each method: accuracy, balanced accuracy and macro-F1 with intervals."""
    return [
        {"setting": setting, "method": name, "texts": len(truth), "labels": codes}
        | summarise(bootstrap_single(truth, chosen, codes), SINGLE_MEASURES)
        for name, chosen in given.items()
    ]


def to_markdown(table: pd.DataFrame) -> str:
    """A table as markdown; columns of numbers stand to the right."""
    right = [pd.api.types.is_numeric_dtype(table[name]) for name in table.columns]
    lines = [list(map(str, table.columns)), ["---:" if r else "---" for r in right]]
    lines += [[str(cell) for cell in row] for row in table.itertuples(index=False)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def write_results(
    name: str, table: pd.DataFrame, *, shown: pd.DataFrame, title: str, notes: Iterable[str]
) -> Path:
    """Write ``results/NAME.csv`` in full and ``results/NAME.md`` for people; gives the latter's path.

    Where ``docs/*.md`` has a place for this table, it is put there too.
    """
    RESULTS.mkdir(exist_ok=True)
    table.to_csv(RESULTS / f"{name}.csv", index=False, lineterminator="\n")
    markdown = to_markdown(shown)
    path = RESULTS / f"{name}.md"
    path.write_text("\n".join([f"# {title}", "", markdown, *notes, ""]), encoding="utf-8", newline="\n")
    for page in sorted(DOCS.glob("*.md")):
        fill_place(page, name, markdown)
    return path


def fill_place(page: Path, name: str, markdown: str) -> None:
    """Put a table between ``<!-- table NAME -->`` and ``<!-- end -->`` of a page that has these marks."""
    text = page.read_text(encoding="utf-8")
    mark = f"<!-- table {name} -->\n"
    if mark in text:
        before, after = text.split(mark, 1)
        rest = after[after.index("<!-- end -->") :]
        page.write_text(f"{before}{mark}\n{markdown}\n{rest}", encoding="utf-8", newline="\n")


def summarise(run: Floats, measures: Sequence[str] = MEASURES) -> dict[str, float]:
    """The first row of a run (draws, measures) with the 95% interval of the others, by measure."""
    found = {}
    for measure, values in zip(measures, run.T, strict=True):
        low, high = np.percentile(values[1:], [2.5, 97.5])
        figures = {measure: values[0], f"{measure}_low": low, f"{measure}_high": high}
        found |= {name: round(float(value), 4) for name, value in figures.items()}
    return found


def _f1(hits: Floats, given: Floats, true: Floats) -> Floats:
    return np.asarray(2 * hits / np.maximum(given + true, 1e-12))
