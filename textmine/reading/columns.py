"""Which column is what: finding the text and the id, and making a corpus of a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.reading.table import RejectedRow, Table, list_names

_SAMPLE = 2_000
_TEXT_NAMES = (
    "text comment comments answer answers response responses feedback verbatim verbatims remark remarks "
    "reply free_text freetext open_text open_ended openended open_response message review utterance"
)
TEXT_WORDS = frozenset(_TEXT_NAMES.split())
ID_WORDS = ("doc_id", "unit_id", "comment_id", "id", "response_id", "record_id", "uuid", "guid")
_COUNTS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


@dataclass(frozen=True)
class Columns:
    """The names of the columns that were taken; None where there is none."""

    text: str
    id: str
    question: str | None = None
    group: str | None = None
    wave: str | None = None
    weight: str | None = None


def pick_columns(
    table: Table,
    *,
    text: str | None = None,
    id: str | None = None,
    question: str | None = None,
    group: str | None = None,
    wave: str | None = None,
    weight: str | None = None,
) -> Columns:
    """The columns of a table by their part; text and id are found out where they are not named.

    The text is the one column whose name says so (text, comment, answer, response, feedback, ...), else the
    one that is clearly free text; the id is the one named id or ..._id whose values are all there and all
    different.
    Raises ``InputError`` when a named column is missing, or when none or several could be meant.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"id": ["1", "2"], "comment": ["Joint training", "n/a"]})
    >>> pick_columns(Table(frame, [], "wave3.csv", "", "utf-8"))
    Columns(text='comment', id='id', question=None, group=None, wave=None, weight=None)
    """
    options = {"text": text, "id": id, "question": question, "group": group, "wave": wave, "weight": weight}
    for option, name in options.items():
        if name is not None and name not in table.frame.columns:
            raise InputError(
                f"No column {name!r} in {table.source}. Columns: {_columns_of(table)}. "
                f"Choose one with --{option}."
            )
    taken = {name for name in options.values() if name is not None}
    return Columns(
        text=text if text is not None else _guess_text(table, taken),
        id=id if id is not None else _guess_id(table, taken),
        question=question,
        group=group,
        wave=wave,
        weight=weight,
    )


def make_corpus(
    table: Table,
    *,
    text: str | None = None,
    id: str | None = None,
    question: str | None = None,
    group: str | None = None,
    wave: str | None = None,
    weight: str | None = None,
) -> tuple[Corpus, list[RejectedRow]]:
    """The corpus of a table, and its rows that have no id or one that stands in an earlier row.

    Columns are named or found out as in ``pick_columns``; those without a part become attributes.
    Raises ``InputError`` as it does, and when no row has an id.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"id": ["1", "1"], "comment": ["Joint training", "Joint bids"]})
    >>> corpus, rejected = make_corpus(Table(frame, [], "wave3.csv", "", "utf-8"), id="id")
    >>> len(corpus), rejected[0].reason
    (1, 'the id stands already in row 1')
    """
    columns = pick_columns(table, text=text, id=id, question=question, group=group, wave=wave, weight=weight)
    return corpus_of(table, columns)


def corpus_of(table: Table, columns: Columns) -> tuple[Corpus, list[RejectedRow]]:
    """The same as ``make_corpus``, for columns already picked."""
    kept, rejected = find_own_ids(table, columns.id)
    corpus = Corpus.from_frame(
        table.frame.iloc[kept] if rejected else table.frame,
        text=columns.text,
        id=columns.id,
        question=columns.question,
        group=columns.group,
        wave=columns.wave,
        weight=columns.weight,
    )
    return corpus, rejected


def find_own_ids(table: Table, column: str) -> tuple[list[int], list[RejectedRow]]:
    """The positions of the rows with an id that no earlier row has, and the other rows, each with the reason.

    Raises ``InputError`` when no row has an id.
    """
    rejected: list[RejectedRow] = []
    kept: list[int] = []
    seen: dict[str, int] = {}
    for position, unit in enumerate(table.frame[column].tolist()):
        if unit.strip() and unit not in seen:
            seen[unit] = position
            kept.append(position)
            continue
        row, line = table.place(position)
        reason = f"the id stands already in row {table.place(seen[unit])[0]}" if unit in seen else "no id"
        rejected.append(RejectedRow(table.source, row, line, unit, reason))
    if not kept:
        raise InputError(f"Column {column!r} of {table.source} is empty in every row. Choose one with --id.")
    return kept, rejected


def _guess_text(table: Table, taken: set[str]) -> str:
    free = [name for name in map(str, table.frame.columns) if name not in taken]
    named = [name for name in free if plain_name(name) in TEXT_WORDS]
    if not named:
        looks = {name: measure_free_text(table.frame[name].iloc[:_SAMPLE].tolist()) for name in free}
        prose = sorted((name for name in free if looks[name]), key=looks.__getitem__, reverse=True)
        clear = len(prose) > 1 and looks[prose[0]] >= 3 * looks[prose[1]]
        worded = [name for name in prose if TEXT_WORDS & set(plain_name(name).split("_"))]
        named = worded if len(worded) == 1 else prose[:1] if clear else [n for n in free if looks[n]]
    if len(named) == 1:
        return named[0]
    if not named:
        raise InputError(
            f"No column of {table.source} looks like free text. Columns: {_columns_of(table)}. "
            "Choose one with --text."
        )
    raise InputError(_several(named, table, "text"))


def _guess_id(table: Table, taken: set[str]) -> str:
    free = [name for name in map(str, table.frame.columns) if name not in taken]
    named = [name for name in free if plain_name(name) in ID_WORDS or plain_name(name).endswith("_id")]
    fit = [name for name in named if is_key(table.frame[name].tolist())]
    if len(fit) > 1:
        best = min(map(_rank_id, fit))
        fit = [name for name in fit if _rank_id(name) == best]
    if len(fit) == 1:
        return fit[0]
    if fit:
        raise InputError(_several(fit, table, "id"))
    held = {name: table.frame[name].tolist() for name in free}
    fit = [name for name, cells in held.items() if is_key(cells) and not measure_free_text(cells)]
    if fit and not named:
        raise InputError(
            f"No column of {table.source} is called as ids are (columns: {_columns_of(table)}). "
            f"Choose one with --id; these tell its rows apart: {list_names(fit)}."
        )
    found = f"{list_names(named)} {'has' if len(named) == 1 else 'have'} empty or repeated values"
    why = found if named else f"columns: {_columns_of(table)}"
    raise InputError(f"No column of {table.source} tells its rows apart ({why}). Choose one with --id.")


def plain_name(name: str) -> str:
    """A column name in lower case with single underscores: 'ResponseID' and 'Response Id' are response_id."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    return re.sub(r"[\W_]+", "_", parted).strip("_").lower()


def _rank_id(name: str) -> int:
    plain = plain_name(name)
    return ID_WORDS.index(plain) if plain in ID_WORDS else len(ID_WORDS)


def is_key(values: Sequence[str]) -> bool:
    """Whether values are all there and all different."""
    return all(value.strip() for value in values) and len(set(values)) == len(values)


def measure_free_text(values: Sequence[str]) -> float:
    """The mean length of the values that are not empty, if they read like free text; else 0."""
    filled = [value for value in values if value.strip()]
    if not filled or len(set(filled)) < 0.3 * len(filled):
        return 0.0
    words = sum(value.count(" ") + 1 for value in filled) / len(filled)
    return sum(map(len, filled)) / len(filled) if words >= 3 else 0.0


def _several(names: Sequence[str], table: Table, option: str) -> str:
    count = _COUNTS[len(names)] if len(names) < len(_COUNTS) else str(len(names))
    found = f"{count} columns of {table.source} could be the {option}: {list_names(names)}."
    return f"{found} Choose one with --{option}."


def _columns_of(table: Table) -> str:
    return list_names([str(name) for name in table.frame.columns])
