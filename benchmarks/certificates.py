"""How certificates hold: wrongly certified codes in a simulation, and the promise on NHS comments.

    python benchmarks/certificates.py [simulation] [nhs]

``simulation``: 1,000 runs a setting; a calibration sample is drawn, a code certified at precision .90 with
90% confidence, and the true precision of what is accepted looked up. Beside it the naive best cut: the lowest
threshold at which .90 of the sample is right. ``nhs``: the protocol's held-out fifth of respondents, and
all of them in five folds, coded by the fast tier; a random half of the respondents calibrates, the other half
is accepted by the certificate. Takes a minute on two cores.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from protocols import Labelled, choose_nhs, find_benchmarks, read_nhs, split_nhs, without_texts_of
from scipy.special import expit, logit
from scipy.stats import binom, norm
from scoring import write_results

from textmine.coded import REVIEW_SHARE
from textmine.coding.calibrated import folds_by_respondent
from textmine.coding.coder import Coder
from textmine.coding.exact_tests import certify_sequence, minimum_sample
from textmine.coding.intervals import adjust_holm

Floats = npt.NDArray[np.float64]

PARTS = ("simulation", "nhs")
RUNS, SPLITS, FOLDS = 1000, 200, 5
PRECISION, DELTA = 0.9, 0.1
#: The naive cut needs so many units at the least, or the first one would do.
FEWEST_NAIVE = 10
#: What marks figures of certificates whose sequences begin where they are the likeliest to pass.
LIKELY = ", likeliest first"
#: Share of answers coded wholly automatically at 80% wholly right (Gweon, Schonlau & Wenemark 2020).
GWEON = "28-43%"


@dataclass(frozen=True)
class Setting:
    """A coder whose scores are calibrated probabilities, or one that says .9 to 1 and is ``flat`` right.

    Behind a probability stands a normal variable, ``apart`` further up where the code applies.
    """

    name: str
    units: int
    prevalence: float = 0.15
    apart: float = 0.0
    flat: float | None = None

    def draw(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Scores and truth of a random sample."""
        if self.flat is not None:
            return 0.9 + 0.1 * rng.random(self.units), (rng.random(self.units) < self.flat).astype(float)
        truth = (rng.random(self.units) < self.prevalence).astype(float)
        place = rng.normal(size=self.units) + self.apart * truth
        return expit(self.apart * (place - self.apart / 2) + logit(self.prevalence)), truth

    def true_precision(self, threshold: float) -> float:
        """The precision of all that lies at or above a score."""
        if self.flat is not None:
            return self.flat
        hits = self.prevalence * self.true_recall(threshold)
        return float(hits / (hits + (1 - self.prevalence) * norm.sf(self._place(threshold))))

    def true_recall(self, threshold: float) -> float:
        """The share of true units that lies at or above a score."""
        if self.flat is not None:
            return (1 - threshold) / 0.1
        return float(norm.sf(self._place(threshold) - self.apart))

    def _place(self, threshold: float) -> float:
        return float((logit(threshold) - logit(self.prevalence)) / self.apart + self.apart / 2)


SETTINGS = (
    Setting("says .90 to 1, .899 right", 200, flat=0.899),
    Setting("says .90 to 1, .85 right", 200, flat=0.85),
    Setting("fair coder", 300, apart=2.0),
    Setting("fair coder", 1000, apart=2.0),
    Setting("good coder", 400, apart=3.0),
    Setting("good coder", 1000, apart=3.0),
    Setting("good coder, rare code", 1000, prevalence=0.05, apart=3.0),
)


def certify(scores: Floats, truth: Floats) -> float | None:
    """The threshold that the certificate accepts from."""
    cut = certify_sequence(scores, truth, precision=PRECISION, delta=DELTA).loosest
    return None if cut is None else cut.threshold


def certify_likely(scores: Floats, truth: Floats) -> float | None:
    """The same, begun at the threshold that is the likeliest to pass."""
    cut = certify_sequence(scores, truth, precision=PRECISION, delta=DELTA, likely_first=True).loosest
    return None if cut is None else cut.threshold


