"""A coded folder as tables: the folder's cells in every form, beside them what may be summed."""

from __future__ import annotations

import csv
import json
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from textmine.coded import CodedDataset
from textmine.errors import InputError
from textmine.exchange import coded_batches
from textmine.exchange.coded_batches import open_stored
from textmine.exchange.coded_folder import WideOptions, write_coded_folder
from textmine.exchange.coded_tables import TableOptions, write_coded_tables

COLUMNS = {"id": "id", "text": "said", "question": None, "group": None}
PROVENANCE = {
    "model": {"id": "m", "sha256": "f"},
    "codebook": {"id": "b", "version": "1"},
    "columns": COLUMNS,
}


@pytest.fixture
def folder(coded: CodedDataset, source: pd.DataFrame, tmp_path: Path) -> Path:
    options = WideOptions(bands=True, scores=True)
    write_coded_folder(coded, source, tmp_path / "coded", provenance=PROVENANCE, options=options)
    return tmp_path / "coded"


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.reader(handle))


def test_wide_table_has_the_inputs_columns_then_the_codes(folder: Path, source, tmp_path: Path) -> None:
    written = write_coded_tables(folder, tmp_path / "w.csv")
    header, *rows = rows_of(tmp_path / "w.csv")
    assert header == ["id", "said", "=odd", "money", "time"]
    assert [row[:3] for row in rows] == source.to_numpy().tolist()
    assert [row[3:] for row in rows] == [["1", "0"], ["", ""], ["1", "1"], ["0", "0"]]
    assert (written.units, written.codes) == (4, 2)
    names = ["w.csv", "w_long.csv", "w_spans.csv", "w_codebook.csv", "w_summary.csv"]
    assert [path.name for path in written.paths] == names
    for name in ("long", "spans"):
        assert (tmp_path / f"w_{name}.csv").read_bytes() == (folder / f"coded_{name}.csv").read_bytes()


def test_forms_hold_the_same(folder: Path, tmp_path: Path) -> None:
    for form in ("csv", "parquet", "jsonl"):
        write_coded_tables(folder, tmp_path / f"w.{form}", options=TableOptions(scores=True))
    header, *rows = rows_of(tmp_path / "w.csv")
    lines = (tmp_path / "w.jsonl").read_text(encoding="utf-8").splitlines()
    for found in (pa.parquet.read_table(tmp_path / "w.parquet").to_pylist(), list(map(json.loads, lines))):
        cells = [["" if cell is None else str(cell) for cell in row.values()] for row in found]
        assert [list(row) for row in found] == [header] * 4 and cells == rows
    assert (tmp_path / "w.R").is_file()


def test_guarded_csv_guards_its_header(folder: Path, tmp_path: Path) -> None:
    write_coded_tables(folder, tmp_path / "w.csv", options=TableOptions(excel_safe=True))
    header, *rows = rows_of(tmp_path / "w.csv")
    assert header[2] == "'=odd" and rows[2][1] == "'=HYPERLINK(1)" and rows[3][1] == "'-5 +1 @x"


def test_columns_can_be_chosen_and_unknown_ones_are_refused(folder: Path, tmp_path: Path) -> None:
    write_coded_tables(folder, tmp_path / "w.csv", options=TableOptions(attributes=()))
    assert rows_of(tmp_path / "w.csv")[0] == ["id", "said", "money", "time"]
    with pytest.raises(InputError, match=r"No column 'site'. Columns: id, said, =odd\."):
        write_coded_tables(folder, tmp_path / "v.csv", options=TableOptions(attributes=("site",)))


def test_scores_that_the_folder_lacks_are_asked_for(coded, source, tmp_path: Path) -> None:
    write_coded_folder(coded, source, tmp_path / "c", provenance=PROVENANCE)
    with pytest.raises(InputError, match="Code the wave anew with --scores"):
        write_coded_tables(tmp_path / "c", tmp_path / "w.csv", options=TableOptions(scores=True))


