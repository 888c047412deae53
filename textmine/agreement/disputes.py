"""Where coders part: which code stands where another stood, and the units most in dispute."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.agreement.codings import Codings

Floats = npt.NDArray[np.float64]

#: Stands for a coder who gave the unit no code at all.
NOTHING = "(none)"
#: The columns of the two tables, in order.
CONFUSION_COLUMNS = ["first", "second", "first_gave", "second_gave", "n", "of"]
DISPUTED_COLUMNS = ["unit_id", "coders", "codes", "disputed_codes", "distance"]


def count_confusions(codings: Codings) -> pd.DataFrame:
    """Who confuses what with what: units where one coder gave X and not Y, and another Y and not X.

    Columns: ``first, second`` (coders), ``first_gave, second_gave`` (codes; '(none)' where that coder gave
    the unit nothing at all), ``n`` units and ``of`` how many units only the first of the two gave
    ``first_gave`` ('(none)': the units to which the first gave nothing and the second something). Most
    frequent first.
    """
    rows = []
    for i, j in codings.pairs():
        a, b = codings.values[i], codings.values[j]
        known = ~np.isnan(a) & ~np.isnan(b)
        only_a, only_b = (a == 1) & (b == 0), (a == 0) & (b == 1)
        read = known.any(axis=1)
        empty_a, empty_b = (read & ~((one == 1) & known).any(axis=1) for one in (a, b))
        left = np.column_stack([only_a, empty_a & ~empty_b]).astype(np.float64)
        right = np.column_stack([only_b, empty_b & ~empty_a]).astype(np.float64)
        together, of = left.T @ right, left.sum(axis=0)
        names = [*codings.codes, NOTHING]
        rows += [
            {"first": codings.coders[i], "second": codings.coders[j]}
            | {"first_gave": names[x], "second_gave": names[y]}
            | {"n": int(together[x, y]), "of": int(of[x])}
            for x, y in zip(*np.nonzero(together), strict=True)
        ]
    table = pd.DataFrame(rows, columns=CONFUSION_COLUMNS)
    return table.sort_values("n", ascending=False, kind="stable", ignore_index=True)


def list_disputed(codings: Codings, distances: Floats) -> pd.DataFrame:
    """The units that coders differ on, most disputed first: ids and codes, no words.

    Columns: ``unit_id``, ``coders`` (who coded it), ``codes`` (how many are in dispute), ``disputed_codes``
    (their ids, with '; ' between) and ``distance``, the mean MASI distance of the coders' sets.
    """
    given = np.nansum(codings.values, axis=0)
    coded = (~np.isnan(codings.values)).sum(axis=0)
    in_dispute = (given > 0) & (given < coded)
    rows = np.flatnonzero(in_dispute.any(axis=1))
    names = np.array(codings.codes, dtype=object)
    table = pd.DataFrame(
        {
            "unit_id": [codings.units[row] for row in rows.tolist()],
            "coders": coded[rows].max(axis=1, initial=0),
            "codes": in_dispute[rows].sum(axis=1),
            "disputed_codes": ["; ".join(names[in_dispute[row]]) for row in rows],
            "distance": distances[rows].round(4),
        },
        columns=DISPUTED_COLUMNS,
    )
    return table.sort_values(
        ["distance", "codes"], ascending=False, kind="stable", ignore_index=True, na_position="last"
    )