def cut_naively(scores: Floats, truth: Floats) -> float | None:
    """The lowest threshold at which enough of the sample is right."""
    order = np.argsort(-scores, kind="stable")
    share = np.cumsum(truth[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero((share >= PRECISION) & (np.arange(1, len(order) + 1) >= FEWEST_NAIVE))
    return float(scores[order][good[-1]]) if len(good) else None


METHODS: dict[str, Callable[[Floats, Floats], float | None]] = {
    "certificate": certify,
    "certificate, likeliest first": certify_likely,
    "naive best cut": cut_naively,
}


def simulate(
    setting: Setting, choose: Callable[[Floats, Floats], float | None], *, runs: int
) -> dict[str, float]:
    """Shares of runs that certified wrongly and that certified nothing, and the mean recall accepted."""
    rng = np.random.default_rng(0)
    chosen = [choose(*setting.draw(rng)) for _ in range(runs)]
    wrong = [at is not None and setting.true_precision(at) < PRECISION for at in chosen]
    recall = [0.0 if at is None else setting.true_recall(at) for at in chosen]
    return {
        "wrongly_certified": float(np.mean(wrong)),
        "nothing_certified": float(np.mean([at is None for at in chosen])),
        "recall_accepted": float(np.mean(recall)),
    }


def measure_simulation(runs: int = RUNS) -> None:
    """Every setting by every method; writes ``certificates-simulation``."""
    rows = [
        {
            "setting": s.name,
            "n": s.units,
            "prevalence": s.prevalence if s.flat is None else s.flat,
            "method": name,
        }
        | simulate(s, choose, runs=runs)
        for s in SETTINGS
        for name, choose in METHODS.items()
    ]
    table = pd.DataFrame(rows)
    shown = table.drop(columns="prevalence").assign(
        **{column: table[column].map("{:.3f}".format) for column in table.columns[4:]}
    )
    shown.columns = [
        "setting",
        "n",
        "method",
        "wrongly certified",
        "nothing certified",
        "true units accepted",
    ]
    notes = [
        f"{runs:,} runs a setting, precision .90 promised with 90% confidence: no more than .100 may be "
        "wrong. 'Wrongly': the true precision of what is accepted is below .90. 'True units accepted': the "
        "share, 0 where nothing is certified.",
        "",
        "Made by `python benchmarks/certificates.py simulation`.",
    ]
    title = "Certificates in a simulation"
    write_results("certificates-simulation", table, shown=shown, title=title, notes=notes)
    print(shown.to_string(), flush=True)


# --- NHS --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Half:
    """Scores and truth, (texts, codes), of some of the texts held out."""

    scores: Floats
    truth: Floats


@dataclass(frozen=True)
class Scored:
    """Texts scored by coders that had not seen their respondents, and from where on the codes apply."""

    scores: Floats
    truth: Floats
    respondents: npt.NDArray[np.str_]
    thresholds: Floats

    def halves(self) -> list[tuple[Half, Half]]:
        """Random halves of the respondents, ``SPLITS`` times: to calibrate with, and to code."""
        rng, names = np.random.default_rng(0), np.unique(self.respondents)
        drawn = [np.isin(self.respondents, rng.permutation(names)[: len(names) // 2]) for _ in range(SPLITS)]
        return [_split(self.scores, self.truth, half) for half in drawn]


def measure_nhs(comments: pd.DataFrame) -> None:
    """The promise on respondents that neither the coder nor the certificate has seen; writes tables."""
    chosen = choose_nhs(comments)
    held_out = score_held_out(*split_nhs(chosen))
    _write_codes(chosen.codes, held_out.thresholds, *held_out.halves()[0])
    scored = {"held-out fifth": held_out, f"all, {FOLDS} folds": score_in_folds(chosen)}
    found = {
        f"{name}{start}": pd.DataFrame(
            [_summarise(*halves, one.thresholds, likely_first=bool(start)) for halves in one.halves()]
        )
        for name, one in scored.items()
        for start in ("", LIKELY)
    }
    _write_nhs(found, {name: len(one.truth) for name, one in scored.items()})


def score_held_out(learn: Labelled, test: Labelled) -> Scored:
    """The protocol's held-out fifth, scored by a coder of the rest."""
    coder = Coder().fit(learn.corpus, learn.y)
    scores = np.round(coder.predict_proba(test.corpus), 6)
    groups = np.array(test.corpus.groups, dtype=str)
    return Scored(scores, test.y.to_numpy(dtype=float), groups, coder.thresholds_)


def score_in_folds(chosen: Labelled) -> Scored:
    """All texts, each scored by a coder of the other folds of respondents; at the median thresholds."""
    groups = chosen.corpus.groups
    fold = folds_by_respondent(groups, FOLDS, 0)
    scores, cuts = np.full(chosen.y.shape, np.nan), []
    for number in range(FOLDS):
        test = chosen.select(fold == number)
        learn = without_texts_of(chosen.select(fold != number), test)
        part = score_held_out(learn, test)
        scores[fold == number] = part.scores
        cuts.append(part.thresholds)
    truth = chosen.y.to_numpy(dtype=float)
    return Scored(scores, truth, np.array(groups, dtype=str), np.median(cuts, axis=0))


def _split(scores: Floats, truth: Floats, half: npt.NDArray[np.bool_]) -> tuple[Half, Half]:
    return Half(scores[half], truth[half]), Half(scores[~half], truth[~half])


def accept_from(calibration: Half, thresholds: Floats, likely_first: bool = False) -> Floats:
    """The score from which each code is accepted; infinite where it is not certified."""
    found = [
        certify_sequence(
            calibration.scores[:, k],
            calibration.truth[:, k],
            precision=PRECISION,
            delta=DELTA,
            lowest=float(at),
            likely_first=likely_first,
        ).loosest
        for k, at in enumerate(thresholds)
    ]
    return np.array([np.inf if cut is None else cut.threshold for cut in found])


def judge(accept: Floats, other: Half) -> tuple[Floats, Floats, Floats]:
    """By code: units accepted, right ones, and the p-value of the promise (exact binomial, one-sided)."""
    accepted = other.scores >= accept
    n, right = accepted.sum(axis=0), (accepted * other.truth).sum(axis=0)
    p = np.where(n > 0, binom.cdf(right, n, PRECISION), np.nan)
    return n.astype(float), right, p


def _summarise(calibration: Half, other: Half, thresholds: Floats, *, likely_first: bool) -> dict[str, float]:
    accept = accept_from(calibration, thresholds, likely_first)
    n, right, p = judge(accept, other)
    given = other.scores >= thresholds
    held = np.array(adjust_holm(p))
    review = (other.scores >= REVIEW_SHARE * thresholds) & (other.scores < accept)
    whole = ~review.any(axis=1)
    exact = ((other.scores >= accept) == (other.truth == 1)).all(axis=1)
    share, quality = code_by_confidence(calibration, other, thresholds)
    return {
        "codes_certified": float(np.isfinite(accept).sum()),
        "broken_promises": float((held[~np.isnan(held)] < 0.05).sum()),
        "precision_accepted": float(right.sum() / max(n.sum(), 1)),
        "codes_auto_accepted": float(n.sum() / given.sum()),
        "answers_wholly_automatic": float(whole.mean()),
        "of_these_wholly_right": float(exact[whole].mean()) if whole.any() else float("nan"),
        "answers_at_80": share,
        "of_these_right_at_80": quality,
    }


def code_by_confidence(calibration: Half, other: Half, thresholds: Floats) -> tuple[float, float]:
    """Share of answers coded automatically at 80% wholly right, and how many of these are, on the other half.

    An answer's confidence is the probability that its whole set of codes is right, codes taken as
    independent; the cut is the lowest at which 80% of the calibration half are wholly right.
    """

    def confidence(half: Half) -> Floats:
        sure = np.where(half.scores >= thresholds, half.scores, 1 - half.scores)
        return np.asarray(np.log(np.clip(sure, 1e-9, 1)).sum(axis=1))

    def exact(half: Half) -> npt.NDArray[np.bool_]:
        return np.asarray(((half.scores >= thresholds) == (half.truth == 1)).all(axis=1))

    score, right = confidence(calibration), exact(calibration)
    order = np.argsort(-score, kind="stable")
    running = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero((running >= 0.8) & (np.arange(1, len(order) + 1) >= minimum_sample(0.8, DELTA)))
    if not len(good):
        return 0.0, float("nan")
    automatic = confidence(other) >= score[order][good[-1]]
    return float(automatic.mean()), float(exact(other)[automatic].mean()) if automatic.any() else float("nan")


def _write_codes(codes: Sequence[str], thresholds: Floats, calibration: Half, other: Half) -> None:
    accept = accept_from(calibration, thresholds)
    n, right, p = judge(accept, other)
    given = (other.scores >= thresholds).sum(axis=0)
    table = pd.DataFrame(
        {
            "code": codes,
            "certified_from": accept,
            "given": given,
            "accepted": n.astype(int),
            "right": right.astype(int),
            "precision": right / np.maximum(n, 1),
            "p": p,
            "p_holm": adjust_holm(p),
        }
    )
    table = table[np.isfinite(accept)].reset_index(drop=True)
    shown = table.assign(
        certified_from=table["certified_from"].map("{:.3f}".format),
        precision=table["precision"].map("{:.3f}".format),
        p=table["p"].map("{:.3f}".format),
        p_holm=table["p_holm"].map("{:.3f}".format),
    )
    shown.columns = ["code", "certified from", "given", "accepted", "right", "precision", "p", "p (Holm)"]
    notes = [
        f"{len(table)} of {len(codes)} codes are certified at precision .90 with 90% confidence by "
        f"{len(calibration.truth)} texts; counts are of the other {len(other.truth)}. p: exact binomial "
        "that the precision is .90 or more, given what was right; broken where p (Holm) is below .05.",
        "",
        "Made by `python benchmarks/certificates.py nhs`.",
    ]
    title = "Certified codes on NHS respondents held out"
    write_results("certificates-nhs-codes", table, shown=shown, title=title, notes=notes)
    print(shown.to_string(), flush=True)


_MEASURES = {
    "codes_certified": "codes certified",
    "broken_promises": "certified codes significantly below the promise",
    "precision_accepted": "precision of all codes accepted",
    "codes_auto_accepted": "share of all codes given that are accepted at .90",
    "answers_wholly_automatic": "share of answers with no code up for review",
    "of_these_wholly_right": "of these, wholly right",
    "answers_at_80": f"share of answers automatic at 80% wholly right (published: {GWEON})",
    "of_these_right_at_80": "of these, wholly right on the other half",
}


def _write_nhs(found: dict[str, pd.DataFrame], texts: dict[str, int]) -> None:
    shown = pd.DataFrame({"measure": list(_MEASURES.values())})
    for name, table in found.items():
        shown[name] = [f"{table[c].iloc[0]:.3f}; {table[c].mean():.3f}" for c in _MEASURES]
    notes = [
        "In each cell: the first split; the mean of all. Half of the respondents, drawn at random, "
        f"calibrates, and the other half is coded; {SPLITS} splits. "
        + "; ".join(f"{name}: {count} texts" for name, count in texts.items())
        + ", half of them to calibrate with.",
        "",
        "Splits in which a certified code's precision lay significantly below .90 (exact binomial, Holm over "
        "the certified codes, .05): "
        + "; ".join(f"{name}: {(t['broken_promises'] > 0).sum()} of {len(t)}" for name, t in found.items())
        + ".",
        "",
        "Made by `python benchmarks/certificates.py nhs`.",
    ]
    table = pd.concat([one.assign(setting=name) for name, one in found.items()], ignore_index=True)
    title = "Certificates on NHS respondents held out"
    write_results("certificates-nhs", table.round(4), shown=shown, title=title, notes=notes)
    print(shown.to_string(), *notes, sep="\n", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts asked for; 1 where one needs data that is absent."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", help=f"what to run: {', '.join(PARTS)}; all by default")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    folder = find_benchmarks()
    for part in asked.parts or PARTS:
        if part == "simulation":
            measure_simulation()
        elif folder is None:
            print("nhs: its data was not found: name the folder with TEXTMINE_BENCHMARKS (see README.md).")
            return 1
        else:
            measure_nhs(read_nhs(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
