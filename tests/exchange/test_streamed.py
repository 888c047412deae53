"""Tables written in parts: the same in every form, and whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from textmine.errors import InputError
from textmine.exchange.streamed import open_parts
from textmine.reading import read_table

PARTS = [
    pd.DataFrame({"id": ["1", "2"], "text": ["a\nb", '"c"'], "empty": [False, True]}),
    pd.DataFrame({"id": ["3", "4"], "text": ["é\t😀", "old\rMac"], "empty": [False, False]}),
]


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet"])
def test_parts_read_back_as_one_table(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out.{ending}"
    with open_parts(path) as write:
        for part in PARTS:
            write(part)
    frame = read_table(path).frame
    assert frame["id"].tolist() == ["1", "2", "3", "4"]
    assert frame["text"].tolist() == ["a\nb", '"c"', "é\t😀", "old\rMac"]
    flags = ["0", "1", "0", "0"] if ending in {"csv", "tsv"} else ["false", "true", "false", "false"]
    assert frame["empty"].str.lower().tolist() == flags


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_nothing_is_left_of_a_table_that_failed(tmp_path: Path, ending: str) -> None:
    with pytest.raises(RuntimeError), open_parts(tmp_path / f"out.{ending}") as write:
        write(PARTS[0])
        raise RuntimeError
    assert not list(tmp_path.iterdir())


def test_unknown_ending_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"End it in \.csv, \.tsv"), open_parts(tmp_path / "out.docx"):
        pass
