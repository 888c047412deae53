"""Documents and the corpus they stand in: what was asked, what was answered, by whom."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.display import show_card, show_table
from textmine.errors import InputError
from textmine.frames import as_pandas

#: Columns of ``Corpus.frame`` with a meaning of their own; every other column is an attribute.
FIELDS = ("doc_id", "text", "question", "group", "wave", "weight")
#: Documents that a corpus shows of itself in a notebook.
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Document:
    """One answer or one speaker turn, as read.

    ``doc_id`` is its id and ``text`` what was said, as read. ``question`` is what was asked, ``group`` who
    answered (the respondent), ``wave`` when; None where not known. ``weight`` is the survey's weight (0 or
    more), ``attributes`` what else is known, by column.

    >>> Document("u1", "We share a trainer.", question="What helped?").question
    'What helped?'
    """

    doc_id: str
    text: str
    question: str | None = None
    group: str | None = None
    wave: str | None = None
    weight: float = 1.0
    attributes: Mapping[str, Any] = field(default_factory=dict)


class Corpus:
    """Texts with their ids, questions, respondents and attributes; one row a document.

    ``frame`` has the columns ``doc_id`` and ``text`` (both str; an empty text is an answer left blank)
    and, where known, ``question``, ``group`` (the respondent), ``wave`` and ``weight`` (float); all
    others are attributes; a table of polars or Arrow does as well. Use ``Corpus.from_frame`` to make one
    from a table with other names.
    Raises ``InputError`` for a missing column or a doc_id that stands twice.

    >>> table = pd.DataFrame({"n": ["1"], "said": ["Joint training"]})
    >>> corpus = Corpus.from_frame(table, id="n", text="said")
    >>> corpus[0].text
    'Joint training'
    """

    def __init__(self, frame: Any) -> None:
        frame = as_pandas(frame)
        missing = [name for name in ("doc_id", "text") if name not in frame.columns]
        if missing:
            raise InputError(f"A corpus needs the columns doc_id and text; {', '.join(missing)} not found.")
        twice = frame["doc_id"][frame["doc_id"].duplicated()].unique()
        if len(twice):
            raise InputError(
                f"{len(twice)} document id(s) stand more than once. Give each row an id of its own."
            )
        self.frame: pd.DataFrame = frame.reset_index(drop=True)

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        *,
        text: str,
        id: str,
        question: str | None = None,
        group: str | None = None,
        wave: str | None = None,
        weight: str | None = None,
    ) -> Corpus:
        """A corpus from a table, naming which column is what; the remaining columns become attributes.

        ``frame`` is a table of pandas, polars or Arrow, or any other that narwhals knows. An attribute named
        like a field that was not named, such as ``question``, becomes ``question_``. Raises ``InputError``
        for a column that is not there and a weight that is no number of 0 or more. ``text``, ``id``,
        ``question``, ``group`` (the respondent), ``wave`` and ``weight`` name its columns.
        """
        frame = as_pandas(frame)
        named = {
            "doc_id": id,
            "text": text,
            "question": question,
            "group": group,
            "wave": wave,
            "weight": weight,
        }
        for column in named.values():
            if column is not None and column not in frame.columns:
                raise InputError(f"No column {column!r}. Columns: {', '.join(map(str, frame.columns))}.")
        fields = {name: frame[column] for name, column in named.items() if column is not None}
        fields["doc_id"] = fields["doc_id"].astype(str)
        fields["text"] = as_strings(fields["text"])
        if "weight" in fields:
            fields["weight"] = _weights(fields["weight"])
        used = {column for column in named.values() if column is not None}
        rest = {_attribute_name(str(c)): frame[c] for c in frame.columns if c not in used}
        return cls(pd.DataFrame({**fields, **rest}))

    def __len__(self) -> int:
        return len(self.frame)

    def __getitem__(self, position: int) -> Document:
        row = self.frame.iloc[position].to_dict()
        known = {name: row.pop(name) for name in FIELDS if name in row}
        return Document(**known, attributes={str(name): value for name, value in row.items()})

    def __iter__(self) -> Iterator[Document]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        return f"Corpus({len(self)} documents, attributes: {', '.join(self.attributes) or 'none'})"

    def _repr_html_(self) -> str:
        rows = []
        for name in self.frame.columns:
            column = self.frame[name]
            kind = "field" if name in FIELDS else "attribute"
            rows.append((str(name), kind, int((as_strings(column) != "").sum()), int(column.nunique())))
        held = pd.DataFrame(rows, columns=["column", "kind", "filled", "different"])
        shown = [name for name in ("doc_id", "question", "group", "text") if name in self.frame.columns]
        first = self.frame[shown].head(_SHOWN)
        parts = [show_table(held), show_table(first, caption=f"The first {len(first)} documents")]
        blank = int((self.frame["text"].str.strip() == "").sum())
        return show_card("Corpus", parts, about=f"{len(self):,} documents, {blank:,} blank")

    @property
    def ids(self) -> list[str]:
        """The document ids, in order."""
        return list(self.frame["doc_id"].tolist())

    @property
    def texts(self) -> list[str]:
        """The raw texts, in order."""
        return list(self.frame["text"].tolist())

    @property
    def questions(self) -> list[str]:
        """The question of each document, in order; '' where none is known."""
        return self._strings("question")

    @property
    def groups(self) -> list[str]:
        """The respondent of each document, in order; a document without one is a respondent of its own."""
        if "group" not in self.frame.columns:
            return self.ids
        return [g or f"\0{i}" for g, i in zip(self._strings("group"), self.ids, strict=True)]

    @property
    def attributes(self) -> list[str]:
        """Names of the columns that are neither id, text, question, group, wave nor weight."""
        return [c for c in self.frame.columns if c not in FIELDS]

    @property
    def facts(self) -> pd.DataFrame:
        """What is known of each document besides its text: other fields and attributes, by document id."""
        kept: pd.DataFrame = self.frame.drop(columns=["doc_id", "text"])
        return kept.set_axis(pd.Index(self.ids, name="unit_id"), axis=0)

    @cached_property
    def fingerprint(self) -> str:
        """sha256 over ids, questions and texts in order: the same for the same documents, 64 hex digits."""
        digest = hashlib.sha256()
        add_to_fingerprint(digest, self.ids, self.questions, self.texts)
        return digest.hexdigest()

    def select(self, rows: npt.ArrayLike) -> Corpus:
        """The documents at these positions (or under this mask), as a new corpus.

        ``rows`` are whole numbers from 0, or (n,) of True and False.
        """
        chosen = np.asarray(rows)
        return Corpus(self.frame[chosen] if chosen.dtype == bool else self.frame.iloc[chosen])

    def _strings(self, column: str) -> list[str]:
        if column not in self.frame.columns:
            return [""] * len(self)
        return list(as_strings(self.frame[column]).tolist())


def add_to_fingerprint(
    digest: Any, ids: Sequence[str], questions: Sequence[str], texts: Sequence[str]
) -> None:
    """Add documents to the hash that ``Corpus.fingerprint`` is made of, for those too many to hold.

    >>> digest = hashlib.sha256()
    >>> add_to_fingerprint(digest, ["1"], [""], ["Joint training"])
    >>> corpus = Corpus(pd.DataFrame({"doc_id": ["1"], "text": ["Joint training"]}))
    >>> digest.hexdigest() == corpus.fingerprint
    True
    """
    for first in range(0, len(ids), 10_000):
        part = slice(first, first + 10_000)
        rows = zip(ids[part], questions[part], texts[part], strict=True)
        joined = "".join([f"{id}\x1f{question}\x1f{text}\x1f\x1e" for id, question, text in rows])
        digest.update(joined.encode("utf-8", "surrogatepass"))


def as_strings(column: pd.Series[Any]) -> pd.Series[Any]:
    """A column of any kind as strings, '' where a value is missing.

    >>> as_strings(pd.Series([2.5, None])).tolist()
    ['2.5', '']
    """
    known = column.astype(object).where(column.notna(), "")
    try:
        return known.astype(str)
    except UnicodeEncodeError:  # half of a pair of surrogates, which only a column of objects holds
        return pd.Series([*map(str, known)], index=column.index, name=column.name, dtype=object)


def _attribute_name(column: str) -> str:
    """A column that is an attribute though named like a field gets an underscore behind its name."""
    return f"{column}_" if column in FIELDS else column


def _weights(column: pd.Series[Any]) -> pd.Series[Any]:
    weights = pd.to_numeric(column, errors="coerce")
    bad = weights.isna() | (weights < 0)
    if bad.any():
        row = int(np.flatnonzero(bad)[0]) + 1
        raise InputError(
            f"Column {column.name!r}, row {row}: a weight must be a number of 0 or more "
            f"({int(bad.sum())} such rows)."
        )
    return weights
