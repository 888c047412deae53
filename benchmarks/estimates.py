"""How often the intervals of corrected shares cover the truth, and how wide they are, beside naive counts.

    python benchmarks/coverage.py [simulation] [stratified] [groups] [in-sample] [nhs] [--runs 2000]

``simulation``: 300 units of 5,000 read at random; scores of a coder with 70% recall at its threshold, whose
chances were learned where a code had 15%. ``stratified``: the same 300 drawn by ``plan_audit``. ``groups``: a
coder that errs more in one group, survey weights, units drawn by score; the share, the difference and a
logit coefficient. ``in-sample``: scores of a model that learned from the units read, and cross-fitted ones.
``nhs``: the NHS comments as the population, the fast tier's out-of-fold scores, 400 comments read at random
or by plan, codes of 2% and more. A few minutes a part on one core.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from certificates import score_in_folds
from protocols import choose_nhs, find_benchmarks, read_nhs
from scipy.special import expit, logit
from scoring import write_results

from textmine.estimates.cells import Cells, bound_cells, estimate_cells
from textmine.estimates.design import Audit
from textmine.estimates.formulas import Z95, adjust_count, bound_share
from textmine.estimates.plan import allot_reading, draw_reading
from textmine.estimates.regression import estimate_regression
from textmine.estimates.survey import SurveyWave
from textmine.estimates.units import Units

Floats = npt.NDArray[np.float64]

PARTS = ("simulation", "stratified", "groups", "in-sample", "nhs")
RUNS, UNITS, READ = 2000, 5000, 300
#: Scores are read as a coder would that learned them where this share carried the code.
LEARNED_AT = 0.15
#: NHS: comments read, and the least share of a code that is looked at.
NHS_READ, NHS_LEAST = 400, 0.02


@dataclass(frozen=True)
class Setting:
    """A code of a ``share``; behind a score is a normal variable, ``apart`` further up where it applies."""

    name: str
    share: float
    apart: float = 2.67
    cut: float = 2.144

    def draw(self, rng: np.random.Generator, units: int = UNITS) -> tuple[Floats, Floats, Floats]:
        """Truth, scores and the coder's decisions."""
        truth = (rng.random(units) < self.share).astype(float)
        place = rng.normal(size=units) + self.apart * truth
        scores = expit(self.apart * (place - self.apart / 2) + logit(LEARNED_AT))
        return truth, scores, (place >= self.cut).astype(float)


SETTINGS = (
    Setting("share .30", 0.30),
    Setting("share .15", 0.15),
    Setting("share .05", 0.05),
    Setting("share .15, weak coder", 0.15, apart=1.4, cut=1.55),
)
STRATIFIED = (
    *SETTINGS,
    Setting("share .05, weak coder", 0.05, apart=1.4, cut=1.55),
)


class Tally:
    """Counts, by name, how often an interval covered the truth and how wide it was."""

    def __init__(self) -> None:
        self.found: dict[str, list[tuple[float, float, float]]] = {}

    def add(self, name: str, low: float, high: float, truth: float, error: float) -> None:
        self.found.setdefault(name, []).append((float(low <= truth <= high), high - low, error))

    def rows(self, setting: str) -> list[dict[str, object]]:
        """A row a name: covers, width and bias."""
        rows = []
        for name, values in self.found.items():
            cover, width, bias = np.nanmean(np.array(values), axis=0)
            row = {"setting": setting, "figure": name, "covers": cover, "width": width, "bias": bias}
            rows.append({**row, "runs": len(values)})
        return rows


def read_at_random(rng: np.random.Generator, units: int, n: int) -> Audit:
    """A simple random sample."""
    rows = np.sort(rng.permutation(units)[:n])
    return Audit(rows, np.full(n, n / units), np.zeros(n, dtype=int), np.arange(n), "random")


def read_by_plan(rng: np.random.Generator, strata: npt.NDArray[np.int64], chances: Floats) -> Audit:
    """A sample drawn as ``plan_audit`` draws it."""
    rows = draw_reading(strata, chances, seed=int(rng.integers(2**31)))
    return Audit(rows, chances[rows], strata[rows], np.arange(len(rows)), "stratified")


