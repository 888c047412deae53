"""The agreement of coders on a dataset: each code, all codes, stretches of text, and where they part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from textmine.agreement.codings import Codings, Groups, line_up
from textmine.agreement.disputes import count_confusions, list_disputed
from textmine.agreement.evidence import EvidenceAgreement, compare_evidence
from textmine.agreement.overall import measure_overall
from textmine.agreement.per_code import FEWEST_MARKED, NO_DOUBT, measure_codes
from textmine.agreement.resampling import DRAWS, Resampler
from textmine.coded import CodedDataset
from textmine.display import show_card, show_table
from textmine.errors import InputError

#: How a study may go about its codes (Braun and Clarke's three families of thematic analysis).
APPROACHES = ("coding_reliability", "codebook", "reflexive")
#: Bounds that many reports use; customs, no tests that a code passes or fails (Krippendorff 2004).
CUSTOMARY = {"tentative conclusions": 0.667, "reliable": 0.800}


@dataclass(frozen=True, eq=False)
class Agreement:
    """How far coders agree; every table is a DataFrame, ``to_dict()`` gives all of it for json.

    ``codes``: a row a code: ``n_units`` that two or more coded, ``n_marked`` by any of them, Krippendorff's
    ``alpha`` with its 95% interval and jackknife error, Cohen's ``kappa`` (the mean over pairs), ``fleiss``,
    Gwet's ``ac1``, ``raw_agreement``, ``positive_agreement``, ``negative_agreement``, ``prevalence``, a
    ``reason`` where there is no figure and a ``warning`` where it is not to be relied on. ``overall``:
    ``alpha_masi``, ``alpha_jaccard`` and ``alpha_exact`` of whole sets of codes, ``exact_match`` and means
    over codes. ``pairs``: a row a code and pair of coders, with the table of two by two. ``prevalence``: a
    row a code and coder. ``confusions`` and ``disputed``: where they part. ``evidence``: agreement on
    stretches of text, None where there are none. ``kind`` is 'intra-coder' where all codings are by one coder
    (the same person at another time), else 'inter-coder'. ``n_units`` and ``n_respondents`` count what the
    figures rest on; ``draws`` bootstrap samples were drawn with ``seed``; ``notes`` is what a reader should
    know.

    >>> from textmine.codebook import Codebook
    >>> decisions = pd.DataFrame({"money": [1.0, 1, 0, 0]}, index=["u1", "u2", "u3", "u4"])
    >>> book = Codebook.from_labels(["money"])
    >>> ann, ben = (CodedDataset(decisions, book, coder=name) for name in ("ann", "ben"))
    >>> found = measure_agreement(ann, ben)
    >>> found.kind, found.n_units
    ('inter-coder', 4)
    """

    coders: list[str]
    kind: str
    codes: pd.DataFrame
    overall: pd.DataFrame
    pairs: pd.DataFrame
    prevalence: pd.DataFrame
    confusions: pd.DataFrame
    disputed: pd.DataFrame
    evidence: EvidenceAgreement | None
    n_units: int
    n_respondents: int
    draws: int
    seed: int
    notes: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        sets = self.overall.set_index("measure").loc["alpha_masi"]
        return (
            f"Agreement({self.kind}, {', '.join(self.coders)}: {self.n_units} units coded by two or more, "
            f"alpha of sets {sets['value']:.3f} [{sets['low']:.3f}, {sets['high']:.3f}])"
        )

    def _repr_html_(self) -> str:
        wanted = ["code", "n_units", "n_marked", "alpha", "alpha_low", "alpha_high", "kappa", "ac1"]
        wanted += ["raw_agreement", "positive_agreement", "prevalence", "reason", "warning"]
        codes = self.codes[[name for name in wanted if name in self.codes.columns]]
        shares = ["raw_agreement", "positive_agreement", "prevalence"]
        parts = [
            show_table(codes, caption="Each code", most=40, shares=shares),
            show_table(self.overall, caption="All codes together"),
        ]
        about = f"{self.kind}: {', '.join(self.coders)}; {self.n_units:,} units coded by two or more"
        return show_card("Agreement", parts, about=about, notes=self.notes)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values; a figure that is not known is None, and its reason stands beside it."""
        plain: dict[str, Any] = {"coders": self.coders, "kind": self.kind}
        plain |= {"n_units": self.n_units, "n_respondents": self.n_respondents}
        plain |= {"draws": self.draws, "seed": self.seed, "customary": dict(CUSTOMARY)}
        overall = {row.pop("measure"): row for row in _records(self.overall)}
        plain |= {"per_code": _records(self.codes), "overall": overall}
        for name in ("pairs", "prevalence", "confusions", "disputed"):
            plain[name] = _records(getattr(self, name))
        if self.evidence is None:
            plain["evidence"] = None
        else:
            together = {row.pop("measure"): row for row in _records(self.evidence.overall)}
            plain["evidence"] = {"per_code": _records(self.evidence.codes), "overall": together}
            plain["evidence"]["reason"] = self.evidence.reason
        return plain | {"notes": self.notes}


