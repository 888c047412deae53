"""What topics are looked for in: a whole survey, or a sample of one too large to be held."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.cleaning.signatures import hash_texts
from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.jobs.labelled import ColumnNames
from textmine.jobs.own_ids import IdRegister, set_aside
from textmine.reading import RejectedRow, read_survey
from textmine.reading.chunks import WHOLE, read_chunks
from textmine.reading.survey import make_reading, read_on

#: Texts that topics are fitted to where a file is too large to be held.
SAMPLE = 50_000
#: Texts assigned at once.
ROWS = 10_000


@dataclass(frozen=True)
class TopicsInput:
    """The texts to fit topics to, and all texts a part at a time.

    ``texts`` is how many there are in all, ``rejected`` the rows that are none of them; ``parts`` reads them
    anew each time it is called.
    """

    corpus: Corpus
    texts: int
    rejected: list[RejectedRow]
    parts: Callable[[], Iterator[Corpus]]

    @property
    def is_sample(self) -> bool:
        """Whether topics are fitted to fewer texts than there are."""
        return len(self.corpus) < self.texts


def open_input(
    source: Path,
    columns: ColumnNames,
    *,
    sample: int | None = None,
    keep: Collection[str] = (),
    seed: int = 0,
) -> TopicsInput:
    """The texts of a survey file; those to fit are all, or ``sample`` of them drawn by chance, and ``keep``.

    Csv, jsonl and parquet files too large to be held are read a part at a time, twice, and sampled in any
    case. Whether a text is drawn hangs on ``seed`` and its id alone. Raises ``InputError`` as
    ``read_survey`` and for a sample of no texts.
    """
    if sample is not None and sample < 1:
        raise InputError(f"A sample of {sample} texts. Ask for at least one with --sample.")
    chosen = _Sample(sample or SAMPLE, frozenset(keep), seed)
    named = {"id": columns.id, "question": columns.question, "group": columns.group}
    if _streams(source):
        rejected: list[RejectedRow] = []
        for part in _read_parts(source, columns.text, named, rejected):
            chosen.add(part.frame)
        return TopicsInput(
            Corpus(chosen.frame),
            chosen.met,
            rejected,
            lambda: _read_parts(source, columns.text, named, []),
        )
    reading = read_survey(
        source, text=columns.text, id=columns.id, question=columns.question, group=columns.group
    )
    corpus = reading.corpus
    if sample is not None:
        chosen.add(corpus.frame)
    fitted = corpus if sample is None else Corpus(chosen.frame)
    return TopicsInput(fitted, len(corpus), reading.rejected, lambda: _cut(corpus))


def _streams(source: Path) -> bool:
    kinds = {".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".parquet", ".pq"}
    return source.suffix.lower() in kinds and source.is_file() and source.stat().st_size > WHOLE


def _cut(corpus: Corpus) -> Iterator[Corpus]:
    for start in range(0, len(corpus), ROWS):
        yield corpus.select(np.arange(start, min(start + ROWS, len(corpus))))


def _read_parts(
    source: Path, text: str | None, named: dict[str, str | None], rejected: list[RejectedRow]
) -> Iterator[Corpus]:
    """The documents of a large table in order, those whose id was met before set aside."""
    ids, first = IdRegister(), None
    for table in read_chunks(source, rows=ROWS).chunks:
        if first is None:
            first = make_reading(table, texts=[text] if text else [], named=named)
            if first.parts.id is None and first.parts.group is not None:
                raise InputError(f"No column of {source.name} tells its rows apart. Name one with --id.")
        own, aside = (table, []) if first.parts.id is None else set_aside(table, first.parts.id, ids)
        rejected += aside
        if len(own.frame):
            reading = read_on(first, own)
            rejected += reading.rejected
            yield reading.corpus


@dataclass
class _Sample:
    """The texts with the lowest hashes of seed and id among those met, and those to be kept in any case."""

    size: int
    keep: frozenset[str]
    seed: int
    met: int = 0
    _frames: list[pd.DataFrame] = field(default_factory=list)
    _draws: list[npt.NDArray[np.uint64]] = field(default_factory=list)

    def add(self, frame: pd.DataFrame) -> None:
        """Take in the texts that come next."""
        units = frame["doc_id"].tolist()
        drawn = hash_texts([f"{self.seed}:{unit}" for unit in units])
        drawn[[unit in self.keep for unit in units]] = 0
        self.met += len(units)
        self._frames.append(frame)
        self._draws.append(drawn)
        if sum(map(len, self._draws)) > 2 * self.size + ROWS:
            self._prune()

    def _prune(self) -> None:
        draws = np.concatenate(self._draws)
        chosen = np.sort(np.argsort(draws, kind="stable")[: max(self.size, int((draws == 0).sum()))])
        self._frames = [pd.concat(self._frames, ignore_index=True).iloc[chosen].reset_index(drop=True)]
        self._draws = [draws[chosen]]

    @property
    def frame(self) -> pd.DataFrame:
        """The texts drawn, in the order in which they were met."""
        self._prune()
        return self._frames[0]
