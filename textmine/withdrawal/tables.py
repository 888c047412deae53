"""Tables without a person's rows: csv, jsonl, json, parquet, SPSS. What is not theirs stays byte for byte."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textmine.errors import InputError
from textmine.passages.journal import seal_anew
from textmine.withdrawal.files import as_id, read_text, split_table
from textmine.withdrawal.gathering import make_id_test
from textmine.withdrawal.person import BLANK, POINTERS, Person, plain_name

#: Columns in others' rows in which somebody may quote a person.
_FREE = frozenset(
    {
        "memo",
        "memos",
        "note",
        "notes",
        "reason",
        "comment_by_coder",
        "adjudication_reason",
        "description",
        "payload",
        "name",
        "representative_quotes",
        "words",
        "question_text",
    }
)
_UNIT_KEYS = ("unit", "doc", "id", "represent", "case", "selection")


@dataclass(frozen=True)
class Change:
    """How many rows (or records) of a file went, and in how many cells or places words were blanked."""

    rows: int = 0
    places: int = 0

    def __bool__(self) -> bool:
        return bool(self.rows or self.places)

    def __add__(self, other: Change) -> Change:
        return Change(self.rows + other.rows, self.places + other.places)


def edit_delimited(path: Path, person: Person) -> tuple[Change, bytes]:
    """A csv or tsv file without the person's rows; other records stay as they are written."""
    decoded = read_text(path)
    is_id = make_id_test(person.columns)
    table = split_table(decoded.text, path.suffix.lower(), is_id)
    people, units, _ = person.columns.kinds(table.names)
    keyed = bool(people or units)
    free = [
        i
        for i, name in enumerate(table.names)
        if not keyed or plain_name(name) in _FREE or plain_name(name) in POINTERS
    ]
    change = Change()
    kept: list[str] = list(table.records[: table.header])
    for record in table.records[table.header :]:
        if not (free or person.is_named_in(record)):
            kept.append(record)
            continue
        cells = table.split(record)
        if keyed and person.is_theirs(cells, (people, units), path.parent):
            change += Change(rows=1)
            continue
        touched = 0
        for place in free:
            if place < len(cells):
                fresh = _clean_cell(cells[place], table.names[place], person, path.parent)
                touched += fresh != cells[place]
                cells[place] = fresh
        kept.append(_join(cells, record, table.delimiter) if touched else record)
        change += Change(places=touched)
    return change, decoded.encode("".join(kept))


def edit_lines(path: Path, person: Person) -> tuple[Change, bytes]:
    """A jsonl file without the person's records; of rulings on their units only the words go."""
    decoded = read_text(path)
    change, kept = Change(), []
    quotes = set()  # of a quote bank: what is said later of a quote goes with it
    lines = decoded.text.split("\n")
    rows = [json.loads(line) if line.strip() else None for line in lines]
    rulings = {row["id"] for row in rows if isinstance(row, dict) and row.get("kind") == "ruling"}
    for number, (line, row) in enumerate(zip(lines, rows, strict=True)):
        end = "" if number == len(lines) - 1 else "\n"
        if row is None:
            kept.append(line + end)
            continue
        ruling = isinstance(row, dict) and (row.get("kind") == "ruling" or row.get("supersedes") in rulings)
        if ruling and person.owns(str(row.get("unit_id")), path.parent):
            row = {name: cell for name, cell in row.items() if name != "unit_id"}
            change += Change(places=1)
            line = json.dumps(row, ensure_ascii=not _has_wide(line))
        about = row.get("quote_id") if isinstance(row, dict) else None
        if about and about in quotes:
            change += Change(rows=1)
            continue
        fresh, made = clean_value(row, "", person, path.parent, own_texts=True)
        if made and fresh is None:
            change += made
            quotes |= {about} if about else set()
        elif made:
            change += made
            fresh = seal_anew(fresh, row) if isinstance(fresh, dict) else fresh
            kept.append(json.dumps(fresh, ensure_ascii=not _has_wide(line)) + end)
        else:
            kept.append(line + end)
    return change, decoded.encode("".join(kept))


def edit_json(path: Path, person: Person) -> tuple[Change, bytes]:
    """A json file without the person's records, ids and words."""
    decoded = read_text(path)
    fresh, change = clean_value(json.loads(decoded.text), "", person, path.parent)
    indent = 2 if "\n  " in decoded.text else None
    text = json.dumps(fresh, ensure_ascii=not _has_wide(decoded.text), indent=indent)
    return change, decoded.encode(text + ("\n" if decoded.text.endswith("\n") else ""))


def clean_value(
    value: Any, key: str, person: Person, folder: Path, *, own_texts: bool = False
) -> tuple[Any, Change]:
    """A value of json without what is the person's; None with a change where all of it was.

    ``own_texts``: texts in a record of another unit are its writer's and stay.
    """
    if isinstance(value, dict):
        return _clean_record(value, person, folder, own_texts=own_texts)
    if isinstance(value, list):
        return _clean_list(value, key, person, folder, own_texts=own_texts)
    if isinstance(value, str):
        if plain_name(key) in POINTERS and person.owns(value, folder):
            return "", Change(places=1)
        fresh = person.clean(value)
        return fresh, Change(places=int(fresh != value))
    return value, Change()


