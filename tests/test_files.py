"""Files: whole or not at all, the same hash for the same content, csv that reads back as it was."""

from __future__ import annotations

import csv
import io
import json
import os
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.errors import InputError
from textmine.files import (
    atomic_path,
    atomic_text,
    make_folder,
    sha256_of,
    sha256_of_file,
    write_json,
    write_rows,
)

cells = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))


def test_file_appears_only_when_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "table.csv"
    with atomic_text(path) as handle:
        handle.write("é\r\n\n")
        assert not path.exists()
    assert path.read_bytes() == "é\r\n\n".encode()
    assert [p.name for p in path.parent.iterdir()] == ["table.csv"]


def test_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("old", "utf-8")
    with pytest.raises(KeyError), atomic_path(path) as temporary:
        temporary.write_text("half", "utf-8")
        raise KeyError
    assert path.read_text("utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["table.csv"]


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_file_gets_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    write_json({}, tmp_path / "ours")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_json_is_readable_text_with_a_last_line_end(tmp_path: Path) -> None:
    write_json({"b": "é😀", "a": [1]}, tmp_path / "x.json")
    text = (tmp_path / "x.json").read_bytes().decode("utf-8")
    assert "é😀" in text
    assert text.endswith("}\n")
    assert list(json.loads(text)) == ["b", "a"]


def test_hash_of_a_file_is_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\0\r\n" * 99_999)
    assert sha256_of_file(tmp_path / "x") == sha256(b"\0\r\n" * 99_999).hexdigest()


def test_hash_of_a_value_holds_against_the_order_of_keys() -> None:
    assert sha256_of({"a": 1, "b": "é"}) == sha256_of({"b": "é", "a": 1})
    assert sha256_of({"a": 1}) != sha256_of({"a": "1"})
    assert len(sha256_of("\ud800")) == 64


@given(st.lists(st.lists(cells, min_size=2, max_size=3), max_size=4))
def test_csv_reads_back_as_it_was(rows: list[list[str]]) -> None:
    handle = io.StringIO(newline="")
    write_rows(rows, handle)
    assert list(csv.reader(io.StringIO(handle.getvalue(), newline=""))) == rows


def test_csv_lines_end_in_a_line_feed() -> None:
    handle = io.StringIO(newline="")
    write_rows([["a", 1], ["b\r\nc", "x,y"]], handle)
    assert handle.getvalue() == 'a,1\n"b\r\nc","x,y"\n'


def test_folder_that_cannot_be_written_to_is_refused(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert not list((tmp_path / "a" / "b").iterdir())
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"Cannot write to the folder .*file \(it is a file\)"):
        make_folder(tmp_path / "file")
