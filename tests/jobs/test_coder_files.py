"""Codings from files: who gave what, what is missing, offsets and quotes, folders of a model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from textmine.codebook import Codebook
from textmine.errors import InputError
from textmine.jobs.coder_files import name_files, read_coder_files


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def read(*paths: Path, **options):
    return read_coder_files(paths, **options)


def test_unit_in_a_long_file_was_read_for_every_code_that_any_coder_gave(tmp_path: Path) -> None:
    ann = write(tmp_path / "ann.csv", "id,code\n1,money\n1,time\n2,none\n")
    ben = write(tmp_path / "ben.csv", "comment_id,code\n1,money\n3,None\n")
    first, second = read(ann, ben).datasets
    assert (first.coder, second.coder) == ("ann", "ben")
    assert first.decisions.loc["1"].tolist() == [1, 1] and first.decisions.loc["2"].tolist() == [0, 0]
    assert second.decisions.to_dict("index") == {
        "1": {"money": 1, "time": 0},
        "3": {"money": 0, "time": 0},
    }


def test_gap_in_a_wide_file_stays_a_gap(tmp_path: Path) -> None:
    ann = write(tmp_path / "ann.csv", "id,money,time\n1,1,\n2,0,1\n")
    ben = write(tmp_path / "ben.csv", "id,money\n1,1\n2,0\n")
    first, second = read(ann, ben).datasets
    assert np.isnan(first.decisions.loc["1", "time"]) and second.decisions["time"].isna().all()


def test_column_coder_names_several_and_puts_files_of_one_together(tmp_path: Path) -> None:
    monday = write(tmp_path / "monday.csv", "id,code,coder\n1,money,ann\n1,none,ben\n2,time,\n")
    tuesday = write(tmp_path / "tuesday.csv", "id,code,coder\n3,money,ann\n")
    found = {data.coder: data for data in read(monday, tuesday).datasets}
    assert set(found) == {"ann", "ben", "monday"}
    assert found["ann"].decisions.index.tolist() == ["1", "3"]
    assert found["ben"].decisions.loc["1"].tolist() == [0, 0]


def test_same_person_on_the_same_units_stays_two(tmp_path: Path) -> None:
    files = [
        write(tmp_path / f"{day}.csv", f"id,code,coder\n1,{code},ann\n")
        for day, code in (("may", "money"), ("june", "none"))
    ]
    assert [data.coder for data in read(*files).datasets] == ["ann", "ann"]


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    files = [write(tmp_path / who / "labels.csv", "id,code\n1,money\n") for who in ("ann", "ben")]
    assert [data.coder for data in read(*files).datasets] == ["ann/labels", "ben/labels"]
    assert name_files([files[0], files[0]]) == ["ann/labels (1)", "ann/labels (2)"]


def test_offsets_and_quotes_become_stretches(tmp_path: Path) -> None:
    texts = {"1": "😀 It saves money", "2": "It takes time"}
    lines = [
        "id,code,start,end,quote",
        "1,money,5,16,saves money",
        "1,money,6,17,saves money",  # UTF-16
        "2,time,,,takes  time",
        "2,time,-1,-1,not there",
        "2,money,50,60,",
    ]
    found = read(write(tmp_path / "ann.csv", "\n".join(lines)), texts=texts)
    spans = found.datasets[0].spans
    assert list(zip(spans["start"], spans["end"], strict=True)) == [
        (5, 16),
        (5, 16),
        (3, 13),
        (-1, -1),
        (-1, -1),
    ]
    assert found.notes == [
        "1 quote(s) do not stand in their texts; their place is not known.",
        "1 stretch(es) do not fit their texts and quotes; their place is not known.",
    ]


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        ("three", "9", r"row 2 \(line 3\), column 'start': not an offset"),
        ("3", "9.5", r"row 2 \(line 3\), column 'end': not an offset"),
        ("3", "", "start or end is missing"),
    ],
)
def test_offset_that_is_none_is_named_by_its_place(tmp_path: Path, start: str, end: str, wanted: str) -> None:
    path = write(tmp_path / "ann.csv", f"id,code,start,end\n1,money,0,5\n1,money,{start},{end}\n")
    with pytest.raises(InputError, match=wanted):
        read(path)


def test_code_up_for_review_is_not_given(tmp_path: Path) -> None:
    path = write(
        tmp_path / "coded_long.csv", "unit_id,code,applies,start,end\n1,money,1,0,4\n2,money,0,0,4\n"
    )
    found = read(path)
    assert found.datasets[0].decisions["money"].to_dict() == {"1": 1, "2": 0}
    assert found.datasets[0].spans["unit_id"].tolist() == ["1"]
    assert any("Give the folder" in note for note in found.notes)


def test_codes_that_differ_in_capitals_only_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "ann.csv", "id,code\n1,money\n2,Money\n")
    with pytest.raises(InputError, match=r"differ in capitals only: money and Money\. Give each code one"):
        read(path)


def test_unit_that_is_both_empty_and_coded_is_counted(tmp_path: Path) -> None:
    found = read(write(tmp_path / "ann.csv", "id,code\n1,money\n1,none\n2,none\n"))
    assert found.datasets[0].decisions["money"].to_dict() == {"1": 1, "2": 0}
    assert found.notes == ["1 unit(s) are both 'none' and coded by the same coder; the codes count."]


def test_codebook_says_which_codes_count(tmp_path: Path) -> None:
    path = write(tmp_path / "ann.csv", "id,code\n1,money\n")
    book = Codebook.from_labels(["time", "money"])
    assert read(path, codebook=book).datasets[0].decisions.loc["1"].tolist() == [0, 1]
    with pytest.raises(InputError, match=r"1 code\(s\) that the codebook lacks: money"):
        read(path, codebook=Codebook.from_labels(["time"]))


def test_units_that_the_texts_lack_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path / "ann.csv", "id,code\n1,money\n2,none\n")
    assert read(path, texts={"1": "It saves money"}).notes == [
        "1 of 2 coded unit(s) do not stand in the file of units."
    ]


def test_files_without_any_code_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="every unit is 'none'"):
        read(write(tmp_path / "ann.csv", "id,code\n1,none\n"))


def write_folder(folder: Path) -> Path:
    about = {"columns": {"id": "n"}, "model": {"id": "m1"}, "thresholds": {"money": 0.5, "time": 0.5}}
    write(folder / "provenance.json", json.dumps(about))
    write(folder / "coded_wide.csv", "n,said,flag,money,time\na,x,1,1,0\nb,y,0,0,0\nc,,1,,\n")
    write(folder / "coded_spans.csv", "unit_id,code,start,end,evidence\na,money,0,1,x\n")
    return folder


def test_folder_of_a_model_is_a_coder(tmp_path: Path) -> None:
    (data,) = read(write_folder(tmp_path / "out")).datasets
    assert data.coder == "m1" and data.codes == ["money", "time"]
    assert data.decisions.to_dict("index") == {"a": {"money": 1, "time": 0}, "b": {"money": 0, "time": 0}}
    assert data.spans[["unit_id", "start", "end"]].values.tolist() == [["a", 0, 1]]


def test_folder_that_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no folder that textmine code wrote"):
        read(tmp_path)
    folder = write_folder(tmp_path / "out")
    with pytest.raises(InputError, match="codes that the codebook lacks: time"):
        read(folder, codebook=Codebook.from_labels(["money"]))
    (folder / "coded_wide.csv").unlink()
    with pytest.raises(InputError, match=r"no coded_wide.csv or .parquet"):
        read(folder)


def test_cell_of_a_wide_file_that_is_no_label_is_named_and_its_code_not_lost(tmp_path: Path) -> None:
    ann = write(tmp_path / "ann.csv", "id,code\n01,money\n02,time\n")
    ben = write(tmp_path / "ben.csv", "id,money,time,region\n01,1,0,Powys\n02,Quillfeather,1,Gwent\n")
    with pytest.raises(InputError, match=r"ben.csv, row 2 .*'money'.*1, 0 or empty") as met:
        read(ann, ben)
    assert "Quillfeather" not in str(met.value)


def test_blank_column_of_a_wide_file_is_not_coded(tmp_path: Path) -> None:
    ann = write(tmp_path / "ann.csv", "id,money,time\n01,1,0\n")
    ben = write(tmp_path / "ben.csv", "id,money,time\n01,1,\n")
    assert np.isnan(read(ann, ben).datasets[1].decisions.loc["01", "time"])


def test_project_folder_is_told_from_a_coded_one(tmp_path: Path) -> None:
    write(tmp_path / "study" / "project.yaml", "name: study\n")
    with pytest.raises(InputError, match=r"is a project.*labels"):
        read(tmp_path / "study")
