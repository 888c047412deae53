"""The counts of respondents behind a report's tables, with small ones hidden, by question, group and code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from textmine.coded import CodedDataset
from textmine.disclosure import HIDDEN, DisclosureRule, protect_pairs, protect_shares
from textmine.disclosure.groups import NOT_STATED
from textmine.errors import InputError
from textmine.estimates.prepared import NOT_GIVEN

_FIGURES = ("estimate", "low", "high", "se", "naive", "naive_count", "n_read_positive")
_HAND = ("hand", "hand_low", "hand_high")
Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Cell:
    """Respondents of a group (``n``), those of them with the code, and the share; ``*`` is hidden."""

    n: int | str
    count: int | str
    share: float | str

    @property
    def hidden(self) -> bool:
        """Whether nothing of the cell may be shown."""
        return HIDDEN in (self.n, self.count, self.share)


def protect_report(
    coded: CodedDataset,
    owners: Sequence[str],
    questions: Sequence[str],
    groups: Mapping[str, Sequence[str]],
    rule: DisclosureRule,
    *,
    several: Sequence[str] = (),
) -> dict[Key, Cell]:
    """What may be shown of each question, column of groups, group and code, counted in respondents.

    ``owners``, ``questions`` and each of ``groups`` have a value a unit. A person counts once for a code. Of
    the columns in ``several`` (waves, topics) a person may have more than one value and then counts in each.
    Raises ``InputError`` where a person has several values of another column.
    """
    cells: dict[Key, Cell] = {}
    plain = {name: values for name, values in groups.items() if name not in several}
    for held, people in [
        (plain, list(owners)),
        *(
            ({name: groups[name]}, [f"{v}\x1f{o}" for v, o in zip(groups[name], owners, strict=True)])
            for name in several
        ),
    ]:
        once = not any(name in several for name in held)
        for question in dict.fromkeys(questions):
            for key, cell in _protect(coded, people, questions, question, held, rule).items():
                if once or key[0]:  # the whole is that of respondents, not of respondents in a wave
                    cells[(question, *key)] = cell
    return cells


def protect_together(
    coded: CodedDataset, owners: Sequence[str], rule: DisclosureRule, *, most: int
) -> tuple[pd.DataFrame, int]:
    """How many respondents gave two codes, codes x codes, as it may be shown; and the respondents in all.

    Of more codes than ``most`` the commonest are taken, in the order of the codebook: pairs grow with the
    square of the codes.
    """
    said = _by_person(coded, owners, coded.is_coded.to_numpy())
    if said.shape[1] > most:
        common = np.argsort(-said.to_numpy().sum(axis=0), kind="stable")[:most]
        said = said.iloc[:, np.sort(common)]
    counts = said.to_numpy(dtype=np.float64)  # whole numbers, which a float adds exactly and far faster
    pairs = pd.DataFrame((counts.T @ counts).astype(np.int64), index=said.columns, columns=said.columns)
    return protect_pairs(pairs, len(said), rule=rule).table, len(said)


def mask_shares(table: pd.DataFrame, cells: Mapping[Key, Cell]) -> pd.DataFrame:
    """A table of ``estimate_prevalence`` without figures that may not be shown; column ``hidden`` says so.

    A row that the cells do not know is hidden as well.
    """
    found = [cells.get(find_key(row, cells)) for row in table.to_dict("records")]
    masked = table.assign(hidden=[cell is None or cell.hidden for cell in found])
    for name in (*_FIGURES, *_HAND):
        if name in masked.columns:
            masked[name] = masked[name].astype(float).mask(masked["hidden"])
    return masked


def find_key(row: Mapping[Any, Any], cells: Mapping[Key, Cell]) -> Key:
    """The cell that a row of ``estimate_prevalence`` is of.

    Those of whom nothing is stated are called otherwise there, unless somebody wrote these very words.
    """
    question, by, code = (str(row[name]) for name in ("question", "by", "code"))
    group = str(row["group"]).strip()
    key = (question, by, group, code)
    silent = bool(by) and group in ("", NOT_GIVEN) and key not in cells
    return (question, by, NOT_STATED, code) if silent else key


def _protect(
    coded: CodedDataset,
    people: Sequence[str],
    questions: Sequence[str],
    question: str,
    groups: Mapping[str, Sequence[str]],
    rule: DisclosureRule,
) -> dict[tuple[str, str, str], Cell]:
    chosen = coded.is_coded.to_numpy() & (np.array(questions, dtype=object) == question)
    if not chosen.any():
        return {}
    said = _by_person(coded, people, chosen)
    frame = pd.DataFrame(
        {name: np.array(values, dtype=object)[chosen] for name, values in groups.items()},
        index=range(int(chosen.sum())),
    )
    whose = np.array(people, dtype=object)[chosen]
    held = frame.astype(str).apply(lambda column: column.str.strip()).groupby(whose, sort=False)
    for name in groups:
        if overlap := int((held[name].nunique() > 1).sum()):
            raise InputError(
                f"{overlap} respondent(s) have more than one value of {name!r}, so its groups overlap. Give "
                "each one value, name it with --wave if it is the wave, or leave it out of --by."
            )
    of = held.first().reindex(said.index) if groups else pd.DataFrame(index=said.index)
    table = protect_shares(said, of, rule=rule, audit=False).table
    return {
        (str(row["by"]), str(row["group"]), str(row["code"])): Cell(row["n"], row["count"], row["share"])
        for row in table.to_dict("records")
    }


def _by_person(coded: CodedDataset, people: Sequence[str], chosen: Any) -> pd.DataFrame:
    given = (coded.decisions.to_numpy()[chosen] == 1).astype(np.int64)
    frame = pd.DataFrame(given, columns=coded.codes)
    return frame.groupby(np.array(people, dtype=object)[chosen], sort=False).max()
