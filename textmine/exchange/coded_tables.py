"""A coded folder as tables for other programs: wide, long, evidence, codebook and summary, in flat memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from textmine.codebook import Codebook
from textmine.errors import InputError
from textmine.exchange.coded_batches import StoredTable, open_stored, read_code_names
from textmine.exchange.coded_reader import find_coded_codebook
from textmine.exchange.r_script import write_script
from textmine.exchange.scored_wave import read_provenance
from textmine.exchange.summary import read_summary
from textmine.exchange.tables import TABLE_KINDS, write_frame, write_parts
from textmine.files import atomic_text

if TYPE_CHECKING:
    import pyarrow as pa

CODEBOOK_COLUMNS = ["code", "name", "parent", "definition", "include", "exclude", "examples"]
_ENDS = ("__band", "__score")
_NUMBERS = {"score": "double", "applies": "int8", "start": "int32", "end": "int32"}


@dataclass(frozen=True)
class TableOptions:
    """What the tables hold: which of the input's columns (None: all), scores, guarded csv, which figures.

    ``prevalence`` is what ``textmine prevalence --out`` wrote; else ``prevalence.csv`` in the folder is.
    ``attributes`` names those columns, ``scores`` adds the scores, ``excel_safe`` guards cells of csv that a
    spreadsheet would take for formulas, ``codebook`` is a file or name where the one of the folder is not to
    be used.

    >>> TableOptions(attributes=["region"], scores=True).excel_safe
    False
    """

    attributes: Sequence[str] | None = None
    scores: bool = False
    excel_safe: bool = False
    prevalence: Path | None = None
    codebook: str | None = None


@dataclass(frozen=True)
class TablesWritten:
    """Where the tables went, how many units and codes they hold, and what a user should know."""

    paths: tuple[Path, ...]
    units: int
    codes: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CodedTables:
    """The tables of a coded folder, read part by part; memory does not grow with the rows.

    ``names`` are the codes' names by id, ``columns`` says which column is the text, the id and so on.
    """

    folder: Path
    wide: StoredTable
    names: dict[str, str]
    columns: dict[str, str | None]
    codebook: Codebook
    provenance: dict[str, Any]
    notes: tuple[str, ...] = ()

    def choose_columns(self, attributes: Sequence[str] | None) -> list[str]:
        """The input's columns to hand on, in order: all, or these and those that have a part.

        Raises ``InputError`` for a column that the folder lacks.
        """
        added = {f"{code}{end}" for code in self.names for end in ("", *_ENDS)}
        given = [name for name in self.wide.names if name not in added]
        if attributes is None:
            return given
        unknown = [name for name in attributes if name not in given]
        if unknown:
            raise InputError(f"No column {', '.join(map(repr, unknown))}. Columns: {', '.join(given)}.")
        wanted = {*attributes, *self.columns.values()}
        return [name for name in given if name in wanted]

    def read_wide(
        self, columns: Sequence[str], *, scores: bool = False, as_text: bool = False
    ) -> Iterator[pa.Table]:
        """These columns and then one a code (1, 0 or missing), with ``scores`` its score beside it.

        ``as_text`` leaves what was read from csv as it stands there, which is quicker where csv is written.
        """
        import pyarrow as pa

        types = {name: pa.int8() for name in self.names} | {
            f"{name}__score": pa.float64() for name in (self.names if scores else ())
        }
        coded = [f"{code}{end}" for code in self.names for end in (("", "__score") if scores else ("",))]
        lacking = [name for name in [*columns, *coded] if name not in self.wide.names]
        if lacking:
            raise InputError(
                f"{self.wide.path.name} in {self.folder} lacks {lacking[0]!r}. Code the wave anew"
                f"{' with --scores' if scores else ''}."
            )
        for part in self.wide.read_parts([*columns, *coded]):
            yield _check(part, self.names, self.wide.path) if as_text else _cast(part, types, self.wide.path)

    def read_rows(self, name: str) -> Iterator[pa.Table]:
        """The rows of ``coded_long`` or ``coded_spans``, places and scores as numbers."""
        import pyarrow as pa

        stored = open_stored(self.folder, name)
        types = {name: pa.type_for_alias(kind) for name, kind in _NUMBERS.items() if name in stored.names}
        for part in stored.read_parts():
            yield _cast(part, types, stored.path)

    def list_codes(self) -> pd.DataFrame:
        """The codebook as a table, a row a code that the texts were coded for or that has such below it."""
        rows = []
        for code in self.codebook.codes:
            lists = (code.include, code.exclude, code.examples)
            words = (code.id, code.name, code.parent or "", code.definition, *map("\n".join, lists))
            rows.append(dict(zip(CODEBOOK_COLUMNS, words, strict=True)))
        return pd.DataFrame(rows, columns=CODEBOOK_COLUMNS)


def open_coded_tables(folder: Path, *, codebook: str | None = None) -> CodedTables:
    """The tables of the folder that ``textmine code`` wrote. Raises ``InputError`` where it is not whole."""
    said = read_provenance(folder)
    names = read_code_names(folder)
    book, notes = find_coded_codebook(folder, said, names, codebook)
    columns = {str(part): name for part, name in dict(said.get("columns") or {}).items()}
    return CodedTables(folder, open_stored(folder, "coded_wide"), names, columns, book, said, tuple(notes))


def write_coded_tables(folder: Path, path: Path, *, options: TableOptions | None = None) -> TablesWritten:
    """Write a coded folder as csv, parquet or jsonl, whichever ``path`` ends in.

    ``path`` holds the wide table: the input's columns and one a code, 1, 0 or missing where not coded. Beside
    it lie ``NAME_long`` (a row a unit and code that applies or is up for review), ``NAME_spans`` (all
    evidence) in the same form, ``NAME_codebook.csv`` and ``NAME_summary.csv``, which says what may be summed;
    beside parquet an R script too. Memory does not grow with the rows. Raises ``InputError`` for another
    ending, a folder that is not whole and a column that it lacks.

    ``options`` say what the tables hold.

    >>> try:
    ...     write_coded_tables(Path("no-such-folder"), Path("wave.csv"))
    ... except InputError as error:
    ...     str(error)[:41]
    'no-such-folder holds no provenance.json. '
    """
    options = options or TableOptions()
    if path.suffix.lower() not in TABLE_KINDS:
        raise InputError(f"{path.name} is no table. End it in {', '.join(TABLE_KINDS)}.")
    tables = open_coded_tables(folder, codebook=options.codebook)
    summary, notes = read_summary(folder, prevalence=options.prevalence)
    columns, safe = tables.choose_columns(options.attributes), options.excel_safe
    wide = tables.read_wide(columns, scores=options.scores, as_text=path.suffix.lower() == ".csv")
    units = write_parts(wide, path, excel_safe=safe)
    paths = [path]
    for name in ("long", "spans"):
        beside = path.with_name(f"{path.stem}_{name}{path.suffix}")
        write_parts(tables.read_rows(f"coded_{name}"), beside, excel_safe=safe)
        paths.append(beside)
    for name, frame in (("codebook", tables.list_codes()), ("summary", summary)):
        beside = path.with_name(f"{path.stem}_{name}.csv")
        write_frame(frame, beside, excel_safe=safe)
        paths.append(beside)
    if path.suffix.lower() == ".parquet":
        script = path.with_suffix(".R")
        with atomic_text(script) as handle:
            handle.write(write_script(path.name, tables.names))
        paths.append(script)
    return TablesWritten(tuple(paths), units, len(tables.names), (*tables.notes, *notes))


def _check(part: pa.Table, codes: Iterable[str], source: Path) -> pa.Table:
    """The part, whose codes hold nothing but 0, 1 and empty cells. Raises ``InputError`` where they do."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for code in codes:
        column = part.column(code)
        if pa.types.is_large_string(column.type):
            known = pa.array(["0", "1", ""], pa.large_string())
            if not pc.all(pc.is_in(column, value_set=known), min_count=0).as_py():
                raise _no_number(code, source)
    return part


def _no_number(name: str, source: Path) -> InputError:
    return InputError(f"Column {name!r} of {source} holds a cell that is no number. Code the wave anew.")


def _cast(part: pa.Table, types: Mapping[str, pa.DataType], source: Path) -> pa.Table:
    """A part with these columns as numbers; an empty cell is missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = []
    for name, column in zip(part.column_names, part.columns, strict=True):
        kind = types.get(name)
        if kind is not None and column.type != kind:
            if pa.types.is_large_string(column.type) or pa.types.is_string(column.type):
                column = pc.if_else(pc.equal(column, ""), None, column)
            try:
                column = column.cast(kind)
            except pa.ArrowInvalid:
                raise _no_number(name, source) from None
        columns.append(column)
    return pa.Table.from_arrays(columns, names=part.column_names)
