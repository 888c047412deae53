"""Surveys as they are exported, made into documents: one per respondent and open question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from textmine.corpus import FIELDS, Corpus
from textmine.reading.columns import find_own_ids
from textmine.reading.exports import clean_wording, make_unique
from textmine.reading.files import read_file
from textmine.reading.parts import Parts, pick_parts
from textmine.reading.table import RejectedRow, Table, list_names

#: Columns of a table of documents with a meaning of their own, in order; the attributes follow.
DOCUMENT_COLUMNS = ("doc_id", "text", "speaker", "role", "turn", "time", "question", "group")

_PREVIEWS = {"survey preview", "survey test", "preview", "test"}
_PREVIEW_CODES = {"1", "2"}


@dataclass(frozen=True, eq=False)
class Reading:
    """A survey as documents, and what was taken for what.

    ``corpus`` has one document a row, or one per respondent and question where there are several open
    questions. ``parts`` names the columns with the reasons, ``rejected`` the rows that are no documents,
    ``notes`` are sentences for a person, ``table`` is what was read.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "wave3.csv")
    ...     _ = path.write_text("id,comment\\n1,We train together\\n2,Money is pooled\\n", encoding="utf-8")
    ...     reading = read_survey(path, text="comment", id="id")
    >>> reading.corpus.ids, reading.rejected
    (['1', '2'], [])
    """

    corpus: Corpus
    parts: Parts
    table: Table = field(repr=False)
    rejected: list[RejectedRow] = field(repr=False)
    notes: list[str]

    @property
    def source(self) -> str:
        """The name of the file that was read."""
        return self.table.source

    def explain(self) -> list[str]:
        """What was taken for text, id, question and attributes, and why; a line each."""
        layout, frame = self.table.layout, self.table.frame
        form = f"{layout.program} export" if layout.program not in {"", "SPSS"} else layout.program or "table"
        size = f"{len(frame)} rows, {len(frame.columns)} columns"
        lines = [
            f"{self.source}: {form}, {size}" + (f", {self.table.encoding}" if self.table.encoding else "")
        ]
        lines += [f"{use.part}: {use.name} ({use.why})" for use in self.parts.uses]
        kept = self.corpus.attributes
        lines.append(f"attributes: {list_names(kept, 12) if kept else 'none'}")
        return lines


def read_survey(
    path: Path | str,
    *,
    text: str | Sequence[str] | None = None,
    id: str | None = None,
    question: str | None = None,
    group: str | None = None,
    wave: str | None = None,
    weight: str | None = None,
    attributes: Sequence[str] = (),
    encoding: str | None = None,
    sheet: str | None = None,
) -> Reading:
    """A survey file of any kind as documents, with what was taken for what and why.

    Open questions are told from closed ones by their answers and their wording; with several, a document is
    one respondent's answer to one (``R1:q2``; its ``group`` is the respondent and its ``question`` the
    wording), with one it is a row. Empty answers stay, with an empty text. All other columns are attributes.
    Every argument overrides what would be found out: ``text`` names one or several columns and ``attributes``
    columns that are not to be taken for text. Preview and test responses of Qualtrics are set aside. Raises
    ``InputError`` for a file that cannot be read and where the text cannot be told. ``path`` is the file;
    ``id``, ``question``, ``group``, ``wave`` and ``weight`` each name a column, ``encoding`` that of a csv
    and ``sheet`` one of a workbook.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "wave3.csv")
    ...     _ = path.write_text(
    ...         "id,phase,What helped?,What got in the way?\\n"
    ...         "1,primary,We share one trainer,Nobody had the time for it\\n"
    ...         "2,primary,,It was much too far to drive\\n", encoding="utf-8")
    ...     reading = read_survey(path)
    >>> reading.corpus.ids
    ['1:q2', '1:q3', '2:q2', '2:q3']
    >>> reading.corpus[1].question
    'What got in the way?'
    """
    table = read_file(path, encoding=encoding, sheet=sheet, survey=True)
    texts = [text] if isinstance(text, str) else list(text or ())
    named = {"id": id, "question": question, "group": group, "wave": wave, "weight": weight}
    return make_reading(table, texts=texts, named=named, attributes=attributes)


def make_reading(
    table: Table,
    *,
    texts: Sequence[str] = (),
    named: dict[str, str | None] | None = None,
    attributes: Sequence[str] = (),
) -> Reading:
    """The same as ``read_survey``, for a table already read with ``survey=True``."""
    table, dropped = _drop_blank_columns(table)
    table, previews = _set_previews_aside(table)
    parts = pick_parts(table, texts=texts, given=named or {}, attributes=attributes)
    frame, unfit = _make_documents(table, parts)
    notes = [*table.layout.notes]
    if dropped:
        notes.append(f"{dropped} column(s) without a name and without values were left out.")
    if previews:
        notes.append(f"{len(previews)} preview or test response(s) were set aside.")
    notes += parts.notes
    rejected = sorted([*table.rejected, *previews, *unfit], key=lambda row: row.row)
    return Reading(Corpus(frame), parts, table, rejected, notes)


def read_on(first: Reading, table: Table) -> Reading:
    """A part of a table too large to be held, its columns taken as they were in its ``first`` part."""
    frame = table.frame[[name for name in first.table.frame.columns if name in table.frame.columns]]
    table, previews = _set_previews_aside(replace(table, frame=frame))
    documents, unfit = _make_documents(table, first.parts)
    rejected = sorted([*table.rejected, *previews, *unfit], key=lambda row: row.row)
    return Reading(Corpus(documents), first.parts, table, rejected, [])


def _drop_blank_columns(table: Table) -> tuple[Table, int]:
    blank = [name for name in table.layout.unnamed if not (table.frame[name] != "").any()]
    return (replace(table, frame=table.frame.drop(columns=blank)) if blank else table), len(blank)


def _set_previews_aside(table: Table) -> tuple[Table, list[RejectedRow]]:
    """A Qualtrics export without the responses that were made while the survey was tried out."""
    if table.layout.program != "Qualtrics":
        return table, []
    frame = table.frame
    trial = pd.Series(False, index=frame.index)
    for name in table.layout.metadata:
        plain = name.replace(" ", "").casefold()
        values = frame[name].str.strip().str.casefold()
        if plain == "status":
            trial |= values.isin(_PREVIEWS)
            if values.str.fullmatch(r"\d+").all():
                trial |= values.isin(_PREVIEW_CODES)
        elif plain == "distributionchannel":
            trial |= values.isin({"preview", "test"})
    if not trial.any() or trial.all():
        return table, []
    aside = []
    for position in trial.to_numpy().nonzero()[0].tolist():
        row, line = table.place(position)
        aside.append(RejectedRow(table.source, row, line, "", "a preview or test response"))
    keep = ~trial.to_numpy()
    rows = None if table.rows is None else table.rows[keep]
    lines = None if table.lines is None else table.lines[keep]
    return replace(table, frame=frame[keep].reset_index(drop=True), rows=rows, lines=lines), aside


def _make_documents(table: Table, parts: Parts) -> tuple[pd.DataFrame, list[RejectedRow]]:
    respondents, kept, rejected = _respondents(table, parts)
    frame = table.frame.iloc[kept].reset_index(drop=True)
    rest = [name for name in map(str, frame.columns) if name not in parts.taken]
    own = parts.id == "doc_id" and parts.texts == ("text",)  # a table of documents, read again
    attributes = {name if own else _attribute_name(table, name): frame[name] for name in rest}
    fixed = {part: frame[name] for part, name in (("wave", parts.wave), ("weight", parts.weight)) if name}
    groups = frame[parts.group] if parts.group else None
    if len(parts.texts) == 1:
        text = parts.texts[0]
        held: dict[str, Any] = {"doc_id": respondents, "text": frame[text]}
        if parts.question:
            held["question"] = frame[parts.question]
        elif parts.wordings[0]:
            held["question"] = parts.wordings[0]
        if groups is not None:
            held["group"] = groups
        return _corpus_frame({**held, **fixed, **attributes}), rejected
    pieces = []
    for key, text, wording in zip(parts.keys, parts.texts, parts.wordings, strict=True):
        held = {
            "doc_id": [f"{respondent}:{key}" for respondent in respondents],
            "text": frame[text],
            "question": wording or text,
            "group": respondents if groups is None else groups,
        }
        pieces.append(pd.DataFrame({**held, **fixed, **attributes}))
    joined = pd.concat(pieces)  # one question after the other; the index says the respondent
    return _corpus_frame(joined.sort_index(kind="stable").to_dict("series")), rejected


def _corpus_frame(columns: Any) -> pd.DataFrame:
    frame = pd.DataFrame(columns).reset_index(drop=True)
    if "weight" not in frame.columns:
        return frame
    return Corpus.from_frame(
        frame, text="text", id="doc_id", **{n: n for n in FIELDS[2:] if n in frame}
    ).frame


def _respondents(table: Table, parts: Parts) -> tuple[list[str], list[int], list[RejectedRow]]:
    """The id of each row kept, the positions of these rows, and the rows without an id of their own."""
    if parts.id is None:
        rows = [table.place(position)[0] for position in range(len(table.frame))]
        if not parts.group:
            return [f"R{row}" for row in rows], list(range(len(rows))), []
        counts: Counter[str] = Counter()
        ids = []
        for row, group in zip(rows, table.frame[parts.group].tolist(), strict=True):
            counts[group] += 1
            ids.append(f"{group}:{counts[group]}" if group.strip() else f"R{row}")
        return make_unique(ids), list(range(len(rows))), []
    kept, rejected = find_own_ids(table, parts.id)
    ids = table.frame[parts.id].tolist()
    return [ids[position] for position in kept], kept, rejected


def _attribute_name(table: Table, name: str) -> str:
    """The column's name without HTML and line breaks; one named like a field gets an underscore behind it."""
    plain = clean_wording(name) or name
    if plain != name and plain in table.frame.columns:
        plain = name
    return f"{plain}_" if plain in {*DOCUMENT_COLUMNS, *FIELDS} else plain