def measure_agreement(
    *coded: CodedDataset,
    by: Groups | None = None,
    texts: Mapping[str, str] | pd.Series | None = None,
    approach: str = "codebook",
    draws: int = DRAWS,
    seed: int = 0,
) -> Agreement:
    """How far two or more coders, people or models, agree on the units that they share.

    ``by`` gives the respondent or document of each unit id: the bootstrap draws respondents, not units.
    ``texts`` gives each unit's text, without which stretches of evidence cannot be compared (else those that
    the datasets carry). A gap (NaN) is a unit or code not coded, which differs from coded with nothing: give
    a code that a coder looked for and never found a column of 0. Datasets that are all by one coder measure
    that person's agreement with themselves. Figures come beside each other, since a rare code lowers alpha
    and lifts raw agreement and AC1; none is a pass or a fail.

    Raises ``InputError`` for fewer than two datasets, coders who share no unit, and ``approach='reflexive'``:
    there, coding is one person's reading, and agreement would presume that a single right one exists.
    ``draws`` and ``seed`` are those of the bootstrap.

    >>> from textmine.codebook import Codebook
    >>> book, units = Codebook.from_labels(["money"]), ["u1", "u2", "u3", "u4"]
    >>> ann, ben = (
    ...     CodedDataset(pd.DataFrame({"money": given}, index=units), book, coder=name)
    ...     for name, given in {"ann": [1.0, 1, 0, 0], "ben": [1.0, 0, 0, 0]}.items()
    ... )
    >>> measure_agreement(ann, ben).codes[["kappa", "raw_agreement"]].iloc[0].tolist()
    [0.5, 0.75]
    """
    _check_approach(approach)
    if draws < 1:
        raise InputError(f"{draws} bootstrap draws; give 1 or more, better {DRAWS}.")
    codings = line_up(coded, by)
    resampler = Resampler(codings.groups, draws=draws, seed=seed)
    per_code = measure_codes(codings, resampler)
    overall = measure_overall(codings, per_code, resampler)
    found = _gather_texts(codings, texts)
    evidence = compare_evidence(codings, found, resampler) if found is not None else None
    shared = ((~np.isnan(codings.values)).sum(axis=0) > 1).any(axis=1)
    return Agreement(
        coders=list(codings.coders),
        kind="intra-coder" if codings.is_one_person else "inter-coder",
        codes=per_code.codes,
        overall=overall.table,
        pairs=per_code.pairs,
        prevalence=per_code.prevalence,
        confusions=count_confusions(codings),
        disputed=list_disputed(codings, overall.distances),
        evidence=evidence,
        n_units=int(shared.sum()),
        n_respondents=len({g for g, kept in zip(codings.groups, shared, strict=True) if kept}),
        draws=resampler.draws,
        seed=seed,
        notes=_notes(
            codings, per_code.codes, overall.left_out, evidence, shared, has_texts=found is not None
        ),
    )


def _check_approach(approach: str) -> None:
    if approach not in APPROACHES:
        raise InputError(f"No approach {approach!r}. Approaches: {', '.join(APPROACHES)}.")
    if approach == "reflexive":
        raise InputError(
            "This study is reflexive: agreement is not measured, for it presumes a single right reading. "
            "Export the coders' codings side by side, or choose approach 'codebook' or 'coding_reliability'."
        )


def _gather_texts(codings: Codings, texts: Mapping[str, str] | pd.Series | None) -> pd.Series | None:
    """The units' texts, given or carried by the datasets; None where there are none."""
    parts = [pd.Series(dict(texts.items()), dtype=object)] if texts is not None else []
    parts += [data.texts.astype(object) for data in codings.datasets if data.texts is not None]
    if not parts:
        return None
    joined = pd.concat([part.set_axis(part.index.astype(str)) for part in parts])
    first: pd.Series = joined[~joined.index.duplicated()]
    return first


def _notes(
    codings: Codings,
    codes: pd.DataFrame,
    left_out: list[str],
    evidence: EvidenceAgreement | None,
    shared: Any,
    *,
    has_texts: bool,
) -> list[str]:
    notes = []
    alone = len(codings.units) - int(shared.sum())
    if alone:
        notes.append(f"{alone} of {len(codings.units)} units were coded by one coder only and do not count.")
    rare = codes[(codes["n_marked"] < FEWEST_MARKED) & (codes["reason"] == "")]["code"].tolist()
    if rare:
        notes.append(
            f"Fewer than {FEWEST_MARKED} units marked by any coder, intervals unreliable, collect more: "
            f"{', '.join(rare)}."
        )
    sure = codes[codes["warning"].str.contains(NO_DOUBT, regex=False)]["code"].tolist()
    if sure:
        notes.append(f"{NO_DOUBT[0].upper()}{NO_DOUBT[1:]}: {', '.join(sure)}.")
    if left_out:
        notes.append(
            f"Not among the sets, since not every coder coded them: {', '.join(left_out)}. A code that a "
            "coder looked for and never found needs a column of 0."
        )
    if codings.own:
        notes.append(
            f"{codings.own} unit(s) have no known respondent and count as one each; intervals are too narrow "
            "where people answered more than once."
        )
    if len(set(codings.groups)) < 2:
        notes.append("There is one respondent only, so there are no intervals.")
    if codings.is_one_person:
        notes.append(
            f"All codings are by {codings.datasets[0].coder}: agreement of one coder with themselves."
        )
    if not has_texts and sum(_has_offsets(data) for data in codings.datasets) > 1:
        notes.append("Stretches of text were given, but not the texts: their agreement is not measured.")
    return notes + (evidence.notes if evidence is not None else [])


def _has_offsets(data: CodedDataset) -> bool:
    return bool((pd.to_numeric(data.spans["start"], errors="coerce") >= 0).any())


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for json, figures to six decimals, None where unknown."""
    return [
        {str(name): _plain(value) for name, value in row.items()}
        for row in table.astype(object).to_dict("records")
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, (float, np.floating)):
        return round(float(value), 6) if np.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