def _clean_record(
    value: dict[str, Any], person: Person, folder: Path, *, own_texts: bool
) -> tuple[Any, Change]:
    names = list(value)
    people, units, texts = person.columns.kinds(names)
    cells = [cell if isinstance(cell, str) else "" for cell in value.values()]
    if person.is_theirs(cells, (people, units), folder) or _is_case(value, person):
        return None, Change(rows=1)
    others = own_texts and bool(people or units)
    made, change = dict[str, Any](), Change()
    for place, (name, cell) in enumerate(value.items()):
        if name in person.telling or (name in person.units and any(word in name for word in ":_")):
            change += Change(rows=1)
            continue
        if others and place in texts and isinstance(cell, str):
            made[name] = cell
            continue
        fresh, did = clean_value(cell, name, person, folder)
        change += did
        if fresh is not None or cell is None:
            made[name] = fresh
    return made, change


def _is_case(value: dict[str, Any], person: Person) -> bool:
    return value.get("name") == person.name and "guid" in value


def _clean_list(
    value: list[Any], key: str, person: Person, folder: Path, *, own_texts: bool
) -> tuple[list[Any], Change]:
    kept, change = [], Change()
    of_units = any(word in key.casefold() for word in _UNIT_KEYS)
    for item in value:
        if isinstance(item, str) and (
            item in person.telling or (of_units and (item == person.name or person.owns(item, folder)))
        ):
            change += Change(rows=1)
            continue
        fresh, did = clean_value(item, key, person, folder, own_texts=own_texts)
        change += did
        if not (did and (fresh is None or fresh == BLANK)):
            kept.append(fresh)
    return kept, change


def edit_parquet(path: Path, person: Person, target: Path) -> Change:
    """Write a parquet file without the person's rows, its types and its notes as they were."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    change = Change()
    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        names = list(schema.names)
        people, units, _ = person.columns.kinds(names)
        free = [i for i, n in enumerate(names) if plain_name(n) in _FREE | POINTERS or not (people or units)]
        free = [
            i
            for i in free
            if pa.types.is_string(schema.types[i]) or pa.types.is_large_string(schema.types[i])
        ]
        compression = (
            file.metadata.row_group(0).column(0).compression if file.metadata.num_row_groups else "snappy"
        )
        with pq.ParquetWriter(target, schema, compression=compression) as writer:
            for batch in file.iter_batches():
                wanted = {i: batch.column(i).to_pylist() for i in {*people, *units}}
                gone = []
                for row in range(batch.num_rows):
                    cells = {i: column[row] for i, column in wanted.items()}
                    spread = [cells.get(i) for i in range(len(names))]
                    gone.append(person.is_theirs(spread, (people, units), path.parent))
                change += Change(rows=sum(gone))
                table = pa.Table.from_batches([batch]).filter(pa.array([not g for g in gone], pa.bool_()))
                for i in free:
                    cells_of = table.column(i).to_pylist()
                    fresh = [
                        c if c is None else _clean_cell(c, names[i], person, path.parent) for c in cells_of
                    ]
                    places = sum(a != b for a, b in zip(cells_of, fresh, strict=True))
                    if places:
                        table = table.set_column(i, schema.field(i), pa.array(fresh, schema.types[i]))
                        change += Change(places=places)
                writer.write_table(table)
    return change


def edit_sav(path: Path, person: Person, target: Path) -> Change:
    """Write an SPSS file without the person's rows, with its labels and its multiple-response sets."""
    import pyreadstat

    from textmine.exchange.spss_sets import ResponseSet, add_response_sets

    frame, about = pyreadstat.read_sav(str(path), user_missing=True)
    labels = about.column_names_to_labels
    names = [str(labels.get(name) or name) for name in frame.columns]
    people, units, _ = person.columns.kinds(names)
    plain = person.columns.kinds([str(name) for name in frame.columns])
    people, units = sorted({*people, *plain[0]}), sorted({*units, *plain[1]} - {*people, *plain[0]})
    rows = [
        ["" if c is None or c != c else as_id(c) for c in row] for row in frame.astype(object).values.tolist()
    ]
    gone = [person.is_theirs(row, (people, units), path.parent) for row in rows]
    if not any(gone):
        return Change()
    kept = frame[[not g for g in gone]].reset_index(drop=True)
    pyreadstat.write_sav(
        kept,
        str(target),
        file_label=about.file_label or "",
        column_labels=[labels.get(name) or "" for name in frame.columns],
        variable_value_labels=about.variable_value_labels,
        missing_ranges=_missing_of(about),
        variable_measure={name: str(kind) for name, kind in about.variable_measure.items()},
        variable_display_width=about.variable_display_width,
        variable_format={
            name: str(form)
            for name, form in about.original_variable_types.items()
            if not str(form).startswith("A")
        },
    )
    sets = [
        ResponseSet(name.lstrip("$"), said["label"], tuple(said["variable_list"]), str(said["counted_value"]))
        for name, said in dict(about.mr_sets or {}).items()
        if said.get("type") == "D"
    ]
    if len(sets) < len(about.mr_sets or {}):
        raise InputError(f"{path.name} holds sets of categories, which cannot be kept. Make it anew.")
    if sets:
        add_response_sets(target, sets)
    return Change(rows=sum(gone))


def _missing_of(about: Any) -> dict[str, list[Any]]:
    """The user-missing values in the form that pyreadstat writes them."""
    found: dict[str, list[Any]] = {}
    for name, ranges in dict(about.missing_ranges or {}).items():
        found[name] = [r["lo"] if r["lo"] == r["hi"] else r for r in ranges]
    return found


def _clean_cell(cell: str, name: str, person: Person, folder: Path) -> str:
    if plain_name(name) in POINTERS:
        return "" if person.owns(cell, folder) or cell == person.name else cell
    return person.clean(cell)


def _join(cells: Sequence[str], record: str, delimiter: str) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()[:-2] + record[len(record.rstrip("\r\n")) :]


def _has_wide(text: str) -> bool:
    return any(ord(mark) > 127 for mark in text) or "\\u" not in text
