"""The data package: its fields are the columns of the csv files, and their values keep its constraints."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from textmine.coded import CodedDataset
from textmine.exchange.coded_folder import WideOptions, write_coded_folder

PROVENANCE = {"model": {"id": "m", "sha256": "0"}, "codebook": {"id": "b"}, "seconds": 1.0}


@pytest.fixture(params=[WideOptions(), WideOptions(bands=True, scores=True)], ids=["plain", "bands"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, coded: CodedDataset, source: pd.DataFrame) -> Path:
    groups = ["a", "b", "c", "c"]
    write_coded_folder(coded, source, tmp_path, provenance=PROVENANCE, groups=groups, options=request.param)
    return tmp_path


def package_of(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "datapackage.json").read_text("utf-8")))


def test_fields_are_the_columns_of_each_file(folder: Path) -> None:
    resources = package_of(folder)["resources"]
    assert [r["name"] for r in resources] == ["coded_wide", "coded_long", "coded_spans", "summary", "review"]
    for resource in resources:
        with (folder / resource["path"]).open(encoding=resource["encoding"], newline="") as handle:
            header = next(csv.reader(handle))
        assert [field["name"] for field in resource["schema"]["fields"]] == header


def test_values_keep_types_and_constraints(folder: Path) -> None:
    read = {"string": str, "integer": int, "number": float}
    for resource in package_of(folder)["resources"]:
        with (folder / resource["path"]).open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
        assert rows
        stated = resource["schema"]["missingValues"]
        missing = {value["value"] if isinstance(value, dict) else value for value in stated}
        for field in resource["schema"]["fields"]:
            limits = field.get("constraints", {})
            for cell in (row[field["name"]] for row in rows):
                if cell in missing:
                    continue
                value = read[field["type"]](cell)
                assert value in limits.get("enum", [value])
                assert limits.get("minimum", value) <= value <= limits.get("maximum", value)


def test_package_names_model_and_codebook_but_no_time(folder: Path) -> None:
    package = package_of(folder)
    assert package["textmine"] == {"model": PROVENANCE["model"], "codebook": PROVENANCE["codebook"]}
    assert package["$schema"].startswith("https://datapackage.org/")
    titles = {f["name"]: f.get("title") for f in package["resources"][0]["schema"]["fields"]}
    assert titles["money"] == "Money, saved"


def test_wide_table_is_left_out_where_it_is_no_csv(
    tmp_path: Path, coded: CodedDataset, source: pd.DataFrame
) -> None:
    options = WideOptions(formats=("parquet",))
    write_coded_folder(coded, source, tmp_path, provenance=PROVENANCE, options=options)
    assert "coded_wide" not in [r["name"] for r in package_of(tmp_path)["resources"]]
