"""Tables written in parts: the same in every form, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from textmine.exchange.tables import make_arrow, open_table, write_frame, write_parts

PARTS = [
    pa.table({"id": ["1", "2"], "said": ["=1", 'a "b"\r\n'], "money": pa.array([1, None], pa.int8())}),
    pa.table({"id": ["3"], "said": ["😀"], "money": pa.array([0], pa.int8())}),
]


def test_parts_hold_the_same_in_every_form(tmp_path: Path) -> None:
    for form in ("csv", "parquet", "jsonl"):
        assert write_parts(PARTS, tmp_path / f"a.{form}") == 3
    wanted = pa.concat_tables(PARTS).to_pylist()
    assert pq.read_table(tmp_path / "a.parquet").to_pylist() == wanted
    lines = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == wanted
    assert (tmp_path / "a.csv").read_bytes() == 'id,said,money\n1,=1,1\n2,"a ""b""\r\n",\n3,😀,0\n'.encode()


def test_pandas_reads_whole_numbers_where_some_are_missing(tmp_path: Path) -> None:
    write_parts(PARTS, tmp_path / "a.parquet")
    assert str(pd.read_parquet(tmp_path / "a.parquet")["money"].dtype) == "Int8"


def test_guard_is_for_csv(tmp_path: Path) -> None:
    write_parts(PARTS[:1], tmp_path / "a.csv", excel_safe=True)
    assert "1,'=1,1" in (tmp_path / "a.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("form", ["csv", "parquet", "jsonl"])
def test_table_that_fails_half_way_leaves_no_file(tmp_path: Path, form: str) -> None:
    with pytest.raises(RuntimeError), open_table(tmp_path / f"a.{form}", PARTS[0].schema) as write:
        write(PARTS[0])
        raise RuntimeError
    assert not list(tmp_path.iterdir())


def test_frame_of_mixed_cells_is_written_verbatim(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"a": [1, "x", None], "b": [0.5, np.nan, 2.0], "c": pd.array([1, None, 0], dtype="Int8")}
    )
    write_frame(frame, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "a,b,c\n1,0.5,1\nx,,\n,2.0,0\n"


def test_half_of_a_surrogate_pair_is_no_reason_to_fail() -> None:
    assert make_arrow(pd.DataFrame({"a": pd.Series(["\ud83d"], dtype=object)}))["a"].to_pylist() == ["\ufffd"]
