"""Corrected figures beside ppi-python 0.2.3 (``ppi_py``) where both apply: means, linear and logit fits.

    python benchmarks/ppi_oracle.py

``ppi_py`` takes two separate samples, one read and one not, and no strata, finite population or audit inside
the wave. ``mean``: ``estimate_two_samples`` by the same formulas, to the digit. The fits are compared with
the read units as a random part of a wave a hundred times as large, where both designs meet. With lambda 1 the
logit fits solve the same equations; the linear one of ``ppi_py`` fits the errors to the read units alone.
``estimate_regression`` itself takes a line in attributes and scores, where ``ppi_py`` takes lambda times the
score, so the two differ from sample to sample, and so do their widths.
It is not needed to use textmine: pip install ppi-python==0.2.3 (its packages may not suit others').
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from textmine.estimates.formulas import estimate_two_samples, mix_outcomes
from textmine.estimates.regression import estimate_regression, solve_outcomes


def make_samples(seed: int, n: int = 1000, others: int = 100_000) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A synthetic sample that was read and a large one that was not: an attribute, truth and scores."""
    rng = np.random.default_rng(seed)
    size = n + others
    x = rng.normal(size=size)
    truth = (rng.random(size) < 1 / (1 + np.exp(1.2 - 0.8 * x))).astype(float)
    scores = 1 / (1 + np.exp(2.0 - 3.2 * truth - 0.5 * x - rng.normal(size=size)))
    frame = pd.DataFrame({"x": x, "truth": truth, "score": scores})
    return frame.iloc[:n], frame.iloc[n:]


def compare_means(seed: int) -> list[dict[str, Any]]:
    """Our mean of two samples beside theirs, with lambda 1 and tuned."""
    from ppi_py import ppi_mean_ci, ppi_mean_pointestimate

    read, rest = make_samples(seed, n=300, others=5000)
    y, f, g = (frame.to_numpy() for frame in (read["truth"], read["score"], rest["score"]))
    rows = []
    for lam in (1.0, None):
        ours = estimate_two_samples(y, f, g, lam=lam)
        theirs = float(np.ravel(ppi_mean_pointestimate(y, f, g, lam=lam))[0])
        low, high = (float(np.ravel(end)[0]) for end in ppi_mean_ci(y, f, g, alpha=0.05, lam=lam))
        figures = (("estimate", ours.estimate, theirs), ("low", ours.low, low), ("high", ours.high, high))
        name = "lambda 1" if lam else "tuned"
        rows += [_row(seed, f"mean, {name}", figure, a, b, ours.se) for figure, a, b in figures]
    return rows


def compare_fits(seed: int) -> list[dict[str, Any]]:
    """Our coefficients and their intervals beside theirs; the read units are a random part of the wave."""
    import ppi_py

    read, rest = make_samples(seed)
    wave = pd.concat([read, rest], ignore_index=True)
    design = [np.column_stack([np.ones(len(frame)), frame["x"]]) for frame in (read, rest)]
    given = (read["truth"].to_numpy(), read["score"].to_numpy(), design[1], rest["score"].to_numpy())
    rows = []
    pi = len(read) / len(wave)
    labels = np.concatenate([read["truth"], np.full(len(rest), np.nan)])
    mixed = mix_outcomes(wave["score"], labels, np.full(len(wave), pi))
    everything = np.vstack(design)
    for model, name in (("linear", "ols"), ("logit", "logistic")):
        fit = getattr(ppi_py, f"ppi_{name}_pointestimate")
        same = np.ravel(fit(design[0], *given, lam=1.0))
        plain = solve_outcomes(everything, mixed, np.ones(len(wave)), model == "logit")
        scores, found_by_people = (
            frame.set_axis(["c"], axis=1) for frame in (wave[["score"]], read[["truth"]])
        )
        found = estimate_regression(scores, found_by_people, "c", on=wave[["x"]], model=model)
        theirs = np.ravel(fit(design[0], *given))
        low, high = (
            np.ravel(end) for end in getattr(ppi_py, f"ppi_{name}_ci")(design[0], *given, alpha=0.05)
        )
        for place, row in enumerate(found.to_dict("records")):
            for figure, value in (("estimate", theirs), ("low", low), ("high", high)):
                said = f"{model}, {row['term']}"
                rows.append(_row(seed, said, figure, row[figure], float(value[place]), row["se"]))
            said = f"{model}, {row['term']}, lambda 1"
            rows.append(_row(seed, said, "estimate", float(plain[place]), float(same[place]), row["se"]))
            widths = (row["high"] - row["low"], float(high[place] - low[place]))
            rows.append(_row(seed, f"{model}, {row['term']}", "width", *widths, row["se"]))
    return rows


def _row(seed: int, what: str, figure: str, ours: float, theirs: float, se: float) -> dict[str, Any]:
    return {
        "seed": seed,
        "what": what,
        "figure": figure,
        "textmine": ours,
        "ppi_py": theirs,
        "apart_in_se": (ours - theirs) / se,
    }


def main() -> int:
    """Compare on five synthetic samples and write the largest distances of each figure."""
    from scoring import write_results

    rows = [row for seed in range(5) for row in (*compare_means(seed), *compare_fits(seed))]
    table = pd.DataFrame(rows)
    parts = []
    for (what, figure), own in table.groupby(["what", "figure"], sort=False):
        line = {"what": what, "figure": figure, "samples": len(own)}
        line["largest distance in standard errors"] = (
            "" if figure == "width" else f"{own['apart_in_se'].abs().max():.4f}"
        )
        ratio = float((own["textmine"] / own["ppi_py"]).mean())
        parts.append(line | {"width beside theirs": f"{ratio:.3f}" if figure == "width" else ""})
    shown = pd.DataFrame(parts)
    note = "Synthetic samples; `python benchmarks/ppi_oracle.py` with ppi-python 0.2.3."
    write_results("ppi-oracle", table.round(9), shown=shown, title="Beside ppi-python", notes=[note])
    print(shown.to_string(index=False))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