def test_damaged_cell_and_long_row_are_told_without_words(folder: Path, tmp_path: Path, monkeypatch) -> None:
    wide = folder / "coded_wide.csv"
    text = wide.read_text(encoding="utf-8")
    wide.write_text(text.replace(",0,reject", ",secret,reject"), encoding="utf-8")
    with pytest.raises(InputError, match="holds a cell that is no number") as told:
        write_coded_tables(folder, tmp_path / "w.csv")
    assert "secret" not in str(told.value)
    monkeypatch.setattr(coded_batches, "_BLOCK", 64)
    monkeypatch.setattr(coded_batches, "_LARGEST", 64)
    with pytest.raises(InputError, match="is longer than"):
        write_coded_tables(folder, tmp_path / "w.csv")


def test_rows_longer_than_what_is_read_at_once_are_read_all_the_same(folder: Path, monkeypatch) -> None:
    stored = open_stored(folder, "coded_wide")
    whole = pa.concat_tables(stored.read_parts())
    for block in (70, 90, 120):
        monkeypatch.setattr(coded_batches, "_BLOCK", block)
        assert pa.concat_tables(stored.read_parts()).equals(whole)


@pytest.mark.parametrize("form", ["parquet", "xlsx"])
def test_wide_table_in_another_form_is_read_too(coded, source, tmp_path: Path, form: str) -> None:
    options = WideOptions(formats=(form,))
    write_coded_folder(coded, source, tmp_path / "c", provenance=PROVENANCE, options=options)
    write_coded_tables(tmp_path / "c", tmp_path / "w.csv")
    rows = rows_of(tmp_path / "w.csv")
    assert [row[3:] for row in rows[1:]] == [["1", "0"], ["", ""], ["1", "1"], ["0", "0"]]
    assert rows[3][1] == "=HYPERLINK(1)"


def test_folder_without_rows_gives_headers(coded, source, tmp_path: Path) -> None:
    none = replace(coded, decisions=coded.decisions.iloc[:0], scores=None, spans=coded.spans.iloc[:0])
    write_coded_folder(none, source.iloc[:0], tmp_path / "c", provenance=PROVENANCE)
    for form in ("csv", "parquet", "jsonl"):
        assert write_coded_tables(tmp_path / "c", tmp_path / f"w.{form}").units == 0
    assert rows_of(tmp_path / "w.csv") == [["id", "said", "=odd", "money", "time"]]


def test_memory_does_not_grow_with_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrow's own memory and Python's, over 8 times the rows."""
    monkeypatch.setattr(coded_batches, "_BLOCK", 1 << 16)
    peaks = []
    for rows in (16_000, 128_000):
        folder = make_large(tmp_path / str(rows), rows)
        peaks.append(peak_of(folder, tmp_path / "out.csv"))
    assert peaks[1] < 1.5 * peaks[0], peaks


def make_large(folder: Path, rows: int) -> Path:
    folder.mkdir()
    said = "waited, and waited " * 7
    with (folder / "coded_wide.csv").open("w", encoding="utf-8", newline="") as handle:
        handle.write("id,said,money,time\n")
        handle.writelines(f'r{row},"{said}",{row % 2},0\n' for row in range(rows))
    (folder / "coded_long.csv").write_text("unit_id,code,score\nr1,money,0.5\n", encoding="utf-8")
    (folder / "coded_spans.csv").write_text("unit_id,code,start,end\n", encoding="utf-8")
    (folder / "summary.csv").write_text("code,name\nmoney,Money\ntime,Time\n", encoding="utf-8")
    (folder / "provenance.json").write_text(json.dumps(PROVENANCE), encoding="utf-8")
    return folder


def peak_of(folder: Path, to: Path) -> int:
    """The most bytes that arrow and Python held while a folder was written."""
    held = []
    stored = open_stored(folder, "coded_wide")
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    for part in stored.read_parts():
        held.append(pa.total_allocated_bytes() - before)
        del part
    write_coded_tables(folder, to)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak + max(held)
