"""All that a report is made of: the coded folder, what was estimated, what may be shown, what was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.disclosure import DisclosureRule, find_rule
from textmine.errors import InputError
from textmine.exchange.coded_reader import CodedFolder
from textmine.privacy.columns import find_identifying_columns
from textmine.reading.table import list_names
from textmine.report.figure_ids import hash_inputs, name_figure
from textmine.report.protecting import Cell, Key, protect_report
from textmine.report.released import ReportQuotes

#: Columns that tell that the units are turns of speech.
_SPEECH = {"speaker", "role", "turn"}
_INTERVIEWER = "interviewer"
#: How a study codes, and what it is called in the methods statement.
APPROACHES = {
    "codebook": "codebook thematic analysis",
    "framework": "framework analysis",
    "content": "content analysis with a codebook",
    "coding_reliability": "coding-reliability thematic analysis",
    "reflexive": "reflexive thematic analysis",
}


@dataclass(frozen=True, eq=False)
class Material:
    """What a report is made of; everything but ``read`` may be missing, and its section says so then.

    ``owners`` has each unit's respondent; ``facts`` are columns shown beside a case; ``shares`` is a table of
    ``estimate_prevalence`` (with ``by`` and ``wave``), ``quotes`` what a person released, ``topics`` and
    ``waves`` what those commands wrote, ``quality`` the figures of the coder with where they come from.
    ``inputs`` are the hashes and options that figures depend on, ``command`` the command that makes the
    report again.
    """

    read: CodedFolder
    owners: Sequence[str]
    owners_known: bool = True
    rule: DisclosureRule = field(default_factory=lambda: find_rule("simple5"))
    by: tuple[str, ...] = ()
    wave: str | None = None
    case: str | None = None
    facts: tuple[str, ...] = ()
    apart: bool = False
    shares: pd.DataFrame | None = None
    share_notes: tuple[str, ...] = ()
    quotes: ReportQuotes = field(default_factory=ReportQuotes)
    summaries: Mapping[tuple[str, str], str] = field(default_factory=dict)
    topics: Mapping[str, Any] | None = None
    waves: Mapping[str, Any] | None = None
    quality: Mapping[str, Any] | None = None
    approach: str | None = None
    title: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""
    named: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        asked = [*self.by, *(name for name in (self.wave, self.case) if name), *self.facts]
        for name in asked:
            if name not in self.read.source.columns:
                known = list_names([str(c) for c in self.read.source.columns])
                raise InputError(
                    f"No column {name!r} in the coded folder. Columns: {known}. Choose with --by, --wave, "
                    "--case or --fact."
                )
            parts = ("text",) if name == self.case else ("text", "id", "group")
            telling = {self.read.columns.get(part) for part in parts}
            cells = self.read.source[name].astype(str).tolist()
            if name in telling or find_identifying_columns({name: cells}):
                raise InputError(
                    f"Column {name!r} tells who somebody is or what they said, so it makes no groups of a "
                    "report. Choose another."
                )
        if self.approach is not None and self.approach not in APPROACHES:
            raise InputError(f"No approach {self.approach!r}. Choose among: {', '.join(APPROACHES)}.")

    @cached_property
    def interviews(self) -> bool:
        """Whether the units are turns of speech, which are never made into percentages."""
        return set(self.read.source.columns) >= _SPEECH

    @cached_property
    def spoken(self) -> npt.NDArray[np.bool_]:
        """The units that count: all but what an interviewer said."""
        if not self.interviews:
            return np.ones(len(self.read.source), dtype=bool)
        return np.array(self.read.source["role"].astype(str).str.casefold() != _INTERVIEWER, dtype=bool)

    @cached_property
    def given(self) -> pd.DataFrame:
        """Units x codes, whether each code was given to a unit that counts."""
        given = self.read.coded.decisions.eq(1)
        return given & self.spoken[:, None]

    @cached_property
    def questions(self) -> list[str]:
        """The question of each unit; '' throughout where questions are taken together or not known."""
        return self.read.column("question") if self.apart else [""] * len(self.read.source)

    @cached_property
    def cases(self) -> list[str] | None:
        """The case or source of each unit: ``case``, or the interview that a turn is of; None without."""
        if self.case is not None:
            return [str(cell).strip() for cell in self.read.source[self.case].tolist()]
        if not self.interviews:
            return None
        units = [str(unit) for unit in self.read.coded.decisions.index]
        found = [unit.rpartition(":")[0] or unit for unit in units]
        if not find_identifying_columns({"source": found}):
            return found
        numbers = {case: f"interview {place + 1}" for place, case in enumerate(dict.fromkeys(found))}
        return [numbers[case] for case in found]

    @cached_property
    def names(self) -> dict[str, str]:
        """The name of each code."""
        return {code: self.read.coded.codebook.code(code).name or code for code in self.read.coded.codes}

    @cached_property
    def cells(self) -> dict[Key, Cell]:
        """What may be shown of respondents by question, column, group and code; none for interviews."""
        if self.interviews:
            return {}
        columns = list(dict.fromkeys([*self.by, *([self.wave] if self.wave else [])]))
        groups = {name: self.read.source[name].astype(str).tolist() for name in columns}
        several = () if self.wave is None else (self.wave,)
        return protect_report(
            self.read.coded, list(self.owners), self.questions, groups, self.rule, several=several
        )

    @cached_property
    def inputs_sha256(self) -> str:
        """The hash of all inputs and options."""
        return hash_inputs(self.inputs)

    def figure(self, kind: str, *parts: str) -> str:
        """The id of a figure of this report; ``named`` remembers what it is of."""
        found = name_figure(kind, *parts, inputs=self.inputs_sha256)
        self.named[found] = (kind, *parts)
        return found