def correct(scores: Floats, truth: Floats, audit: Audit, lam: float | None = None) -> Cells:
    """Ours, as ``estimate_prevalence`` runs it, for the wave as a whole."""
    units = Units(np.ones(len(scores)), np.zeros(len(scores), dtype=int), 1)
    return estimate_cells(scores, truth[audit.rows], units, audit, beyond=False, lam=lam)


def add_cells(tally: Tally, name: str, cells: Cells, truth: float) -> None:
    low, high = bound_cells(cells)
    tally.add(name, low[0], high[0], truth, cells.estimate[0] - truth)


def add_hand(tally: Tally, name: str, cells: Cells, truth: float) -> None:
    low, high = bound_share(cells.hand, cells.hand_se, fewest=cells.effective_read)
    tally.add(name, low[0], high[0], truth, cells.hand[0] - truth)


def add_plain(tally: Tally, name: str, share: float, se: float, truth: float) -> None:
    tally.add(name, share - Z95 * se, share + Z95 * se, truth, share - truth)


def count_by_errors(given: Floats, truth: Floats, rows: npt.NDArray[np.int64]) -> tuple[float, float]:
    """The adjusted count and its error by the delta method (Rogan & Gladen 1978)."""
    right, wrong = given[rows][truth[rows] == 1], given[rows][truth[rows] == 0]
    if not len(right) or not len(wrong):
        return float("nan"), float("nan")
    sensitivity, specificity, share = right.mean(), 1 - wrong.mean(), given.mean()
    gain = sensitivity + specificity - 1
    if gain <= 0.05:
        return float("nan"), float("nan")
    p = adjust_count(share, sensitivity=sensitivity, specificity=specificity)
    parts = (
        share * (1 - share) / len(given)
        + p**2 * sensitivity * (1 - sensitivity) / len(right)
        + (1 - p) ** 2 * specificity * (1 - specificity) / len(wrong)
    )
    return p, float(np.sqrt(parts)) / gain


def simulate_random(setting: Setting, runs: int, seed: int = 0) -> Tally:
    """One row of the table: naive and corrected figures of a random sample."""
    rng, tally = np.random.default_rng(seed), Tally()
    for _ in range(runs):
        truth, scores, given = setting.draw(rng)
        audit, share = read_at_random(rng, UNITS, READ), float(truth.mean())
        ours = correct(scores, truth, audit)
        for name, values in (("naive count", given), ("mean score", scores)):
            add_plain(tally, name, values.mean(), values.std(ddof=1) / np.sqrt(UNITS), share)
        add_hand(tally, "read by hand alone (Wilson)", ours, share)
        add_plain(tally, "adjusted count (Rogan-Gladen)", *count_by_errors(given, truth, audit.rows), share)
        add_cells(tally, "PPI on labels, lambda 1", correct(given, truth, audit, 1.0), share)
        add_cells(tally, "PPI++ on labels", correct(given, truth, audit), share)
        add_cells(tally, "textmine (PPI++ on scores)", ours, share)
        add_plain(tally, "textmine's estimate, plain interval", ours.estimate[0], ours.se[0], share)
    return tally


def simulate_stratified(setting: Setting, runs: int, seed: int = 0) -> Tally:
    """The same number read, drawn by plan."""
    rng, tally = np.random.default_rng(seed), Tally()
    for _ in range(runs):
        truth, scores, _ = setting.draw(rng)
        share = float(truth.mean())
        hand = correct(scores, truth, read_at_random(rng, UNITS, READ))
        add_hand(tally, "read by hand alone, at random", hand, share)
        audit = read_by_plan(rng, *allot_reading(scores[:, None], READ))
        ours = correct(scores, truth, audit)
        add_cells(tally, "textmine, drawn by plan", ours, share)
        plain = np.sqrt(max(ours.covariance[0, 0] - ours.guard[0], 0.0))
        add_plain(tally, "the same, plain interval without guard", ours.estimate[0], plain, share)
        rows = audit.rows
        add_plain(tally, "rows read averaged, design ignored", truth[rows].mean(), 0.5 / np.sqrt(READ), share)
    return tally


