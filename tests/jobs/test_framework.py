"""``textmine framework``: cases by themes, and summaries written into the file that survive a re-run."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

COLUMNS = ("--text", "comment", "--id", "id", "--question", "question", "--group", "person")


@pytest.fixture(scope="module")
def coded(tiny_model: Path, study, tmp_path_factory) -> Path:
    """The synthetic study with a site, coded."""
    from textmine.jobs.code import code_files
    from textmine.jobs.labelled import ColumnNames

    folder = tmp_path_factory.mktemp("framework")
    rows = [{**row, "site": "north" if int(row["person"][1:]) % 2 else "south"} for row in study.rows]
    with (folder / "wave.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    columns = ColumnNames("comment", "id", "question", "person")
    code_files([folder / "wave.csv"], tiny_model, folder / "coded", columns=columns)
    return folder / "coded"


def make(textmine, coded: Path, out: Path, *more) -> dict[str, object]:
    ran = textmine("framework", coded, "-o", out, "--case", "site", *more, "--json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def write_into(path: Path, words: str) -> tuple[str, str]:
    """Write a summary into the first cell of a matrix that has quotes, as a person does; gives the cell."""
    if path.suffix == ".xlsx":
        import openpyxl

        book = openpyxl.load_workbook(path)
        sheet = book["cells"]
        heads = [cell.value for cell in sheet[1]]
        for row in sheet.iter_rows(min_row=2):
            if row[heads.index("quotes")].value:
                row[heads.index("summary")].value = words
                book.save(path)
                return str(row[0].value), str(row[1].value)
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    chosen = next(row for row in rows if row["quotes"])
    chosen["summary"] = words
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return chosen["case"], chosen["code"]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_summary_written_into_the_file_survives_a_re_run(textmine, coded: Path, tmp_path, form) -> None:
    out = tmp_path / f"matrix.{form}"
    first = make(textmine, coded, out)
    assert (first["cases"], first["summaries"]) == (2, 0)
    case, code = write_into(out, "Sees savings, doubts that they last.")
    second = make(textmine, coded, out)
    assert (second["summaries"], second["taken_up"], second["changed"]) == (1, 1, 0)
    third = make(textmine, coded, out)
    assert (third["summaries"], third["taken_up"]) == (1, 0)
    kept = list(csv.DictReader((tmp_path / "matrix-summaries.csv").read_text("utf-8").splitlines()))
    assert [(row["case"], row["code"], row["summary"]) for row in kept] == [
        (case, code, "Sees savings, doubts that they last.")
    ]
    write_into(out, "")
    assert make(textmine, coded, out)["summaries"] == 0


def test_a_cell_whose_quotes_changed_says_so(textmine, coded: Path, tmp_path) -> None:
    import shutil

    out, other = tmp_path / "matrix.csv", tmp_path / "coded"
    make(textmine, coded, out)
    case, code = write_into(out, "Said by few.")
    shutil.copytree(coded, other)
    for name in ("coded_long.csv", "coded_spans.csv"):  # another run, which found other words for the code
        path = other / name
        with path.open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, list(rows[0]))
            writer.writeheader()
            writer.writerows(row for row in rows if row["code"] != code)
    assert make(textmine, other, out)["changed"] == 1
    with out.open(encoding="utf-8", newline="") as handle:
        states = {(row["case"], row["code"]): row["state"] for row in csv.DictReader(handle)}
    assert states[case, code].startswith("quotes changed")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "matrix.pdf"), "written as .xlsx, .csv, .html"),
        (("-o", "matrix.csv", "--case", "town"), "No column 'town'"),
        (("-o", "matrix.csv", "--code", "nope"), "No code nope"),
        (("-o", "matrix.csv", "--summaries", "matrix.csv"), "two files"),
    ],
)
def test_errors_are_told_in_a_line(textmine, coded: Path, tmp_path, monkeypatch, arguments, said) -> None:
    monkeypatch.chdir(tmp_path)
    ran = textmine("framework", coded, *arguments)
    assert ran.code == 1 and said in ran.error


def test_a_file_that_is_no_matrix_is_left_alone(textmine, coded: Path, tmp_path) -> None:
    out = tmp_path / "matrix.csv"
    out.write_text("a,b\n1,2\n", "utf-8")
    ran = textmine("framework", coded, "-o", out, "--case", "site")
    assert "lacks the columns" in ran.error and out.read_text("utf-8") == "a,b\n1,2\n"
