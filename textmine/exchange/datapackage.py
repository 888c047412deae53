"""A Frictionless data package that describes the tables of a coded folder."""

from __future__ import annotations

from typing import Any

import pandas as pd

from textmine.coded import LONG_COLUMNS, STANCES, UNSURE, CodedDataset
from textmine.coding.work_list import WORK_COLUMNS

_LONG_TYPES = {"score": "number", "applies": "integer", "start": "integer", "end": "integer"}
#: Columns of summary.csv, in order; the first holds the codes.
SUMMARY_COLUMNS = [
    "code",
    "name",
    "count",
    "base",
    "base_in_words",
    "naive_share",
    "respondents",
    "respondent_base",
    "respondent_share",
    "auto_accepted",
    "to_review",
    "corrected_share",
]
_BANDS = ["accept", "review", "reject"]
_WORK_TYPES = {"order": "integer", "priority": "number", "minutes": "number", "minutes_so_far": "number"}


def describe_tables(
    coded: CodedDataset, wide: pd.DataFrame, provenance: dict[str, Any], formats: tuple[str, ...]
) -> dict[str, Any]:
    """The content of ``datapackage.json`` (Data Package 2.0): resources, fields, constraints, hashes."""
    code_field = {"name": "code", "type": "string", "constraints": {"enum": coded.codes}}
    resources = [_wide_resource(coded, wide)] if "csv" in formats else []
    resources += [
        _table("coded_long", [code_field if n == "code" else _long_field(n) for n in LONG_COLUMNS]),
        _table(
            "coded_spans",
            [
                {"name": "unit_id", "type": "string"},
                code_field,
                {"name": "start", "type": "integer"},
                {"name": "end", "type": "integer"},
                {"name": "evidence", "type": "string"},
                {"name": "applies", "type": "integer", "constraints": {"enum": [0, 1]}},
            ],
        ),
        _table("summary", [code_field, *_summary_fields()]),
        _table("review", [_work_field(name) for name in WORK_COLUMNS]),
    ]
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "coded-dataset",
        "title": "Coded dataset written by textmine",
        "resources": resources,
        "textmine": {name: provenance[name] for name in ("model", "codebook") if name in provenance},
    }


def _wide_resource(coded: CodedDataset, wide: pd.DataFrame) -> dict[str, Any]:
    fields: list[dict[str, Any]] = []
    codes = set(coded.codes)
    for name in map(str, wide.columns):
        if name in codes:
            title = coded.codebook.code(name).name
            fields.append({"name": name, "title": title, "type": "integer", "constraints": {"enum": [0, 1]}})
        elif name.endswith("__score") and name[:-7] in codes:
            fields.append({"name": name, "type": "number", "constraints": {"minimum": 0, "maximum": 1}})
        else:
            fields.append({"name": name, "type": "string"})
    return _table("coded_wide", fields)


def _long_field(name: str) -> dict[str, Any]:
    field: dict[str, Any] = {"name": name, "type": _LONG_TYPES.get(name, "string")}
    if name == "score":
        field["constraints"] = {"minimum": 0, "maximum": 1}
    if name == "band":
        field["constraints"] = {"enum": _BANDS}
    if name == "stance":
        field["constraints"] = {"enum": ["", *STANCES, UNSURE]}
    return field


def _work_field(name: str) -> dict[str, Any]:
    return {"name": name, "type": _WORK_TYPES.get(name, "string")}


def _summary_fields() -> list[dict[str, Any]]:
    numbers = {"naive_share": "number", "respondent_share": "number"}
    words = ("name", "base_in_words", "corrected_share")
    return [
        {"name": n, "type": "string" if n in words else numbers.get(n, "integer")}
        for n in SUMMARY_COLUMNS[1:]
    ]


def _table(name: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "type": "table",
        "path": f"{name}.csv",
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": fields, "missingValues": [""]},
    }
