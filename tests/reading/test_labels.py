"""Reading labels: wide and long files, several of them, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from textmine.errors import InputError
from textmine.reading import read_labels


@pytest.fixture
def write(tmp_path: Path):
    def save(content: str, name: str = "labels.csv") -> Path:
        path = tmp_path / name
        path.write_text(content, "utf-8")
        return path

    return save


def cells(frame: pd.DataFrame) -> dict[str, list[float | None]]:
    """The rows by unit, None for not coded."""
    return {
        unit: [None if np.isnan(v) else v for v in row]
        for unit, row in zip(frame.index, frame.to_numpy().tolist(), strict=True)
    }


def test_wide_values_and_gaps(write) -> None:
    labels = read_labels(write("id,a,b,note,weight\n1,1,0,hm,1\n2,,TRUE,x,1\n3,0.0,false,,0\n"), id="id")
    assert labels.frame.columns.tolist() == ["a", "b"]
    assert cells(labels.frame) == {"1": [1, 0], "2": [None, 1], "3": [0, 0]}
    assert labels.quotes.empty
    assert labels.quotes.columns.tolist() == ["unit_id", "code", "quote", "coder", "stance"]


def test_wide_file_that_lacks_a_code_leaves_it_not_coded(write) -> None:
    labels = read_labels(write("id,b,a\n1,1,0\n"), id="id", codes=["a", "b", "c"])
    assert labels.frame.columns.tolist() == ["a", "b", "c"]
    assert cells(labels.frame) == {"1": [0, 1, None]}


def test_bad_cell_of_a_named_code_tells_its_place(write) -> None:
    path = write("id,a\n1,1\n\n2,secret\n")
    with pytest.raises(InputError, match=r"labels\.csv, row 2 \(line 4\), column 'a': a label is 1, 0 or"):
        read_labels(path, id="id", codes=["a"])
    with pytest.raises(InputError, match="has no labels") as caught:
        read_labels(path, id="id")
    assert "secret" not in str(caught.value)


def test_long_unit_is_coded_for_all_codes(write) -> None:
    labels = read_labels(write("id,code\n1,b\n2,None\n1,a\n3,b\n"), id="id")
    assert labels.frame.columns.tolist() == ["b", "a"]
    assert cells(labels.frame) == {"1": [1, 1], "2": [0, 0], "3": [1, 0]}
    assert labels.frame.index.name == "unit_id"


def test_long_file_names_codes_that_a_unit_was_not_read_for(write) -> None:
    content = "id,code,not_coded\n1,a,b; c\n2,none,c\n3,none,\n"
    labels = read_labels(write(content), id="id")
    assert labels.frame.columns.tolist() == ["a", "b", "c"]
    assert cells(labels.frame) == {"1": [1, None, None], "2": [0, 0, None], "3": [0, 0, 0]}
    assert read_labels(write(content), id="id", codes=["a"]).frame.columns.tolist() == ["a"]


def test_long_file_has_a_column_for_every_code_of_the_codebook(write) -> None:
    labels = read_labels(write("id,code\n1,b\n"), id="id", codes=["a", "b"])
    assert cells(labels.frame) == {"1": [0, 1]}


def test_long_file_with_nothing_found_has_no_codes(write) -> None:
    assert cells(read_labels(write("id,code\n1,none\n"), id="id").frame) == {"1": []}


def test_long_code_counts_if_any_coder_gives_it(write) -> None:
    labels = read_labels(write("id,coder,code\n1,x,a\n1,y,none\n2,x,none\n2,y,none\n"), id="id")
    assert cells(labels.frame) == {"1": [1], "2": [0]}


def test_quotes_and_stances_are_kept(write) -> None:
    path = write('id,code,quote,stance,coder\n1,a,"x, y",denies,k\n1,b,,affirms,k\n2,none,,,k\n2,a,,,k\n')
    assert read_labels(path, id="id").quotes.to_numpy().tolist() == [
        ["1", "a", "x, y", "k", "denies"],
        ["1", "b", "", "k", "affirms"],
    ]


@pytest.mark.parametrize("name", ["comment_id", "unit_id", "id", "doc_id"])
def test_id_column_has_well_known_names(write, name: str) -> None:
    assert cells(read_labels(write(f"{name},code\nc1,a\n"), id="respondent").frame) == {"c1": [1]}


def test_named_id_column_comes_first(write) -> None:
    assert list(read_labels(write("id,key,code\n1,k1,a\n"), id="key").frame.index) == ["k1"]


def test_transcript_and_turn_make_the_unit(write) -> None:
    labels = read_labels(write("transcript,turn,code\nt1,4,a\nt1,2,none\n"), id="id")
    assert cells(labels.frame) == {"t1:4": [1], "t1:2": [0]}


def test_jsonl_is_read(write) -> None:
    lines = [json.dumps({"id": 7, "code": "a", "quote": "q"}), json.dumps({"id": 8, "code": "none"})]
    labels = read_labels(write("\n".join(lines), "l.jsonl"), id="id")
    assert cells(labels.frame) == {"7": [1], "8": [0]}
    assert labels.quotes["quote"].tolist() == ["q"]


def test_files_add_units_and_fill_gaps(write) -> None:
    one = write("id,a,b\n1,1,\n2,0,0\n", "one.csv")
    two = write("id,a,b\n1,1,0\n3,,1\n", "two.csv")
    labels = read_labels([one, two], id="id")
    assert cells(labels.frame) == {"1": [1, 0], "2": [0, 0], "3": [None, 1]}


def test_code_set_is_the_union_over_long_files(write) -> None:
    one, two = write("id,code\n1,a\n", "one.csv"), write("id,code\n2,b\n", "two.csv")
    assert cells(read_labels([one, two], id="id").frame) == {"1": [1, 0], "2": [0, 1]}


def test_long_and_wide_files_go_together(write) -> None:
    one, two = write("id,code\n1,a\n", "one.csv"), write("id,b\n2,1\n", "two.csv")
    assert cells(read_labels([one, two], id="id").frame) == {"1": [1, None], "2": [None, 1]}


def test_units_coded_differently_are_refused(write) -> None:
    one, two = write("id,a,b\n1,1,1\n2,0,0\n", "one.csv"), write("id,a,b\n1,0,0\n2,0,1\n", "two.csv")
    said = r"2 unit\(s\) are coded differently in one\.csv and two\.csv \(3 pairs .*Adjudicate first"
    with pytest.raises(InputError, match=said):
        read_labels([one, two], id="id")
    with pytest.raises(InputError, match=r"1 unit\(s\) are coded differently in labels\.csv"):
        read_labels(write("id,a\n1,1\n1,0\n"), id="id")


@pytest.mark.parametrize("content", ["id,code\n1,a\n2,x\n", "id,a,x\n1,1,0\n"])
def test_unknown_code_is_refused_with_the_known_ones(write, content: str) -> None:
    with pytest.raises(InputError, match=r"1 code\(s\) .*lacks: x\. Known codes: a, b\."):
        read_labels(write(content), id="id", codes=["a", "b"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("key,code\n1,a\n", r"No column 'id' in labels\.csv\. Columns: key, code\. Choose one with --id"),
        ("id,code\n,a\n", r"row 1 \(line 2\), column 'id': no id"),
        ("id,code\n1,\n", r"row 1 \(line 2\), column 'code': no code\. Write 'none'"),
        ("id,code\n1,a\n2\n", r"row 2 \(line 3\): 1 cell where the header has 2; 1 such"),
        ("transcript,turn,code\nt1,,a\n", r"column 'turn': no id"),
    ],
)
def test_unusable_labels_are_refused(write, content: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_labels(write(content), id="id")


def test_no_files_are_refused() -> None:
    with pytest.raises(InputError, match="No file of labels"):
        read_labels([], id="id")
