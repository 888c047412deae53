"""The columns of a listing of decisions, and the type of each: the same in every part of a listing."""

from __future__ import annotations

from typing import Any

import pandas as pd

#: Columns of a listing: a row for each decision on a unit and code.
RECORD_COLUMNS = [
    *("event", "resp_id", "unit_id", "question_id", "wave", "unit_start", "unit_end", "code_id", "value"),
    *("source", "coder_id", "coded_at", "codebook_id", "codebook_version", "codebook_sha256", "model_id"),
    *("model_sha256", "score", "calibrated_prob", "threshold", "band", "certificate_id", "sampling_role"),
    *("coding_prob", "adjudicated_by", "adjudication_reason", "supersedes", "current", "text_sha256"),
    *("redaction_log_id", "software_version"),
]
#: Which of them are numbers, and which whole numbers; ``current`` is true or false, all others are texts.
NUMBERS = frozenset({"score", "calibrated_prob", "threshold", "coding_prob"})
WHOLE = frozenset({"event", "unit_start", "unit_end", "value", "supersedes"})


def order_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows with ``RECORD_COLUMNS``, each of its type whatever it holds; missing where not known.

    Parts so made can be put together: a column that is blank in one part has the type that it has in others.

    >>> order_columns(pd.DataFrame({"unit_id": ["u1"], "current": [True]}))["supersedes"].dtype
    Int64Dtype()
    """
    made: dict[str, Any] = {}
    for name in RECORD_COLUMNS:
        column = frame[name] if name in frame else pd.Series(pd.NA, index=frame.index, dtype=object)
        if name in WHOLE:
            made[name] = pd.to_numeric(column, errors="coerce").astype("Int64")
        elif name in NUMBERS:
            made[name] = pd.to_numeric(column, errors="coerce").astype("float64")
        elif name == "current":
            made[name] = column.astype(bool)
        else:
            made[name] = column.astype(object).where(column.notna(), None)
    return pd.DataFrame(made, index=frame.index, columns=RECORD_COLUMNS)
