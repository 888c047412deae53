"""A coded folder as a Frictionless data package: tables that point to each other, with types and keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from textmine.exchange.coded_tables import CodedTables, TableOptions, TablesWritten, open_coded_tables
from textmine.exchange.datapackage import (
    NOT_CODED,
    Field,
    describe_decision,
    describe_long,
    describe_spans,
    describe_summary,
    make_labels,
    make_package,
    make_resource,
    point_to,
)
from textmine.exchange.summary import read_summary
from textmine.exchange.tables import write_frame, write_parts
from textmine.files import sha256_of_file, write_json

if TYPE_CHECKING:
    import pyarrow as pa

PACKAGE = "datapackage"
_INTEGER = r"^(0|-?[1-9][0-9]{0,17})$"
_NUMBER = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"


def write_coded_package(folder: Path, path: Path, *, options: TableOptions | None = None) -> TablesWritten:
    """Write a coded folder as a data package (Data Package 2.0) with ``path`` as its descriptor.

    Its tables are csv: ``responses`` (the input's columns), ``decisions`` (a column a code), ``codings`` (a
    row a unit and code), ``spans`` (evidence), ``codes``, ``coders``, ``models`` and ``summary``. They lie
    beside ``datapackage.json``; beside another NAME.json they are called NAME_responses.csv and so on. Bytes
    and hashes stand under ``textmine``. Memory does not grow with the rows. Raises ``InputError`` as
    ``write_coded_tables``.

    ``options`` say what the tables hold.

    >>> from textmine.errors import InputError
    >>> try:
    ...     write_coded_package(Path("no-such-folder"), Path("datapackage.json"))
    ... except InputError as error:
    ...     str(error)[:41]
    'no-such-folder holds no provenance.json. '
    """
    options = replace(options or TableOptions(), excel_safe=False)
    tables = open_coded_tables(folder, codebook=options.codebook)
    summary, notes = read_summary(folder, prevalence=options.prevalence)
    unit = str(tables.columns["id"])
    columns = tables.choose_columns(options.attributes)
    prefix = "" if path.stem == PACKAGE else f"{path.stem}_"
    places = {name: path.with_name(f"{prefix}{name}.csv") for name in _TABLES}

    labels = make_labels(columns)
    kinds = _Kinds(labels, plain={tables.columns.get(part) for part in ("id", "text", "question", "group")})
    units = write_parts(_rename(kinds.watch(tables.wide.read_parts(columns)), labels), places["responses"])
    write_parts(_rename(tables.read_wide([unit], as_text=True), labels), places["decisions"])
    unit = labels[unit]
    coders: dict[str, None] = {}
    write_parts(_collect(tables.read_rows("coded_long"), "coder", coders), places["codings"])
    write_parts(tables.read_rows("coded_spans"), places["spans"])
    frames = {
        "codes": _list_codes(tables),
        "coders": _list_coders(tables, list(coders)),
        "models": _list_models(tables),
        "summary": summary,
    }
    for name, frame in frames.items():
        write_frame(frame, places[name])
    to_unit, to_code = point_to("unit_id", "responses", unit), point_to("code", "codes", "code")
    codes = [str(code) for code in tables.names]
    fields: dict[str, tuple[list[Field], dict[str, Any]]] = {
        "responses": (kinds.fields(), {"key": [unit]}),
        "decisions": (
            [{"name": unit, "type": "string"}, *(describe_decision(c, tables.names[c]) for c in codes)],
            {"key": [unit], "foreign": [point_to(unit, "responses", unit)], "missing": NOT_CODED},
        ),
        "codings": (
            describe_long(codes),
            {"key": ["unit_id", "code"], "foreign": [to_unit, to_code, point_to("coder", "coders", "coder")]},
        ),
        "spans": (describe_spans(codes), {"foreign": [to_unit, to_code]}),
        "codes": (_as_text(frames["codes"], threshold="number"), {"key": ["code"]}),
        "coders": (
            _as_text(frames["coders"]),
            {"key": ["coder"], "foreign": [point_to("model", "models", "model")]},
        ),
        "models": (_as_text(frames["models"]), {"key": ["model"]}),
        "summary": (describe_summary(), {"key": ["code"], "foreign": [to_code]}),
    }
    resources = [
        make_resource(name, found, path=places[name].name, **keys) for name, (found, keys) in fields.items()
    ]
    about: dict[str, Any] = {
        name: tables.provenance[name] for name in ("model", "codebook") if name in tables.provenance
    }
    files = {
        place.name: {"bytes": place.stat().st_size, "sha256": sha256_of_file(place)}
        for place in places.values()
    }
    write_json(make_package("Coded dataset written by textmine", resources, {**about, "files": files}), path)
    renamed = sum(column != label for column, label in labels.items())
    if renamed:
        notes = [*notes, f"{renamed} column(s) got a name without blanks around it, or one of their own."]
    return TablesWritten((path, *places.values()), units, len(codes), (*tables.notes, *notes))


_TABLES = ("responses", "decisions", "codings", "spans", "codes", "coders", "models", "summary")


class _Kinds:
    """Finds, while its parts go by, which columns of a table of text hold whole or other numbers only."""

    def __init__(self, labels: Mapping[str, str], *, plain: set[str | None]) -> None:
        self._labels = labels
        self._kinds = {name: "string" if name in plain else "integer" for name in labels}
        self._filled = dict.fromkeys(labels, False)

    def watch(self, parts: Iterator[pa.Table]) -> Iterator[pa.Table]:
        """The same parts."""
        for part in parts:
            for name, column in zip(part.column_names, part.columns, strict=True):
                self._look_at(name, column)
            yield part

    def _look_at(self, name: str, column: Any) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        cells = column.cast(pa.large_string())
        cells = cells.filter(pc.not_equal(cells, ""))
        self._filled[name] |= len(cells) > 0
        for kind, form, worse in (("integer", _INTEGER, "number"), ("number", _NUMBER, "string")):
            if self._kinds[name] == kind and not pc.all(pc.match_substring_regex(cells, form)).as_py():
                self._kinds[name] = worse if len(cells) else kind

    def fields(self) -> list[Field]:
        """The fields of the table, once all parts have gone by."""
        return [
            {"name": self._labels[name], "type": kind if self._filled[name] else "string"}
            for name, kind in self._kinds.items()
        ]


def _rename(parts: Iterator[pa.Table], labels: Mapping[str, str]) -> Iterator[pa.Table]:
    """The same parts under the labels of their columns."""
    for part in parts:
        yield part.rename_columns([labels.get(name, name) for name in part.column_names])


def _collect(parts: Iterator[pa.Table], column: str, found: dict[str, None]) -> Iterator[pa.Table]:
    """The same parts; what their column holds is put into ``found``."""
    for part in parts:
        found.update(dict.fromkeys(map(str, part.column(column).unique().to_pylist())))
        yield part


def _list_codes(tables: CodedTables) -> pd.DataFrame:
    cuts = dict(tables.provenance.get("thresholds") or {})
    codes = tables.list_codes()
    return codes.assign(threshold=codes["code"].map(cuts).astype(float))


def _list_coders(tables: CodedTables, coders: Sequence[str]) -> pd.DataFrame:
    """Who coded: the model (or the rules) that the folder was made with, and whoever else is named."""
    model = dict(tables.provenance.get("model") or {})
    name = str(model.get("id") or "")
    kind = "rules" if "file" in model else "model"
    rows = [(coder, *((kind, name) if coder == name else ("person", ""))) for coder in coders]
    return pd.DataFrame(rows, columns=["coder", "kind", "model"])


def _list_models(tables: CodedTables) -> pd.DataFrame:
    model, book = (dict(tables.provenance.get(name) or {}) for name in ("model", "codebook"))
    row = {
        "model": model.get("id"),
        "sha256": model.get("sha256"),
        "tier": model.get("tier"),
        "codebook": book.get("id"),
        "codebook_version": book.get("version"),
        "codebook_sha256": book.get("sha256"),
        "textmine": dict(tables.provenance.get("software") or {}).get("textmine"),
    }
    return pd.DataFrame([{name: str(cell or "") for name, cell in row.items()}])


def _as_text(frame: pd.DataFrame, **others: str) -> list[Field]:
    return [{"name": str(name), "type": others.get(str(name), "string")} for name in frame.columns]
