"""Agreement and accuracy on both sides of a break in the codebook, code beside code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from textmine.agreement import measure_agreement
from textmine.agreement.resampling import DRAWS
from textmine.coded import CodedDataset
from textmine.errors import InputError
from textmine.migration.changes import Changes
from textmine.migration.links import Link, link_codes

COLUMNS = [
    *("change", "old_code", "new_code", "measure", "coder"),
    *("before", "before_low", "before_high", "n_before"),
    *("after", "after_low", "after_high", "n_after"),
    "note",
]
_Z = 1.959963984540054
_NAN = float("nan")


def compare_sides(
    before: Sequence[CodedDataset],
    after: Sequence[CodedDataset],
    changes: Changes,
    *,
    truth: tuple[CodedDataset, CodedDataset] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> pd.DataFrame:
    """How well each code was coded before a change of the codebook, and how well after it.

    ``before`` are the codings of one or more coders by the old version, ``after`` those of the same coders by
    the new one, as they were migrated, with or without what was read again. With two or more coders there is
    Krippendorff's alpha of each code with its bootstrap interval. ``truth``, an agreed set by the old and one
    by the new version, adds each coder's precision, recall and F1 (Wilson's intervals for the first two).
    ``share`` is how often each coder gave the code. One row a pair of old and new code, measure and coder;
    ``n_before`` and ``n_after`` count the units behind it, which are fewer where some must be read again:
    ``note`` says so.

    A code that was added stands with no figure before, one that was retired with none after. Raises
    ``InputError`` where there is nobody on a side, ``CodebookError`` where the changes do not fit.

    ``draws`` bootstrap samples give the intervals. ``seed`` is that of the bootstrap.

    >>> from textmine.codebook import Codebook
    >>> from textmine.migration.codings import migrate_codings
    >>> old, new = Codebook.from_labels(["cost"]), Codebook.from_labels(["price"])
    >>> units = ["u1", "u2", "u3", "u4"]
    >>> ann, ben = (
    ...     CodedDataset(pd.DataFrame({"cost": given}, index=units), old, name)
    ...     for name, given in {"ann": [1.0, 1, 0, 0], "ben": [1.0, 0, 0, 0]}.items()
    ... )
    >>> changes = Changes.loads("changes: [{rename: cost, to: price}]")
    >>> moved = [migrate_codings(one, changes, new).coded for one in (ann, ben)]
    >>> found = compare_sides([ann, ben], moved, changes).set_index("measure")
    >>> bool(found.loc["alpha", "before"] == found.loc["alpha", "after"])
    True
    """
    if not before or len(before) != len(after):
        raise InputError(
            f"{len(before)} coders before the change and {len(after)} after it. Give the same, one or more."
        )
    links = link_codes(changes, before[0].codebook, after[0].codebook)
    pairs: list[tuple[str, str, Link | None]] = [
        (source, link.code, link) for link in links for source in (link.sources or ("",))
    ]
    going_on = {source for source, _, _ in pairs}
    pairs += [(code, "", None) for code in before[0].codebook.ids if code not in going_on]
    sides = [_measure_side(datasets, draws, seed) for datasets in (before, after)]
    if truth is not None:
        for figures, datasets, agreed in zip(sides, (before, after), truth, strict=True):
            for coded in datasets:
                figures.update(_score(coded, agreed))
    rows = []
    for old, new, link in pairs:
        kind = "retire" if link is None else link.kind
        keys = [key for key in (*sides[0], *sides[1]) if key[0] in (old, new)]
        for measure, coder in dict.fromkeys((key[1], key[2]) for key in keys):
            was = sides[0].get((old, measure, coder), (_NAN, _NAN, _NAN, 0))
            is_ = sides[1].get((new, measure, coder), (_NAN, _NAN, _NAN, 0))
            rows.append([kind, old, new, measure, coder, *was, *is_, _note(was[3], is_[3], old, new)])
    return pd.DataFrame(rows, columns=COLUMNS)


_Figure = tuple[float, float, float, int]


def _measure_side(
    datasets: Sequence[CodedDataset], draws: int, seed: int
) -> dict[tuple[str, str, str], _Figure]:
    """Figures by code, measure and coder ('' for all of them together)."""
    figures: dict[tuple[str, str, str], _Figure] = {}
    if len(datasets) > 1:
        for row in measure_agreement(*datasets, draws=draws, seed=seed).codes.to_dict("records"):
            shown = (float(row["alpha"]), float(row["alpha_low"]), float(row["alpha_high"]))
            figures[(str(row["code"]), "alpha", "")] = (*shown, int(row["n_units"]))
    for coded in datasets:
        for code in coded.codes:
            column = coded.decisions[code].dropna()
            figures[(code, "share", coded.coder)] = _share(int((column == 1).sum()), len(column))
    return figures


def _score(coded: CodedDataset, truth: CodedDataset) -> dict[tuple[str, str, str], _Figure]:
    figures = {}
    shared = coded.decisions.index.intersection(truth.decisions.index)
    for code in (code for code in coded.codes if code in truth.decisions):
        given, real = coded.decisions.loc[shared, code], truth.decisions.loc[shared, code]
        known = given.notna() & real.notna()
        given, real = given[known] == 1, real[known] == 1
        both, n = int((given & real).sum()), int(known.sum())
        parts: dict[str, _Figure] = {
            "precision": _share(both, int(given.sum())),
            "recall": _share(both, int(real.sum())),
        }
        marked = int(given.sum() + real.sum())
        parts["f1"] = (2 * both / marked if marked else _NAN, _NAN, _NAN, n)
        for measure, figure in parts.items():
            figures[(code, measure, coded.coder)] = (*figure[:3], n)
    return figures


def _share(hits: int, n: int) -> _Figure:
    """A share with Wilson's (1927) interval."""
    if not n:
        return _NAN, _NAN, _NAN, 0
    p = hits / n
    middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * float(np.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2)))
    return p, max(middle - half, 0.0), min(middle + half, 1.0), n


def _note(before: int, after: int, old: str, new: str) -> str:
    if not old:
        return "no code before"
    if not new:
        return "no code after"
    if not after:
        return "all must be read again"
    return f"of the {after} units that need no reading" if after < before else ""


def describe_sides(table: pd.DataFrame) -> list[str]:
    """A sentence for each code that changed, of its agreement before and after; one for all that did not."""
    said: list[str] = []
    rows: list[dict[Any, Any]] = table[table["measure"] == "alpha"].to_dict("records")
    for row in rows:
        told = [
            f"{row[side]:.2f} on {row[f'n_{side}']} units {side}"
            if row[side] == row[side]
            else f"none {side}"
            for side in ("before", "after")
        ]
        if row["change"] != "same":
            names = " to ".join(dict.fromkeys(n for n in (row["old_code"], row["new_code"]) if n))
            said.append(f"{names}: alpha {told[0]}, {told[1]}.")
    alike = [row for row in rows if row["change"] == "same"]
    if alike:
        said.append(f"{len(alike)} codes did not change; sides.csv has their figures too.")
    return said
