"""Whether evidence is the reason: what becomes of a code when its evidence is deleted, or alone is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coded import CodedDataset
from textmine.coding.comparison import ALL_CODES
from textmine.coding.evidence_probes import LONGEST_SHARE, PROBE_COLUMNS, STRETCHES, Probing, probe_evidence
from textmine.coding.intervals import draw_respondents, name_interval, share_interval
from textmine.corpus import Corpus

_MEANS = ("comprehensiveness", "random_comprehensiveness", "sufficiency")
_SHARES = ("stands", "falls", "random_falls")
_QUOTED = ("overlap", "token_precision", "token_recall", "token_f1", "same_stretch", "random_overlap")
_OF_CASES = {"stands", "falls", "random_falls", "overlap", "same_stretch", "random_overlap"}


@dataclass(frozen=True, eq=False)
class Faithfulness:
    """``table``: a row for all codes together and one a code; ``probes``: a row for each code given.

    In the table ``n`` counts the codes given that were measured and ``evidence_share`` is the mean share of
    the text's words that the evidence is. ``comprehensiveness`` is the probability of the text less that
    without the evidence (high where the evidence was needed), ``sufficiency`` that of the text less that of
    the evidence alone (near 0 where it is enough): DeYoung et al. 2020, ERASER. ``stands`` is the share of
    codes that the evidence alone is given, ``falls`` that of codes that are no longer given without their
    evidence, ``random_falls`` without a random stretch of as many words in as many pieces, the last two over
    the ``n_deleted`` codes whose evidence is at most half of the words (``n_longer`` have more). Over the
    ``n_quoted`` codes with a quote by people: ``overlap``, ``token_precision``, ``token_recall``,
    ``token_f1`` and ``same_stretch`` as in ``compare_words``, and ``random_overlap``, that of the random
    stretches. Columns ``_low`` and ``_high``: 95% intervals, bootstrap over respondents. NaN where there is
    nothing to measure.

    >>> table = pd.DataFrame({"n": [12], "falls": [0.75], "random_falls": [0.25]}, index=["all"])
    >>> Faithfulness(table, pd.DataFrame()).table.loc["all", "falls"]
    np.float64(0.75)
    """

    table: pd.DataFrame
    probes: pd.DataFrame

    @property
    def left_out(self) -> dict[str, int]:
        """How many codes given are not in the figures, by reason."""
        reasons = self.probes["left_out"]
        return {str(k): int(n) for k, n in reasons[reasons != ""].value_counts(sort=False).items()}


def measure_faithfulness(
    coder: Probing,
    corpus: Corpus,
    coded: CodedDataset,
    *,
    truth: pd.DataFrame | None = None,
    quotes: pd.DataFrame | None = None,
    stretches: int = STRETCHES,
    most: int | None = None,
    seed: int = 0,
) -> Faithfulness:
    """Delete and keep the evidence of a coded dataset, and score what is left with the coder that made it.

    ``truth`` (a row a text of ``corpus``, a column a code) leaves the codes that people gave too; without it
    all codes given are measured. ``quotes`` are people's, as ``locate_quotes`` takes them. ``stretches``
    random stretches stand beside each evidence, drawn by ``seed``; ``most`` bounds the codes measured, by a
    random sample. Measured on texts that the coder learned from, the figures are of what it has learned, not
    of what it will do with new ones. Raises ``InputError`` where the dataset is not of these texts or codes.

    >>> from types import SimpleNamespace
    >>> from textmine.codebook import Codebook
    >>> says = lambda corpus: np.array([[0.9 if "money" in text else 0.2] for text in corpus.texts])
    >>> coder = SimpleNamespace(codes_=["money"], thresholds_=np.array([0.5]), predict_proba=says)
    >>> corpus = Corpus(pd.DataFrame({"doc_id": ["u"], "text": ["We meet. It saves money. That is all."]}))
    >>> spans = pd.DataFrame({"unit_id": ["u"], "code": "money", "start": 9, "end": 24})
    >>> given = pd.DataFrame({"money": [1.0]}, index=["u"])
    >>> coded = CodedDataset(given, Codebook.from_labels(["money"]), "toy", spans=spans)
    >>> found = measure_faithfulness(coder, corpus, coded).table
    >>> found[["comprehensiveness", "sufficiency", "falls", "random_falls"]].astype(str).values[0].tolist()
    ['0.7', '0.0', '1.0', '0.3']
    """
    probes = probe_evidence(
        coder, corpus, coded, truth=truth, quotes=quotes, stretches=stretches, most=most, seed=seed
    )
    return summarise_probes(probes, coder.codes_, seed=seed)


def summarise_probes(probes: pd.DataFrame, codes: Sequence[str], *, seed: int = 0) -> Faithfulness:
    """The figures of probed codes, all together and code by code, with intervals by respondent."""
    measured = probes[probes["left_out"] == ""]
    draws = draw_respondents(measured["group"].tolist(), seed) if len(measured) else None
    rows = []
    for code in (ALL_CODES, *codes):
        chosen = np.ones(len(measured), bool) if code == ALL_CODES else (measured["code"] == code).to_numpy()
        part = measured[chosen]
        share = part["evidence_words"] / part["words"]
        longer = int((part["evidence_words"] > LONGEST_SHARE * part["words"]).sum())
        row: dict[str, Any] = {"code": code, "n": len(part), "n_respondents": part["group"].nunique()}
        row |= {"evidence_share": round(float(share.mean()), 4) if len(part) else float("nan")}
        row |= {"n_deleted": len(part) - longer, "n_longer": longer}
        row |= {"n_quoted": int(part["overlap"].notna().sum())}
        for name in (*_MEANS, *_SHARES, *_QUOTED):
            values = part[name].to_numpy(dtype=float)
            known = ~np.isnan(values)
            if draws is None or not known.any():
                row |= dict.fromkeys((name, f"{name}_low", f"{name}_high"), float("nan"))
                continue
            times = draws[:, chosen][:, known].astype(np.float64)
            total = times.sum(axis=1)
            means = np.where(total > 0, times @ values[known] / np.maximum(total, 1), np.nan)
            if name in _OF_CASES:
                cases = part["group"][known].nunique()
                figures = share_interval(means, cases)
                row |= dict(zip((name, f"{name}_low", f"{name}_high"), figures, strict=True))
            else:
                row |= name_interval(name, means)
        rows.append(row)
    return Faithfulness(pd.DataFrame(rows), probes.reset_index(drop=True))


def say_faithfulness(found: Faithfulness) -> list[str]:
    """The figures over all codes in sentences; none where nothing was measured."""
    row = found.table.iloc[0]
    said = []
    if row["n_deleted"]:
        said.append(
            f"Without their evidence {_say(row, 'falls')} of {row['n_deleted']} codes are no longer given, "
            f"without a random stretch of as many words {_say(row, 'random_falls')} (codes whose evidence is "
            f"at most half of the words; {row['n_longer']} have more)."
        )
    if row["n_quoted"]:
        said.append(
            f"The evidence shares words with what people quoted in {_say(row, 'overlap')} of "
            f"{row['n_quoted']} codes, a random stretch in {_say(row, 'random_overlap')}; token F1 "
            f"{row['token_f1']:.2f} ({row['token_f1_low']:.2f} to {row['token_f1_high']:.2f})."
        )
    return said


class EvidenceProbe:
    """Probes the evidence of each coder of a cross-validation on the texts that it has not seen.

    Hand it to ``cross_validate`` as ``watch``; ``finish`` then gives the figures, over codes rightly given.
    ``most`` bounds the codes measured in each fold; ``evidence`` is what coders are asked to show (None: what
    they show unasked). ``corpus`` has the n texts, ``y`` (n, codes) people's codes (1, 0, NaN), ``quotes``
    the stretches that they marked, as ``locate_quotes`` takes them. ``stretches`` random ones of the same
    length, drawn by ``seed``, stand beside each.

    >>> from textmine.coding.coder import Coder
    >>> from textmine.coding.evaluation import cross_validate
    >>> places = ["hall", "yard", "gym", "team", "office", "canteen", "library", "nursery"]
    >>> texts = [f"{said} in the {place}" for place in places for said in ("We train", "It saves money")]
    >>> corpus = Corpus(pd.DataFrame({"doc_id": [f"u{i}" for i in range(16)], "text": texts}))
    >>> y = pd.DataFrame([[1, 0], [0, 1]] * 8, index=corpus.ids, columns=["training", "money"])
    >>> probe = EvidenceProbe(corpus, y, stretches=2)
    >>> _ = cross_validate(Coder(folds=2), corpus, y, folds=2, watch=probe)
    >>> bool(probe.finish().table["n"].iloc[0] > 0)
    True
    """

    def __init__(
        self,
        corpus: Corpus,
        y: pd.DataFrame,
        *,
        quotes: pd.DataFrame | None = None,
        stretches: int = STRETCHES,
        most: int | None = None,
        evidence: str | None = None,
        seed: int = 0,
    ) -> None:
        self.corpus, self.y, self.quotes = corpus, y.reset_index(drop=True), quotes
        self.stretches, self.most, self.evidence, self.seed = stretches, most, evidence, seed
        self.parts: list[pd.DataFrame] = []

    def __call__(self, trained: Any, test: npt.NDArray[np.int64]) -> None:
        """Probe a trained coder on the texts at these positions."""
        part, y = self.corpus.select(test), self.y.iloc[test].reset_index(drop=True)
        self.parts.append(
            probe_evidence(
                trained,
                part,
                code_with_evidence(trained, part, self.evidence),
                truth=y,
                quotes=None if self.quotes is None else _renumber(self.quotes, test),
                stretches=self.stretches,
                most=self.most,
                seed=self.seed + len(self.parts),
            )
        )

    def finish(self) -> Faithfulness:
        """The figures of all folds together."""
        parts = [part.astype(object) for part in self.parts]
        probes = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=PROBE_COLUMNS)
        return summarise_probes(probes, [str(c) for c in self.y.columns], seed=self.seed)


def code_with_evidence(coder: Any, corpus: Corpus, evidence: str | None = None) -> CodedDataset:
    """The coded dataset of a corpus with evidence by word, clause or sentence; None: the coder's usual."""
    coded: CodedDataset = coder.code(corpus) if evidence is None else coder.code(corpus, evidence=evidence)
    return coded


def _say(row: Any, name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return f"{row[name]:.0%}" + (f" ({low:.0%} to {high:.0%})" if low == low else "")


def _renumber(quotes: pd.DataFrame, rows: npt.NDArray[np.int64]) -> pd.DataFrame:
    """The quotes of these rows, numbered as the rows stand here."""
    if "row" not in quotes:
        return quotes
    place = {int(row): i for i, row in enumerate(rows)}
    kept = quotes[quotes["row"].isin(place)]
    return kept.assign(row=kept["row"].map(place))
