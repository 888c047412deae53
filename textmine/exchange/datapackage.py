"""Frictionless data packages: what the tables of a coded dataset hold, and how they hang together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from textmine.coded import LONG_COLUMNS, STANCES, UNSURE, CodedDataset
from textmine.coding.work_list import WORK_COLUMNS
from textmine.exchange.summary import SUMMARY_COLUMNS

_LONG_TYPES = {"score": "number", "applies": "integer", "start": "integer", "end": "integer"}
_BANDS = ["accept", "review", "reject"]
_WORK_TYPES = {"order": "integer", "priority": "number", "minutes": "number", "minutes_so_far": "number"}
_SUMMARY_WORDS = ("name", "base_in_words", "corrected_share", "corrected_base", "may_be_summed")
_SHARES = ("naive_share", "respondent_share", "corrected_low", "corrected_high")
#: What an empty cell of a code means.
NOT_CODED = [{"value": "", "label": "not coded"}]
_DECIDED = [{"value": 0, "label": "not given"}, {"value": 1, "label": "given"}]

Field = dict[str, Any]


def describe_tables(
    coded: CodedDataset, wide: pd.DataFrame, provenance: dict[str, Any], formats: tuple[str, ...]
) -> dict[str, Any]:
    """The content of ``datapackage.json`` of a coded folder: resources, fields, keys, constraints.

    The wide table and the summary hold the units and the codes that the others point to.
    """
    id_column = dict(provenance.get("columns") or {}).get("id")
    has_units = "csv" in formats and id_column in wide.columns
    unit = str(id_column).strip()
    to_units = [point_to("unit_id", "coded_wide", unit)] if has_units else []
    to_codes = [point_to("code", "summary", "code")]
    units = [unit] if has_units else []
    resources = [_describe_wide(coded, wide, units)] if "csv" in formats else []
    resources += [
        make_resource("coded_long", describe_long(coded.codes), foreign=[*to_units, *to_codes]),
        make_resource("coded_spans", describe_spans(coded.codes), foreign=[*to_units, *to_codes]),
        make_resource("summary", describe_summary(), key=["code"]),
        make_resource("review", [_work_field(name) for name in WORK_COLUMNS], foreign=to_units),
    ]
    return make_package(
        "Coded dataset written by textmine",
        resources,
        {name: provenance[name] for name in ("model", "codebook") if name in provenance},
    )


def make_package(title: str, resources: list[dict[str, Any]], about: dict[str, Any]) -> dict[str, Any]:
    """A package of Data Package 2.0; ``about`` is what textmine says beside the standard."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "coded-dataset",
        "title": title,
        "resources": resources,
        "textmine": about,
    }


def make_resource(
    name: str,
    fields: list[Field],
    *,
    path: str | None = None,
    key: Sequence[str] = (),
    foreign: Sequence[dict[str, Any]] = (),
    missing: list[Any] | None = None,
) -> dict[str, Any]:
    """A csv table of a package, with the keys that it has. ``missing`` says what cells hold no value."""
    schema: dict[str, Any] = {"fields": fields, "missingValues": missing or [""]}
    if key:
        schema["primaryKey"] = list(key)
    if foreign:
        schema["foreignKeys"] = list(foreign)
    return {
        "name": name,
        "type": "table",
        "path": path or f"{name}.csv",
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def point_to(field: str, resource: str, column: str) -> dict[str, Any]:
    """A foreign key of one column.

    >>> point_to("code", "codes", "id")["reference"]
    {'resource': 'codes', 'fields': ['id']}
    """
    return {"fields": [field], "reference": {"resource": resource, "fields": [column]}}


def make_labels(columns: Sequence[str]) -> dict[str, str]:
    """What columns are called in a package: no blanks around, none without a name, all different.

    >>> make_labels(["Region", "Region ", ""])
    {'Region': 'Region', 'Region ': 'Region (2)', '': 'column 3'}
    """
    labels: dict[str, str] = {}
    for place, column in enumerate(columns, 1):
        label, number = column.strip() or f"column {place}", 1
        while label in labels.values():
            number += 1
            label = f"{column.strip()} ({number})"
        labels[column] = label
    return labels


def describe_decision(code: str, name: str) -> Field:
    """The field of a code in a wide table: 0, 1 or missing."""
    limits = {"enum": [0, 1]}
    return {"name": code, "title": name, "type": "integer", "categories": _DECIDED, "constraints": limits}


def describe_long(codes: Sequence[str]) -> list[Field]:
    """The fields of ``coded_long``."""
    fields = []
    for name in LONG_COLUMNS:
        field: Field = {"name": name, "type": _LONG_TYPES.get(name, "string")}
        if name == "code":
            field["constraints"] = {"enum": list(codes)}
        elif name == "score":
            field["constraints"] = {"minimum": 0, "maximum": 1}
        elif name == "applies":
            field["constraints"] = {"enum": [0, 1]}
        elif name == "band":
            field["constraints"] = {"enum": _BANDS}
        elif name == "stance":
            field["constraints"] = {"enum": ["", *STANCES, UNSURE]}
        fields.append(field)
    return fields


def describe_spans(codes: Sequence[str]) -> list[Field]:
    """The fields of ``coded_spans``."""
    return [
        {"name": "unit_id", "type": "string"},
        {"name": "code", "type": "string", "constraints": {"enum": list(codes)}},
        {"name": "start", "type": "integer", "constraints": {"minimum": 0}},
        {"name": "end", "type": "integer", "constraints": {"minimum": 0}},
        {"name": "evidence", "type": "string"},
        {"name": "applies", "type": "integer", "constraints": {"enum": [0, 1]}},
    ]


def describe_summary() -> list[Field]:
    """The fields of ``summary``."""
    kinds = {**dict.fromkeys(_SUMMARY_WORDS, "string"), **dict.fromkeys(_SHARES, "number"), "code": "string"}
    return [{"name": name, "type": kinds.get(name, "integer")} for name in SUMMARY_COLUMNS]


def _describe_wide(coded: CodedDataset, wide: pd.DataFrame, key: list[str]) -> dict[str, Any]:
    fields: list[Field] = []
    codes = set(coded.codes)
    for name in map(str, wide.columns):
        if name in codes:
            fields.append(describe_decision(name, coded.codebook.code(name).name))
        elif name.endswith("__score") and name[:-7] in codes:
            fields.append({"name": name, "type": "number", "constraints": {"minimum": 0, "maximum": 1}})
        else:  # frictionless reads a header without the blanks around it
            fields.append({"name": name.strip(), "type": "string"})
    return make_resource("coded_wide", fields, key=key, missing=NOT_CODED)


def _work_field(name: str) -> Field:
    return {"name": name, "type": _WORK_TYPES.get(name, "string")}
