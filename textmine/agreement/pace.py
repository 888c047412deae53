"""How fast people decide, with evidence and without, for planning."""

from __future__ import annotations

from typing import Any

import pandas as pd

from textmine.errors import InputError

#: A longer gap between two decisions, in minutes, is a pause and no work.
LONGEST_GAP = 5.0
#: Stands for all people together, and for decisions with evidence and without.
EVERYONE, EITHER = "(all)", "either"
_MEANS = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}
PACE_COLUMNS = [
    "who",
    "evidence",
    "decisions",
    "timed",
    "pauses",
    "minutes",
    "per_hour",
    "median_seconds",
]


def measure_pace(events: pd.DataFrame, *, longest_gap: float = LONGEST_GAP) -> pd.DataFrame:
    """Decisions per hour of each person and of all, with evidence, without, and either way.

    ``events`` has a row a decision: ``who``, ``when`` (a time, or text that reads as one) and
    ``with_evidence`` (true or false), in any order. A decision takes the time since the same person's last
    one; where that is more than ``longest_gap`` minutes there was a pause, and the decision, like the first
    of a session, is counted but not timed. ``per_hour`` is timed decisions over their time, NaN where none
    was timed. Raises ``InputError`` for a missing column and times that cannot be read.

    >>> events = pd.DataFrame({
    ...     "who": ["ann"] * 4, "with_evidence": [False, False, True, False],
    ...     "when": ["2025-01-01 09:00", "2025-01-01 09:01", "2025-01-01 09:03", "2025-01-01 11:00"],
    ... })
    >>> pace = measure_pace(events)
    >>> pace[pace["who"] == "ann"][["evidence", "timed", "pauses", "per_hour"]].values.tolist()
    [['with', 1, 0, 30.0], ['without', 1, 1, 60.0], ['either', 2, 1, 40.0]]
    """
    missing = [name for name in ("who", "when", "with_evidence") if name not in events.columns]
    if missing:
        raise InputError(
            f"No column {', '.join(missing)} among the decisions. Wanted: who, when, with_evidence."
        )
    if longest_gap <= 0:
        raise InputError(f"The longest gap is {longest_gap} minutes; give more than 0.")
    timed = _time_decisions(events, longest_gap * 60)
    rows = []
    for who in [*dict.fromkeys(sorted(timed["who"])), EVERYONE]:
        own = timed if who == EVERYONE else timed[timed["who"] == who]
        parts = (("with", own[own["evidence"]]), ("without", own[~own["evidence"]]), (EITHER, own))
        rows += [_describe(who, name, part) for name, part in parts]
    return pd.DataFrame(rows, columns=PACE_COLUMNS)


def _time_decisions(events: pd.DataFrame, longest: float) -> pd.DataFrame:
    when = pd.to_datetime(events["when"], errors="coerce", utc=True, format="mixed")
    if when.isna().any():
        raise InputError(
            f"{int(when.isna().sum())} decision(s) have no time that can be read. "
            "Write times as 2025-01-31T09:30:00."
        )
    frame = pd.DataFrame(
        {
            "who": events["who"].astype(str).to_numpy(),
            "when": when.to_numpy(),
            "evidence": _read_flags(events["with_evidence"]),
        }
    ).sort_values(["who", "when"], kind="stable")
    seconds = frame.groupby("who")["when"].diff().dt.total_seconds()
    return frame.assign(seconds=seconds.where(seconds <= longest), pause=seconds > longest)


def _read_flags(column: pd.Series) -> list[bool]:
    """The flags as true and false, be they so, numbers or words."""
    words = [str(value).strip().casefold() for value in column]
    odd = sum(word not in _MEANS for word in words)
    if odd:
        raise InputError(f"{odd} decision(s) have a with_evidence that is neither true nor false.")
    return [_MEANS[word] for word in words]


def _describe(who: str, evidence: str, part: pd.DataFrame) -> dict[str, Any]:
    seconds = part["seconds"].dropna()
    spent = float(seconds.sum())
    return {
        "who": who,
        "evidence": evidence,
        "decisions": len(part),
        "timed": len(seconds),
        "pauses": int(part["pause"].sum()),
        "minutes": round(spent / 60, 2),
        "per_hour": round(3600 * len(seconds) / spent, 1) if spent > 0 else float("nan"),
        "median_seconds": float(seconds.median()) if len(seconds) else float("nan"),
    }
