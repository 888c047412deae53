"""A coded folder under pseudonyms: keyed ones for ids of units and respondents, all else the same."""

from __future__ import annotations

import hashlib
import hmac
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from textmine.errors import InputError
from textmine.exchange.coded_batches import StoredTable, open_stored
from textmine.exchange.refi.unfolding import is_import
from textmine.exchange.scored_wave import read_provenance
from textmine.exchange.tables import open_table
from textmine.reading import Labels

if TYPE_CHECKING:
    import pyarrow as pa

_DIGITS = 16
#: Columns that point to units or talks, whatever the study called its id.
_POINTERS = ("duplicate_of", "source_file")
_COPIED = ("provenance.json", "summary.csv", "codebook.yaml", "prevalence.csv")


@dataclass(frozen=True)
class Pseudonyms:
    """Pseudonyms of ids: HMAC-SHA256 under a key, the same for the same key, without it no way back.

    ``turns`` says that ids end in the number of a turn (``t1:4``), which stays.

    >>> made = Pseudonyms(b"a secret of ours")
    >>> made.of("ann@example.org") == made.of("ann@example.org"), made.of(""), len(made.of("7"))
    (True, '', 19)
    """

    key: bytes
    turns: bool = False

    def of(self, id: str) -> str:
        """The pseudonym of an id; '' of a blank."""
        head, mark, tail = id.rpartition(":") if self.turns else (id, "", "")
        if not head:
            head, mark, tail = id, "", ""
        if not head.strip():
            return id
        told = hmac.new(self.key, head.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        return f"id_{told[:_DIGITS]}{mark}{tail}"

    def of_labels(self, labels: Labels) -> Labels:
        """Labels with the units under their pseudonyms; coders keep their names."""
        units = [self.of(str(unit)) for unit in labels.frame.index]
        quoted = labels.quotes["unit_id"].astype(str).map(self.of)
        return replace(
            labels, frame=labels.frame.set_axis(units, axis=0), quotes=labels.quotes.assign(unit_id=quoted)
        )


@contextmanager
def open_pseudonymous(folder: Path, key: bytes) -> Iterator[tuple[Path, Pseudonyms]]:
    """A copy of a coded folder with pseudonyms for ids, as long as the block runs, and what made them.

    The columns of the id and of the respondent are replaced, any other column that repeats one of them row by
    row, and ``duplicate_of`` and ``source_file``. Texts stay as they are. Memory does not grow with the rows.
    Raises ``InputError`` for a folder that ``textmine code`` did not write.
    """
    if is_import(folder):
        raise InputError("--pseudonymous-ids is for folders of textmine code; this one was imported.")
    wide = open_stored(folder, "coded_wide")
    pseudonyms = Pseudonyms(key, turns={"speaker", "turn"} <= set(wide.names))
    with TemporaryDirectory(prefix="textmine-") as held:
        copy = Path(held) / (folder.resolve().name or "coded")
        copy.mkdir()
        _copy_table(wide, copy, _find_id_columns(folder, wide), pseudonyms)
        for name in ("coded_long", "coded_spans", "scores"):
            if any((folder / f"{name}{end}").is_file() for end in (".csv", ".parquet")):
                _copy_table(open_stored(folder, name), copy, {"unit_id"}, pseudonyms)
        for name in _COPIED:
            if (folder / name).is_file():
                shutil.copy2(folder / name, copy / name)
        yield copy, pseudonyms


def _find_id_columns(folder: Path, wide: StoredTable) -> set[str]:
    """The columns of the wide table that hold ids of units or people."""
    said = dict(read_provenance(folder).get("columns") or {})
    ids = {str(said[part]) for part in ("id", "group") if said.get(part) in wide.names}
    same = {(id, name) for id in ids for name in wide.names if name not in ids}
    for part in wide.read_parts():
        cells = {id: part.column(id).to_pylist() for id in ids}
        same = {(id, name) for id, name in same if part.column(name).to_pylist() == cells[id]}
        if not same:
            break
    return ids | {name for _, name in same} | {name for name in _POINTERS if name in wide.names}


def _copy_table(table: StoredTable, folder: Path, columns: set[str], pseudonyms: Pseudonyms) -> None:
    end = ".parquet" if table.path.suffix == ".parquet" else ".csv"
    parts = (_replace_ids(part, columns, pseudonyms) for part in table.read_parts())
    first = next(parts)
    with open_table(folder / f"{table.path.stem}{end}", first.schema) as write:
        write(first)
        for part in parts:
            write(part)


def _replace_ids(part: pa.Table, columns: set[str], pseudonyms: Pseudonyms) -> pa.Table:
    import pyarrow as pa

    for place, name in enumerate(part.column_names):
        if name in columns:
            cells: list[Any] = part.column(name).to_pylist()
            fresh = [None if cell is None else pseudonyms.of(str(cell)) for cell in cells]
            part = part.set_column(place, name, pa.array(fresh, pa.large_string()))
    return part
