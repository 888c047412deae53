"""Passages to read: the texts that carry a code, with what shows it, in groups, ticked into a quote bank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd

from textmine.display import escape, mark_text, show_card, show_facts
from textmine.errors import InputError

if TYPE_CHECKING:
    from textmine.passages.bank import QuoteBank

#: Columns of ``Passages.table``; attributes come after them.
COLUMNS = ["section", "unit_id", "code", "text", "quote", "start", "end", "stance", "score", "band", "codes"]
#: Passages that are shown at once.
MOST = 20


@dataclass(frozen=True, eq=False)
class Passages:
    """Texts that were asked for, the surest first, in sections; made by ``CodedDataset.read``.

    ``table`` has a row a passage: ``section``, ``unit_id``, ``code`` ('' where none was asked for), ``text``,
    the heaviest stretch that shows the code (``quote, start, end``; -1 where none is known), ``stance``,
    ``score`` and ``band`` of the code, ``codes`` (all codes of the text) and the attributes. A text stands
    once a section. ``stretches`` has all that shows the code: ``unit_id, code, start, end, quote``. In a
    notebook it shows itself, ``MOST`` passages at once, the evidence marked; ``show`` turns the page.
    Passages are respondents' words: what leaves the team goes through the release (docs/release.md).
    ``title`` says what was asked for, ``n_of`` is the number of texts that it was looked for in, ``shown``
    names the attributes that stand beside a passage, ``notes`` is what a reader should know, ``bank`` the
    quote bank that was given.

    >>> from textmine.codebook import Codebook
    >>> from textmine.coded import CodedDataset
    >>> given = pd.DataFrame({"money": [1.0, 0.0]}, index=["u1", "u2"])
    >>> said = pd.Series(["It saves money", "Nobody rang"], index=given.index)
    >>> found = CodedDataset(given, Codebook.from_labels(["money"]), "ann", texts=said).read("money")
    >>> found.table[["unit_id", "text"]].values.tolist()
    [['u1', 'It saves money']]
    """

    table: pd.DataFrame
    stretches: pd.DataFrame
    title: str = ""
    asked: str = ""
    n_of: int = 0
    shown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    bank: QuoteBank | None = field(default=None, repr=False)
    first: int = 0
    most: int = MOST

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        return f"Passages({self.title}: {self.units} texts of {self.n_of}{self._asked()})"

    @property
    def units(self) -> int:
        """How many texts there are; one that stands in two sections counts once."""
        return int(self.table["unit_id"].nunique())

    @property
    def texts(self) -> list[str]:
        """The texts, in order."""
        return [str(text) for text in self.table["text"].tolist()]

    def counts(self) -> dict[str, int]:
        """How many passages each section has, in order.

        >>> empty = pd.DataFrame(columns=COLUMNS)
        >>> Passages(empty, empty).counts()
        {}
        """
        return {str(name): int(n) for name, n in self.table["section"].value_counts(sort=False).items()}

    def section(self, name: str) -> Passages:
        """The passages of one section. Raises ``InputError``, listing the sections, for another.

        ``name`` is one of ``table["section"]``.
        """
        if name not in self.counts():
            raise InputError(f"No such section. Sections: {', '.join(self.counts()) or 'none'}.")
        return replace(self, table=self.table[self.table["section"] == name].reset_index(drop=True), first=0)

    def show(self, first: int = 0, most: int = MOST) -> Passages:
        """The same, showing ``most`` passages from number ``first`` on.

        >>> empty = pd.DataFrame(columns=COLUMNS)
        >>> Passages(empty, empty).show(20).first
        20
        """
        return replace(self, first=max(first, 0), most=max(most, 1))

    def tick(
        self,
        rows: int | Sequence[int],
        *,
        bank: QuoteBank | None = None,
        note: str = "",
        at: str | None = None,
    ) -> list[str]:
        """Put the quotes of passages, by their numbers, into a quote bank; gives their ids.

        ``bank`` is the one given to ``read`` unless said. Raises ``InputError`` without a bank, for a number
        that is not there, and for a passage of which no stretch is known. ``rows`` is a number of a passage
        as shown (from 0), or several; ``note`` is your own words on them.
        """
        into = self.bank if bank is None else bank
        if into is None:
            raise InputError("No quote bank to tick into. Give one: bank=QuoteBank('quotes.jsonl').")
        return into.tick(self, rows, note=note, at=at)

    def pick(self, rows: int | Sequence[int]) -> pd.DataFrame:
        """The rows of the table with these numbers. Raises ``InputError`` for a number that is not there."""
        wanted = [rows] if isinstance(rows, int) else list(rows)
        beyond = [row for row in wanted if not 0 <= row < len(self.table)]
        if beyond:
            raise InputError(
                f"No passage {', '.join(map(str, beyond))}: they are numbered 0 to {len(self.table) - 1}."
            )
        return self.table.iloc[wanted]

    def _repr_html_(self) -> str:
        page = self.table.iloc[self.first : self.first + self.most]
        ticked = {} if self.bank is None else self.bank.tell_ticked()
        marks = {
            unit: list(zip(rows["start"].tolist(), rows["end"].tolist(), strict=True))
            for unit, rows in self.stretches[self.stretches["unit_id"].isin(set(page["unit_id"]))].groupby(
                "unit_id", sort=False
            )
        }
        counts, parts, section = self.counts(), list[str](), None
        for number, row in enumerate(page.to_dict("records"), self.first):
            if row["section"] != section:
                section = str(row["section"])
                if section:
                    parts.append(f"<h5>{escape(section)} ({counts[section]:,})</h5>")
            about = {"": f"[{number}]", "unit": row["unit_id"], "stance": row["stance"]}
            about |= {name: row[name] for name in self.shown}
            about["codes"] = row["codes"]
            key = (str(row["unit_id"]), str(row["code"]), int(row["start"]), int(row["end"]))
            about["quote bank:"] = ticked.get(key, "")
            words = mark_text(str(row["text"]), marks.get(row["unit_id"], []))
            parts.append(f'<div class="about">{show_facts(about)}</div><div class="said">{words}</div>')
        last = min(self.first + self.most, len(self.table))
        left = f"Passages {self.first} to {last - 1} of {len(self.table)}. The next: .show({last})."
        notes = [*([left] if last < len(self.table) or self.first else []), *self.notes]
        return show_card(
            f"{self.title}: {self.units:,} of {self.n_of:,} texts", parts, about=self.asked, notes=notes
        )

    def _asked(self) -> str:
        return f"; {self.asked}" if self.asked else ""
