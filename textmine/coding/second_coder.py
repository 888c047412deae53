"""As good as a second coder? The machine's agreement with people beside people's with each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.agreement import measure_alpha, number_sets
from textmine.coding.comparison import Comparison
from textmine.coding.intervals import find_interval, name_interval
from textmine.errors import InputError

Floats = npt.NDArray[np.float64]

MACHINE, REFERENCE = "machine", "reference"
#: Rows over all codes: the mean of the codes' figures, and whole codings compared as sets (MASI).
MEAN, SETS = "(mean over codes)", "(sets of codes)"
#: With fewer texts to which any person gave the code, an alpha is not to be relied on.
FEWEST_CASES = 10


@dataclass(frozen=True)
class CoderAgreement:
    """``pairs``: agreement of each two coders; ``differences``: machine and human less human and human.

    ``pairs``: ``code, first, second, kind`` (machine-human, human-human, machine-reference,
    human-reference), ``n`` texts, ``n_first, n_second`` with the code, ``alpha`` with its interval,
    ``raw_agreement`` and ``positive_agreement`` (the F1 of one against the other). ``differences``: ``code,
    n, n_human, machine_human, human_human, difference, low, high, verdict``.
    """

    pairs: pd.DataFrame
    differences: pd.DataFrame


@dataclass(frozen=True)
class _Pair:
    first: str
    second: str
    kind: str


def compare_with_people(comparison: Comparison, codings: Mapping[str, pd.DataFrame]) -> CoderAgreement:
    """Krippendorff's alpha of the machine with people beside people's with each other, code by code.

    ``codings`` has a table for each further coder: indexed by unit id, a column a code, 1, 0 or NaN for not
    coded. The same texts, those that all have coded, serve every pair, and the same bootstrap samples of
    respondents, so that the difference has an interval. With two or more further coders the reference
    stands aside: people's agreement is that of the further coders with each other, and the machine's its
    mean agreement with each. With one, the reference is the other person. The verdict is 'below a second
    coder' or 'above' where the interval of the difference leaves out 0, else 'no difference shown', and
    'too few to tell' below ten texts with the code. Raises ``InputError`` where the coders share no text
    with the comparison.

    >>> from textmine.coding.comparison import Comparison
    >>> truth = np.array([[1.0], [0], [1], [0]] * 6)
    >>> ids = [f"u{i}" for i in range(24)]
    >>> machine = Comparison(truth, truth * 0.8, truth, ["money"], ids, ids)
    >>> second = pd.DataFrame(truth, index=ids, columns=["money"])
    >>> compare_with_people(machine, {"ben": second}).pairs["kind"].unique().tolist()
    ['machine-reference', 'machine-human', 'human-human']
    """
    everyone = {MACHINE: np.where(comparison.known, comparison.applies, np.nan), REFERENCE: comparison.truth}
    for name, coding in codings.items():
        aligned = coding.reindex(index=list(comparison.ids), columns=list(comparison.codes))
        if not aligned.notna().any().any():
            raise InputError(
                f"Coder {name!r} coded none of the {len(comparison.ids)} texts that are judged. "
                "Give codings of the same texts, with the same ids."
            )
        everyone[_own_name(name, everyone)] = aligned.to_numpy(dtype=float)
    shared = ~np.isnan(np.stack(list(everyone.values()))).any(axis=0)
    if not shared.any():
        raise InputError("No text was coded by all coders. Give codings of the same texts.")
    values = {name: np.where(shared, coding, np.nan) for name, coding in everyone.items()}
    pairs = _pair_up(list(values)[2:])
    alphas = {pair: _draw_alphas(comparison, values, pair) for pair in pairs}
    rows = [row for pair in pairs for row in _pair_rows(comparison, values, pair, alphas[pair])]
    return CoderAgreement(
        pd.DataFrame(rows), pd.DataFrame(_difference_rows(comparison, values, shared, alphas))
    )


def _own_name(name: str, taken: Mapping[str, Any]) -> str:
    """The name, numbered if another coder has it."""
    number, own = 1, name
    while own in taken:
        number += 1
        own = f"{name} ({number})"
    return own


def _pair_up(people: Sequence[str]) -> list[_Pair]:
    pairs = [_Pair(MACHINE, REFERENCE, "machine-reference")]
    pairs += [_Pair(MACHINE, person, "machine-human") for person in people]
    between = "human-human" if len(people) == 1 else "human-reference"
    pairs += [_Pair(REFERENCE, person, between) for person in people]
    return pairs + [_Pair(a, b, "human-human") for a, b in combinations(people, 2)]


def _draw_alphas(comparison: Comparison, values: Mapping[str, Floats], pair: _Pair) -> Floats:
    """Alpha per bootstrap sample: each code, their mean, whole sets; (samples, codes + 2)."""
    first, second = values[pair.first], values[pair.second]
    draws = comparison.draws
    columns = [
        measure_alpha(np.stack([first[:, k], second[:, k]]), distance=1 - np.eye(2), draws=draws)
        for k in range(first.shape[1])
    ]
    codes = np.column_stack(columns)
    sets, distance = number_sets([first, second])
    return np.column_stack([codes, _mean(codes), measure_alpha(sets, distance=distance, draws=draws)])


def _mean(codes: Floats) -> Floats:
    known = codes[:, ~np.isnan(codes[0])]
    n = (~np.isnan(known)).sum(axis=1)
    return np.where(n > 0, np.nansum(known, axis=1) / np.maximum(n, 1), np.nan)


def _pair_rows(
    comparison: Comparison, values: Mapping[str, Floats], pair: _Pair, alphas: Floats
) -> list[dict[str, Any]]:
    first, second = values[pair.first], values[pair.second]
    known = ~np.isnan(first)
    n, a, b = known.sum(axis=0), np.nansum(first, axis=0), np.nansum(second, axis=0)
    both = ((first == 1) & (second == 1)).sum(axis=0)
    raw = _ratio(((first == second) & known).sum(axis=0), n)
    positive = _ratio(2 * both, a + b)
    whole = known.all(axis=1)
    alike = (first == second)[whole].all(axis=1)
    found = [
        *zip(comparison.codes, n, a, b, raw, positive, strict=True),
        (MEAN, n.max(), a.sum(), b.sum(), _known_mean(raw), _known_mean(positive)),
        (
            SETS,
            whole.sum(),
            np.nansum(first[whole]),
            np.nansum(second[whole]),
            alike.mean() if len(alike) else np.nan,
            float(_ratio(2 * both.sum(), a.sum() + b.sum())),
        ),
    ]
    return [
        {"code": code, "first": pair.first, "second": pair.second, "kind": pair.kind, "n": int(row_n)}
        | {"n_first": int(row_a), "n_second": int(row_b)}
        | name_interval("alpha", alphas[:, k])
        | {"raw_agreement": round(float(row_raw), 4), "positive_agreement": round(float(row_pos), 4)}
        for k, (code, row_n, row_a, row_b, row_raw, row_pos) in enumerate(found)
    ]


def _difference_rows(
    comparison: Comparison,
    values: Mapping[str, Floats],
    shared: npt.NDArray[np.bool_],
    alphas: Mapping[_Pair, Floats],
) -> list[dict[str, Any]]:
    machine = np.mean([a for pair, a in alphas.items() if pair.kind == "machine-human"], axis=0)
    people = np.mean([a for pair, a in alphas.items() if pair.kind == "human-human"], axis=0)
    marked = [values[name] == 1 for name in values if name not in (MACHINE, REFERENCE)]
    if len(marked) == 1:
        marked.append(values[REFERENCE] == 1)
    positive = np.any(marked, axis=0)
    n = [*shared.sum(axis=0), shared.any(axis=1).sum(), shared.all(axis=1).sum()]
    n_human = [
        *positive.sum(axis=0),
        positive.any(axis=1).sum(),
        positive[shared.all(axis=1)].any(axis=1).sum(),
    ]
    rows = []
    for k, code in enumerate([*comparison.codes, MEAN, SETS]):
        difference, low, high = find_interval(machine[:, k] - people[:, k])
        row = {"code": code, "n": int(n[k]), "n_human": int(n_human[k])}
        row |= {"machine_human": round(float(machine[0, k]), 4)}
        row |= {"human_human": round(float(people[0, k]), 4)}
        row |= {"difference": difference, "low": low, "high": high}
        rows.append(row | {"verdict": _judge(int(n_human[k]), difference, low, high)})
    return rows


def _judge(n_human: int, difference: float, low: float, high: float) -> str:
    if n_human < FEWEST_CASES or np.isnan(difference):
        return "too few to tell"
    if high < 0:
        return "below a second coder"
    return "above a second coder" if low > 0 else "no difference shown"


def _ratio(top: Any, bottom: Any) -> Floats:
    bottom = np.asarray(bottom, dtype=np.float64)
    return np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1), np.nan)


def _known_mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
