"""How two waves were made: other models, codebooks and thresholds, and which codes may be compared."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from textmine.errors import InputError
from textmine.waves.wave import CodedWave

#: Hex digits of a hash that a table shows.
_SHOWN = 12
COLUMNS = ["what", "code", "old", "new", "means"]


@dataclass(frozen=True, eq=False)
class Making:
    """What differs in how two waves were made: ``table`` (``what, code, old, new, means``), and for each
    code that may not be compared the reason (``barred``). ``same_model`` and ``same_cut`` tell whether naive
    counts may be compared; ``codes`` are those that both waves have.
    """

    table: pd.DataFrame
    codes: list[str]
    barred: dict[str, str]
    same_model: bool
    same_cut: bool
    same_codebook: bool


def compare_making(old: CodedWave, new: CodedWave, *, same: Collection[str] = ()) -> Making:
    """Hold beside each other what two waves were coded with.

    A code whose definition, include or exclude notes differ means something else, and its change is barred;
    so are all codes where the codebooks differ and their definitions are not known. ``same`` names codes of
    which only the wording changed. Raises ``InputError`` for a code in ``same`` that the waves do not have.

    >>> from textmine.estimates.survey import SurveyWave
    >>> wave = SurveyWave(pd.DataFrame({"money": [0.9, 0.2]}))
    >>> before = CodedWave("2024", wave, definitions={"money": "a"})
    >>> compare_making(before, CodedWave("2025", wave, definitions={"money": "b"})).barred["money"]
    'defined otherwise in the two waves'
    """
    shared = [code for code in old.codes if code in new.codes]
    unknown = [code for code in same if code not in shared]
    if unknown:
        raise InputError(
            f"No code {', '.join(unknown)} in both waves. Codes in both: {', '.join(shared) or 'none'}."
        )
    rows: list[tuple[str, str, str, str, str]] = []
    same_model = old.model is None or new.model is None or old.model.sha256 == new.model.sha256
    if old.model is not None and new.model is not None and not same_model:
        means = "naive counts and scores of the two waves may not be compared; corrected shares may"
        rows.append(("model", "", _name(old.model), _name(new.model), means))
    same_book = old.codebook is None or new.codebook is None or old.codebook.sha256 == new.codebook.sha256
    if old.codebook is not None and new.codebook is not None and not same_book:
        means = "only codes that are defined alike may be compared; textmine codebook migrate brings the old "
        means += "wave and its labels to the new version"
        rows.append(("codebook", "", _name(old.codebook), _name(new.codebook), means))
    barred: dict[str, str] = {}
    for code in shared:
        reason = _bar(code, old, new, same_book)
        if reason and code not in same:
            barred[code] = reason
            rows.append(("definition", code, "", "", f"{reason}; its change is not estimated"))
        elif reason:
            rows.append(("definition", code, "", "", f"{reason}; said to mean the same"))
    for wave, other, word in ((old, new, "retired"), (new, old, "added")):
        for code in (c for c in wave.codes if c not in other.codes):
            there = ("in it", "") if wave is old else ("", "in it")
            rows.append((word, code, *there, "in one of the waves alone; no change can be told"))
    moved = [code for code in shared if _cut(old, code) != _cut(new, code)]
    for code in moved if same_model else []:
        cuts = (f"{_cut(old, code):g}", f"{_cut(new, code):g}")
        rows.append(("threshold", code, *cuts, "naive counts may not be compared; corrected shares may"))
    return Making(pd.DataFrame(rows, columns=COLUMNS), shared, barred, same_model, not moved, same_book)


def _bar(code: str, old: CodedWave, new: CodedWave, same_book: bool) -> str:
    """Why a code may not be compared; '' where it may."""
    known = [wave.definitions.get(code) if wave.definitions else None for wave in (old, new)]
    if known[0] is not None and known[1] is not None:
        return "" if known[0] == known[1] else "defined otherwise in the two waves"
    return "" if same_book else "the codebooks differ and its definitions are not known"


def _cut(wave: CodedWave, code: str) -> float:
    return float(wave.survey.thresholds.get(code, 0.5))


def _name(thing: object) -> str:
    version = getattr(thing, "version", "")
    words = [str(getattr(thing, "id", "")), *([version] if version else [])]
    return " ".join([*words, str(getattr(thing, "sha256", ""))[:_SHOWN]])
