"""The data package: frictionless finds nothing wrong with it, and in a broken copy exactly what is broken."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path

import pandas as pd
import pytest

from textmine.coded import CodedDataset
from textmine.exchange.coded_folder import write_coded_folder
from textmine.exchange.coded_package import write_coded_package
from textmine.exchange.coded_tables import TableOptions
from textmine.files import sha256_of_file

COLUMNS = {"id": "id", "text": "said", "question": None, "group": None}
PROVENANCE = {
    "model": {"id": "m", "sha256": "f"},
    "codebook": {"id": "b", "version": "1"},
    "columns": COLUMNS,
    "thresholds": {"money": 0.5, "time": 0.5},
}


@pytest.fixture
def folder(coded: CodedDataset, source: pd.DataFrame, tmp_path: Path) -> Path:
    source = source.assign(age=["41", "", "7", "-3"], paid=["1.5", "2", "", "0"], code=["01", "2", "3", ""])
    write_coded_folder(coded, source, tmp_path / "coded", provenance=PROVENANCE)
    return tmp_path / "coded"


@pytest.fixture
def package(folder: Path, tmp_path: Path) -> Path:
    write_coded_package(folder, tmp_path / "package" / "datapackage.json")
    return tmp_path / "package"


def find_errors(path: Path) -> list[tuple[str, str]]:
    """What frictionless finds wrong: the table and the kind of error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # frictionless's own
        from frictionless import validate

        report = validate(str(path))
        return [(task.name, error.type) for task in report.tasks for error in task.errors] + [
            ("", error.type) for error in report.errors
        ]


def test_package_and_coded_folder_are_valid(folder: Path, package: Path) -> None:
    assert find_errors(package / "datapackage.json") == []
    assert find_errors(folder / "datapackage.json") == []


def test_column_names_with_blanks_around_them_are_valid(
    coded: CodedDataset, source: pd.DataFrame, tmp_path: Path
) -> None:
    odd = source.rename(columns={"id": "id ", "=odd": "Region "}).assign(age="4")
    columns = {**COLUMNS, "id": "id "}
    write_coded_folder(coded, odd, tmp_path / "coded", provenance={**PROVENANCE, "columns": columns})
    assert find_errors(tmp_path / "coded" / "datapackage.json") == []
    twice = odd.assign(Region="N", **{" ": "x"})  # a name twice and no name: only the package can mend these
    write_coded_folder(coded, twice, tmp_path / "twice", provenance={**PROVENANCE, "columns": columns})
    written = write_coded_package(tmp_path / "twice", tmp_path / "package" / "datapackage.json")
    assert find_errors(tmp_path / "package" / "datapackage.json") == []
    head = (tmp_path / "package" / "responses.csv").read_text(encoding="utf-8").split("\n")[0]
    assert head == "id,said,Region,age,Region (2),column 6"
    assert written.notes[-1].startswith("4 column(s) got a name")


@pytest.mark.parametrize("table", ["codings", "coded_long"])
def test_broken_row_gives_exactly_its_two_errors(
    folder: Path, package: Path, tmp_path: Path, table: str
) -> None:
    copy = shutil.copytree(package if table == "codings" else folder, tmp_path / "broken")
    with (copy / f"{table}.csv").open("a", encoding="utf-8", newline="") as handle:
        handle.write("r9,money,1.4,1,review,,0,1,x,m,1\n")
    assert find_errors(copy / "datapackage.json") == [(table, "constraint-error"), (table, "foreign-key")]


def test_kinds_keys_and_labels_are_said(package: Path) -> None:
    said = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    tables = {table["name"]: table["schema"] for table in said["resources"]}
    kinds = {field["name"]: field["type"] for field in tables["responses"]["fields"]}
    assert [kinds[name] for name in ("id", "said", "=odd", "code")] == ["string"] * 4
    assert (kinds["age"], kinds["paid"]) == ("integer", "number")
    assert tables["responses"]["primaryKey"] == ["id"]
    decisions = tables["decisions"]
    assert decisions["missingValues"] == [{"value": "", "label": "not coded"}]
    assert decisions["fields"][1]["categories"][1] == {"value": 1, "label": "given"}
    points = {key["reference"]["resource"] for key in tables["codings"]["foreignKeys"]}
    assert points == {"responses", "codes", "coders"}


def test_hashes_are_those_of_the_files(package: Path) -> None:
    said = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))["textmine"]["files"]
    assert set(said) == {path.name for path in package.glob("*.csv")}
    for name, about in said.items():
        assert about == {"bytes": (package / name).stat().st_size, "sha256": sha256_of_file(package / name)}


def test_second_package_is_the_same(folder: Path, package: Path, tmp_path: Path) -> None:
    write_coded_package(folder, tmp_path / "again" / "datapackage.json")
    for path in package.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


def test_package_of_another_name_has_tables_of_that_name(folder: Path, tmp_path: Path) -> None:
    options = TableOptions(attributes=())
    written = write_coded_package(folder, tmp_path / "out" / "wave.json", options=options)
    assert written.paths[1].name == "wave_responses.csv"
    assert written.paths[1].read_text(encoding="utf-8").startswith("id,said\n")
    assert find_errors(tmp_path / "out" / "wave.json") == []
