"""Tables of turns of talk: which they are, and what in them the interviewer says."""

from __future__ import annotations

import numpy as np
import pandas as pd


def find_interviewer(turns: pd.DataFrame) -> np.ndarray:
    """Which rows of a table of turns (speaker, role, turn) the interviewer says; none of any other table.

    >>> turns = pd.DataFrame({"speaker": ["I", "R"], "role": ["interviewer", "participant"], "turn": [1, 2]})
    >>> find_interviewer(turns).tolist()
    [True, False]
    """
    if not holds_turns(turns):
        return np.zeros(len(turns), bool)
    return turns["role"].eq("interviewer").to_numpy(dtype=bool)


def holds_turns(frame: pd.DataFrame) -> bool:
    """Whether a table is one of turns: who spoke, in which role, in which order."""
    return {"speaker", "role", "turn"} <= set(frame.columns)