def simulate_groups(runs: int, seed: int = 0) -> Tally:
    """A coder that errs more in group 1, survey weights, 400 of 4,000 units drawn by score."""
    rng, tally = np.random.default_rng(seed), Tally()
    units, n, names = 4000, 400, [f"u{place}" for place in range(4000)]
    for _ in range(runs):
        group = (rng.random(units) < 0.5).astype(int)
        truth = (rng.random(units) < expit(-1.6 + 0.8 * group)).astype(float)
        place = rng.normal(size=units) + 2.2 * truth + 0.7 * group
        scores, given = expit(2.2 * (place - 1.1) + logit(0.2)), (place >= 1.5).astype(float)
        weights = np.exp(0.4 * rng.normal(size=units)) * (1 + 0.5 * group)
        audit = read_by_plan(rng, *allot_reading(scores[:, None], n))
        means = [np.average(truth[group == g], weights=weights[group == g]) for g in (0, 1)]
        counts = [np.average(given[group == g], weights=weights[group == g]) for g in (0, 1)]
        share, gap = float(np.average(truth, weights=weights)), means[1] - means[0]
        naive = float(np.average(given, weights=weights))
        size = float(weights.sum() ** 2 / (weights**2).sum())
        add_plain(tally, "share: naive count", naive, np.sqrt(naive * (1 - naive) / size), share)
        error = np.sqrt(sum(2 * c * (1 - c) / size for c in counts))
        add_plain(tally, "difference: naive counts", counts[1] - counts[0], error, gap)
        whole = Units(weights, np.zeros(units, dtype=int), 1)
        cells = estimate_cells(scores, truth[audit.rows], whole, audit, beyond=False)
        add_hand(tally, "share: read by hand alone, same units", cells, share)
        add_cells(tally, "share: textmine", cells, share)
        two = estimate_cells(scores, truth[audit.rows], Units(weights, group, 2), audit, beyond=False)
        spread = two.covariance[0, 0] + two.covariance[1, 1] - 2 * two.covariance[0, 1]
        add_plain(
            tally, "difference: textmine", two.estimate[1] - two.estimate[0], float(np.sqrt(spread)), gap
        )
        _add_regression(tally, names, group, scores, given, truth, audit)
    return tally


def _add_regression(
    tally: Tally,
    names: list[str],
    group: npt.NDArray[np.int64],
    scores: Floats,
    given: Floats,
    truth: Floats,
    audit: Audit,
) -> None:
    from textmine.estimates.design import AuditDesign

    frame = pd.DataFrame({"code": scores}, index=names)
    wave = SurveyWave(frame, decisions=pd.DataFrame({"code": given}, index=names))
    read = [names[row] for row in audit.rows]
    found = estimate_regression(
        wave,
        pd.DataFrame({"code": truth[audit.rows]}, index=read),
        "code",
        on=pd.DataFrame({"group": group}, index=names),
        design=AuditDesign(probability=pd.Series(audit.chances, index=read)),
    ).iloc[1]
    add_plain(tally, "logit coefficient: textmine", found["estimate"], found["se"], 0.8)
    add_plain(
        tally, "logit coefficient: read by hand alone, same units", found["hand"], found["hand_se"], 0.8
    )
    error = float(
        np.sqrt(sum(1 / given[group == g].sum() + 1 / (1 - given[group == g]).sum() for g in (0, 1)))
    )
    add_plain(tally, "logit coefficient: naive counts", found["naive"], error, 0.8)


def simulate_in_sample(runs: int, seed: int = 0) -> Tally:
    """A model of 60 features that learned from the 300 units read, and the same one cross-fitted."""
    from sklearn.linear_model import LogisticRegression

    rng, tally, features = np.random.default_rng(seed), Tally(), 60
    weight = np.zeros(features)
    weight[:8] = 0.5
    for _ in range(runs):
        x = rng.normal(size=(UNITS, features))
        truth = (rng.random(UNITS) < expit(x @ weight - 1)).astype(float)
        audit, share = read_at_random(rng, UNITS, READ), float(truth.mean())
        rows, y = audit.rows, truth[audit.rows]
        model = LogisticRegression(C=10.0, max_iter=200).fit(x[rows], y)
        seen = model.predict_proba(x)[:, 1]
        add_cells(
            tally, "scores of a model that saw the units, lambda 1", correct(seen, truth, audit, 1.0), share
        )
        add_cells(tally, "scores of a model that saw the units, tuned", correct(seen, truth, audit), share)
        fold, apart = np.arange(READ) % 5, np.zeros(UNITS)
        held = np.zeros(READ)
        for number in range(5):
            part = LogisticRegression(C=10.0, max_iter=200).fit(x[rows[fold != number]], y[fold != number])
            apart += part.predict_proba(x)[:, 1] / 5
            held[fold == number] = part.predict_proba(x[rows[fold == number]])[:, 1]
        apart[rows] = held
        add_cells(tally, "textmine, out-of-fold scores", correct(apart, truth, audit), share)
    return tally


