"""Where a coder goes wrong: which codes it takes for which, and its surest mistakes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from textmine.coding.comparison import Comparison

#: Stands for no code on the other side of a confusion.
NO_CODE = "(none)"
MISSED, WRONG = "missed", "wrongly given"


def count_confusions(comparison: Comparison) -> pd.DataFrame:
    """Texts where the coder missed a code that people gave, and gave one that they did not: which for which.

    A row for each pair of codes that occurs, the most frequent first: ``human, coder, n, of``. ``human``
    '(none)' counts texts where the coder gave a code too many and missed none, ``coder`` '(none)' texts
    where it missed a code and gave none too many; ``of`` is how many texts it missed the human code on (for
    '(none)': gave the coder's code wrongly on), so that ``n / of`` is the share that went this way. A text
    with several missed or added codes counts in several rows.
    """  # fmt: skip
    missed = (comparison.real == 1) & (comparison.given == 0)
    wrong = (comparison.given == 1) & (comparison.real == 0) & comparison.known
    both = missed.astype(int).T @ wrong.astype(int)
    codes = [str(code) for code in comparison.codes]
    rows = [
        {"human": codes[a], "coder": codes[b], "n": int(both[a, b]), "of": int(missed[:, a].sum())}
        for a, b in np.argwhere(both).tolist()
    ]
    alone = (missed & ~wrong.any(axis=1)[:, None]).sum(axis=0)
    added = (wrong & ~missed.any(axis=1)[:, None]).sum(axis=0)
    for k, code in enumerate(codes):
        rows.append({"human": code, "coder": NO_CODE, "n": int(alone[k]), "of": int(missed[:, k].sum())})
        rows.append({"human": NO_CODE, "coder": code, "n": int(added[k]), "of": int(wrong[:, k].sum())})
    found = pd.DataFrame([row for row in rows if row["n"]], columns=["human", "coder", "n", "of"])
    return found.sort_values(["n", "human", "coder"], ascending=[False, True, True], ignore_index=True)


def list_errors(comparison: Comparison) -> pd.DataFrame:
    """Every text and code where coder and people differ, the coder's surest mistakes first; no words.

    Columns: ``unit_id, code, kind`` (missed or wrongly given), ``truth, probability, surprise``: how far
    the probability was from the truth, 0 to 1. Look the texts up by their id.
    """
    predictions = comparison.predictions()
    wrong = predictions[predictions["truth"] != predictions["applies"]].copy()
    wrong["kind"] = np.where(wrong["truth"] == 1, MISSED, WRONG)
    wrong["surprise"] = (wrong["truth"] - wrong["probability"]).abs().round(6)
    columns = ["unit_id", "code", "kind", "truth", "probability", "surprise"]
    by = ["surprise", "code", "unit_id"]
    return wrong.sort_values(by, ascending=[False, True, True], kind="stable", ignore_index=True)[columns]