def measure_nhs(runs: int) -> pd.DataFrame:
    """Coverage and width by code on the NHS comments; see the file's head."""
    folder = find_benchmarks()
    if folder is None:
        raise SystemExit("The NHS comments are not here; see benchmarks/README.md.")
    chosen = choose_nhs(read_nhs(folder))
    scored = score_in_folds(chosen)
    share = scored.truth.mean(axis=0)
    common = np.flatnonzero(share >= NHS_LEAST)
    return cover_population(scored.scores, scored.truth, [chosen.codes[k] for k in common], common, runs)


def cover_population(
    scores: Floats, truth: Floats, codes: list[str], places: npt.NDArray[np.int64], runs: int
) -> pd.DataFrame:
    """A row a code: how often each way of reading covers the population's share, and how wide it is."""
    rng, tallies = np.random.default_rng(0), {code: Tally() for code in codes}
    strata, chances = allot_reading(scores, NHS_READ)
    for _ in range(runs):
        random = read_at_random(rng, len(truth), NHS_READ)
        planned = read_by_plan(rng, strata, chances)
        for code, k in zip(codes, places, strict=True):
            share = float(truth[:, k].mean())
            cells = correct(scores[:, k], truth[:, k], random)
            add_hand(tallies[code], "hand", cells, share)
            add_cells(tallies[code], "random", cells, share)
            add_cells(tallies[code], "plan", correct(scores[:, k], truth[:, k], planned), share)
    rows = []
    for code, k in zip(codes, places, strict=True):
        row: dict[str, object] = {"code": code, "share": float(truth[:, k].mean())}
        for found in tallies[code].rows(code):
            for name in ("covers", "width", "bias"):
                row[f"{found['figure']}_{name}"] = found[name]
        row["ratio_random"] = row["random_width"] / row["hand_width"]  # type: ignore[operator]
        row["ratio_plan"] = row["plan_width"] / row["hand_width"]  # type: ignore[operator]
        rows.append(row)
    return pd.DataFrame(rows).sort_values("share", ascending=False, ignore_index=True)


def _write(name: str, table: pd.DataFrame, title: str, notes: Sequence[str]) -> None:
    shown = table.copy()
    for column in shown.select_dtypes("number"):
        if column != "runs":
            shown[column] = [f"{value:.4f}" for value in shown[column]]
    print(shown.to_string(index=False))
    write_results(name, table, shown=shown, title=title, notes=notes)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", default=list(PARTS), choices=[[], *PARTS])
    parser.add_argument("--runs", type=int, default=RUNS)
    given = parser.parse_args(arguments)
    parts, runs = given.parts or list(PARTS), given.runs
    how = f"`python benchmarks/coverage.py PART --runs {runs}`; 95% intervals."
    simple = {
        "simulation": ("Random sample", lambda: _each(SETTINGS, simulate_random, runs)),
        "stratified": ("Drawn by plan", lambda: _each(STRATIFIED, simulate_stratified, runs)),
        "groups": ("A coder that errs by group", lambda: simulate_groups(runs).rows("groups")),
        "in-sample": (
            "Scores of a model that saw the units",
            lambda: simulate_in_sample(runs).rows("in-sample"),
        ),
    }
    for part in parts:
        if part in simple:
            title, measure = simple[part]
            _write(f"coverage-{part}", pd.DataFrame(measure()), f"Coverage: {title}", [how])
        else:
            table = measure_nhs(runs)
            ten = table.head(10)
            said = f"Median ratio of widths, ten commonest codes: by plan {ten['ratio_plan'].median():.3f}, "
            said += f"at random {ten['ratio_random'].median():.3f} of reading {NHS_READ} by hand alone."
            _write("coverage-nhs", table, "Coverage: NHS comments as the population", [how, "", said])
            print(said)
    return 0


def _each(settings: Sequence[Setting], simulate: object, runs: int) -> list[dict[str, object]]:
    return [row for one in settings for row in simulate(one, runs).rows(one.name)]  # type: ignore[operator]


if __name__ == "__main__":
    sys.exit(main())
